//! Lists, help, and arguments that are refused with a remedy.

use std::path::Path;
use std::process::Command;

use crate::{path, refuse, succeed};

#[test]
fn one_network_is_timed_by_its_name() {
    let printed = succeed(&[
        "bench",
        "forward",
        "--network",
        "resnet20",
        "--repeats",
        "1",
    ]);
    assert!(printed.contains("resnet20"), "{printed}");
    assert_eq!(printed.matches("images/s").count(), 1, "{printed}");
    assert!(!printed.contains("sentences/s"), "{printed}");
    refuse(
        &["bench", "forward", "--network", "resnet20,moon"],
        "no network moon, but alexnet, vgg16",
    );
}

#[test]
fn benchmarks_refuse_what_none_of_them_heeds_before_anything_is_computed() {
    for (line, what) in [
        ("exact --repeats 0", "--repeats 0: give at least 1"),
        ("precision --seeds 0", "--seeds 0: give at least 1"),
        ("exact --seeds 3", "--seeds: only the benchmark precision"),
        ("exact --error 0.2", "--error: only the benchmark precision"),
        ("precision --error 0", "--error 0: give the error"),
        ("--coverage-repeats 9", "bench coverage"),
        ("exact --network alexnet", "only the benchmark forward"),
        (
            "accuracy --weights /nowhere.th --data /",
            "--weights /nowhere.th: there is no such file",
        ),
        ("exact --device cpu", "the CPU is flex"),
    ] {
        let line: Vec<&str> = std::iter::once("bench").chain(line.split(' ')).collect();
        refuse(&line, what);
    }
}

#[test]
fn bad_arguments_are_refused_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let rules = [
        "discover", "--model", "mlp5", "--data", "rules", "--out", &out,
    ];
    let with = |more: &[&str], what: &str| refuse(&[&rules[..], more].concat(), what);
    with(&["--device", "abacus"], "unknown device \"abacus\"");
    with(&["--device", "cuda:0"], "Cargo feature");
    with(&["--orders", "9"], "order 9 is out of range");
    with(&["--orders", "r:1.5"], "ratio is 1.5");
    with(
        &["--contexts", "0", "--estimator", "paired"],
        "contexts is 0",
    );
    with(&["--pairs", "random:0"], "no pairs");
    with(&["--pairs", "neighbours:2:9"], "no grid");
    with(&["--samples", "0"], "--samples 0");
    with(&["--estimator", "magic"], "--estimator magic");
    with(&["--grid", "4x4"], "--grid is for images");
    with(&["--regions", "4"], "--regions is for point clouds");
    with(&["--min-players", "4"], "--min-players is for texts");
    with(&["--baseline", "drop"], "--baseline drop");
    with(&["--weights", "/nowhere"], "--weights /nowhere");
    with(&["--control"], "--control: without --weights");
    with(&["--split", "unlabelled"], "rules has none");
    with(&["--baseline", "mean"], "--baseline mean");
    let scenes = [
        "discover", "--model", "resnet20", "--data", "scenes", "--out", &out,
    ];
    refuse(&[&scenes[..], &["--grid", "17"]].concat(), "17x17");
    refuse(&[&scenes[..], &["--grid", "1"]].concat(), "1 player");
    let of = |model: &str, name: &str, what: &str| {
        refuse(
            &["discover", "--model", model, "--data", name, "--out", &out],
            what,
        )
    };
    let data = |name: &str, what: &str| of("mlp5", name, what);
    of(
        "mlp99999999",
        "rules",
        "mlpK with K Linear layers from 2 to 256",
    );
    of("mlp5", "rules:folder", "rules is generated");
    data("moon", "unknown data \"moon\"");
    data("census", "census:FOLDER");
    data("census:/nowhere", "/nowhere/adult.data");
    of("resnet20", "cifar-10:/nowhere", "/nowhere/data_batch_1.bin");
    data("scenes", "--model mlp5 takes tables, and scenes are images");
    data("rule", "did you mean rules?");
    of(
        "mlp",
        "rules",
        "unknown network \"mlp\", did you mean mlp5?",
    );
    of("./mlp5", "rules", "--model ./mlp5 is a folder");
    refuse(
        &[
            "discover", "--model", "alexnet", "--data", "scenes", "--out", &out,
        ],
        "at least 63 pixels",
    );
    let train = ["train", "--model", "mlp5", "--data", "rules", "--out", &out];
    refuse(
        &[&train[..], &["--suppress", "0.7:0.3:1"]].concat(),
        "0 <= r1 < r2 <= 1",
    );
    refuse(
        &[&train[..], &["--encourage", "0.3:0.7:-1"]].concat(),
        "term weight is -1",
    );
    refuse(&[&train[..], &["--batch", "0"]].concat(), "--batch 0");
    refuse(&[&train[..], &["--lr", "7"]].concat(), "--lr 7");
    refuse(&[&train[..], &["--augment", "4"]].concat(), "--augment 4");
    refuse(&[&train[..], &["--draws", "4"]].concat(), "--draws");
    refuse(
        &[
            &train[..],
            &["--probe-samples", "0", "--probe-contexts", "9"],
        ]
        .concat(),
        "--probe-contexts 9",
    );
    refuse(&["--samples", "0", "--out", &out], "--samples 0");
    refuse(
        &[&train[..], &["--low-order", "--high-order"]].concat(),
        "cannot be used with",
    );
}

#[test]
fn a_training_does_not_take_the_place_of_a_network_s_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "network");
    std::fs::create_dir(&out).unwrap();
    let config = Path::new(&out).join("config.json");
    std::fs::write(&config, "{}").unwrap();
    let train = [
        "train", "--model", "mlp5", "--data", "rules", "--epochs", "0",
    ];
    refuse(
        &[&train[..], &["--out", &out]].concat(),
        "holds another run (config.json)",
    );
    assert_eq!(std::fs::read_to_string(&config).unwrap(), "{}");
}

#[test]
#[cfg(unix)]
fn a_name_that_is_no_text_is_a_name_all_the_same() {
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join(std::ffi::OsStr::from_bytes(b"o\xffut"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_interaction"));
    let command = command
        .args([
            "train", "--model", "mlp5", "--data", "rules", "--epochs", "0", "--plain", "--out",
        ])
        .arg(&out);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !text.contains("panicked"),
        "{text}"
    );
    assert!(out.join("model.safetensors").exists());
}

#[test]
fn a_tour_takes_the_place_of_a_tour_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let train = "train --model resnet20-slim --data scenes --epochs 0 --plain --out";
    let train: Vec<&str> = train.split(' ').chain([&out[..]]).collect();
    succeed(&train);
    refuse(&["--out", &out], "holds another run");
    assert!(folder.path().join("out/model.safetensors").exists());
}

#[test]
fn settings_that_were_edited_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let subject = ["train", "--model", "resnet20-slim", "--data", "scenes"];
    let small = [
        "--epochs",
        "0",
        "--probe-samples",
        "0",
        "--image",
        "16",
        "--plain",
    ];
    succeed(&[&subject[..], &small, &["--out", &out]].concat());
    let settings = Path::new(&out).join("settings.json");
    let text = std::fs::read_to_string(&settings).unwrap();
    let discover = ["discover", "--weights", &out, "--out", &out];
    for (from, to, what) in [
        ("\"resized\": 16", "\"resized\": 8", "resized to 8 pixels"),
        ("\"resized\": 16", "\"resized\": ", "cut or edited"),
    ] {
        assert!(text.contains(from), "{text}");
        std::fs::write(&settings, text.replace(from, to)).unwrap();
        refuse(&discover, what);
        refuse(&discover, "settings.json");
    }
    // The side of images has the last word, as their statistics have.
    std::fs::write(&settings, text).unwrap();
    let other = [
        "--image",
        "8",
        "--any",
        "--samples",
        "1",
        "--contexts",
        "1",
        "--orders",
        "r:0,1",
    ];
    assert!(succeed(&[&discover[..], &other].concat()).contains("16 players, 1 samples"));
}

#[test]
fn data_sets_are_listed_with_where_they_come_from() {
    let text = succeed(&["data"]);
    for line in [
        "scenes",
        "cifar-10:FOLDER",
        "interaction download cifar-10",
        "archive.ics.uci.edu",
    ] {
        assert!(text.contains(line), "{text}");
    }
    refuse(&["download", "census"], "archive.ics.uci.edu");
    refuse(&["download", "cifar10"], "did you mean cifar-10?");
}

#[test]
fn an_output_folder_that_cannot_be_written_is_refused_before_anything_is_computed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let out = format!("{}/inside", file.path().display());
    refuse(&["--out", &out], "cannot write to the output folder");
    refuse(
        &[
            "discover", "--model", "mlp5", "--data", "rules", "--out", &out,
        ],
        "cannot write to the output folder",
    );
}

#[test]
fn devices_are_listed_and_help_teaches() {
    assert!(succeed(&["devices"]).contains("flex"));
    let help = succeed(&["--help"]);
    assert!(
        help.contains("Examples:") && help.contains("discover") && help.contains("order m"),
        "{help}"
    );
    // Each example can be copied whole: a line ends with it, or with a backslash.
    let (_, examples) = help.split_once("Examples:\n").unwrap();
    let (examples, _) = examples.split_once("\n\n").unwrap();
    let mut broken = false;
    for line in examples.lines() {
        let begins = line.trim_start().starts_with("interaction");
        assert!(line.len() < 100 && begins != broken, "{line}");
        broken = line.ends_with('\\');
    }
    assert!(succeed(&["discover", "--help"]).contains("windows:SIDE:N"));
}

#[test]
fn a_reader_may_leave() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_interaction"))
        .arg("networks")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
