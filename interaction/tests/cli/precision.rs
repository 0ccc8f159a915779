//! Measurements to a precision from the command line.

use std::path::Path;

use crate::{interaction, path, refuse, succeed};

/// The arguments of a measurement of an untrained network on generated scenes, on a small grid.
fn subject<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec![
        "discover",
        "--model",
        "resnet20-slim",
        "--data",
        "scenes",
        "--grid",
        "5x5",
        "--orders",
        "r:0,0.5,1",
        "--out",
        out,
    ];
    args.extend(more);
    args
}

fn json(folder: &Path, name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_precision_says_its_plan_and_what_it_reached() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let (out, budget) = (path(root, "out"), path(root, "budget"));
    let said = succeed(&subject(&out, &["--precision", "0.3"]));
    assert!(said.contains("price: first about"), "{said}");
    assert!(
        said.contains("plan for an error of 0.3 max(1, J)"),
        "{said}"
    );
    assert!(said.contains("over the data they come from"), "{said}");
    let profile = json(&root.join("out"), "profile.json");
    let reached = &profile["precision"];
    assert_eq!(reached["stopped"], "reached");
    assert!(reached["error"].as_f64().unwrap() <= 0.3);
    let pairs = profile["protocol"]["pairs"].as_str().unwrap();
    assert!(pairs.starts_with("stars:2:"), "{pairs}");

    // The plan as a budget gives the samples that it gave.
    let more = ["--precision", "0.3", "--plan-only"];
    let plan = succeed(&subject(&path(root, "plan"), &more));
    assert!(!root.join("plan/profile.json").exists());
    let line = plan.lines().find(|line| line.starts_with("as a budget"));
    let (_, arguments) = line.unwrap().split_once(": ").unwrap();
    let mut arguments: Vec<&str> = arguments.split_whitespace().collect();
    let count = reached["looks"][0][0].to_string();
    let samples = arguments
        .iter()
        .position(|arg| *arg == "--samples")
        .unwrap();
    arguments[samples + 1] = &count;
    succeed(&subject(&budget, &arguments));
    let again = json(&root.join("budget"), "profile.json");
    assert_eq!(again["samples"][0], profile["samples"][0]);

    // Going on to a smaller error keeps what is there.
    let before = profile["samples"].as_array().unwrap().len();
    let said = succeed(&subject(&out, &["--precision", "0.25", "--resume"]));
    assert!(said.contains(&format!("going on: {before} of")), "{said}");
    let after = json(&root.join("out"), "profile.json");
    assert!(after["precision"]["error"].as_f64().unwrap() <= 0.25);
    assert_eq!(after["samples"][0], profile["samples"][0]);
}

#[test]
fn a_precision_for_just_these_samples_takes_all_of_them_and_limits_bind() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let out = path(root, "out");
    let these = ["--precision", "0.3", "--these", "--samples", "6"];
    let said = succeed(&subject(&out, &these));
    assert!(said.contains("for just these samples"), "{said}");
    assert!(said.contains("measured 6 of 6 samples"), "{said}");
    let few = ["--precision", "0.01", "--samples", "25", "--force"];
    let said = succeed(&subject(&out, &few));
    assert!(
        said.contains("there are no more samples") || said.contains("more contexts"),
        "{said}"
    );
    let capped = ["--precision", "0.02", "--most-forwards", "9000", "--force"];
    let said = succeed(&subject(&out, &capped));
    assert!(said.contains("the forwards allowed are spent"), "{said}");
    // Fewer than the pilot takes.
    let few = ["--precision", "0.3", "--most-forwards", "10", "--force"];
    let output = interaction(&subject(&out, &few));
    let error = String::from_utf8_lossy(&output.stderr);
    let warned = error.contains("the pilot alone took") && error.contains("10 are allowed");
    assert!(output.status.success() && warned, "{error}");
}

#[test]
fn a_control_goes_on_with_contexts_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let [trained, out] = ["trained", "out"].map(|name| path(root, name));
    let train =
        "train --model mlp5 --data rules --epochs 1 --train-samples 650 --batch 64 --plain --out";
    let train: Vec<&str> = train.split_whitespace().collect();
    succeed(&[&train[..], &[&trained]].concat());
    let mut measure: Vec<&str> = vec!["discover", "--weights", &trained, "--out", &out];
    measure.extend("--any --samples 24 --estimator exact --precision 0.5 --control".split(' '));
    succeed(&measure);
    // A control whose contexts were raised.
    let file = root.join("out/control.json");
    let mut raised = json(&root.join("out"), "control.json");
    raised["protocol"]["contexts"] = "7".into();
    raised["precision"]["allocation"]["contexts"] = "7".into();
    std::fs::write(&file, raised.to_string()).unwrap();
    measure.push("--resume");
    succeed(&measure);
    let control = json(&root.join("out"), "control.json");
    assert_eq!(control["precision"]["allocation"]["contexts"], 7);
}

#[test]
fn a_precision_without_sense_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "out");
    for (more, what) in [
        (&["--precision", "0"][..], "precision"),
        (&["--precision", "nan"], "precision"),
        (&["--precision", "0.1", "--contexts", "5"], "--contexts"),
        (&["--precision", "0.1", "--published"], "--published"),
        (&["--these"], "--precision"),
        (
            &["--precision", "0.1", "--most-time", "soon"],
            "--most-time soon",
        ),
        (&["--precision", "0.1", "--part", "1/2"], "--plan-only"),
        (&["--contexts", "0.5:3"], "contexts"),
        (
            &["--precision", "0.1", "--most-forwards", "0"],
            "--most-forwards 0",
        ),
        (&["--published", "--pairs", "all"], "--pairs"),
    ] {
        refuse(&subject(&out, more), what);
    }
}
