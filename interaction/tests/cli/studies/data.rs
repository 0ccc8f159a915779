//! Stores whose data are exchanged under them.

use std::path::Path;

use super::failing::plain;
use super::{finished, smoke};
use crate::{path, refuse, succeed};

/// Writes a set of the UCR archive of two classes, series of twelve steps that rise by this much.
fn series(folder: &Path, slope: f64) {
    std::fs::create_dir_all(folder).unwrap();
    for (file, count) in [("Steps_TRAIN.tsv", 24), ("Steps_TEST.tsv", 8)] {
        let row = |k: usize| {
            let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
            let value = |step: usize| format!("\t{}", sign * slope * (step + k % 3) as f64);
            let values: String = (0..12).map(value).collect();
            format!("{}{values}\n", k % 2)
        };
        let rows: String = (0..count).map(row).collect();
        std::fs::write(folder.join(file), rows).unwrap();
    }
}

#[test]
fn a_store_is_for_one_copy_of_a_set() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["store", "other", "data", "ucr.toml"];
    let [out, other, data, file] = names.map(|name| path(folder.path(), name));
    let study = plain("")
        .replace("model = \"mlp5\"", "model = \"fcn-slim\"")
        .replace("data = \"rules\"", "data = \"ucr\"")
        .replace("name = \"failing\"", "name = \"ucr\"");
    std::fs::write(&file, study).unwrap();
    let set = Path::new(&data).join("ucr");
    series(&set, 0.1);
    let root = ["--data-root", data.as_str()];
    let args = smoke(&file, &out, &root);
    succeed(&args);
    // The same files elsewhere are the same data.
    let moved = path(folder.path(), "moved");
    series(&Path::new(&moved).join("ucr"), 0.1);
    let text = succeed(&smoke(&file, &out, &["--data-root", &moved]));
    assert!(text.contains("2 cells, 2 of them finished"), "{text}");
    let before = finished(&out);
    series(&set, 0.2);
    refuse(&args, "trainings on several copies of ucr: the files of");
    let from = ["--data-root", data.as_str(), "--from", out.as_str()];
    refuse(&smoke(&file, &other, &from), "give another --out");
    assert_eq!(finished(&out), before);
    assert!(finished(&other).is_empty());
    // Seeds of another copy are as little put beside these.
    let more = ["--data-root", data.as_str(), "--seeds", "2..2"];
    succeed(&smoke(&file, &out, &more));
    let both = ["--report", "--seeds", "1..2"];
    refuse(
        &smoke(&file, &out, &both),
        "trainings on several copies of ucr",
    );
    // What is finished can be reported whatever the data are now.
    let report = ["--report", "--data-root", data.as_str()];
    succeed(&smoke(&file, &out, &report));
}
