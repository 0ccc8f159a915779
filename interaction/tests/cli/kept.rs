//! The numbers of the paper's studies that `tests/expected` keeps, and README's account of them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::succeed;

/// A file or folder of the workspace.
fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The summaries, sorted by name.
fn summaries() -> Vec<PathBuf> {
    let files = std::fs::read_dir(workspace("tests/expected")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    assert!(files.len() > 10, "{files:?}");
    files
}

fn json(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn kept_numbers_are_of_the_studies_as_they_stand() {
    for file in summaries() {
        let summary = json(&file);
        let name = summary["study"].as_str().unwrap();
        assert_eq!(file.file_stem().unwrap(), name);
        let own = workspace(&format!("tests/studies/{name}.toml"));
        let study = match own.exists() {
            true => std::fs::read_to_string(own).unwrap(),
            false => succeed(&["study", "show", name]),
        };
        for claim in summary["claims"].as_array().unwrap() {
            let text = claim["claim"].as_str().unwrap();
            assert!(study.contains(&format!("\"{text}\"")), "{name}: {text}");
            assert!(claim["judgement"].is_string(), "{name}: {text}");
        }
    }
}

/// The columns of `networks.md`.
const SHAPES: [&str; 6] = [
    "shape",
    "middle of J",
    "left end over middle",
    "right end over middle",
    "level of S",
    "error of J",
];

#[test]
fn kept_tables_are_those_of_the_kept_summaries() {
    let files = summaries();
    let files: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    let kept = |name: &str| {
        let file = workspace("tests/expected").join(name);
        std::fs::read_to_string(file).unwrap()
    };
    let findings = [&["study", "findings", "--figures"], &files[..]].concat();
    let written = ", which .ci/full tables writes";
    assert!(
        kept("findings.md") == succeed(&findings),
        "findings.md{written}"
    );
    let named = |file: &&&str| {
        let name = Path::new(file).file_name().unwrap().to_str().unwrap();
        name.starts_with("fig4")
    };
    let mut numbers = vec!["study", "numbers"];
    numbers.extend(files.iter().filter(named));
    numbers.extend(SHAPES.iter().flat_map(|value| ["--value", value]));
    assert!(
        kept("networks.md") == succeed(&numbers),
        "networks.md{written}"
    );
}

/// A judged claim of a kept summary.
struct Judged {
    study: String,
    claim: String,
    subject: String,
    judgement: String,
}

impl Judged {
    /// The column of README in which the network stands.
    fn column(&self) -> &'static str {
        let on = |data: &str| self.subject.starts_with(data);
        match self.study.as_str() {
            "fig4-transformers" => "transformers",
            "fig4-slim" if on("cifar-tnt") || on("cifar-swin") => "transformers",
            "fig4-texts" => "texts",
            "fig4-clouds" => "clouds",
            "fig4-trained" => "published",
            _ if on("census") || on("commercial") => "tables",
            _ if on("cifar") => "CNNs",
            study => panic!("README has no column for {} of {study}", self.subject),
        }
    }
}

/// Every judged claim of the studies of the paper.
fn judged() -> Vec<Judged> {
    let mut judged = Vec::new();
    for file in summaries() {
        let summary = json(&file);
        let word = |value: &Value| value.as_str().unwrap().to_string();
        let study = word(&summary["study"]);
        if study == "rerun" {
            continue;
        }
        for claim in summary["claims"].as_array().unwrap() {
            judged.push(Judged {
                study: study.clone(),
                claim: word(&claim["claim"]),
                subject: word(&claim["subject"]),
                judgement: word(&claim["judgement"]),
            });
        }
    }
    judged
}

/// On how many networks a claim holds, fails and stays undecided, as README writes it; empty where it was judged on none.
fn counts<'a>(judged: impl IntoIterator<Item = &'a Judged>) -> String {
    let mut counts = [0; 3];
    let mut subjects = Vec::new();
    for Judged {
        claim,
        subject,
        judgement,
        ..
    } in judged
    {
        assert!(!subjects.contains(&subject), "{claim}: {subject} twice");
        subjects.push(subject);
        // Where J is none, nothing is judged.
        if judgement == "not measured" {
            continue;
        }
        let words = ["holds", "fails", "undecided"];
        let place = words.iter().position(|word| word == judgement);
        counts[place.unwrap_or_else(|| panic!("{claim}: {subject} is {judgement}"))] += 1;
    }
    match subjects.is_empty() {
        true => String::new(),
        false => counts.map(|count: usize| count.to_string()).join(" / "),
    }
}

/// The rows of a table of README whose first row begins like this, each with as many cells as the first.
fn table(header: &str) -> Vec<Vec<String>> {
    let readme = std::fs::read_to_string(workspace("README.md")).unwrap();
    let rows = readme.lines().skip_while(|line| !line.starts_with(header));
    let rows = rows.take_while(|line| line.starts_with('|'));
    let cells = |line: &str| -> Vec<String> {
        let inner = line.strip_prefix('|').unwrap().strip_suffix('|').unwrap();
        inner.split('|').map(|cell| cell.trim().into()).collect()
    };
    let mut rows: Vec<Vec<String>> = rows.map(cells).collect();
    assert!(rows.len() > 2, "README has no table \"{header}\"");
    rows.remove(1);
    for row in &rows {
        assert_eq!(row.len(), rows[0].len(), "{row:?}");
    }
    rows
}

#[test]
fn readme_counts_the_claims_as_they_were_judged() {
    let judged = judged();
    let rows = table("| claim |");
    assert!(rows.len() > 10, "{rows:?}");
    for row in &rows[1..] {
        let of = || judged.iter().filter(|judged| judged.claim == row[0]);
        let known = |judged: &Judged| rows[0].iter().any(|name| name == judged.column());
        assert!(of().count() > 0, "no study judges \"{}\"", row[0]);
        assert!(of().all(known), "{}: a column is missing", row[0]);
        for (column, cell) in rows[0].iter().zip(row).skip(1) {
            let here = of().filter(|judged| judged.column() == column);
            assert_eq!(*cell, counts(here), "{}: {column}", row[0]);
        }
    }
}

#[test]
fn readme_counts_the_capacities_as_they_were_judged() {
    let judged = judged();
    let rows = table("| | low-order |");
    let claims = judged.iter().filter(|judged| judged.study == "table2");
    let mut left: Vec<&Judged> = claims.collect();
    for row in &rows[1..] {
        for (variant, cell) in rows[0].iter().zip(row).skip(1) {
            let (label, counted) = cell.split_once(": ").unwrap();
            let claim = format!("{}, {variant}: {label}", row[0]);
            let is = |judged: &&Judged| {
                let rest = judged.claim.strip_prefix(&claim);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
            };
            let (found, others): (Vec<&Judged>, Vec<&Judged>) = left.into_iter().partition(is);
            assert!(!found.is_empty(), "no claim \"{claim}\"");
            assert_eq!(counted, counts(found), "{claim}");
            left = others;
        }
    }
    let left: Vec<&str> = left.iter().map(|judged| judged.claim.as_str()).collect();
    assert!(left.is_empty(), "README leaves out {left:?}");
}

#[test]
fn tables_have_five_seeds_and_other_studies_three() {
    for file in summaries() {
        let summary = json(&file);
        let study = summary["study"].as_str().unwrap();
        let expected = match study {
            "fig6" | "fig7" | "fig9" | "fig12" | "table4" | "attack-orders" => 5,
            "rerun" => continue,
            _ => 3,
        };
        let numbers = summary["numbers"].as_array().unwrap().iter();
        let seeds = numbers.map(|number| number["seeds"].as_u64().unwrap());
        assert_eq!(seeds.max(), Some(expected), "{study}");
    }
}
