//! Summaries of reports, as the tables over several studies read them.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Result, usage};
use crate::work::read_json;

/// A report's `summary.json`. Earlier versions did not write the name of the report.
#[derive(Deserialize)]
pub struct Summary {
    study: String,
    scale: String,
    #[serde(default)]
    report: Option<String>,
    #[serde(default)]
    finished: usize,
    #[serde(default)]
    cells: usize,
    /// Numbers over seeds.
    #[serde(default)]
    pub numbers: Vec<Number>,
    /// Words over seeds, such as shapes.
    #[serde(default)]
    pub words: Vec<Word>,
    /// Judged claims.
    pub claims: Vec<Claim>,
}

/// A number of one network over its seeds.
#[derive(Deserialize)]
pub struct Number {
    /// The network, its variant and what measured it.
    #[serde(flatten)]
    pub of: Measured,
    /// Name of the number.
    pub value: String,
    /// Seeds that have it.
    pub seeds: usize,
    /// Mean over seeds; `None` where it is no number.
    pub mean: Option<f64>,
    /// Standard deviation over seeds.
    pub deviation: Option<f64>,
}

/// A word that a measure found of one network, with how often over the seeds.
#[derive(Deserialize)]
pub struct Word {
    /// The network, its variant and what measured it.
    #[serde(flatten)]
    pub of: Measured,
    /// Name of the word, such as "shape".
    pub value: String,
    /// The words found, such as "U 2, falling 1".
    pub found: String,
}

/// A network as one measure of a study took it.
#[derive(Deserialize, Clone, PartialEq)]
pub struct Measured {
    /// Name of the network on its data.
    pub subject: String,
    /// Name of the variant of its training.
    pub variant: String,
    /// Name of the measure.
    pub measure: String,
}

impl Measured {
    /// Whether both are the same variant of the same network.
    pub fn is_network(&self, other: &Self) -> bool {
        self.subject == other.subject && self.variant == other.variant
    }
}

/// A claim on one subject. Earlier versions wrote neither section nor finding.
#[derive(Deserialize)]
pub struct Claim {
    claim: String,
    #[serde(default)]
    section: String,
    /// Name of the network on its data.
    pub subject: String,
    /// Word of the judgement.
    pub judgement: String,
    /// Numbers that were found.
    #[serde(default)]
    pub found: String,
}

impl Summary {
    /// The name of the study, or of the report where this is of a changed copy or of other seeds, with the measures that are
    /// finished where some are not.
    pub fn name(&self) -> String {
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
}

impl Claim {
    /// The claim with its section.
    pub fn words(&self) -> String {
        match self.section.is_empty() {
            true => self.claim.clone(),
            false => format!("{} ({})", self.claim, self.section),
        }
    }
}

/// Reads the summary of a report, of a file or of a report's folder.
///
/// # Errors
///
/// Fails where there is none, or it cannot be read.
pub fn read(path: &Path) -> Result<Summary> {
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

/// A row of a table in Markdown, in whose cells a bar or a line's end would be that of the cell.
pub fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells = cells.into_iter();
    let cells = cells.map(|cell| cell.replace('|', "\\|").replace(['\n', '\r'], " "));
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}
