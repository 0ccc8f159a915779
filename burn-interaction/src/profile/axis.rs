use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::estimate::{Orders, order_at};

use super::SampleProfile;

/// The orders that the samples of a profile have in common: the same ones where all have as many players, else ratios, each
/// of which is the order `int(r * (n - 2))` of a sample with n players. Ratios that are the same order for every number of
/// players from the fewest to the most are one, the lowest of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Axis {
    players: RangeInclusive<usize>,
    /// The orders, ascending; empty where players differ.
    orders: Vec<usize>,
    ratios: Vec<f64>,
}

impl Axis {
    /// The axis of samples with these numbers of players, at least one and each at least 2.
    ///
    /// # Errors
    ///
    /// Fails where the orders do not fit, or are numbers although players differ.
    pub fn new(orders: &Orders, counts: impl Iterator<Item = usize>) -> Result<Self> {
        let (fewest, most) = counts.fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
        Self::between(orders, fewest, most)
    }

    fn between(orders: &Orders, fewest: usize, most: usize) -> Result<Self> {
        let players = fewest..=most;
        if fewest < most {
            return Ok(Self {
                ratios: distinct(orders.common()?, &players),
                players,
                orders: Vec::new(),
            });
        }
        let orders = orders.resolve(most)?;
        let last = (most - 2).max(1) as f64;
        Ok(Self {
            players,
            ratios: orders.iter().map(|order| *order as f64 / last).collect(),
            orders,
        })
    }

    /// The axis of the samples of both.
    ///
    /// # Errors
    ///
    /// Fails where [`new`](Axis::new) does.
    pub fn with(&self, other: &Self, orders: &Orders) -> Result<Self> {
        let fewest = self.players.start().min(other.players.start());
        let most = self.players.end().max(other.players.end());
        Self::between(orders, *fewest, *most)
    }

    pub fn players(&self) -> RangeInclusive<usize> {
        self.players.clone()
    }

    pub fn orders(&self) -> &[usize] {
        &self.orders
    }

    pub fn ratios(&self) -> &[f64] {
        &self.ratios
    }

    /// Whether there is a ratio for each order, and they ascend; files may say otherwise.
    pub fn is_whole(&self) -> bool {
        let ascend = self.ratios.windows(2).all(|pair| pair[0] < pair[1]);
        ascend && (self.orders.is_empty() || self.orders.len() == self.ratios.len())
    }

    /// Which of a sample's orders stands at a point of the axis.
    pub fn index(&self, sample: &SampleProfile, point: usize) -> usize {
        match self.orders.is_empty() {
            true => sample.nearest(self.ratios[point]),
            false => point,
        }
    }
}

/// The ascending ratios without those that are the same order as the one before for all these numbers of players.
fn distinct(ratios: Vec<f64>, players: &RangeInclusive<usize>) -> Vec<f64> {
    let mut kept: Vec<f64> = Vec::with_capacity(ratios.len());
    for ratio in ratios {
        let same = |before: &f64| {
            let mut players = players.clone();
            players.all(|n| order_at(*before, n) == order_at(ratio, n))
        };
        if !kept.last().is_some_and(same) {
            kept.push(ratio);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_another_order_in_at_least_one_sample() {
        let axis = Axis::new(&Orders::published(), [6, 10].into_iter()).unwrap();
        let orders = |ratio: f64| (6..=10).map(|n| order_at(ratio, n)).collect::<Vec<_>>();
        let rows: Vec<_> = axis.ratios().iter().map(|r| orders(*r)).collect();
        assert!(rows.windows(2).all(|pair| pair[0] != pair[1]), "{rows:?}");
        // Ratios 0, 0.05 and 0.1 are order 0 of each, 0.9 and 0.95 the last but one.
        let expected = [0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
        assert_eq!(axis.ratios(), expected);
    }
}
