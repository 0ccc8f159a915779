//! The findings of several studies as one table, made from the summaries of their reports.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Result, usage};
use crate::work::read_json;

/// The claims of a `summary.json`.
#[derive(Deserialize)]
struct Summary {
    study: String,
    scale: String,
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

/// The claims of these summaries, files or folders of reports, as a table in Markdown: a row for each claim of each study, with the
/// subjects on which it holds, fails and stays undecided. With `figures` each subject has a row with what was found.
///
/// # Errors
///
/// Fails where there is no summary, or one cannot be read.
pub fn findings(paths: &[PathBuf], figures: bool) -> Result<String> {
    let mut text = String::from(match figures {
        true => "| study | claim | subject | | found |\n|---|---|---|---|---|\n",
        false => "| study | claim | holds | fails | undecided |\n|---|---|---|---|---|\n",
    });
    for path in paths {
        let summary = read(path)?;
        // Writing to a string never fails.
        let _ = match figures {
            true => summary.each(&mut text),
            false => summary.counted(&mut text),
        };
    }
    Ok(text)
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
    fn name(&self) -> String {
        match self.scale.as_str() {
            "laptop" => self.study.clone(),
            scale => format!("{} ({scale})", self.study),
        }
    }

    fn each(&self, text: &mut String) -> std::fmt::Result {
        for claim in &self.claims {
            let Claim {
                subject,
                judgement,
                found,
                ..
            } = claim;
            let (name, words) = (self.name(), claim.words());
            writeln!(
                text,
                "| {name} | {words} | {subject} | {judgement} | {found} |"
            )?;
        }
        Ok(())
    }

    fn counted(&self, text: &mut String) -> std::fmt::Result {
        let mut seen: Vec<String> = Vec::new();
        for claim in &self.claims {
            let words = claim.words();
            if seen.contains(&words) {
                continue;
            }
            let of = |judgement: &str| {
                let same = self.claims.iter().filter(|other| other.words() == words);
                let judged = same.filter(|other| other.judgement == judgement);
                let subjects: Vec<&str> = judged.map(|other| other.subject.as_str()).collect();
                subjects.join(", ")
            };
            let [holds, fails, undecided] = ["holds", "fails", "undecided"].map(of);
            let name = self.name();
            writeln!(
                text,
                "| {name} | {words} | {holds} | {fails} | {undecided} |"
            )?;
            seen.push(words);
        }
        Ok(())
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
        let table = findings(&[file], true).unwrap();
        assert_eq!(table.lines().count(), 5);
        assert!(table.contains("| two | fails | 2 > 1 |"), "{table}");
        let error = findings(&["/nowhere".into()], false).unwrap_err();
        assert!(error.to_string().contains("summary.json"), "{error}");
    }
}
