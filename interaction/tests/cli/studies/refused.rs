//! Studies with mistakes, each refused where it stands.

use std::path::Path;

use super::smoke;
use crate::{path, refuse, succeed};

#[test]
fn settings_without_a_study_are_refused() {
    for setting in [&["--seeds", "3"][..], &["--report"], &["--out", "store"]] {
        refuse(&[&["study"], setting].concat(), "<NAME>");
    }
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
