//! Measures of weights that the training of this store did not end with.

use std::path::{Path, PathBuf};

use super::failing::plain;
use super::{numbers, smoke};
use crate::{path, succeed};

#[test]
fn what_was_measured_of_other_weights_is_measured_again() {
    let folder = tempfile::tempdir().unwrap();
    let [out, file] = ["store", "failing.toml"].map(|name| path(folder.path(), name));
    std::fs::write(&file, plain("")).unwrap();
    let args = smoke(&file, &out, &[]);
    succeed(&args);
    let training = only(&out, "trainings");
    let digest = burn_interaction::digest(training.join("model.safetensors")).unwrap();
    change(&training, |told| {
        assert_eq!(told["weights"], digest.as_str());
        assert!(told["version"].is_string());
    });
    of_weights(&training, "0123");
    let text = succeed(&smoke(&file, &out, &["--report"]));
    assert!(text.contains("0 of 1 measures are finished"), "{text}");
    let text = succeed(&args);
    assert!(text.contains("] measure rules plain"), "{text}");
    assert!(!text.contains("] train"), "{text}");
    // Cells of an earlier version are believed.
    change(&training, |told| drop(told.remove("weights")));
    let text = succeed(&smoke(&file, &out, &["--report"]));
    assert!(text.contains("1 of 1 measures are finished"), "{text}");
}

/// The folder of the only training, or the only measure, of a store.
fn only(out: &str, kind: &str) -> PathBuf {
    let entries = std::fs::read_dir(Path::new(out).join(kind)).unwrap();
    let mut folders = entries.map(|entry| entry.unwrap().path());
    let first = folders.next().unwrap();
    assert!(folders.next().is_none());
    first
}

/// Changes what a finished cell tells.
fn change(folder: &Path, how: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) {
    let cell = folder.join("cell.json");
    let text = std::fs::read_to_string(&cell).unwrap();
    let mut told: serde_json::Value = serde_json::from_str(&text).unwrap();
    how(told.as_object_mut().unwrap());
    std::fs::write(&cell, told.to_string()).unwrap();
}

/// Lets a finished cell say that it is of these weights: another machine may have trained others.
fn of_weights(folder: &Path, digest: &str) {
    change(folder, |told| told["weights"] = digest.into());
}

#[test]
fn a_measure_in_progress_is_not_replaced_by_one_of_other_weights() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["here", "there", "failing.toml"];
    let [here, there, file] = names.map(|name| path(folder.path(), name));
    std::fs::write(&file, plain("")).unwrap();
    succeed(&smoke(&file, &here, &[]));
    succeed(&smoke(&file, &there, &[]));
    let measure = only(&here, "measures");
    std::fs::remove_file(measure.join("cell.json")).unwrap();
    let journal = measure.join("profile.partial.jsonl");
    std::fs::write(&journal, "half").unwrap();
    for kind in ["trainings", "measures"] {
        of_weights(&only(&there, kind), "0123");
    }
    let args = smoke(&file, &here, &["--from", &there, "--report"]);
    let text = succeed(&args);
    assert!(text.contains("took 0 finished cells"), "{text}");
    assert!(text.contains("0 of 1 measures are finished"), "{text}");
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), "half");
    // A measure that is finished here, of weights that the training did not end with, gives way to one that is of them.
    let training = only(&here, "trainings");
    let digest = burn_interaction::digest(training.join("model.safetensors")).unwrap();
    let other = only(&there, "measures");
    std::fs::copy(other.join("cell.json"), measure.join("cell.json")).unwrap();
    of_weights(&other, &digest);
    let text = succeed(&args);
    assert!(text.contains("took 1 finished cells"), "{text}");
    assert!(text.contains("1 of 1 measures are finished"), "{text}");
    assert!(!journal.exists());
}

#[test]
fn numbers_of_an_earlier_form_are_made_again_from_their_profile() {
    let folder = tempfile::tempdir().unwrap();
    let [out, file] = ["store", "failing.toml"].map(|name| path(folder.path(), name));
    std::fs::write(&file, plain("")).unwrap();
    succeed(&smoke(&file, &out, &[]));
    let report = smoke(&file, &out, &["--report"]);
    let measured = numbers(&out, "failing");
    let measure = only(&out, "measures");
    let other = |told: &mut serde_json::Map<String, serde_json::Value>| {
        told["outcome"]["values"]["level of S"]["value"] = 123.5.into();
    };
    change(&measure, other);
    succeed(&report);
    let [values, _] = numbers(&out, "failing");
    assert!(values.contains("123.5"), "{values}");
    change(&measure, |told| drop(told.remove("form")));
    succeed(&report);
    assert_eq!(numbers(&out, "failing"), measured);
}

#[test]
fn an_interrupted_cell_counts_all_its_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let [out, file] = ["store", "failing.toml"].map(|name| path(folder.path(), name));
    std::fs::write(&file, plain("")).unwrap();
    let args = smoke(&file, &out, &[]);
    succeed(&args);
    let measure = only(&out, "measures");
    std::fs::remove_file(measure.join("cell.json")).unwrap();
    std::fs::write(measure.join("spent.json"), "1000.0").unwrap();
    succeed(&args);
    change(&measure, |told| {
        assert!(told["seconds"].as_f64().unwrap() > 1000.0, "{told:?}");
    });
    assert!(!measure.join("spent.json").exists());
}
