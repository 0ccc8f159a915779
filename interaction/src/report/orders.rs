//! The interactions of a sample, order by order, as its pictures show them.

use std::collections::BTreeMap;

use burn_interaction::internal::student_within;
use burn_interaction::{Estimate, Pair, SampleProfile};

use super::numbers::signed;

/// The share of pairs that stand out at an order and are noise, at most on average.
const FALSE: f64 = 0.05;

/// One of the orders that a picture shows.
pub struct Shown {
    /// The order in words.
    pub name: String,
    /// The pairs that stand out from noise, strongest first.
    pub pairs: Vec<(Pair, Estimate)>,
    /// The mean |I| of the pairs that each player is in; `None` for players that are in no measured pair.
    pub strengths: Vec<Option<f64>>,
}

impl Shown {
    /// The order and its strongest pair in words.
    pub fn caption(&self) -> String {
        match self.pairs.first() {
            Some((_, found)) => format!("{}, strongest {}", self.name, signed(found.mean)),
            None => format!("{}, nothing beyond noise", self.name),
        }
    }

    /// The strongest pairs with their interactions, so many at most.
    pub fn strongest(&self, most: usize) -> impl Iterator<Item = (Pair, f64)> {
        let pairs = self.pairs.iter().take(most);
        pairs.map(|(pair, found)| (*pair, found.mean))
    }

    /// The largest interaction of the order, without its sign; zero where all are within noise.
    pub fn largest(&self) -> f64 {
        self.pairs
            .first()
            .map_or(0.0, |(_, found)| found.mean.abs())
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
    let pairs = beyond_noise(measured);
    let strength = |(sum, count): &(f64, u32)| (*count > 0).then(|| sum / f64::from(*count));
    Shown {
        name: format!("{name}order {order} of 0 to {}", sample.players() - 2),
        strengths: sums.iter().map(strength).collect(),
        pairs,
    }
}

/// The pairs of an order that are told from noise, strongest first: among them no more than one in twenty is noise on average, by
/// Student's t and the procedure of Benjamini and Hochberg. Nothing is known of the noise of a single context.
fn beyond_noise(measured: Vec<(Pair, &Estimate)>) -> Vec<(Pair, Estimate)> {
    let mut ranked: Vec<(f64, Pair, Estimate)> = measured
        .into_iter()
        .map(|(pair, estimate)| (chance(estimate), pair, *estimate))
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all = ranked.len() as f64;
    let fits = |(place, found): (usize, &(f64, Pair, Estimate))| {
        found.0 <= FALSE * (place + 1) as f64 / all
    };
    let kept = ranked.iter().enumerate().rev().find(|ranked| fits(*ranked));
    ranked.truncate(kept.map_or(0, |(place, _)| place + 1));
    ranked.sort_by(|a, b| b.2.mean.abs().total_cmp(&a.2.mean.abs()));
    ranked.into_iter().map(|(_, pair, e)| (pair, e)).collect()
}

/// The chance that noise alone makes an interaction as large.
fn chance(estimate: &Estimate) -> f64 {
    let error = estimate.standard_error();
    match estimate.contexts {
        _ if estimate.mean == 0.0 => 1.0,
        _ if estimate.exact => 0.0,
        0 | 1 => 1.0,
        contexts => 1.0 - student_within((estimate.mean / error).abs(), contexts as usize - 1),
    }
}

/// Whether a single interaction is told from noise, were it the only one to look at.
pub fn stands_out(estimate: &Estimate) -> bool {
    chance(estimate) < FALSE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(mean: f64, contexts: u64) -> Estimate {
        Estimate {
            mean,
            variance: contexts as f64,
            contexts,
            exact: false,
        }
    }

    #[test]
    fn among_many_pairs_noise_does_not_stand_out() {
        // A hundred pairs at up to two and a half standard errors, as noise gives them, and one at ten.
        let noise: Vec<Estimate> = (0..100)
            .map(|k| estimate(0.025 * f64::from(k), 30))
            .collect();
        let strong = estimate(-10.0, 30);
        let pairs = noise.iter().chain([&strong]).enumerate();
        let found = beyond_noise(pairs.map(|(k, e)| ((k, k + 1), e)).collect());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, (100, 101));
    }

    #[test]
    fn single_contexts_say_nothing_and_exact_ones_all() {
        let single = estimate(5.0, 1);
        let exact = Estimate {
            exact: true,
            ..estimate(1e-3, 1)
        };
        let zero = Estimate {
            exact: true,
            ..estimate(0.0, 1)
        };
        assert!(!stands_out(&single) && stands_out(&exact) && !stands_out(&zero));
        // Four standard errors of three contexts are less than of thirty.
        assert!(stands_out(&estimate(4.0, 30)) && !stands_out(&estimate(4.0, 3)));
        assert!(beyond_noise(Vec::new()).is_empty());
    }
}
