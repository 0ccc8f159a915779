//! The findings of several studies as one table, made from the summaries of their reports.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::judge::Judgement;
use crate::error::{Result, usage};
use crate::work::read_json;

/// The claims of a `summary.json`. Earlier versions did not write the name of the report.
#[derive(Deserialize)]
struct Summary {
    study: String,
    scale: String,
    #[serde(default)]
    report: Option<String>,
    #[serde(default)]
    finished: usize,
    #[serde(default)]
    cells: usize,
    claims: Vec<Claim>,
}

/// A claim on one subject. Earlier versions wrote neither section nor finding.
#[derive(Deserialize)]
struct Claim {
    claim: String,
    #[serde(default)]
    section: String,
    subject: String,
    judgement: String,
    #[serde(default)]
    found: String,
}

/// The judgements that have a column in every table.
const JUDGEMENTS: [Judgement; 3] = [Judgement::Holds, Judgement::Fails, Judgement::Undecided];

/// The claims of these summaries, files or folders of reports, as a table in Markdown: a row for each claim of each study, with the
/// subjects on which it holds, fails, stays undecided, and is not measured where there are such. With `figures` each subject has a row
/// with what was found.
///
/// # Errors
///
/// Fails where there is no summary, or one cannot be read.
pub fn findings(paths: &[PathBuf], figures: bool) -> Result<String> {
    let summaries = paths.iter().map(|path| read(path));
    let summaries = summaries.collect::<Result<Vec<Summary>>>()?;
    let mut columns = JUDGEMENTS.map(Judgement::word).to_vec();
    let unmeasured = Judgement::Unmeasured.word();
    let mut claims = summaries.iter().flat_map(|summary| &summary.claims);
    if claims.any(|claim| claim.judgement == unmeasured) {
        columns.push(unmeasured);
    }
    let header = match figures {
        true => ["study", "claim", "subject", "", "found"].to_vec(),
        false => [&["study", "claim"], &columns[..]].concat(),
    };
    let mut text = row(header.iter().copied());
    let _ = writeln!(text, "|{}", "---|".repeat(header.len()));
    for summary in &summaries {
        match figures {
            true => summary.each(&mut text),
            false => summary.counted(&columns, &mut text),
        }
    }
    Ok(text)
}

/// A row of a table in Markdown, in whose cells a bar or a line's end would be that of the cell.
fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells = cells.into_iter();
    let cells = cells.map(|cell| cell.replace('|', "\\|").replace(['\n', '\r'], " "));
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

fn read(path: &Path) -> Result<Summary> {
    let file = match path.is_dir() {
        true => path.join("summary.json"),
        false => path.into(),
    };
    match file.exists() {
        true => read_json(&file),
        false => Err(usage(format!(
            "{}: give the summary.json of a study's report, or its folder, such as interaction-studies/reports/fig9-laptop",
            file.display()
        ))),
    }
}

impl Summary {
    /// The name of the study, or of the report where this is of a changed copy or of other seeds, with the measures that are
    /// finished where some are not.
    fn name(&self) -> String {
        let Self {
            study,
            scale,
            report,
            finished,
            cells,
            ..
        } = self;
        let usual = format!("{study}-{scale}");
        let name = match (report, scale.as_str()) {
            (Some(report), _) if *report != usual => report.clone(),
            (_, "laptop") => study.clone(),
            (_, scale) => format!("{study} ({scale})"),
        };
        match finished < cells {
            true => format!("{name}, {finished} of {cells} measures finished"),
            false => name,
        }
    }

    fn each(&self, text: &mut String) {
        for claim in &self.claims {
            let cells = [
                &self.name(),
                &claim.words(),
                &claim.subject,
                &claim.judgement,
                &claim.found,
            ];
            text.push_str(&row(cells.map(String::as_str)));
        }
    }

    fn counted(&self, columns: &[&str], text: &mut String) {
        let mut seen: Vec<String> = Vec::new();
        for claim in &self.claims {
            let words = claim.words();
            if seen.contains(&words) {
                continue;
            }
            let of = |judgement: &&str| {
                let same = self.claims.iter().filter(|other| other.words() == words);
                let judged = same.filter(|other| other.judgement == **judgement);
                let subjects: Vec<&str> = judged.map(|other| other.subject.as_str()).collect();
                subjects.join(", ")
            };
            let mut cells = vec![self.name(), words.clone()];
            cells.extend(columns.iter().map(of));
            text.push_str(&row(cells.iter().map(String::as_str)));
            seen.push(words);
        }
    }
}

impl Claim {
    /// The claim with its section.
    fn words(&self) -> String {
        match self.section.is_empty() {
            true => self.claim.clone(),
            false => format!("{} ({})", self.claim, self.section),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_of_all_subjects_stand_in_one_row() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("summary.json");
        let claim = |subject: &str, judgement: &str| {
            format!(
                "{{\"claim\": \"a > b\", \"section\": \"6.2\", \"subject\": \"{subject}\", \"judgement\": \"{judgement}\", \"found\": \"2 > 1\"}}"
            )
        };
        let claims = [
            claim("one", "holds"),
            claim("two", "fails"),
            claim("three", "holds"),
        ];
        let text = format!(
            "{{\"study\": \"mine\", \"scale\": \"smoke\", \"claims\": [{}]}}",
            claims.join(", ")
        );
        std::fs::write(&file, text).unwrap();
        let table = findings(&[folder.path().into()], false).unwrap();
        assert_eq!(
            table.lines().nth(2),
            Some("| mine (smoke) | a > b (6.2) | one, three | two |  |")
        );
        let table = findings(std::slice::from_ref(&file), true).unwrap();
        assert_eq!(table.lines().count(), 5);
        assert!(table.contains("| two | fails | 2 > 1 |"), "{table}");
        for (fields, name) in [
            (r#""scale": "laptop", "report": "mine-laptop""#, "mine"),
            (
                r#""scale": "laptop", "report": "mine-own-laptop""#,
                "mine-own-laptop",
            ),
            (
                r#""scale": "laptop", "report": "mine-laptop-seeds-11..13""#,
                "mine-laptop-seeds-11..13",
            ),
            (
                r#""scale": "smoke", "finished": 2, "cells": 5"#,
                "mine (smoke), 2 of 5 measures finished",
            ),
        ] {
            let claim = &claims[0];
            let text = format!("{{\"study\": \"mine\", {fields}, \"claims\": [{claim}]}}");
            std::fs::write(&file, text).unwrap();
            let table = findings(std::slice::from_ref(&file), false).unwrap();
            let row = table.lines().nth(2).unwrap();
            assert!(row.starts_with(&format!("| {name} | a > b")), "{row}");
        }
        // A bar in a claim is no bar of the table, and what is not measured is not undecided.
        let open = claim("four", "not measured").replace("a > b", "|a| > b");
        let text = format!("{{\"study\": \"mine\", \"scale\": \"smoke\", \"claims\": [{open}]}}");
        std::fs::write(&file, text).unwrap();
        let table = findings(std::slice::from_ref(&file), false).unwrap();
        let lines: Vec<&str> = table.lines().collect();
        let header = "| study | claim | holds | fails | undecided | not measured |";
        assert_eq!(lines[..2], [header, "|---|---|---|---|---|---|"]);
        assert_eq!(
            lines[2],
            r"| mine (smoke) | \|a\| > b (6.2) |  |  |  | four |"
        );
        let error = findings(&["/nowhere".into()], false).unwrap_err();
        assert!(error.to_string().contains("summary.json"), "{error}");
    }
}
