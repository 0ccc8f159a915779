use serde::{Deserialize, Serialize};

use crate::coalition::Pair;
use crate::estimate::{Estimate, Estimates, Magnitudes, Shared, order_at};
use crate::game::Fingerprint;

/// The interactions of one sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleProfile {
    id: u64,
    players: usize,
    fingerprint: Fingerprint,
    /// The names of the players, where they have any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    forwards: u64,
    /// Mean |Delta v| that the rounding of the values makes by itself.
    rounding: f64,
    orders: Vec<usize>,
    pairs: Vec<Pair>,
    /// The estimates order by order, one a pair.
    #[serde(with = "super::columns")]
    estimates: Vec<Estimate>,
    /// The means over pairs, one an order.
    magnitudes: Vec<Magnitudes>,
    /// v({i}) of each player, where all of them were evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    singles: Option<Vec<f64>>,
    /// The variances of sums over all pairs, where these share contexts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shared: Option<Shared>,
}

impl SampleProfile {
    pub(crate) fn new(birth: Birth, found: Estimates) -> Self {
        Self {
            id: birth.id,
            players: found.players,
            fingerprint: birth.fingerprint,
            names: birth.names,
            forwards: found.forwards + birth.forwards,
            rounding: birth.rounding,
            orders: found.orders,
            pairs: found.pairs,
            estimates: found.estimates,
            magnitudes: found.magnitudes,
            singles: found.singles,
            shared: found.shared,
        }
    }

    /// The sample's id: its place in the data set, or among those given where they have no ids.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The class whose value was measured.
    pub fn target(&self) -> usize {
        self.fingerprint.target
    }

    /// Whether its lists fit each other.
    pub(super) fn check(&self) -> std::result::Result<(), String> {
        let Self {
            players,
            orders,
            pairs,
            ..
        } = self;
        let pair = |(i, j): &Pair| i < j && j < players;
        let fits = *players >= 2
            && self.estimates.len() == orders.len() * pairs.len()
            && self.magnitudes.len() == orders.len()
            && orders.windows(2).all(|pair| pair[0] < pair[1])
            && orders.last().is_some_and(|last| *last <= players - 2)
            && pairs.windows(2).all(|two| two[0] < two[1])
            && !pairs.is_empty()
            && pairs.iter().all(pair)
            && (self.names.is_empty() || self.names.len() == *players)
            && self.singles.as_ref().is_none_or(|v| v.len() == *players)
            && self.shared.as_ref().is_none_or(|v| v.fits(*players));
        match fits {
            true => Ok(()),
            false => Err("its players, orders, pairs and estimates do not fit each other".into()),
        }
    }

    /// The fingerprint by which the sample's game is recognised.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The names of the players, such as columns or words; empty where they have none.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// v({i}) of each player, where all of them were evaluated.
    pub(super) fn singles(&self) -> Option<&[f64]> {
        self.singles.as_deref()
    }

    /// The variances of sums over all pairs, where these share contexts.
    pub(super) fn shared(&self) -> Option<&Shared> {
        self.shared.as_ref()
    }

    /// The number of coalitions evaluated.
    pub fn forwards(&self) -> u64 {
        self.forwards
    }

    /// The mean |Delta v| that the rounding of the values makes by itself: measured on networks, see
    /// [`Strength::rounding`](super::Strength::rounding).
    pub fn rounding(&self) -> f64 {
        self.rounding
    }

    /// The number of players, n.
    pub fn players(&self) -> usize {
        self.players
    }

    /// The measured orders, ascending.
    pub fn orders(&self) -> &[usize] {
        &self.orders
    }

    /// The pairs, ascending.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// The estimates at one of the measured orders, one a pair; `None` for an order not measured.
    pub fn at_order(&self, order: usize) -> Option<&[Estimate]> {
        let index = self.orders.binary_search(&order).ok()?;
        Some(self.at_index(index))
    }

    /// The index of the last measured order up to `int(ratio * (n - 2))`.
    pub(super) fn nearest(&self, ratio: f64) -> usize {
        let order = order_at(ratio, self.players);
        let above = self.orders.partition_point(|measured| *measured <= order);
        above.saturating_sub(1)
    }

    /// The estimates at the order with this index in the grid.
    pub(crate) fn at_index(&self, index: usize) -> &[Estimate] {
        &self.estimates[index * self.pairs.len()..(index + 1) * self.pairs.len()]
    }

    /// The means over pairs of the order with this index, from which its strength is made.
    pub(super) fn magnitudes(&self, index: usize) -> &Magnitudes {
        &self.magnitudes[index]
    }

    /// The estimate for an order and a pair, in either order of the two; `None` if it was not measured.
    pub fn interaction(&self, order: usize, (i, j): Pair) -> Option<&Estimate> {
        let pair = self.pairs.binary_search(&(i.min(j), i.max(j))).ok()?;
        self.at_order(order).map(|estimates| &estimates[pair])
    }
}

/// The facts about a sample that its estimates do not hold.
pub(crate) struct Birth {
    pub id: u64,
    pub fingerprint: Fingerprint,
    pub names: Vec<String>,
    pub rounding: f64,
    /// Coalitions evaluated beside the plan.
    pub forwards: u64,
}
