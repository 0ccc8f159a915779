//! Trainings that are killed, and go on as if they had not been.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{interaction, path, refuse, succeed};

/// Four epochs of half a second or so, most of it the probe.
const RULES: [&str; 13] = [
    "train",
    "--model",
    "mlp5",
    "--data",
    "rules",
    "--low-order",
    "--epochs",
    "4",
    "--probe-samples",
    "400",
    "--plain",
    "--resume",
    "--out",
];

/// Kills of the first test; more by hand.
fn kills() -> usize {
    let wanted = std::env::var("INTERACTION_KILLS").ok();
    wanted.map_or(5, |wanted| wanted.parse().expect("a number of kills"))
}

fn start(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.expect("kill").success());
}

/// Runs until a line begins so, and sends a signal; what it says on its way out.
fn stop_at(args: &[&str], line: &str, name: &str) -> (bool, String) {
    stop_when(args, line, Path::new("."), name)
}

/// As [`stop_at`], when this file is there too.
fn stop_when(args: &[&str], line: &str, file: &Path, name: &str) -> (bool, String) {
    let mut child = start(args);
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let seen = lines
        .by_ref()
        .any(|said| said.is_ok_and(|said| said.starts_with(line)));
    assert!(seen, "{args:?} never said {line}");
    while !file.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&child, name);
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), rest.join("\n") + &error)
}

fn weights(folder: &str) -> Vec<u8> {
    std::fs::read(Path::new(folder).join("model.safetensors")).expect("weights")
}

/// The last epoch that began, by its logs.
fn begun(folder: &str) -> usize {
    let epoch = |n: &usize| {
        let logs = Path::new(folder).join("training/train");
        logs.join(format!("epoch-{n}")).exists()
    };
    (1..=9).rev().find(epoch).unwrap_or(0)
}

/// The epoch that a run said it goes on after.
fn gone_on_after(text: &str) -> usize {
    let after = text.split_once("going on after epoch ");
    after.map_or(0, |(_, rest)| {
        rest.split(' ').next().unwrap().parse().unwrap()
    })
}

/// All logs of a training, by file.
fn logs(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in ["train", "valid"] {
        let part = Path::new(folder).join("training").join(part);
        for epoch in std::fs::read_dir(part).unwrap() {
            for file in std::fs::read_dir(epoch.unwrap().path()).unwrap() {
                let file = file.unwrap().path();
                let name = file.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, std::fs::read_to_string(file).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
#[cfg(unix)]
fn a_training_killed_at_any_moment_ends_with_the_weights_of_one_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let one = path(folder.path(), "one");
    let clock = Instant::now();
    succeed(&[&RULES[..], &[&one]].concat());
    let whole = clock.elapsed().as_millis() as u64;
    let (mut killed, mut tried) = (0, 0);
    // Any numbers will do: the clock is chance enough.
    let mut moment = u64::from(std::process::id());
    while killed < kills() {
        tried += 1;
        assert!(tried <= 3 * kills() + 3, "{killed} kills only");
        let out = path(folder.path(), &format!("killed-{tried}"));
        let args = [&RULES[..], &[&out]].concat();
        let mut began = 0;
        loop {
            moment = moment.wrapping_mul(6364136223846793005).wrapping_add(1);
            let pause = (moment >> 33) % (whole + 1);
            let mut child = start(&args);
            let more = killed < kills();
            if more {
                std::thread::sleep(Duration::from_millis(pause));
                child.kill().ok();
            }
            let output = child.wait_with_output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            // All but the last epoch that began were saved.
            let known = text.contains("going on after") || text.contains("no epoch of the run");
            assert!(
                !known || gone_on_after(&text) + 1 >= began,
                "epoch {began} had begun: {text}"
            );
            if output.status.success() {
                break;
            }
            assert!(more, "{text}{}", String::from_utf8_lossy(&output.stderr));
            killed += 1;
            began = begun(&out);
        }
        assert!(weights(&one) == weights(&out), "after {killed} kills");
        assert_eq!(logs(&one), logs(&out));
    }
    let checkpoints = Path::new(&one).join("training/checkpoint");
    assert_eq!(std::fs::read_dir(checkpoints).unwrap().count(), 2 * 3);
}

#[test]
#[cfg(unix)]
fn ctrl_c_and_sigterm_save_what_there_is_and_say_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let one = path(folder.path(), "one");
    succeed(&[&RULES[..], &[&one]].concat());
    for name in ["-INT", "-TERM"] {
        let out = path(folder.path(), name);
        let args = [&RULES[..], &[&out]].concat();
        // Burn tells of an epoch before it saves it, and saves none once it is to stop.
        let saved = Path::new(&out).join("training/checkpoint/scheduler-1.bpk");
        let (succeeded, said) = stop_when(&args, "epoch 1 of 4", &saved, name);
        assert!(
            !succeeded && said.contains("partial training") && said.contains("--resume"),
            "{said}"
        );
        let settings = std::fs::read_to_string(Path::new(&out).join("settings.json")).unwrap();
        assert!(settings.contains("\"complete\": false"), "{settings}");
        assert!(weights(&one) != weights(&out));
        let text = succeed(&args);
        assert!(gone_on_after(&text) >= 1, "{text}");
        assert!(weights(&one) == weights(&out), "{name}");
        assert_eq!(logs(&one), logs(&out));
        // What was written last is what is told; there is nothing left to train.
        assert_eq!(gone_on_after(&succeed(&args)), 4);
    }
}

/// Kills a training after its first epoch, and goes on.
#[cfg(unix)]
fn goes_on(recipe: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| path(folder.path(), name));
    let with = |out| {
        let rest = ["--epochs", "3", "--plain", "--resume", "--out", out];
        [&["train"], recipe, &rest].concat()
    };
    succeed(&with(&one));
    stop_at(&with(&two), "epoch 1 of 3", "-KILL");
    let text = succeed(&with(&two));
    assert!(text.contains("epoch 3 of 3"), "{text}");
    assert!(weights(&one) == weights(&two), "{recipe:?}");
}

#[test]
#[cfg(unix)]
fn batch_norm_dropout_and_augmentation_go_on_where_they_were() {
    let few = [
        "--probe-samples",
        "1",
        "--probe-contexts",
        "1",
        "--batch",
        "16",
    ];
    let images = ["--data", "scenes", "--train-samples", "96"];
    let net = ["--model", "resnet20-slim", "--augment", "4", "--low-order"];
    goes_on(&[&net[..], &images, &few].concat());
    // Its dropout draws from the device.
    let net = [
        "--model",
        "pointnet-slim",
        "--points",
        "64",
        "--augment",
        "dgcnn",
    ];
    let clouds = ["--data", "solids", "--train-samples", "96", "--mid-order"];
    goes_on(&[&net[..], &clouds, &few].concat());
    let net = [
        "--model",
        "bert-slim",
        "--optimizer",
        "adamw",
        "--lr",
        "0.001",
    ];
    let texts = ["--data", "grammar", "--train-samples", "64", "--low-order"];
    goes_on(&[&net[..], &texts, &few].concat());
}

#[test]
fn a_cut_checkpoint_is_named_and_the_one_before_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let args = [&RULES[..], &[&out]].concat();
    succeed(&args);
    let whole = weights(&out);
    // The state of the schedule is a few numbers, and then room for more.
    for (kind, share) in [("model", 2), ("optim", 2), ("scheduler", 10)] {
        let file = Path::new(&out).join(format!("training/checkpoint/{kind}-4.bpk"));
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() / share]).unwrap();
        let output = interaction(&args);
        let (text, error) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(
            output.status.success()
                && error.contains(&format!("{kind}-4.bpk"))
                && gone_on_after(&text) == 3,
            "{text}{error}"
        );
        assert!(weights(&out) == whole, "{kind}");
    }
}

#[test]
fn another_run_is_refused_by_name_and_replaced_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let run = |more: &[&'static str]| -> Vec<String> {
        let base = ["train", "--model", "mlp5", "--data", "rules", "--plain"];
        let small = ["--epochs", "1", "--probe-samples", "0", "--train-samples"];
        let rest = ["500", "--out", &out];
        let all = [&base[..], &small, &rest, more].concat();
        all.iter().map(|word| word.to_string()).collect()
    };
    fn words(args: &[String]) -> Vec<&str> {
        args.iter().map(String::as_str).collect()
    }
    succeed(&words(&run(&[])));
    // Nothing is written over without a word.
    for remedy in [
        "holds another run (model.safetensors",
        "--force",
        "--resume",
        "--out",
    ] {
        refuse(&words(&run(&[])), remedy);
    }
    for (more, named) in [
        (&["--seed", "5"][..], "--seed was 0, now 5"),
        (&["--lr", "0.1"], "--lr was 0.01, now 0.1"),
        (&["--optimizer", "adamw"], "--optimizer was sgd, now adamw"),
        (&["--low-order"], "the modulation"),
        (&["--batch", "64"], "--batch was 128, now 64"),
        (
            &["--weight-decay", "0.1"],
            "--weight-decay was 0.0, now 0.1",
        ),
    ] {
        let args = run(&[&["--resume"], more].concat());
        refuse(&words(&args), named);
        refuse(&words(&args), "--force");
    }
    let other = |name: &'static str, value: &str| {
        let mut args = run(&["--resume"]);
        let place = args.iter().position(|word| word == name).unwrap();
        args[place + 1] = value.into();
        args
    };
    refuse(
        &words(&other("--model", "mlp8")),
        "--model was mlp5, now mlp8",
    );
    refuse(&words(&other("--epochs", "2")), "--epochs was 1, now 2");
    let samples = other("--train-samples", "600");
    refuse(&words(&samples), "training samples was 500, now 600");
    // A bad argument removes nothing.
    let before = weights(&out);
    refuse(&words(&run(&["--force", "--lr", "7"])), "--lr 7");
    assert!(weights(&out) == before);
    let text = succeed(&words(&run(&["--force", "--seed", "5"])));
    assert!(text.contains("wrote") && weights(&out) != before, "{text}");
    // Results that do not say what they are of cannot be gone on with.
    std::fs::remove_file(Path::new(&out).join("training/run.json")).unwrap();
    refuse(&words(&run(&["--resume"])), "no training/run.json");
}

#[test]
fn settings_repeat_the_run_and_the_report_names_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(Path::new(&out).join("notes.txt"), "mine").unwrap();
    let base = [
        "train", "--model", "mlp5", "--data", "rules", "--epochs", "1",
    ];
    let text = succeed(&[&base[..], &["--probe-samples", "0", "--out", &out]].concat());
    assert!(
        text.contains(&format!(
            "wrote {out}: model.safetensors, report.html, settings.json\n"
        )),
        "{text}"
    );
    let settings = std::fs::read(Path::new(&out).join("settings.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_slice(&settings).unwrap();
    assert_eq!(settings["optimizer"], "sgd");
    assert_eq!(settings["end_rate"], 0.001);
    assert_eq!(settings["training_samples"], 8000);
    assert_eq!(settings["classes"], serde_json::json!(["no", "yes"]));
    assert_eq!(settings["device"], "flex");
    assert_eq!(settings["command"][1], "train");
    assert!(settings["players"].is_string() && settings["start"].is_null());
    // Weights that training starts from are told by what they are.
    let (weights, more) = (
        path(Path::new(&out), "model.safetensors"),
        path(folder.path(), "more"),
    );
    succeed(&[&base[..], &["--weights", &weights, "--out", &more]].concat());
    let settings = std::fs::read(Path::new(&more).join("settings.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_slice(&settings).unwrap();
    assert_eq!(settings["start"]["sha256"].as_str().unwrap().len(), 64);
}
