//! The history of a training: its picture, and its events for TensorBoard.

use std::path::Path;

use burn_interaction::training::CurvePoint;

use crate::{interaction, path, refuse, succeed};

#[path = "../../../tests/src/events.rs"]
mod events;

const RULES: [&str; 8] = [
    "train", "--model", "mlp5", "--data", "rules", "--plain", "--epochs", "2",
];

fn train(more: &[&str]) -> String {
    succeed(&[&RULES[..], more].concat())
}

#[test]
fn a_training_draws_its_history_and_writes_events() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let board = path(folder.path(), "out/tensorboard");
    let text = train(&["--out", &out, "--tensorboard", &board]);
    assert!(text.contains("history.png"), "{text}");
    let svg = std::fs::read_to_string(folder.path().join("out/history.svg")).unwrap();
    assert!(svg.contains("mlp5 on rules") && !svg.contains("NaN"));
    // Burn's own logs are there too, and agree.
    let logs = folder.path().join("out/training/valid/epoch-2");
    let curve = std::fs::read_to_string(logs.join("Order_curve.log")).unwrap();
    let curve: Vec<CurvePoint> = serde_json::from_str(&curve).unwrap();
    let scalars = events::scalars(Path::new(&board));
    let last = |tag: &str| scalars[&(tag.to_string(), 2)];
    assert_eq!(last("order/0.00"), curve[0].j.unwrap() as f32);
    assert!((0.0..=100.0).contains(&last("valid/accuracy")) && last("train/loss") > 0.0);
    assert!(scalars.keys().all(|(_, step)| [1, 2].contains(step)));

    // Another run does not mix with these events, unless it replaces the whole folder.
    let other = path(folder.path(), "other");
    let more = ["--out", &other, "--tensorboard", &board];
    refuse(&[&RULES[..], &more].concat(), "another run");
    assert!(!Path::new(&other).join("training").exists());
    train(&[
        "--out",
        &out,
        "--tensorboard",
        &board,
        "--force",
        "--probe-samples",
        "0",
    ]);
    let scalars = events::scalars(Path::new(&board));
    assert!(scalars.keys().all(|(tag, _)| !tag.starts_with("order")));
    assert!(!folder.path().join("out/history.svg").exists());
}

#[test]
fn a_resumed_training_has_each_epoch_once() {
    let folder = tempfile::tempdir().unwrap();
    let [out, board] = ["out", "board"].map(|name| path(folder.path(), name));
    let arguments = ["--out", &out, "--tensorboard", &board, "--resume"];
    train(&arguments);
    let whole = events::scalars(Path::new(&board));
    // As if the run had been killed before it saved its second epoch.
    let checkpoints = folder.path().join("out/training/checkpoint");
    std::fs::remove_file(checkpoints.join("scheduler-2.bpk")).unwrap();
    let text = train(&arguments);
    assert!(text.contains("going on after epoch 1"), "{text}");
    assert_eq!(std::fs::read_dir(&board).unwrap().count(), 2);
    assert_eq!(events::scalars(Path::new(&board)), whole);
}

#[test]
fn a_folder_that_takes_no_events_is_refused_before_an_earlier_run_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    train(&["--out", &out]);
    let file = path(folder.path(), "file");
    std::fs::write(&file, "").unwrap();
    let board = path(Path::new(&file), "board");
    let more = ["--out", &out, "--force", "--tensorboard", &board];
    let output = interaction(&[&RULES[..], &more].concat());
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        error.contains("--tensorboard") && error.contains("give another folder"),
        "{error}"
    );
    assert!(folder.path().join("out/model.safetensors").exists());
}
