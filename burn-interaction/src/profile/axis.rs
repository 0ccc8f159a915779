use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::estimate::Orders;

use super::SampleProfile;

/// The orders that the samples of a profile have in common: the same ones where all have as many players, else ratios, each
/// of which is the order `int(r * (n - 2))` of a sample with n players.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Axis {
    players: RangeInclusive<usize>,
    /// Empty where players differ.
    orders: Vec<usize>,
    ratios: Vec<f64>,
}

impl Axis {
    /// The axis of samples with these numbers of players, at least one and each at least 2.
    ///
    /// # Errors
    ///
    /// The orders do not fit, or are numbers where players differ.
    pub fn new(orders: &Orders, counts: impl Iterator<Item = usize>) -> Result<Self> {
        let (fewest, most) = counts.fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
        Self::between(orders, fewest, most)
    }

    fn between(orders: &Orders, fewest: usize, most: usize) -> Result<Self> {
        let players = fewest..=most;
        if fewest < most {
            return Ok(Self {
                players,
                orders: Vec::new(),
                ratios: orders.common()?,
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
    /// As [`new`](Axis::new).
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

    /// Which of a sample's orders stands at a point of the axis.
    pub fn index(&self, sample: &SampleProfile, point: usize) -> usize {
        match self.orders.is_empty() {
            true => sample.nearest(self.ratios[point]),
            false => point,
        }
    }
}
