//! The interactions of a sample, order by order, as its pictures show them.

use std::collections::BTreeMap;

use burn_interaction::{Estimate, Pair, SampleProfile};

use super::numbers::signed;

/// Standard errors beyond which an interaction is told from noise.
const BEYOND: f64 = 2.0;

/// One of the orders that a picture shows.
pub struct Shown {
    /// The order in words.
    pub name: String,
    /// The interactions of the pairs that stand out from noise, strongest first, with their standard errors where these are known.
    pub pairs: Vec<(Pair, f64, Option<f64>)>,
    /// The mean |I| of the pairs that each player is in; `None` for players that are in no measured pair.
    pub strengths: Vec<Option<f64>>,
}

impl Shown {
    /// The order and its strongest pair in words.
    pub fn caption(&self) -> String {
        match self.pairs.first() {
            Some((_, mean, _)) => format!("{}, strongest {}", self.name, signed(*mean)),
            None => format!("{}, nothing beyond noise", self.name),
        }
    }

    /// The strongest pairs with their interactions, so many at most.
    pub fn strongest(&self, most: usize) -> impl Iterator<Item = (Pair, f64)> {
        let pairs = self.pairs.iter().take(most);
        pairs.map(|(pair, mean, _)| (*pair, *mean))
    }

    /// The largest interaction of the order, without its sign; zero where all are within noise.
    pub fn largest(&self) -> f64 {
        self.pairs.first().map_or(0.0, |(_, mean, _)| mean.abs())
    }
}

/// The lowest, the middle and the highest measured order of a sample.
pub fn shown(sample: &SampleProfile) -> Vec<Shown> {
    let orders = sample.orders();
    let Some(last) = orders.len().checked_sub(1) else {
        return Vec::new();
    };
    let chosen: BTreeMap<usize, &str> = [
        (orders.len() / 2, "middle: "),
        (last, "high: "),
        (0, "low: "),
    ]
    .into();
    let of = |(at, name): (usize, &str)| one(sample, orders[at], name);
    chosen.into_iter().map(of).collect()
}

/// Every measured order of a sample.
pub fn every(sample: &SampleProfile) -> Vec<Shown> {
    let orders = sample.orders().iter();
    orders.map(|order| one(sample, *order, "")).collect()
}

fn one(sample: &SampleProfile, order: usize, name: &str) -> Shown {
    let estimates = sample.at_order(order).unwrap_or_default();
    let pairs = sample.pairs().iter().copied().zip(estimates);
    let measured: Vec<(Pair, &Estimate)> = pairs.filter(|(_, e)| e.contexts > 0).collect();
    let mut sums = vec![(0.0, 0_u32); sample.players()];
    for ((i, j), estimate) in &measured {
        for player in [*i, *j] {
            sums[player].0 += estimate.mean.abs();
            sums[player].1 += 1;
        }
    }
    let mut pairs: Vec<(Pair, f64, Option<f64>)> = measured
        .iter()
        .filter(|(_, e)| stands_out(e))
        .map(|(pair, e)| (*pair, e.mean, known(e.standard_error())))
        .collect();
    pairs.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let strength = |(sum, count): &(f64, u32)| (*count > 0).then(|| sum / f64::from(*count));
    Shown {
        name: format!("{name}order {order} of 0 to {}", sample.players() - 2),
        strengths: sums.iter().map(strength).collect(),
        pairs,
    }
}

/// Whether an interaction is told from noise; nothing is known of the noise of a single context.
pub fn stands_out(estimate: &Estimate) -> bool {
    let error = estimate.standard_error();
    estimate.mean != 0.0 && (error.is_nan() || estimate.mean.abs() > BEYOND * error)
}

fn known(error: f64) -> Option<f64> {
    Some(error).filter(|error| error.is_finite())
}
