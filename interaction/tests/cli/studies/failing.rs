//! Studies some of whose cells fail.

use super::{finished, numbers, smoke};
use crate::{interaction, path, refuse};

/// A study of one network in three trainings: a plain one, one whose rows no augmentation varies, and one that diverges.
const FAILING: &str = r#"
schema = 1
name = "failing"
title = "Cells that fail"
source = "nowhere"
about = "A test."

[scales]
smoke = { seeds = 1, subjects = ["rules"] }
laptop = { seeds = 1, subjects = ["rules"] }
published = { seeds = 1, subjects = ["rules"] }

[training]
epochs = 1
batch = 128
learning-rate = 0.1
samples = 500

[[subject]]
name = "rules"
model = "mlp5"
data = "rules"

[[variant]]
name = "varied"
training = { augment = "4" }

[[variant]]
name = "wild"
training = { weight-decay = 1e30 }

[[variant]]
name = "plain"

[[measure]]
name = "orders"
samples = 4
orders = {}
"#;

#[test]
fn cells_that_fail_leave_the_others_and_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let [out, file] = ["store", "failing.toml"].map(|name| path(folder.path(), name));
    std::fs::write(&file, FAILING).unwrap();
    let args = smoke(&file, &out, &[]);
    // Whether the failing cells are met for the first time or again.
    for _ in 0..2 {
        for what in [
            "2 cell(s) failed, and 1 of 3 measures are finished",
            "train rules varied seed 1: ",
            "train rules wild seed 1: the training diverged in epoch 1",
            "store/trainings/",
        ] {
            refuse(&args, what);
        }
        let [values, _] = numbers(&out, "failing");
        assert!(values.contains("rules,plain,1,orders"), "{values}");
        assert!(!values.contains("wild"), "{values}");
        // A training and its measure.
        assert_eq!(finished(&out).len(), 2);
    }
}

/// The study of the plain training alone, with more lines for its measure.
pub fn plain(more: &str) -> String {
    let lines = format!("samples = 4\nvariants = [\"plain\"]\n{more}");
    FAILING.replace("samples = 4\n", &lines)
}

#[test]
fn a_network_that_cannot_be_priced_leaves_the_others_and_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let [out, file] = ["store", "failing.toml"].map(|name| path(folder.path(), name));
    // No grid of 17 rows lies on these images.
    let scenes = "[[subject]]\nname = \"scenes\"\nmodel = \"resnet20-slim\"\ndata = \"scenes\"\ngrid = [17, 17]\n\n";
    let study = plain("")
        .replace(
            "subjects = [\"rules\"]",
            "subjects = [\"scenes\", \"rules\"]",
        )
        .replace("[[subject]]\n", &format!("{scenes}[[subject]]\n"));
    std::fs::write(&file, study).unwrap();
    let args = smoke(&file, &out, &[]);
    let output = interaction(&args);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("[4/4] measure rules plain"), "{text}");
    for what in [
        "1 cell(s) failed, and 1 of 2 measures are finished",
        "price scenes plain seed 1: ",
        "17x17",
    ] {
        refuse(&args, what);
    }
    let [values, _] = numbers(&out, "failing");
    assert!(values.contains("rules,plain,1,orders"), "{values}");
    assert_eq!(finished(&out).len(), 2);
}

#[test]
fn measures_that_no_network_can_have_are_refused_before_the_training() {
    let folder = tempfile::tempdir().unwrap();
    let [out, file] = ["store", "failing.toml"].map(|name| path(folder.path(), name));
    let texts = plain("")
        .replace(
            "model = \"mlp5\"\ndata = \"rules\"",
            "model = \"bert-slim\"\ndata = \"grammar\"",
        )
        .replace("batch = 128", "batch = 8");
    let attack =
        "attack = { norm = \"linf\", epsilon = 0.1, step = 0.1, steps = 1, random-start = false }";
    for (study, measure, reason) in [
        (
            plain(""),
            "orders = { orders = \"0,5,99\" }",
            "order 99 is out of range",
        ),
        (
            plain(""),
            "orders = { pairs = \"neighbours:1:10\" }",
            "grid",
        ),
        (texts.clone(), attack, "an attack moves numbers"),
        // Sentences differ in their number of word pieces.
        (
            texts.clone(),
            "orders = { orders = \"0,2,4\" }",
            "have no order in common: give ratios",
        ),
        (texts, "learning = {}", "of one number of players"),
    ] {
        std::fs::write(&file, study.replace("orders = {}", measure)).unwrap();
        let args = smoke(&file, &out, &[]);
        refuse(&args, "measure rules plain seed 1, orders: ");
        refuse(&args, reason);
        assert!(finished(&out).is_empty());
    }
}
