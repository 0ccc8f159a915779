//! The `interaction` command as a user runs it.

mod clouds;
mod devices;
mod durable;
mod given;
mod history;
mod images;
mod kept;
mod machines;
mod own;
mod pages;
mod precision;
mod pretrained;
mod readme;
#[cfg(feature = "remote")]
mod remote;
mod resume;
mod segments;
mod series;
mod server;
mod studies;
mod texts;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output};

fn interaction(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(args)
        .output()
        .expect("the command starts")
}

fn succeed(args: &[&str]) -> String {
    let output = interaction(args);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{args:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// The command fails without a panic, and its message names `what`.
fn refuse(args: &[&str], what: &str) {
    let output = interaction(args);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{args:?} went through");
    assert!(
        text.contains(what) && !text.contains("panicked"),
        "{args:?}: \"{text}\" does not name \"{what}\""
    );
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

#[test]
fn measurements_are_compared_sample_by_sample() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let measured = |name: &str, seed: &str, orders: &str| {
        let out = path(root, name);
        let subject = [
            "discover", "--model", "mlp5", "--data", "rules", "--seed", seed,
        ];
        let settings = ["--samples", "6", "--orders", orders, "--any", "--out", &out];
        succeed(&[&subject[..], &settings].concat());
        out
    };
    let [a, b, other] = [("a", "1", "all"), ("b", "1", "all"), ("other", "1", "0,1")]
        .map(|(name, seed, orders)| measured(name, seed, orders));
    let out = path(root, "compared");
    let text = succeed(&["compare", &a, &format!("again={b}"), "--out", &out]);
    for part in [
        "over the 6 samples that both measured",
        "again beside a: no order's share surely differs",
        "comparison.svg",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let rows = std::fs::read_to_string(root.join("compared/comparison.csv")).unwrap();
    assert!(rows.contains("again,a,6,0,0,J,0,"), "{rows}");
    let more = path(root, "more");
    refuse(&["compare", &a, &b, "--out", &out], "holds another run");
    refuse(&["compare", &a, &other, "--out", &more], "same orders");
    refuse(
        &["compare", &a, &path(root, "nowhere"), "--out", &more],
        "nowhere",
    );
    refuse(&["compare", &a, "--out", &more], "2 values");
    refuse(&["compare", &a, "again=", "--out", &more], "NAME=FOLDER");
}

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
fn a_costly_measurement_says_its_price_and_a_cheaper_one_first() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let mut child = Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(["discover", "--model", "resnet20", "--data", "scenes"])
        .args(["--out", &out])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the command starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut said: Vec<String> = Vec::new();
    for line in lines.map_while(Result::ok) {
        let last = line.starts_with("cheaper:");
        said.push(line);
        if last {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = said.join("\n");
    assert!(said.contains("price: about"), "{said}");
    assert!(said.contains("cheaper: --contexts"), "{said}");
    // Nothing was measured or written before.
    assert!(!said.contains("forwards in"), "{said}");
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
    assert!(succeed(&["discover", "--help"]).contains("windows:SIDE:N"));
}

#[test]
#[cfg(unix)]
fn an_interrupted_measurement_saves_what_is_complete_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    let args = [
        "discover",
        "--model",
        "mlp5",
        "--data",
        "rules",
        "--samples",
        "4000",
        "--estimator",
        "paired",
        "--orders",
        "all",
        "--contexts",
        "25",
        "--batch",
        "512",
        "--pairs",
        "random:9",
        "--split",
        "train",
        "--out",
        &out,
    ];
    let mut child = Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(args)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let announced = lines
        .by_ref()
        .any(|line| line.is_ok_and(|line| line.contains("forwards in")));
    assert!(announced);
    std::thread::sleep(std::time::Duration::from_millis(1000));
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(interrupted.success());
    let output = child.wait_with_output().unwrap();
    let said = lines.map_while(Result::ok).collect::<Vec<_>>().join("\n");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && error.contains("partial"),
        "{said}{error}"
    );
    let curve = std::fs::read_to_string(Path::new(&out).join("curve.json")).unwrap();
    assert!(curve.contains("\"complete\": false"), "{said}");
    let more = [&args[..], &["--resume"]].concat();
    let text = succeed(&more);
    assert!(text.contains("measured 4000 of 4000 samples"), "{text}");
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
