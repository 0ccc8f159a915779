//! Results as JSON and CSV.

use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use crate::file::{create, load_json, save_json, writing};

use super::{Curves, Profile, Strength, StrengthPoint};

impl Strength {
    /// Writes the curve and its settings as JSON.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save_json(&self, path: impl AsRef<Path>) -> Result<()> {
        save_json(self, path.as_ref())
    }

    /// Writes one row an order as CSV, with a header; what is not known is empty, and so is the order of samples that
    /// differ in their number of players.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        save_csv(
            self.points.iter().map(|point| Row::new("network", point)),
            path.as_ref(),
        )
    }
}

impl Curves {
    /// Writes the curves and their settings as JSON.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save_json(&self, path: impl AsRef<Path>) -> Result<()> {
        save_json(self, path.as_ref())
    }

    /// Writes one row for each curve and order as CSV, with a header; what is not known is empty, and so is the order of samples that
    /// differ in their number of players.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let rows = self
            .curves
            .iter()
            .flat_map(|c| c.strength.points.iter().map(|p| Row::new(&c.name, p)));
        save_csv(rows, path.as_ref())
    }
}

/// One order of one curve.
#[derive(Serialize)]
struct Row<'a> {
    network: &'a str,
    order: Option<usize>,
    ratio: f64,
    strength: f64,
    strength_corrected: Option<f64>,
    below_noise: bool,
    noise_floor: Option<f64>,
    measurement_error: Option<f64>,
    standard_error: Option<f64>,
    error: Option<f64>,
    corrected_low: Option<f64>,
    corrected_high: Option<f64>,
    relative: f64,
    relative_corrected: Option<f64>,
    relative_error: Option<f64>,
    relative_corrected_low: Option<f64>,
    relative_corrected_high: Option<f64>,
    fluctuation: Option<f64>,
    mean: f64,
    contexts: f64,
}

impl<'a> Row<'a> {
    fn new(network: &'a str, p: &StrengthPoint) -> Self {
        Self {
            network,
            order: p.order,
            ratio: p.ratio,
            strength: p.raw,
            strength_corrected: p.corrected,
            below_noise: p.below_noise,
            noise_floor: p.noise_floor,
            measurement_error: p.measurement_error,
            standard_error: p.standard_error,
            error: p.error,
            corrected_low: p.band.map(|b| b.0),
            corrected_high: p.band.map(|b| b.1),
            relative: p.relative,
            relative_corrected: p.relative_corrected,
            relative_error: p.relative_error,
            relative_corrected_low: p.relative_band.map(|b| b.0),
            relative_corrected_high: p.relative_band.map(|b| b.1),
            fluctuation: p.fluctuation,
            mean: p.mean,
            contexts: p.contexts,
        }
    }
}

impl Profile {
    /// Writes every interaction and the settings as JSON, from which [`Profile::load_json`] reads them back.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save_json(&self, path: impl AsRef<Path>) -> Result<()> {
        save_json(self, path.as_ref())
    }

    /// Reads a profile that [`Profile::save_json`] wrote.
    ///
    /// # Errors
    ///
    /// The file is missing, cut or holds something else.
    pub fn load_json(path: impl AsRef<Path>) -> Result<Self> {
        load_json(path.as_ref(), "a profile")
    }

    /// Writes one row for each sample, order and pair as CSV, with a header; a standard error that is not known is empty.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        #[derive(Serialize)]
        struct Row {
            sample: usize,
            order: usize,
            i: usize,
            j: usize,
            interaction: f64,
            standard_error: Option<f64>,
            contexts: u64,
        }
        let rows = self.samples.iter().flat_map(|sample| {
            sample
                .orders()
                .iter()
                .enumerate()
                .flat_map(move |(index, order)| {
                    sample
                        .pairs()
                        .iter()
                        .zip(sample.at_index(index))
                        .map(move |((i, j), e)| Row {
                            sample: sample.sample(),
                            order: *order,
                            i: *i,
                            j: *j,
                            interaction: e.mean,
                            standard_error: Some(e.standard_error()).filter(|e| e.is_finite()),
                            contexts: e.contexts,
                        })
                })
        });
        save_csv(rows, path.as_ref())
    }
}

fn save_csv(rows: impl Iterator<Item = impl Serialize>, path: &Path) -> Result<()> {
    let mut writer = csv::Writer::from_writer(create(path)?);
    let fail = |e: csv::Error| writing(path)(std::io::Error::other(e));
    for row in rows {
        writer.serialize(row).map_err(fail)?;
    }
    writer.flush().map_err(writing(path))
}
