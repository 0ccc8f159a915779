use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;

use burn_interaction::internal::replace;
use serde::{Deserialize, Serialize};

use super::makers::Maker;
use super::named::VERSION;
use super::{Report, study_page};
use crate::error::{Result, usage};
use crate::work::{PAGE, read_json, write_json};

/// One number of one cell.
#[derive(Serialize)]
struct ValueRow<'a> {
    subject: &'a str,
    variant: &'a str,
    seed: u64,
    measure: &'a str,
    value: &'a str,
    number: f64,
    standard_error: Option<f64>,
}

/// One point of a curve of one cell.
#[derive(Serialize)]
struct CurveRow<'a> {
    subject: &'a str,
    variant: &'a str,
    seed: u64,
    measure: &'a str,
    curve: &'a str,
    along: &'a str,
    place: f64,
    number: f64,
}

/// One inequality of one claim.
#[derive(Serialize)]
struct ClaimRow<'a> {
    claim: &'a str,
    section: &'a str,
    subject: &'a str,
    left: &'a str,
    right: &'a str,
    left_mean: Option<f64>,
    right_mean: Option<f64>,
    difference: f64,
    standard_error: Option<f64>,
    p: Option<f64>,
    seeds: usize,
    judgement: String,
}

/// The numbers of a study over its seeds, and the judgements: what is kept of it.
#[derive(Serialize)]
struct Summary<'a> {
    study: &'a str,
    scale: &'a str,
    report: &'a str,
    seeds: [u64; 2],
    digest: &'a str,
    version: &'a str,
    made: &'a [Maker],
    finished: usize,
    cells: usize,
    numbers: Vec<SummaryRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<SummaryWord<'a>>,
    tests: &'a str,
    claims: Vec<SummaryClaim<'a>>,
    pictures: &'a [String],
}

#[derive(Serialize)]
struct SummaryRow<'a> {
    subject: &'a str,
    variant: &'a str,
    measure: &'a str,
    value: String,
    seeds: usize,
    mean: f64,
    deviation: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<f64>,
}

/// A word that a measure found, such as the shape of a curve, with how often over the seeds.
#[derive(Serialize)]
struct SummaryWord<'a> {
    subject: &'a str,
    variant: &'a str,
    measure: &'a str,
    value: String,
    found: String,
}

#[derive(Serialize)]
struct SummaryClaim<'a> {
    claim: &'a str,
    section: &'a str,
    subject: &'a str,
    judgement: String,
    found: String,
}

impl Report<'_> {
    /// Writes `report.txt`, `values.csv`, `curves.csv`, `claims.csv`, `summary.json`, a picture of each kind of curve
    /// and subject, and all of it as `report.html`, and removes the pictures that an earlier report alone has. Returns the names of
    /// the files.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<Vec<String>> {
        std::fs::create_dir_all(folder)
            .map_err(|e| usage(format!("cannot write to {}: {e}", folder.display())))?;
        let text = self.text();
        replace(&folder.join("report.txt"), |file| {
            file.write_all(text.as_bytes())
        })?;
        rows(&folder.join("values.csv"), self.value_rows())?;
        rows(&folder.join("curves.csv"), self.curve_rows())?;
        let judged = self.judged();
        let claims = judged.iter().flat_map(|judged| {
            let known = |mean: f64| Some(mean).filter(|mean| mean.is_finite());
            let pairs = judged.pairs().into_iter().zip(&judged.sides);
            pairs
                .zip(&judged.inequalities)
                .map(move |(([left, right], sides), i)| ClaimRow {
                    claim: &judged.claim.text,
                    section: &judged.claim.section,
                    subject: judged.subject,
                    left: &judged.items[left],
                    right: &judged.items[right],
                    left_mean: known(sides[0]),
                    right_mean: known(sides[1]),
                    difference: i.difference,
                    standard_error: i.error,
                    p: i.p,
                    seeds: i.seeds,
                    judgement: judged.judgement.to_string(),
                })
        });
        rows(&folder.join("claims.csv"), claims)?;
        let drawn = self.draw(folder)?;
        let summary = folder.join("summary.json");
        let earlier = pictures(&summary);
        write_json(&summary, &self.summary(&drawn))?;
        for old in earlier.iter().filter(|name| !drawn.contains(name)) {
            std::fs::remove_file(folder.join(old)).ok();
        }
        let mut names: Vec<String> = [
            "report.txt",
            "values.csv",
            "curves.csv",
            "claims.csv",
            "summary.json",
        ]
        .map(String::from)
        .into();
        names.extend(drawn);
        if let Some(page) = study_page(folder)? {
            page.write(&folder.join(PAGE))?;
            names.push(PAGE.into());
        }
        Ok(names)
    }

    fn value_rows(&self) -> impl Iterator<Item = ValueRow<'_>> {
        self.each().flat_map(|(training, cell, outcome)| {
            outcome.values.iter().map(move |(value, reading)| ValueRow {
                subject: &training.subject,
                variant: &training.variant,
                seed: training.recipe.seed,
                measure: &cell.measure,
                value,
                number: reading.value,
                standard_error: reading.error,
            })
        })
    }

    fn curve_rows(&self) -> impl Iterator<Item = CurveRow<'_>> {
        self.each().flat_map(|(training, cell, outcome)| {
            outcome.curves.iter().flat_map(move |(name, curve)| {
                let points = curve.places.iter().zip(&curve.values);
                points.map(move |(place, number)| CurveRow {
                    subject: &training.subject,
                    variant: &training.variant,
                    seed: training.recipe.seed,
                    measure: &cell.measure,
                    curve: name,
                    along: &curve.along,
                    place: *place,
                    number: *number,
                })
            })
        })
    }

    fn summary<'a>(&'a self, pictures: &'a [String]) -> Summary<'a> {
        let (mut numbers, mut words) = (Vec::new(), Vec::new());
        for subject in self.subjects() {
            for variant in &self.study.variants {
                for measure in &self.study.measures {
                    let (variant, of) = (variant.name.get_ref(), measure.name.get_ref());
                    for value in self.shown(measure) {
                        if let Some(found) = self.tally(subject, variant, of, &value) {
                            words.push(SummaryWord {
                                subject,
                                variant,
                                measure: of,
                                value: value.to_string(),
                                found,
                            });
                        }
                        let spread = self.spread(subject, variant, of, &value);
                        if spread.seeds > 0 {
                            numbers.push(SummaryRow {
                                subject,
                                variant,
                                measure: of,
                                seeds: spread.seeds,
                                mean: spread.mean,
                                deviation: spread.deviation,
                                published: self.published(subject, variant, of, &value),
                                value: value.to_string(),
                            });
                        }
                    }
                }
            }
        }
        let (finished, cells) = self.progress();
        Summary {
            study: self.study.name.get_ref(),
            scale: self.size.name(),
            report: &self.named.report,
            seeds: [*self.named.seeds.start(), *self.named.seeds.end()],
            digest: &self.named.digest,
            version: VERSION,
            made: self.makers.all(),
            finished,
            cells,
            numbers,
            words,
            pictures,
            tests: self.tests(),
            claims: self
                .judged()
                .into_iter()
                .map(|judged| SummaryClaim {
                    claim: &judged.claim.text,
                    section: &judged.claim.section,
                    subject: judged.subject,
                    judgement: judged.judgement.to_string(),
                    found: judged.found(),
                })
                .collect(),
        }
    }
}

/// The pictures that an earlier report lists; none where there is no report, or one of a version that listed none.
fn pictures(summary: &Path) -> Vec<String> {
    #[derive(Deserialize)]
    struct Earlier {
        #[serde(default)]
        pictures: Vec<String>,
    }

    let earlier = summary.exists().then(|| read_json::<Earlier>(summary));
    let names = earlier.and_then(Result::ok).map(|found| found.pictures);
    let inside = |name: &String| Path::new(name).file_name() == Some(OsStr::new(name));
    names.into_iter().flatten().filter(inside).collect()
}

/// Writes rows as CSV with a header, so that a kill leaves the old file or the new one.
fn rows<T: Serialize>(path: &Path, rows: impl Iterator<Item = T>) -> Result<()> {
    let fail = |e: &dyn std::fmt::Display| usage(format!("{}: {e}", path.display()));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(|e| fail(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| fail(&e))?;
    Ok(replace(path, |file| file.write_all(&bytes))?)
}
