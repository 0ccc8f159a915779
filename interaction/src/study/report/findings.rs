//! The findings of several studies as one table, made from the summaries of their reports.

use std::fmt::Write;
use std::path::PathBuf;

use super::super::judge::Judgement;
use super::summaries::{Summary, read, row};
use crate::error::Result;

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

impl Summary {
    /// Adds a row for each claim on each subject.
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

    /// Adds a row for each claim, with its subjects by judgement.
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
