//! Parts that several machines compute: how tasks know theirs, and how a whole comes of them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::studies::{finished, numbers, smoke, start};
use crate::{interaction, path, refuse, succeed};

/// The arguments of a small measurement into a folder.
fn discover(out: &str) -> Vec<&str> {
    let arguments =
        "discover --model mlp5 --data rules --any --samples 6 --orders all --seed 3 --out";
    arguments.split(' ').chain([out]).collect()
}

/// Runs the command as a task of a scheduler that sets these variables.
fn as_task(args: &[&str], variables: &[(&str, &str)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(args)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{args:?}: {text}");
    text
}

fn interactions(folder: &str) -> String {
    std::fs::read_to_string(Path::new(folder).join("interactions.csv")).unwrap()
}

#[test]
fn tasks_know_their_part_and_a_merge_names_the_commands_that_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, one, two, three, merged] =
        ["whole", "found-1", "found-2", "found-3", "merged"].map(|name| path(folder.path(), name));
    succeed(&discover(&whole));
    let parts = ("INTERACTION_PARTS", "3");
    for (out, variables) in [
        (&one, [parts, ("HQ_TASK_ID", "1")]),
        (&three, [parts, ("JOB_COMPLETION_INDEX", "2")]),
    ] {
        let text = as_task(&discover(out), &variables);
        assert!(text.contains("/3, as "), "{text}");
    }
    let output = interaction(&["merge", &one, &three, "--out", &merged]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && text.contains("partial: 2 sample(s)"),
        "{text}"
    );
    let line = text.lines().find(|line| line.contains("part 2 of 3: "));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    // As it is printed, a shell runs it.
    let (_, command) = line.split_once(": ").unwrap();
    assert!(
        command.ends_with(&format!("--part 2/3 --out {two}")),
        "{command}"
    );
    let done = Command::new("sh").args(["-c", command]).output().unwrap();
    assert!(done.status.success(), "{command}");
    succeed(&["merge", &one, &two, &three, "--out", &merged, "--force"]);
    assert_eq!(interactions(&merged), interactions(&whole));
    let slurm = [("SLURM_ARRAY_TASK_ID", "9"), parts];
    let output = Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(discover(&merged))
        .envs(slurm)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("part 9 of 3: give --part"), "{text}");
    refuse(&["merge", "/nowhere", "--out", &merged], "/nowhere");
}

#[test]
fn a_control_that_some_parts_lack_is_measured_by_the_command_that_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let [trained, one, two, merged] =
        ["trained", "part-1", "part-2", "merged"].map(|name| path(folder.path(), name));
    let train = "train --model mlp5 --data rules --epochs 0 --plain --out";
    let train: Vec<&str> = train.split(' ').chain([&trained[..]]).collect();
    succeed(&train);
    let part = |out, number, more: &[&str]| {
        let words = ["--weights", &trained, "--part", number];
        succeed(&[&discover(out)[..], &words, more].concat());
    };
    part(&one, "1/2", &["--control"]);
    part(&two, "2/2", &[]);
    let output = interaction(&["merge", &one, &two, "--out", &merged]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().find(|line| line.contains("part 2 of 2: "));
    let (_, command) = line
        .unwrap_or_else(|| panic!("{text}"))
        .split_once(": ")
        .unwrap();
    let done = Command::new("sh").args(["-c", command]).output().unwrap();
    assert!(done.status.success(), "{command}");
    succeed(&["merge", &one, &two, "--out", &merged, "--force"]);
}

#[test]
fn a_folder_is_written_by_one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    std::fs::create_dir(&out).unwrap();
    let lock = std::fs::File::create(Path::new(&out).join(".interaction-lock")).unwrap();
    lock.lock().unwrap();
    refuse(&discover(&out), "another process writes to this folder");
    drop(lock);
    let text = succeed(&discover(&out));
    assert!(!text.contains(".interaction-lock"), "{text}");
}

#[test]
fn parts_of_one_sentence_each_have_the_settings_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, more: &[&str]| {
        let out = path(folder.path(), name);
        let arguments = "discover --model bert-slim --data grammar --any --samples 3 --orders r:0,1 --contexts 1 --out";
        let arguments: Vec<&str> = arguments.split(' ').collect();
        succeed(&[&arguments[..], &[&out], more].concat());
        out
    };
    // Sentences of several lengths: each alone would be enumerated, or not.
    let whole = of("whole", &[]);
    let parts = ["1/3", "2/3", "3/3"].map(|part| of(&part.replace('/', "-"), &["--part", part]));
    let merged = path(folder.path(), "merged");
    let [a, b, c] = &parts;
    succeed(&["merge", a, b, c, "--out", &merged]);
    assert_eq!(interactions(&merged), interactions(&whole));
}

#[test]
fn a_launch_file_runs_as_an_array_would_run_it() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, found] = ["whole", "found"].map(|name| path(folder.path(), name));
    succeed(&discover(&whole));
    let launch = ["launch", "slurm", "--parts", "2", "--"];
    let text = succeed(&[&launch[..], &discover(&found)].concat());
    let job = path(folder.path(), "job.sh");
    std::fs::write(&job, &text).unwrap();
    // The command of the tests, under the name that the file calls.
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::fs::hard_link(env!("CARGO_BIN_EXE_interaction"), bin.join("interaction"))
        .or_else(|_| {
            let binary = env!("CARGO_BIN_EXE_interaction");
            std::fs::copy(binary, bin.join("interaction")).map(|_| ())
        })
        .unwrap();
    let paths = std::env::var("PATH").unwrap_or_default();
    let paths = format!("{}:{paths}", bin.display());
    // A task that is started again goes on.
    for task in ["1", "2", "2"] {
        let done = Command::new("bash")
            .arg(&job)
            .envs([("PATH", paths.as_str()), ("SLURM_ARRAY_TASK_ID", task)])
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
    let merge = text.lines().find(|line| line.contains("interaction merge"));
    let (_, merge) = merge.unwrap().split_once(": ").unwrap();
    let done = Command::new("sh")
        .args(["-c", merge])
        .env("PATH", paths)
        .output();
    assert!(done.unwrap().status.success());
    assert_eq!(
        interactions(&path(Path::new(&found), "whole")),
        interactions(&whole)
    );
}

#[test]
fn four_parts_in_two_processes_killed_and_run_again_are_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, here, there] = ["whole", "here", "there"].map(|name| path(folder.path(), name));
    succeed(&smoke("fig9", &whole, &[]));
    let parts = |half: usize| [2 * half + 1, 2 * half + 2].map(|part| format!("{part}/4"));
    for kill in 0..6 {
        let own = [(&here, parts(0)), (&there, parts(1))];
        let run = |(store, parts): &(&String, [String; 2])| {
            start(&smoke("fig9", store, &["--part", &parts[kill % 2]]))
        };
        let children: Vec<_> = own.iter().map(run).collect();
        std::thread::sleep(Duration::from_millis(90 + 370 * (kill as u64 % 5)));
        for mut child in children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    for (store, parts) in [(&here, parts(0)), (&there, parts(1))] {
        for part in parts {
            succeed(&smoke("fig9", store, &["--part", &part]));
        }
    }
    assert!(finished(&here).len() < finished(&whole).len());
    succeed(&smoke("fig9", &here, &["--from", &there, "--report"]));
    assert_eq!(finished(&here).len(), finished(&whole).len());
    assert_eq!(numbers(&here, "fig9"), numbers(&whole, "fig9"));
}
