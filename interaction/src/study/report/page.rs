//! The page of a study, made from the files of its report.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::super::judge::Judgement;
use super::numbers::short;
use crate::error::{Result, usage};
use crate::report::page::{Page, Part, Section};
use crate::work::read_json;

/// The numbers and judgements of `summary.json`.
#[derive(Deserialize)]
struct Summary {
    study: String,
    scale: String,
    finished: usize,
    cells: usize,
    numbers: Vec<Number>,
    #[serde(default)]
    words: Vec<Word>,
    #[serde(default = "over_seeds")]
    tests: String,
    claims: Vec<Claim>,
    /// The files of the report's pictures; absent in those of earlier versions.
    pictures: Option<Vec<String>>,
}

/// The tests of earlier versions, which did not name them.
fn over_seeds() -> String {
    "one-sided t over seeds".into()
}

#[derive(Deserialize)]
struct Word {
    subject: String,
    variant: String,
    measure: String,
    value: String,
    found: String,
}

#[derive(Deserialize)]
struct Number {
    subject: String,
    variant: String,
    measure: String,
    value: String,
    seeds: usize,
    mean: f64,
    deviation: Option<f64>,
    published: Option<f64>,
}

#[derive(Deserialize)]
struct Claim {
    claim: String,
    subject: String,
    judgement: String,
}

/// The page of a study's report; `None` for a folder that holds none.
///
/// # Errors
///
/// Fails where a file of the report cannot be read.
pub fn study_page(folder: &Path) -> Result<Option<Page>> {
    let (summary, text) = (folder.join("summary.json"), folder.join("report.txt"));
    if !summary.exists() || !text.exists() {
        return Ok(None);
    }
    let found: Summary = read_json(&summary)?;
    let text = read(&text)?;
    let mut lines = text.lines();
    let title = lines.next().unwrap_or(&found.study).to_string();
    let about = lines.next().unwrap_or_default().to_string();
    let cells = format!(
        "{} of {} measures are finished, at {} scale.",
        found.finished, found.cells, found.scale
    );
    let mut sections = vec![claims(&found), pictures(folder, &found)?, numbers(&found)];
    let mut whole = Section::new(
        "report",
        "The report as text",
        "All tables, and the choices that the source leaves open.",
    );
    whole.parts.push(Part::Text { text });
    sections.push(whole);
    sections.retain(|section| !section.parts.is_empty());
    Ok(Some(Page {
        title,
        summary: vec![counted(&found.claims), about, cells],
        sections,
    }))
}

/// A sentence on how many claims hold.
fn counted(claims: &[Claim]) -> String {
    let of = |judgement: Judgement| {
        let fits = |claim: &&Claim| claim.judgement.starts_with(judgement.word());
        claims.iter().filter(fits).count()
    };
    let unmeasured = match of(Judgement::Unmeasured) {
        0 => String::new(),
        1 => " One is not measured.".into(),
        count => format!(" {count} are not measured."),
    };
    match claims.len() {
        0 => "This study makes no claim.".into(),
        all => format!(
            "Of {all} claims on its subjects {} hold, {} are undecided and {} fail.{unmeasured}",
            of(Judgement::Holds),
            of(Judgement::Undecided),
            of(Judgement::Fails)
        ),
    }
}

fn claims(found: &Summary) -> Section {
    let mut section = Section::new(
        "claims",
        "The claims",
        format!(
            "Each claim is judged on each subject at 5 % either way, shared out over the inequalities of a claim and not over claims: {}. Seeds measure samples of one list, so that a test over seeds is of these samples.",
            found.tests
        ),
    );
    let row = |claim: &Claim| {
        vec![
            claim.claim.clone(),
            claim.subject.clone(),
            claim.judgement.clone(),
        ]
    };
    if !found.claims.is_empty() {
        section.parts.push(Part::Table {
            caption: "Claims".into(),
            header: ["claim", "subject", "judgement"].map(String::from).into(),
            rows: found.claims.iter().map(row).collect(),
            folded: false,
        });
    }
    section
}

fn numbers(found: &Summary) -> Section {
    let mut section = Section::new(
        "numbers",
        "The numbers",
        "Means over seeds, with their standard deviation, beside the published number where there is one.",
    );
    let known = |value: Option<f64>| value.map_or(String::new(), short);
    let row = |number: &Number| {
        vec![
            number.subject.clone(),
            number.variant.clone(),
            number.measure.clone(),
            number.value.clone(),
            short(number.mean),
            known(number.deviation),
            number.seeds.to_string(),
            known(number.published),
        ]
    };
    let header = [
        "subject",
        "variant",
        "measure",
        "number",
        "mean",
        "deviation",
        "seeds",
        "published",
    ];
    if !found.words.is_empty() {
        let row = |word: &Word| {
            let Word {
                subject,
                variant,
                measure,
                value,
                found,
            } = word;
            [subject, variant, measure, value, found]
                .map(String::clone)
                .into()
        };
        section.parts.push(Part::Table {
            caption: "Words, with how often each was found over the seeds".into(),
            header: ["subject", "variant", "measure", "word", "found"]
                .map(String::from)
                .into(),
            rows: found.words.iter().map(row).collect(),
            folded: false,
        });
    }
    if !found.numbers.is_empty() {
        section.parts.push(Part::Table {
            caption: "Numbers".into(),
            header: header.map(String::from).into(),
            rows: found.numbers.iter().map(row).collect(),
            folded: true,
        });
    }
    section
}

/// The pictures of the report, in the order of their names: those that it lists, and all in the folder where it lists none.
fn pictures(folder: &Path, found: &Summary) -> Result<Section> {
    let mut section = Section::new(
        "pictures",
        "The curves",
        "Means over seeds; bands are standard deviations.",
    );
    let entries = std::fs::read_dir(folder)
        .map_err(|e| usage(format!("reading {}: {e}", folder.display())))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_own = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let listed = found.pictures.as_ref();
        name.ends_with(".svg") && listed.is_none_or(|names| names.iter().any(|own| *own == name))
    };
    let mut paths: Vec<PathBuf> = paths.filter(is_own).collect();
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        section.parts.push(Part::Figure {
            svg: image(&read(&path)?),
            label: format!("curves of {name}: their points are in curves.csv"),
            photo: false,
        });
    }
    Ok(section)
}

/// A picture from a file as an image, in which no script runs.
fn image(svg: &str) -> String {
    let encoded = STANDARD.encode(svg);
    format!("<img alt=\"\" src=\"data:image/svg+xml;base64,{encoded}\">")
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| usage(format!("reading {}: {e}", path.display())))
}
