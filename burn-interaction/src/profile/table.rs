//! Results as JSON and CSV.

use std::path::Path;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::file::{load_json, parse, read, replace, save_json};

use crate::coalition::Pair;
use crate::estimate::Estimate;

use super::{Curves, Origin, Profile, SampleProfile, Strength, StrengthPoint};

impl Strength {
    /// Writes the curve and its settings as JSON.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_json(&self, path: impl AsRef<Path>) -> Result<()> {
        save_json(self, path.as_ref())
    }

    /// Reads a strength that [`save_json`](Strength::save_json) wrote, equal to the bit.
    ///
    /// # Errors
    ///
    /// Fails where the file is missing, cut, of a newer form or holds something else.
    pub fn load_json(path: impl AsRef<Path>) -> Result<Self> {
        load_json(path.as_ref(), "a strength of orders")
    }

    /// Writes one row an order as CSV, with a header and what tells its network, data and seed from those of other files; what is
    /// not known is empty, and so is the order of samples that
    /// differ in their number of players.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        save_csv(
            self.points
                .iter()
                .map(|point| Row::new("network", self, point)),
            path.as_ref(),
        )
    }
}

impl Curves {
    /// Writes the curves and their settings as JSON.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_json(&self, path: impl AsRef<Path>) -> Result<()> {
        save_json(self, path.as_ref())
    }

    /// Reads curves that [`save_json`](Curves::save_json) wrote, equal to the bit.
    ///
    /// # Errors
    ///
    /// Fails where the file is missing, cut, of a newer form or holds something else.
    pub fn load_json(path: impl AsRef<Path>) -> Result<Self> {
        load_json(path.as_ref(), "curves of orders")
    }

    /// Writes one row for each curve and order as CSV, with a header and what tells its network, data and seed from those of other
    /// files; what is not known is empty, and so is the order of samples that
    /// differ in their number of players.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let rows = self.curves.iter().flat_map(|c| {
            let points = c.strength.points.iter();
            points.map(|p| Row::new(&c.name, &c.strength, p))
        });
        save_csv(rows, path.as_ref())
    }
}

/// One order of one curve.
#[derive(Serialize)]
struct Row<'a> {
    curve: &'a str,
    network: Option<&'a str>,
    data: Option<&'a str>,
    split: Option<&'a str>,
    /// The first digits of the weights' digest.
    weights: Option<&'a str>,
    seed: u64,
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
    fn new(curve: &'a str, of: &'a Strength, p: &StrengthPoint) -> Self {
        let Origin {
            network,
            data,
            split,
            weights,
            ..
        } = &of.origin;
        Self {
            curve,
            network: network.as_deref(),
            data: data.as_deref(),
            split: split.as_deref(),
            weights: weights.as_deref().map(|w| w.get(..12).unwrap_or(w)),
            seed: of.protocol.seed,
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
    /// Fails where the file cannot be written.
    pub fn save_json(&self, path: impl AsRef<Path>) -> Result<()> {
        save_json(self, path.as_ref())
    }

    /// Reads a profile that [`Profile::save_json`] wrote, equal to the bit, or what a
    /// [`journal`](crate::Measurement::journal) holds so far.
    ///
    /// # Errors
    ///
    /// Fails where the file is missing, cut, of a newer form or holds something else.
    pub fn load_json(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = read(path)?;
        let profile: Self = match super::journal::read(&text, path) {
            Some(journal) => journal,
            None => parse(&text, path, "a profile"),
        }?;
        profile.validated().map_err(|reason| Error::Format {
            path: path.into(),
            reason,
        })
    }

    /// Writes one row for each sample, order and pair as CSV, with a header: the sample's id, its number of players n, the
    /// class measured with its name, the order and its ratio m / (n - 2), the pair with its players' names, and the estimate.
    /// Names that there are none of, and a standard error that is not known, are empty.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let classes = &self.origin.classes;
        let rows = self.samples.iter().flat_map(|sample| {
            let orders = sample.orders().iter().enumerate();
            orders.flat_map(move |(index, order)| {
                let pairs = sample.pairs().iter().zip(sample.at_index(index));
                pairs.map(move |(pair, e)| Interaction::new(classes, sample, *order, *pair, e))
            })
        });
        save_csv(rows, path.as_ref())
    }
}

/// One estimate of one sample.
#[derive(Serialize)]
struct Interaction<'a> {
    sample: u64,
    n: usize,
    target: usize,
    label: &'a str,
    order: usize,
    ratio: f64,
    i: usize,
    j: usize,
    name_i: &'a str,
    name_j: &'a str,
    interaction: f64,
    standard_error: Option<f64>,
    variance: Option<f64>,
    contexts: u64,
    exact: bool,
}

impl<'a> Interaction<'a> {
    fn new(
        classes: &'a [String],
        sample: &'a SampleProfile,
        order: usize,
        (i, j): Pair,
        estimate: &Estimate,
    ) -> Self {
        let name = |player: usize| sample.names().get(player).map_or("", String::as_str);
        let known = estimate.exact || estimate.contexts > 1;
        Self {
            sample: sample.id(),
            n: sample.players(),
            target: sample.target(),
            label: classes.get(sample.target()).map_or("", String::as_str),
            order,
            ratio: order as f64 / (sample.players() - 2).max(1) as f64,
            i,
            j,
            name_i: name(i),
            name_j: name(j),
            interaction: estimate.mean,
            standard_error: Some(estimate.standard_error()).filter(|e| e.is_finite()),
            variance: known.then_some(estimate.variance),
            contexts: estimate.contexts,
            exact: estimate.exact,
        }
    }
}

fn save_csv(rows: impl Iterator<Item = impl Serialize>, path: &Path) -> Result<()> {
    replace(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        for row in rows {
            writer.serialize(row).map_err(std::io::Error::other)?;
        }
        writer.flush()
    })
}
