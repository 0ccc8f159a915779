//! Studies that are run, killed, shared out, merged and refused.

mod data;
mod failing;
mod refused;
mod weights;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{path, refuse, succeed};

use failing::plain;

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
fn orders_of_attacked_rows_are_measured_beside_those_of_clean_ones() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "store");
    let text = succeed(&smoke("attack-orders", &out, &["--seeds", "1"]));
    assert!(text.contains("2 of 2 measures are finished"), "{text}");
    let report = Path::new(&out).join("reports/attack-orders-smoke-seeds-1");
    let csv = std::fs::read_to_string(report.join("curves.csv")).unwrap();
    for variant in ["normal", "untrained"] {
        let curve = |name: &str| -> Vec<f64> {
            let start = format!("rules-mlp5,{variant},1,rules,{name},order ratio,");
            let rows = csv.lines().filter(|row| row.starts_with(&start));
            let number = |row: &str| -> f64 { row.rsplit(',').next().unwrap().parse().unwrap() };
            rows.map(number).collect()
        };
        let names = ["S clean", "S attacked", "disruption", "relative disruption"];
        let [clean, attacked, disruption, relative] = names.map(curve);
        // Ten columns have nine orders.
        assert_eq!((clean.len(), disruption.len()), (9, 9), "{csv}");
        for (order, changed) in disruption.iter().enumerate() {
            // Means of |a| and |b| lie no further apart than the mean of |a - b|.
            let apart = (attacked[order] - clean[order]).abs();
            assert!(*changed > 0.0 && apart <= changed * (1.0 + 1e-9), "{csv}");
            let over = relative[order] * clean[order];
            assert!((over - changed).abs() <= 1e-9 * changed, "{csv}");
        }
    }
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
