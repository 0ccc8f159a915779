//! The noise of sums over pairs whose differences share contexts, as toggled ones do.

use serde::{Deserialize, Serialize};

use super::tally::{GROUPS, Tally};
use super::{Estimator, Plan, efficiency_weight};

/// Variances over contexts of sums of estimates over all pairs of a player.
///
/// Draws are dealt out to groups, of which each is independent of the others whatever its differences share. The deviation of
/// a group from the mean goes through the sum as the estimates do, and the squares of the groups' sums make its variance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shared {
    /// The variance of the Shapley value of each player.
    pub shapley: Vec<f64>,
    /// The variances of the parts phi^(0) to phi^(n-1) of the Shapley values, player by player.
    pub parts: Vec<f64>,
    /// The variance of the sum of all Shapley values.
    pub sum: f64,
}

/// Deviations that groups of draws make, and a variance that is independent of them.
#[derive(Debug, Clone, Copy, Default)]
struct Noise {
    groups: [f64; GROUPS],
    rest: f64,
}

impl Noise {
    fn add(&mut self, other: &Self, weight: f64) {
        for (group, deviation) in self.groups.iter_mut().zip(other.groups) {
            *group += weight * deviation;
        }
        self.rest += weight * weight * other.rest;
    }

    fn variance(&self) -> f64 {
        self.groups.iter().map(|d| d * d).sum::<f64>() + self.rest
    }
}

impl From<&Tally> for Noise {
    fn from(contexts: &Tally) -> Self {
        match contexts.deviations() {
            Some(groups) => Self { groups, rest: 0.0 },
            None => Self {
                groups: [0.0; GROUPS],
                rest: contexts.estimate(false).standard_error().powi(2),
            },
        }
    }
}

impl Shared {
    /// The variances under a plan of all orders and pairs, whose sums are ordered by order and pair; `None` under another, where
    /// pairs share no contexts, or where a pair has fewer than two.
    pub(super) fn of(plan: &Plan, sums: &[Tally]) -> Option<Self> {
        let (n, pairs) = (plan.players(), plan.pairs());
        let whole = plan.orders().len() == n - 1 && pairs.len() == n * (n - 1) / 2;
        if !whole || !matches!(plan.estimator(), Estimator::Toggled { .. }) {
            return None;
        }
        let mut shapley = vec![Noise::default(); n];
        let mut part = vec![Noise::default(); n];
        let mut parts = vec![vec![0.0]; n];
        let mut sum = Noise::default();
        for (order, of_pairs) in sums.chunks(pairs.len()).enumerate() {
            let weight = efficiency_weight(n, order);
            if !plan.is_exhaustive(order) {
                for (&(i, j), contexts) in pairs.iter().zip(of_pairs) {
                    let noise = Noise::from(contexts);
                    for player in [i, j] {
                        shapley[player].add(&noise, weight);
                        part[player].add(&noise, 1.0 / (n - 1) as f64);
                    }
                    sum.add(&noise, 2.0 * weight);
                }
            }
            for (parts, part) in parts.iter_mut().zip(&part) {
                parts.push(part.variance());
            }
        }
        let found = Self {
            shapley: shapley.iter().map(Noise::variance).collect(),
            parts: parts.concat(),
            sum: sum.variance(),
        };
        found.sum.is_finite().then_some(found)
    }

    /// Whether it has as many numbers as a game of so many players needs.
    pub fn fits(&self, players: usize) -> bool {
        self.shapley.len() == players && self.parts.len() == players * players
    }
}
