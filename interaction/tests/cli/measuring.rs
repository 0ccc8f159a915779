//! Measurements that are priced, interrupted and compared.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

use crate::{interaction, path, refuse, succeed};

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
    // A comparison that cannot be made leaves the one before, and a run keeps its page.
    let again = ["compare", &a, &other, "--out", &out, "--force"];
    refuse(&again, "a and other: ");
    assert!(root.join("compared/comparison.csv").exists());
    refuse(
        &["compare", &a, &b, "--out", &a, "--force"],
        "another kind (",
    );
    refuse(&["report", &format!("one={a}")], "give the folder alone");
}

#[test]
fn measurements_in_other_units_are_compared_by_share_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let [a, b] = ["log-odds", "logit"].map(|reward| {
        let out = path(root, reward);
        let subject = ["discover", "--model", "mlp5", "--data", "rules"];
        let settings = ["--samples", "6", "--any", "--reward", reward, "--out", &out];
        succeed(&[&subject[..], &settings].concat());
        out
    });
    let text = succeed(&["compare", &a, &b, "--out", &path(root, "compared")]);
    assert!(
        text.contains("measured otherwise: reward log-odds, and logit"),
        "{text}"
    );
    let rows = std::fs::read_to_string(root.join("compared/comparison.csv")).unwrap();
    assert!(rows.contains(",J,") && !rows.contains(",S,"), "{rows}");
}

#[test]
fn a_control_that_is_added_later_has_its_price() {
    let folder = tempfile::tempdir().unwrap();
    let [trained, out] = ["trained", "out"].map(|name| path(folder.path(), name));
    let train = "train --model mlp5 --data rules --epochs 1 --plain --out";
    succeed(&train.split(' ').chain([&trained[..]]).collect::<Vec<_>>());
    let discover = ["discover", "--weights", &trained, "--samples", "6"];
    let args = [&discover[..], &["--any", "--out", &out]].concat();
    let priced = |text: &str| -> u64 {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("price: about "));
        let line = line.unwrap_or_else(|| panic!("{text}"));
        line.split(' ').next().unwrap().parse().unwrap()
    };
    let first = priced(&succeed(&args));
    // A file of another program does not stand in the way of the page.
    std::fs::write(
        Path::new(&out).join("settings.json"),
        "{\"editor.tabSize\": 4}",
    )
    .unwrap();
    let output = interaction(&[&args[..], &["--control", "--resume"]].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(priced(&text) >= first, "{text}");
    assert!(Path::new(&out).join("control.json").exists());
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
