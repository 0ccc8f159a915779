//! Trainings and the measurements that follow them: what they write, and what they say comes next.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::{path, refuse, succeed};

#[test]
fn training_and_discovering_write_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let (trained, found) = (path(folder.path(), "trained"), path(folder.path(), "found"));
    let data = ["--model", "mlp5", "--data", "rules"];
    let train = [
        "--epochs",
        "1",
        "--low-order",
        "--encourage",
        "0.3:0.7:0.5",
        "--plain",
        "--out",
        &trained,
    ];
    let text = succeed(&[&["train"], &data[..], &train].concat());
    assert!(
        text.contains("epoch 1 of 1")
            && text.contains("Order curve")
            && text.contains("Loss suppress 0.7-1"),
        "{text}"
    );
    let weights = path(folder.path(), "trained/model.safetensors");
    let discover = [
        "--weights",
        &weights,
        "--orders",
        "all",
        "--samples",
        "20",
        "--control",
        "--out",
        &found,
    ];
    let text = succeed(&[&["discover"], &data[..], &discover].concat());
    assert!(
        text.contains("estimator: exact") && text.contains("o trained   + untrained"),
        "{text}"
    );
    for file in [
        "curve.json",
        "curve.csv",
        "curve.svg",
        "curve.png",
        "profile.json",
        "interactions.csv",
        "players.csv",
    ] {
        assert!(
            Path::new(&found).join(file).metadata().unwrap().len() > 500,
            "{file}"
        );
    }
    let csv = std::fs::read_to_string(Path::new(&found).join("curve.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 2 * 9, "{csv}");
    let curve: serde_json::Value =
        serde_json::from_slice(&std::fs::read(Path::new(&found).join("curve.json")).unwrap())
            .unwrap();
    assert_eq!(
        curve["curves"][0]["strength"]["protocol"]["estimator"],
        "exact"
    );
    // All coalitions, four for the fingerprint and eight for the rounding of each sample.
    assert_eq!(
        curve["curves"][0]["strength"]["forwards"],
        20 * (1024 + 4 + 8)
    );
    players_share_what_they_gain(Path::new(&found));
    // The folder that `train` wrote says which network and data it is of.
    let again = path(folder.path(), "again");
    let by_folder = ["discover", "--weights", &trained, "--samples", "2", "--any"];
    let text = succeed(&[&by_folder[..], &["--out", &again]].concat());
    assert!(
        text.contains("price: about") && text.contains("mlp5 on rules"),
        "{text}"
    );
    // Weights of another network, and other bad weights.
    let other = [
        "discover",
        "--model",
        "mlp8",
        "--data",
        "rules",
        "--force",
        "--out",
        &found,
        "--weights",
    ];
    refuse(&[&other[..], &[&weights]].concat(), "layers.10.weight");
    refuse(&[&other[..], &["/nowhere.pth"]].concat(), "/nowhere.pth");
    let bytes = std::fs::read(&weights).unwrap();
    let cut = path(folder.path(), "cut.safetensors");
    std::fs::write(&cut, &bytes[..bytes.len() / 3]).unwrap();
    refuse(&[&other[..], &[&cut]].concat(), "cut.safetensors");
    refuse(
        &[
            "discover",
            "--model",
            "resnet20",
            "--data",
            "scenes",
            "--force",
            "--out",
            &found,
            "--weights",
            &weights,
        ],
        "a network for tables",
    );
}

/// Shapley values by player, and Shapley interactions by pair, stand in the tables of a measurement of all orders of 20 rows.
fn players_share_what_they_gain(folder: &Path) {
    let table = |name: &str| -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let row = |line: &str| line.split(',').map(String::from).collect();
        text.lines().map(row).collect()
    };
    let (players, pairs) = (table("players.csv"), table("interactions.csv"));
    assert_eq!(players.len(), 1 + 20 * 10);
    assert_eq!(players[0].last().unwrap(), "order_9");
    let number = |text: &String| text.parse::<f64>().unwrap();
    let profile = std::fs::read_to_string(folder.join("profile.json")).unwrap();
    let profile: serde_json::Value = serde_json::from_str(&profile).unwrap();
    for (rows, sample) in players[1..]
        .chunks(10)
        .zip(profile["samples"].as_array().unwrap())
    {
        let value = |index: usize| sample["fingerprint"]["values"][index].as_f64().unwrap();
        let gain = value(1) - value(0);
        let shared: f64 = rows.iter().map(|row| number(&row[7])).sum();
        assert!(
            (shared - gain).abs() < 1e-4 * gain.abs().max(1.0),
            "{shared} {gain}"
        );
        assert!(rows.iter().all(|row| !row[5].is_empty() && row[8] == "0.0"));
    }
    // Ten players have 45 pairs and nine orders; the index is the mean over orders.
    let last = pairs[0].len() - 2;
    assert_eq!(
        pairs[0][last..],
        ["shapley_interaction", "shapley_interaction_error"]
    );
    let of_pair = pairs[1..].iter().step_by(45).take(9);
    let mean = of_pair.map(|row| number(&row[10])).sum::<f64>() / 9.0;
    assert!((number(&pairs[1][last]) - mean).abs() < 1e-9);
}

#[test]
fn the_control_is_the_network_that_was_never_trained() {
    let folder = tempfile::tempdir().unwrap();
    let [trained, with_control, alone] =
        ["trained", "with", "alone"].map(|name| path(folder.path(), name));
    let subject = [
        "--model",
        "resnet20-slim",
        "--data",
        "scenes",
        "--seed",
        "3",
    ];
    let train = ["--epochs", "1", "--probe-samples", "0", "--plain"];
    succeed(&[&["train"], &subject[..], &train, &["--out", &trained]].concat());
    let weights = path(folder.path(), "trained/model.safetensors");
    let few = [
        "--orders",
        "0,31,62",
        "--pairs",
        "windows:2:6",
        "--contexts",
        "2",
        "--samples",
        "2",
        "--any",
    ];
    let discover = [&["discover"], &subject[..], &few].concat();
    succeed(
        &[
            &discover[..],
            &["--weights", &weights, "--control", "--out", &with_control],
        ]
        .concat(),
    );
    succeed(&[&discover[..], &["--out", &alone]].concat());
    let strengths = |folder: &str, curve: usize| {
        let text = std::fs::read(Path::new(folder).join("curve.json")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let points = json["curves"][curve]["strength"]["points"]
            .as_array()
            .unwrap()
            .clone();
        points
            .iter()
            .map(|p| p["raw"].as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    let (control, alone) = (strengths(&with_control, 1), strengths(&alone, 0));
    assert_eq!(control, alone);
}

#[test]
fn what_a_training_suggests_next_runs_with_the_same_players() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "with space");
    let subject = ["train", "--model", "resnet20-slim", "--data", "scenes"];
    let players = ["--grid", "2x2", "--baseline", "zero"];
    let small = [
        "--epochs",
        "1",
        "--train-samples",
        "64",
        "--probe-samples",
        "0",
    ];
    let text = succeed(&[&subject[..], &players, &small, &["--plain", "--out", &out]].concat());
    let next = text
        .lines()
        .find_map(|line| line.strip_prefix("next: interaction"));
    let next = next.unwrap_or_else(|| panic!("{text}"));
    assert!(next.contains("--grid 2x2 --baseline zero"), "{next}");
    let line = format!("'{}'{next} --any", env!("CARGO_BIN_EXE_interaction"));
    let output = Command::new("sh").args(["-c", &line]).output().expect("sh");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("4 players, "),
        "{line}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn settings_hold_the_terms_that_the_arguments_ask_for() {
    let term = |direction: &str, [r1, r2]: [f64; 2], weight: f64| {
        let signal = json!({ "r1": r1, "r2": r2, "coefficient": "sizes", "draws": 1 });
        json!({ "direction": direction, "signal": signal, "weight": weight })
    };
    let mut ratios = term("suppress", [0.7, 1.0], 1.0);
    ratios["signal"]["coefficient"] = json!("ratios");
    ratios["signal"]["draws"] = json!(3);
    let high = term("suppress", [0.0, 0.5], 1.0);
    let more = term("suppress", [0.1, 0.4], 2.0);
    let mid = term("encourage", [0.3, 0.7], 1.0);
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments, expected) in [
        (
            "low",
            "--low-order --coefficient ratios --draws 3",
            vec![ratios],
        ),
        ("high", "--high-order", vec![high]),
        ("one", "--suppress .1:.4:2", vec![more.clone()]),
        ("two", "--mid-order --suppress .1:.4:2", vec![mid, more]),
    ] {
        let out = path(folder.path(), name);
        let train = "train --model mlp5 --data rules --epochs 0 --plain --out";
        let train = train.split(' ').chain([&out[..]]);
        let train: Vec<&str> = train.chain(arguments.split(' ')).collect();
        succeed(&train);
        let text = std::fs::read_to_string(Path::new(&out).join("settings.json")).unwrap();
        let settings: serde_json::Value = serde_json::from_str(&text).unwrap();
        let terms = &settings["modulation"]["terms"];
        assert_eq!(terms, &serde_json::Value::from(expected), "{arguments}");
    }
}

#[test]
fn a_training_that_diverges_is_an_error_and_leaves_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let base = "train --model mlp5 --data rules --train-samples 500 --epochs 2 --probe-samples 0";
    let wild = "--plain --lr 0.1 --weight-decay 1e30 --out";
    let args = base.split(' ').chain(wild.split(' ')).chain([&out[..]]);
    let args: Vec<&str> = args.collect();
    // Again with its checkpoints, whose weights are no numbers.
    for args in [args.clone(), [&args[..], &["--resume"]].concat()] {
        refuse(
            &args,
            "the training diverged in epoch 1: its loss is no number; lower the learning rate (it is 0.1), or the weight decay",
        );
        for file in ["model.safetensors", "settings.json"] {
            assert!(!Path::new(&out).join(file).exists(), "{file}");
        }
    }
}
