//! Results as JSON and CSV.

use std::path::Path;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::file::{load_json, parse, read_cut, replace, save_json};

use crate::coalition::Pair;
use crate::estimate::Estimate;

use super::{Curves, Index, Origin, Profile, SampleProfile, Shapley, Strength, StrengthPoint};

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
        let text = read_cut(path)?;
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
    /// class measured with its name, the order and its ratio m / (n - 2), the pair with its players' names, the estimate, and the
    /// pair's Shapley interaction index with its standard error, the same at every order.
    /// Names that there are none of, a standard error that is not known, and the index where not every order was measured are
    /// empty.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let classes = &self.origin.classes;
        let rows = self.samples.iter().flat_map(|sample| {
            let indices = sample.shapley_interaction().ok();
            let orders = sample.orders().iter().enumerate();
            orders.flat_map(move |(index, order)| {
                let of_pairs = sample.at_index(index).iter().enumerate();
                let row = |(pair, e)| {
                    let index = indices.as_ref().map(|indices| &indices[pair]);
                    Interaction::new(classes, sample, *order, sample.pairs()[pair], e, index)
                };
                of_pairs.map(row).collect::<Vec<_>>()
            })
        });
        save_csv(rows, path.as_ref())
    }

    /// Writes one row for each player of the samples that have Shapley values ([`SampleProfile::shapley`]) as CSV, with a
    /// header: the sample's id, its number of players n, the class measured with its name, the player with its name, mu, phi
    /// with its standard error, the sample's residual v(N) - v(0) - sum of phi, and phi^(m) for every size m, whose mean phi is.
    /// A file of samples that differ in their number of players has the columns of the largest.
    ///
    /// Returns how many samples the file has; nothing is written where there are none.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_players_csv(&self, path: impl AsRef<Path>) -> Result<usize> {
        let with_shapley = |sample| Some((sample, SampleProfile::shapley(sample).ok()?));
        let known: Vec<(&SampleProfile, Shapley)> =
            self.samples.iter().filter_map(with_shapley).collect();
        let Some(most) = known.iter().map(|(sample, _)| sample.players()).max() else {
            return Ok(0);
        };
        replace(path.as_ref(), |file| {
            let mut writer = csv::Writer::from_writer(file);
            let orders = (0..most).map(|order| format!("order_{order}"));
            let header = PLAYER_COLUMNS.map(String::from).into_iter().chain(orders);
            writer.write_record(header)?;
            for (sample, shapley) in &known {
                for (player, of) in shapley.players.iter().enumerate() {
                    let class = self.origin.classes.get(sample.target());
                    let name = sample.names().get(player);
                    let parts = (0..most).map(|m| of.by_order.get(m).map(|part| part.value));
                    writer.serialize((
                        (sample.id(), sample.players(), sample.target(), class),
                        (player, name, of.individual),
                        (of.shapley.value, of.shapley.standard_error),
                        shapley.residual.value,
                        parts.collect::<Vec<_>>(),
                    ))?;
                }
            }
            writer.flush()
        })?;
        Ok(known.len())
    }
}

/// The columns of a table of players before those of the orders.
const PLAYER_COLUMNS: [&str; 10] = [
    "sample",
    "n",
    "target",
    "label",
    "player",
    "name",
    "mu",
    "phi",
    "standard_error",
    "residual",
];

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
    shapley_interaction: Option<f64>,
    shapley_interaction_error: Option<f64>,
}

impl<'a> Interaction<'a> {
    fn new(
        classes: &'a [String],
        sample: &'a SampleProfile,
        order: usize,
        (i, j): Pair,
        estimate: &Estimate,
        index: Option<&Index>,
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
            shapley_interaction: index.map(|index| index.value),
            shapley_interaction_error: index.and_then(|index| index.standard_error),
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
