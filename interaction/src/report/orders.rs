//! The interactions of a sample at its lowest, middle and highest measured order, as its pictures show them.

use std::collections::BTreeMap;

use burn_interaction::{Estimate, Pair, SampleProfile};

use super::numbers::signed;

/// Standard errors beyond which an interaction is told from noise.
const BEYOND: f64 = 2.0;

/// One of the orders that a picture shows.
pub struct Shown {
    /// The order in words.
    pub name: String,
    /// The interaction of the strongest pair, as text; `None` where all are within noise.
    pub strongest: Option<String>,
    /// The interactions of the pairs that stand out from noise, strongest first, as shares of the largest of all shown orders.
    pub pairs: Vec<(Pair, f64)>,
    /// The mean |I| of the pairs that each player is in, as a share of the largest of this order; `None` for players that are in no
    /// measured pair.
    pub strengths: Vec<Option<f64>>,
}

impl Shown {
    /// The order and its strongest pair in words.
    pub fn caption(&self) -> String {
        match &self.strongest {
            Some(strongest) => format!("{}, strongest {strongest}", self.name),
            None => format!("{}, nothing beyond noise", self.name),
        }
    }
}

/// The lowest, the middle and the highest measured order of a sample.
pub fn shown(sample: &SampleProfile) -> Vec<Shown> {
    let orders = sample.orders();
    let Some(last) = orders.len().checked_sub(1) else {
        return Vec::new();
    };
    let chosen: BTreeMap<usize, &str> =
        [(orders.len() / 2, "middle"), (last, "high"), (0, "low")].into();
    let of = |(at, name): (usize, &str)| one(sample, orders[at], name);
    let mut shown: Vec<Shown> = chosen.into_iter().map(of).collect();
    let pairs = shown.iter().flat_map(|order| &order.pairs);
    let most = largest(pairs.map(|(_, mean)| *mean));
    for (_, mean) in shown.iter_mut().flat_map(|order| &mut order.pairs) {
        *mean /= most;
    }
    shown
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
    let beyond = |(_, e): &&(Pair, &Estimate)| {
        let error = e.standard_error();
        // Nothing is known of the noise of a single context.
        e.mean != 0.0 && (error.is_nan() || e.mean.abs() > BEYOND * error)
    };
    let mut pairs: Vec<(Pair, f64)> = measured
        .iter()
        .filter(beyond)
        .map(|(pair, e)| (*pair, e.mean))
        .collect();
    pairs.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let strength = |(sum, count): &(f64, u32)| (*count > 0).then(|| sum / f64::from(*count));
    let strengths: Vec<Option<f64>> = sums.iter().map(strength).collect();
    let most = largest(strengths.iter().flatten().copied());
    Shown {
        name: format!("{name}: order {order} of 0 to {}", sample.players() - 2),
        strongest: pairs.first().map(|(_, mean)| signed(*mean)),
        strengths: strengths
            .into_iter()
            .map(|strength| Some(strength? / most))
            .collect(),
        pairs,
    }
}

/// The largest of the numbers without their signs, to make shares of them.
fn largest(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.map(f64::abs).fold(f64::MIN_POSITIVE, f64::max)
}
