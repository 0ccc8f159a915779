//! The programs of `examples/`, as a user runs them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A program, which `cargo test` has built beside the tests.
fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is missing: run the tests of the whole workspace, which build it",
        program.display()
    );
    program
}

/// Runs a program in a folder of its own and gives what it prints.
fn run(name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(program(name))
        .current_dir(folder.path())
        .output();
    let output = output.expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The number behind the last space of the line that begins so.
fn number(text: &str, line: &str) -> f64 {
    let found = text.lines().find(|own| own.starts_with(line));
    let found = found.unwrap_or_else(|| panic!("no \"{line}\" in {text}"));
    found.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn two_inputs_play_one_game() {
    let text = run("two_inputs");
    // The network is a product of a patch and a column, and of two columns; all are at least a half.
    assert!(number(&text, "patch 0 and column 0") > 0.2, "{text}");
    assert!(number(&text, "column 1 and column 2") > 0.1, "{text}");
    for line in ["patch 1 and column 0", "patch 0 and patch 1"] {
        assert!(number(&text, line).abs() < 1e-5, "{text}");
    }
}

#[test]
fn a_hidden_unit_is_a_game() {
    let text = run("hidden_unit");
    assert_eq!(text.matches("unit ").count(), 8, "{text}");
    assert!(
        text.contains("features 0 and 1") || text.contains("features 2 and"),
        "{text}"
    );
}

#[test]
fn each_head_has_its_own_curve() {
    let text = run("several_heads");
    let line = |head: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(head));
        found
            .unwrap_or_else(|| panic!("no {head} in {text}"))
            .to_string()
    };
    assert_ne!(line("class: "), line("agree: "), "{text}");
}

#[test]
fn a_predicted_number_is_a_game() {
    let text = run("regression");
    let of = |pair: &str| number(&text, &format!("features {pair}"));
    let [strong, weak, none] = [of("0 and 1"), of("2 and 3"), of("0 and 5")];
    assert!(strong > 0.3 && weak < strong && none < weak, "{text}");
}

#[test]
fn a_game_that_is_no_network_is_measured() {
    assert!(!run("a_game_of_your_own").is_empty());
}

#[test]
fn a_metric_without_the_wrapper_follows_a_learner() {
    let text = run("metric_in_your_learner");
    for name in [
        "Order strength low",
        "Order strength high",
        "Order strength mid",
        "trained ",
    ] {
        assert!(text.contains(name), "{name}: {text}");
    }
}
