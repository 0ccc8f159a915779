//! Studies of networks that start from given weights, measures after chosen epochs, and stores that are moved.

use std::path::Path;

use crate::{path, refuse, succeed};

/// A study of a perceptron with given weights, beside itself untrained, and of another that is trained here.
const STUDY: &str = r#"
schema = 1
name = "given"
title = "A given network"
source = "nowhere"
about = "A test."

[scales]
smoke = { seeds = 2, subjects = ["given", "own"] }
laptop = { seeds = 2, subjects = ["given"] }
published = { seeds = 2, subjects = ["given"] }

[training]
epochs = 4
batch = 128
learning-rate = 0.1

[[subject]]
name = "given"
model = "mlp5"
data = "rules"
weights = "net.safetensors"
training = { epochs = 0 }

[[subject]]
name = "own"
model = "mlp5"
data = "rules"
training = { samples = 500 }

[[variant]]
name = "trained"

[[variant]]
name = "untrained"
untrained = true

[[measure]]
name = "first"
samples = 10
epoch = 2
orders = {}

[[measure]]
name = "later"
samples = 10
epoch = 20
orders = {}

[[measure]]
name = "end"
samples = 10
shown = ["shape", "left end over middle", "samples"]
orders = {}

[[picture]]
name = "by-epoch"
curve = "J"
lines = [
  { variant = "untrained", measure = "end" },
  { variant = "trained", measure = "first", label = "epoch 2" },
  { variant = "trained", measure = "end" },
]

[[claim]]
text = "the left end lies above the middle"
section = "none"
measure = "end"
descending = [{ variant = "trained", value = "left end over middle" }, { constant = 0.0 }]

[[claim]]
text = "training deepens the middle"
section = "none"
measure = "end"
value = "middle of J"
descending = ["untrained", "trained"]
"#;

/// A folder with the weights of a perceptron, and the study.
fn prepared(root: &Path) -> [String; 3] {
    let net = path(root, "net");
    succeed(&[
        "train", "--model", "mlp5", "--data", "rules", "--lr", "0.1", "--epochs", "2", "--out",
        &net,
    ]);
    let weights = root.join("weights");
    std::fs::create_dir_all(&weights).unwrap();
    std::fs::copy(
        root.join("net/model.safetensors"),
        weights.join("net.safetensors"),
    )
    .unwrap();
    std::fs::write(root.join("given.toml"), STUDY).unwrap();
    [
        path(root, "given.toml"),
        path(root, "weights"),
        path(root, "store"),
    ]
}

fn run<'a>(study: &'a str, weights: &'a str, store: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let all = [
        "study",
        study,
        "--scale",
        "smoke",
        "--weights-root",
        weights,
        "--out",
        store,
    ];
    [&all[..], more].concat()
}

/// The numbers and curves of the report.
fn report(store: &str) -> [String; 2] {
    ["values.csv", "curves.csv"].map(|file| {
        let folder = Path::new(store).join("reports/given-smoke");
        std::fs::read_to_string(folder.join(file)).unwrap()
    })
}

#[test]
fn given_networks_are_measured_once_and_judged_over_their_samples() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let [study, weights, store] = prepared(root);
    let text = succeed(&run(&study, &weights, &store, &[]));
    // One given network and two untrained ones; two trained ones, measured twice, and two untrained ones.
    for part in [
        "16 cells, 0 of them finished",
        "reading the weights of mlp5",
        "over the samples of one network\n",
        "over the samples of one network and the draws of 2 networks beside it",
        "by-epoch-own.{svg,png}",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("later"), "{text}");
    let numbers = report(&store);
    let shape = std::fs::read_to_string(Path::new(&store).join("reports/given-smoke/summary.json"));
    assert!(shape.unwrap().contains("\"value\": \"shape\""));
    // What the given network says is what discover says of it.
    let [found, net] = [path(root, "found"), path(root, "net")];
    succeed(&[
        "discover",
        "--weights",
        &net,
        "--orders",
        "all",
        "--samples",
        "10",
        "--any",
        "--out",
        &found,
    ]);
    let curve = std::fs::read_to_string(root.join("found/curve.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(curve.as_bytes());
    let place = rows
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "relative_corrected");
    let first: f64 = rows.records().next().unwrap().unwrap()[place.unwrap()]
        .parse()
        .unwrap();
    let mut rows = csv::Reader::from_reader(numbers[1].as_bytes());
    let own = rows.records().map(Result::unwrap);
    let mut own = own.filter(|row| &row[0] == "given" && &row[1] == "trained" && &row[4] == "J");
    let given: f64 = own.next().unwrap()[7].parse().unwrap();
    assert!((given - first).abs() < 1e-9, "{given} {first}");
    // Without the weights no cell of them would be found, and a worse report replace this one.
    refuse(
        &run(&study, "/nowhere", &store, &["--report"]),
        "/nowhere/net.safetensors of given: give the folder that holds them as --weights-root",
    );
    succeed(&run(&study, &weights, &store, &["--report"]));
    assert_eq!(report(&store), numbers);
    // Weights that are others, or none, are refused.
    let wrong = STUDY.replace(
        "weights = \"net.safetensors\"",
        "weights = \"net.safetensors\"\nsha256 = \"0123456789\"",
    );
    std::fs::write(root.join("wrong.toml"), wrong).unwrap();
    let wrong = path(root, "wrong.toml");
    refuse(
        &run(&wrong, &weights, &store, &[]),
        "its SHA-256 begins with",
    );
    refuse(
        &run(&study, "/nowhere", &store, &[]),
        "--weights-root (it was /nowhere)",
    );
    refuse(
        &run(&study, "/nowhere", &store, &[]),
        "/nowhere/net.safetensors",
    );
}

/// Measures of errors over samples, besides those of orders.
const OTHERS: &str = r#"
[[measure]]
name = "attacked"
samples = 10
attack = { norm = "linf", epsilon = 0.1, step = 0.05, steps = 2, random-start = false }

[[measure]]
name = "masked"
samples = 12
masking = {}

[[measure]]
name = "fitted"
fit = {}

[[picture]]
"#;

#[test]
fn measures_count_the_samples_that_claims_are_judged_over() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let [study, weights, store] = prepared(root);
    let text = STUDY
        .replace("[\"given\", \"own\"]", "[\"given\"]")
        .replace("[[picture]]\n", OTHERS)
        .replace(
            "measure = \"end\"\ndescending",
            "measure = \"fitted\"\ndescending",
        )
        .replace(
            "value = \"left end over middle\" }",
            "value = \"test loss\" }",
        );
    std::fs::write(&study, text).unwrap();
    let text = succeed(&run(&study, &weights, &store, &[]));
    for part in [
        "holds         given: trained test loss",
        "over the samples of one network",
        "Claims (one-sided t over the samples of a given network",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let [values, _] = report(&store);
    for part in [
        "attacked,samples,10",
        "masked,samples,12",
        "fitted,samples,",
    ] {
        let part = format!("given,trained,1,{part}");
        assert!(values.contains(&part), "{part} is not in {values}");
    }
}

#[test]
fn a_store_that_is_moved_goes_on_and_takes_parts_made_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let [study, weights, whole] = prepared(root);
    succeed(&run(&study, &weights, &whole, &[]));
    let [first, moved, second] = ["first", "moved", "second"].map(|name| path(root, name));
    succeed(&run(&study, &weights, &first, &["--part", "1/2"]));
    succeed(&run(&study, &weights, &second, &["--part", "2/2"]));
    std::fs::rename(&first, &moved).unwrap();
    // The weights after an epoch were lost, and so was what was measured of them: the training is made again.
    let inside = |folder: &str| {
        let entries = std::fs::read_dir(Path::new(&moved).join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path())
    };
    let lost = inside("trainings").map(|cell| cell.join("training/kept/epoch-2.bpk"));
    for file in lost.filter(|file| file.exists()) {
        std::fs::remove_file(file).unwrap();
    }
    for measure in inside("measures") {
        std::fs::remove_dir_all(measure).unwrap();
    }
    let text = succeed(&run(&study, &weights, &moved, &["--from", &second]));
    assert!(text.contains("train   own trained"), "{text}");
    assert_eq!(report(&moved), report(&whole));
}

#[test]
fn variants_that_train_given_weights_have_every_seed() {
    let folder = tempfile::tempdir().unwrap();
    let [study, weights, store] = prepared(folder.path());
    let untrained = "[[variant]]\nname = \"untrained\"";
    let tuned = "[[variant]]\nname = \"tuned\"\ntraining = { epochs = 1 }";
    let text = STUDY.replace(untrained, &format!("{tuned}\n\n{untrained}"));
    std::fs::write(&study, text).unwrap();
    let text = succeed(&run(&study, &weights, &store, &[]));
    let trained = |variant: &str, seed: u64| {
        let words = format!("train   given {variant} seed {seed}:");
        text.contains(&words)
    };
    assert_eq!([1, 2].map(|seed| trained("trained", seed)), [true, false]);
    assert_eq!([1, 2].map(|seed| trained("tuned", seed)), [true; 2]);
}

#[test]
fn seeds_are_a_range_where_settings_are_sought_on_others() {
    let folder = tempfile::tempdir().unwrap();
    let [study, weights, store] = prepared(folder.path());
    let text = succeed(&run(&study, &weights, &store, &["--seeds", "11..12"]));
    let trained = |seed: u64| text.contains(&format!("train   own trained seed {seed}:"));
    let seeds = [1, 2, 11, 12, 13].map(trained);
    assert_eq!(seeds, [false, false, true, true, false]);
    // The report of the study with its own seeds stays.
    let reports = Path::new(&store).join("reports");
    assert!(!reports.join("given-smoke").exists());
    let sought = reports.join("given-smoke-seeds-11..12");
    let summary = std::fs::read_to_string(sought.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["seeds"], serde_json::json!([11, 12]));
    assert_eq!(summary["report"], "given-smoke-seeds-11..12");
    for field in ["digest", "version"] {
        assert!(summary[field].is_string(), "{field}: {summary}");
    }
    let table = succeed(&["study", "findings", &sought.to_string_lossy()]);
    assert!(table.contains("| given-smoke-seeds-11..12 |"), "{table}");
    // The given network is what it is.
    assert!(text.contains("train   given trained seed 1:"), "{text}");
    refuse(
        &run(&study, &weights, &store, &["--seeds", "3..1"]),
        "11..13",
    );
}

#[test]
fn a_measure_to_a_precision_goes_on_where_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let text = STUDY
        .replace("\"given\", \"own\"", "\"images\"")
        .replace(
            "name = \"own\"\nmodel = \"mlp5\"\ndata = \"rules\"",
            "name = \"images\"\nmodel = \"resnet20-slim\"\ndata = \"scenes\"",
        )
        .replace("samples = 10\n", "samples = 30\n")
        .replace(
            "orders = {}",
            "orders = { orders = \"r:0,0.5,1\", precision = 0.3, most-forwards = 6000 }",
        );
    let study = path(root, "given.toml");
    std::fs::write(&study, text.replace("seeds = 2", "seeds = 1")).unwrap();
    let [whole, killed] = ["whole", "killed"].map(|name| path(root, name));
    let weights = path(root, "weights");
    let text = succeed(&run(&study, &weights, &whole, &[]));
    assert!(text.contains("end: mean over seeds"), "{text}");
    for pause in [600, 1500, 2500] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_interaction"))
            .args(run(&study, &weights, &killed, &[]))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    succeed(&run(&study, &weights, &killed, &[]));
    assert_eq!(report(&killed), report(&whole));
}
