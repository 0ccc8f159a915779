//! Studies that are run, killed, shared out, merged and refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{interaction, path, refuse, succeed};

/// The arguments of a smoke run into a store.
pub fn smoke<'a>(study: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["study", study, "--scale", "smoke", "--out", out], more].concat()
}

/// The numbers of a study: every value and every point of a curve.
pub fn numbers(out: &str, study: &str) -> [String; 2] {
    ["values.csv", "curves.csv"].map(|file| {
        let folder = Path::new(out)
            .join("reports")
            .join(format!("{study}-smoke"));
        std::fs::read_to_string(folder.join(file)).unwrap()
    })
}

/// The files that tell that cells are finished, with what they say and when they were written.
pub fn finished(out: &str) -> BTreeMap<String, (String, std::time::SystemTime)> {
    let mut cells = BTreeMap::new();
    for kind in ["trainings", "measures"] {
        let entries = std::fs::read_dir(Path::new(out).join(kind))
            .into_iter()
            .flatten();
        for entry in entries.flatten() {
            let file = entry.path().join("cell.json");
            if let (Ok(text), Ok(about)) = (std::fs::read_to_string(&file), file.metadata()) {
                let name = format!("{kind}/{}", entry.file_name().to_string_lossy());
                cells.insert(name, (text, about.modified().unwrap()));
            }
        }
    }
    cells
}

#[test]
fn settings_without_a_study_are_refused() {
    for setting in [&["--seeds", "3"][..], &["--report"], &["--out", "store"]] {
        refuse(&[&["study"], setting].concat(), "<NAME>");
    }
}

#[test]
fn studies_share_their_trainings_and_report_tables_claims_and_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "store");
    let text = succeed(&smoke("fig9", &out, &[]));
    for part in [
        "24 cells, 0 of them finished; price of the others: about",
        "[24/24]",
        "Claims (paired one-sided t over seeds",
        "orders-J-rules-mlp5.{svg,png}",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let made = format!(
        "made of 24 cells by version {} on flex",
        env!("CARGO_PKG_VERSION")
    );
    assert!(text.contains(&made), "{text}");
    let before = finished(&out);
    assert_eq!(before.len(), 24);
    let text = succeed(&smoke("table4", &out, &[]));
    assert!(
        text.contains("] measure") && !text.contains("] train"),
        "{text}"
    );
    let after = finished(&out);
    assert!(
        before
            .iter()
            .all(|(name, cell)| after.get(name) == Some(cell))
    );
    // Halfway through a training and at its end.
    let text = succeed(&smoke("fig7", &out, &[]));
    assert!(text.contains("learning strength halfway"), "{text}");
    let after = finished(&out);
    // Once more computes nothing, and so does a report.
    for more in [&[][..], &["--report"]] {
        let text = succeed(&smoke("fig9", &out, more));
        assert!(text.contains("12 of 12 measures are finished"), "{text}");
        assert_eq!(finished(&out), after);
    }
    let report = Path::new(&out).join("reports/fig9-smoke");
    for file in [
        "report.txt",
        "claims.csv",
        "summary.json",
        "orders-S-rules-mlp5.png",
    ] {
        assert!(report.join(file).exists(), "{file}");
    }
}

#[test]
fn the_four_capacities_are_read_from_tables_and_images_alike() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "store");
    let text = succeed(&smoke("table2", &out, &["--seeds", "1"]));
    for part in [
        "16 of 16 measures are finished",
        "scenes-resnet20-slim: high area",
        "rules-mlp5: low accuracy",
        "one seed, no test",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // What another study of the same networks needs is there.
    let text = succeed(&smoke("fig11", &out, &["--seeds", "1", "--report"]));
    assert!(text.contains("4 of 5 measures are finished"), "{text}");
}

#[test]
fn parts_in_stores_of_their_own_make_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, first, second] = ["whole", "first", "second"].map(|name| path(folder.path(), name));
    succeed(&smoke("fig9", &whole, &[]));
    succeed(&smoke("fig9", &first, &["--part", "1/2"]));
    assert!(finished(&first).len() < finished(&whole).len());
    succeed(&smoke("fig9", &second, &["--part", "2/2"]));
    let text = succeed(&smoke("fig9", &first, &["--from", &second, "--report"]));
    assert!(text.contains("took 12 finished cells"), "{text}");
    assert_eq!(numbers(&first, "fig9"), numbers(&whole, "fig9"));
    refuse(&smoke("fig9", &first, &["--from", "/nowhere"]), "/nowhere");
}

pub fn start(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills of a run, each after another part of a second: more with `INTERACTION_KILLS`.
fn kills() -> u64 {
    let asked = std::env::var("INTERACTION_KILLS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(4)
}

#[test]
fn a_killed_study_ends_with_the_numbers_of_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, killed] = ["whole", "killed"].map(|name| path(folder.path(), name));
    succeed(&smoke("fig9", &whole, &[]));
    for kill in 0..kills() {
        let before = finished(&killed);
        let mut child = start(&smoke("fig9", &killed, &[]));
        std::thread::sleep(Duration::from_millis(150 + 410 * (kill % 7)));
        child.kill().unwrap();
        child.wait().unwrap();
        let after = finished(&killed);
        // What is finished is never computed again.
        assert!(
            before
                .iter()
                .all(|(name, cell)| after.get(name) == Some(cell))
        );
    }
    let before = finished(&killed);
    succeed(&smoke("fig9", &killed, &[]));
    let after = finished(&killed);
    assert!(
        before
            .iter()
            .all(|(name, cell)| after.get(name) == Some(cell))
    );
    assert_eq!(numbers(&killed, "fig9"), numbers(&whole, "fig9"));
}

#[test]
fn two_processes_share_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| path(folder.path(), name));
    succeed(&smoke("fig9", &one, &[]));
    let mut first = start(&smoke("fig9", &two, &[]));
    let mut second = start(&smoke("fig9", &two, &[]));
    assert!(first.wait().unwrap().success() && second.wait().unwrap().success());
    assert_eq!(numbers(&two, "fig9"), numbers(&one, "fig9"));
}

/// A study of one network in three trainings: a plain one, one whose rows no augmentation varies, and one whose weights end as NaN.
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
            "measure rules wild seed 1, orders: ",
            "store/measures/",
        ] {
            refuse(&args, what);
        }
        let [values, _] = numbers(&out, "failing");
        assert!(values.contains("rules,plain,1,orders"), "{values}");
        assert!(!values.contains("wild"), "{values}");
        // Two trainings and a measure.
        assert_eq!(finished(&out).len(), 3);
    }
}

/// The study of the plain training alone, with more lines for its measure.
fn plain(more: &str) -> String {
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

#[test]
fn what_was_measured_of_other_weights_is_measured_again() {
    let folder = tempfile::tempdir().unwrap();
    let [out, file] = ["store", "failing.toml"].map(|name| path(folder.path(), name));
    std::fs::write(&file, plain("")).unwrap();
    let args = smoke(&file, &out, &[]);
    succeed(&args);
    let trainings = std::fs::read_dir(Path::new(&out).join("trainings")).unwrap();
    let training = trainings.map(|entry| entry.unwrap().path()).next().unwrap();
    let cell = training.join("cell.json");
    let text = std::fs::read_to_string(&cell).unwrap();
    let mut told: serde_json::Value = serde_json::from_str(&text).unwrap();
    let digest = burn_interaction::digest(training.join("model.safetensors")).unwrap();
    assert_eq!(told["weights"], digest.as_str());
    assert!(told["version"].is_string());
    // Another machine may have trained other weights.
    told["weights"] = "0123".into();
    std::fs::write(&cell, told.to_string()).unwrap();
    let text = succeed(&smoke(&file, &out, &["--report"]));
    assert!(text.contains("0 of 1 measures are finished"), "{text}");
    let text = succeed(&args);
    assert!(text.contains("] measure rules plain"), "{text}");
    assert!(!text.contains("] train"), "{text}");
    // Cells of an earlier version are believed.
    told.as_object_mut().unwrap().remove("weights");
    std::fs::write(&cell, told.to_string()).unwrap();
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

/// Lets a finished cell say that it is of these weights: another machine may have trained others.
fn of_weights(folder: &Path, digest: &str) {
    let cell = folder.join("cell.json");
    let text = std::fs::read_to_string(&cell).unwrap();
    let mut told: serde_json::Value = serde_json::from_str(&text).unwrap();
    told["weights"] = digest.into();
    std::fs::write(&cell, told.to_string()).unwrap();
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
fn a_page_shows_the_pictures_of_its_report_alone() {
    let folder = tempfile::tempdir().unwrap();
    let [out, file] = ["store", "failing.toml"].map(|name| path(folder.path(), name));
    let study = |more: &str| {
        std::fs::write(&file, plain(more)).unwrap();
        succeed(&smoke(&file, &out, &[]));
    };
    let report = Path::new(&out).join("reports/failing-smoke");
    let shown = |name: &str| {
        let html = std::fs::read_to_string(report.join("report.html")).unwrap();
        html.contains(&format!("curves of {name}:"))
    };
    study("");
    assert!(shown("orders-J-rules") && shown("orders-S-rules"));
    std::fs::copy(report.join("orders-J-rules.svg"), report.join("own.svg")).unwrap();
    study("pictures = [[\"J\"]]\n");
    let names = ["orders-J-rules", "orders-S-rules", "own"];
    assert_eq!(names.map(shown), [true, false, false]);
    let there = names.map(|name| report.join(format!("{name}.svg")).exists());
    assert_eq!(there, [true, false, true]);
}

/// Mistakes in a study of one's own: a text of `fig9` at one seed, what stands there by mistake, and what its refusal says.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("[scales]", "colour = 1\n[scales]", "unknown field `colour`"),
    ("model = \"mlp5\"", "model = \"mpl5\"", "did you mean mlp5?"),
    ("model = \"mlp5\"", "model = \"resnet20\"", "takes images"),
    (
        "data = \"rules\"",
        "data = \"ruels\"",
        "did you mean rules?",
    ),
    (
        "suppress = [0.7, 1.0]",
        "suppress = [1.0, 0.7]",
        "need 0 <= r1 < r2 <= 1",
    ),
    (
        "suppress = [0.7, 1.0]",
        "supress = [0.7, 1.0]",
        "unknown field `supress`",
    ),
    ("\"mean J 0..0.3\"", "\"mean J 0.3..0\"", "ascending range"),
    (
        "descending = [\"normal\", \"low\"]",
        "descending = [\"norm\", \"low\"]",
        "there is no variant \"norm\"",
    ),
    ("orders = {}", "orders = { contexts = 0 }", "contexts = 0"),
    ("orders = {}", "orders = {}\nfit = {}", "give one of orders"),
    ("samples = 200", "samples = -1", "invalid value"),
    ("schema = 1", "schema = 2", "reads schema 1"),
    (
        "descending = [\"normal\", \"low\"]",
        "descending = [{ constant = inf }, \"low\"]",
        "numbers are finite",
    ),
    (
        "descending = [\"normal\", \"low\"]",
        "descending = [{ constant = 1.0, variant = \"low\" }, \"low\"]",
        "not both",
    ),
    (
        "samples = 200\n",
        "samples = 200\nvariants = []\n",
        "an empty list",
    ),
    ("orders = {}", "fit = {}", "leave samples and part out"),
    ("epochs = 200", "epochs = 0", "epochs = 0"),
    ("batch = 512", "batch = 0", "batch = 0"),
    ("seeds = 1", "seeds = 0", "seeds = 0"),
    ("seeds = 1", "seeds = 10001", "10000 at the most"),
    ("learning-rate = 0.01", "learning-rate = 5.0", "at most 1"),
    ("orders = {}", "orders = {}\nepoch = 3", "after 1, 2, 5, 10"),
    (
        "orders = {}",
        "orders = {}\nat = 1.0\nepoch = 2",
        "one of at and epoch",
    ),
    (
        "orders = {}",
        "orders = { precision = -1.0 }",
        "precision = -1",
    ),
    (
        "orders = {}",
        "orders = { most-forwards = 5 }",
        "is for a precision",
    ),
    (
        "data = \"rules\"",
        "data = \"rules\"\nsha256 = \"12345678\"",
        "sha256 is of weights",
    ),
    (
        "data = \"rules\"",
        "data = \"rules\"\ngrid = [4, 4]",
        "--grid is for images",
    ),
    (
        "samples = 200\n",
        "samples = 200\npart = \"unlabelled\"\n",
        "no classes to measure by",
    ),
    (
        "samples = 200\n",
        "samples = 200\nvariants = [\"normal\"]\n",
        "the measure orders is not made of the variant low",
    ),
    (
        "name = \"low\"\nterms",
        "name = \"low\"\nuntrained = true\nterms",
        "the variant is untrained",
    ),
    (
        "training = { learning-rate = 0.1, batch = 128 }",
        "weights = \"net.safetensors\"\ntraining = { epochs=0 }",
        "a term steers a training, and rules-mlp5 has none",
    ),
    (
        "orders = {}",
        "orders = {}\n\n[[measure]]\nname = \"fitted\"\nat=0.5\nfit = {}",
        "a fit is of the whole training",
    ),
    (
        "orders = {}",
        "orders = {}\n\n[[measure]]\nname = \"other\"\nsubjects = [\"rules-mlp5\"]\norders = { contexts = 3 }\n\n\
         [[claim]]\ntext = \"a\"\nsection = \"b\"\nsubjects = [\"census-mlp5\"]\nmeasure = \"other\"\nvalue = \"depth\"\n\
         descending = [\"normal\", \"low\"]",
        "no subject of the claim",
    ),
];

#[test]
fn a_study_that_is_shown_can_be_changed_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let text = succeed(&["study", "show", "fig9"]);
    let listed = succeed(&["study"]);
    assert!(
        listed.contains("fig9") && listed.contains("table4"),
        "{listed}"
    );
    let write = |name: &str, text: &str| {
        let file = path(folder.path(), name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let out = path(folder.path(), "store");
    let own = text.replacen("name = \"fig9\"", "name = \"mine\"", 1);
    let own = own.replacen("seeds = 2", "seeds = 1", 1);
    let text = succeed(&smoke(&write("mine.toml", &own), &out, &[]));
    assert!(
        text.contains("mine: ") && text.contains("undecided"),
        "{text}"
    );
    for (from, to, what) in MISTAKES {
        assert!(own.contains(from), "{from}");
        let file = write("bad.toml", &own.replacen(from, to, 1));
        let args = smoke(&file, &out, &[]);
        refuse(&args, what);
        refuse(&args, "line ");
        refuse(&args, "column ");
        // The line that was changed, unless something is told of a whole table.
        let changed = |(_, (own, bad)): &(usize, (&str, &str))| own != bad;
        let bad = own.replacen(from, to, 1);
        let lines = own.lines().zip(bad.lines()).enumerate();
        let line = lines.into_iter().find(changed).unwrap().0 + 1;
        if to.contains(" = 0") {
            refuse(&args, &format!("bad.toml, line {line}, column "));
        }
    }
}

#[test]
fn a_changed_copy_of_a_study_leaves_the_reports_of_the_study_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = succeed(&["study", "show", "fig9"]);
    let out = path(folder.path(), "store");
    refuse(&smoke("fig9", &out, &["--report"]), "--report makes none");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(Path::new(&out).join("store.json"), "{\"schema\": 1}").unwrap();
    let report = |name: &str, text: &str| {
        let file = path(folder.path(), name);
        std::fs::write(&file, text).unwrap();
        succeed(&smoke(&file, &out, &["--report"]))
    };
    for (file, change, reports) in [
        ("fig9.toml", false, "fig9-smoke"),
        ("copy.toml", false, "fig9-smoke"),
        ("fig9.toml", true, "fig9-own-smoke"),
        ("my study.toml", true, "fig9-my-study-smoke"),
    ] {
        let text = match change {
            true => report(file, &text.replacen("title = \"", "title = \"My ", 1)),
            false => report(file, &text),
        };
        assert!(text.contains(&format!("reports/{reports}: ")), "{text}");
        assert!(text.contains("  not measured  rules-mlp5: "), "{text}");
        let told = text.contains("its reports are named fig9-");
        assert_eq!(told, change, "{text}");
    }
}

#[test]
fn what_no_study_can_do_is_refused_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "store");
    refuse(&["study", "fig99"], "table3, table4, attack-orders");
    refuse(&["study", "show", "fig99"], "table3, table4, attack-orders");
    refuse(&["study", "nowhere.toml"], "nowhere.toml");
    refuse(&smoke("fig9", &out, &["--seeds", "0"]), "--seeds 0");
    refuse(&smoke("fig9", &out, &["--part", "3/2"]), "3/16");
    let lacking = ["study", "fig9", "--out", &out, "--data-root", "/nowhere"];
    for what in [
        "/nowhere/census",
        "archive.ics.uci.edu",
        "--data-root",
        "--scale smoke",
    ] {
        refuse(&lacking, what);
    }
    let store = Path::new(&out);
    assert!(!store.exists());
    std::fs::create_dir_all(store).unwrap();
    std::fs::write(store.join("store.json"), "{\"schema\": 99}").unwrap();
    refuse(&smoke("fig9", &out, &[]), "store of schema 99");
    std::fs::remove_file(store.join("store.json")).unwrap();
    std::fs::write(store.join("letter.txt"), "dear").unwrap();
    refuse(&smoke("fig9", &out, &[]), "is no store of studies");
}
