use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::estimate::{
    Block, Difference, Differences, Estimator, Pair, Plan, Table, binomial, order_at,
};

use crate::game::Fingerprint;

use super::contexts::{Contexts, Magnitudes};

/// One estimate of I^(m)(i, j).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean of Delta v over the contexts evaluated; zero where there are none.
    pub mean: f64,
    /// The variance of Delta v over the contexts. Where these are all there are it is the population's, divided by their
    /// number; else the unbiased one, divided by one less, and zero where there are fewer than two.
    pub variance: f64,
    /// How many contexts were evaluated.
    pub contexts: u64,
    /// Whether these are all contexts there are, so that the mean is exact.
    pub exact: bool,
}

impl Estimate {
    /// The standard error of the mean: zero if exact, NaN if a sampled mean rests on fewer than two contexts.
    pub fn standard_error(&self) -> f64 {
        match (self.exact, self.contexts) {
            (true, _) => 0.0,
            (false, 0 | 1) => f64::NAN,
            (false, contexts) => (self.variance / contexts as f64).sqrt(),
        }
    }
}

/// The interactions of one sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleProfile {
    id: u64,
    players: usize,
    fingerprint: Fingerprint,
    /// What to call the players, where they have names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    forwards: u64,
    /// Mean |Delta v| that the rounding of the values makes by itself.
    rounding: f64,
    orders: Vec<usize>,
    pairs: Vec<Pair>,
    /// Order by order, one a pair.
    #[serde(with = "super::columns")]
    estimates: Vec<Estimate>,
    /// One an order.
    magnitudes: Vec<Magnitudes>,
}

impl SampleProfile {
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
            && (self.names.is_empty() || self.names.len() == *players);
        match fits {
            true => Ok(()),
            false => Err("its players, orders, pairs and estimates do not fit each other".into()),
        }
    }

    /// What the sample's game is recognised by.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The names of the players, such as columns or words; empty where they have none.
    pub fn names(&self) -> &[String] {
        &self.names
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

    /// The Shapley interaction index of each pair: the mean of I^(m) over all orders.
    ///
    /// # Errors
    ///
    /// Not every order was measured.
    pub fn shapley_interaction(&self) -> Result<Vec<f64>> {
        let last = self.players - 2;
        if self.orders.len() != last + 1 {
            let what = "the Shapley interaction index";
            return Err(Error::OrdersMissing {
                what,
                last,
                measured: self.orders.len(),
            });
        }
        let mean = |pair: usize| {
            let of_pair = self.estimates.iter().skip(pair).step_by(self.pairs.len());
            of_pair.map(|e| e.mean).sum::<f64>() / (last + 1) as f64
        };
        Ok((0..self.pairs.len()).map(mean).collect())
    }
}

/// What is known of a sample beside the values of its plan.
pub(crate) struct Birth {
    pub id: u64,
    pub fingerprint: Fingerprint,
    pub names: Vec<String>,
    pub rounding: f64,
    /// Coalitions evaluated for the fingerprint.
    pub forwards: u64,
}

/// Adds up the values of one plan.
pub(crate) struct Accumulator {
    plan: Plan,
    sums: Sums,
    forwards: u64,
}

enum Sums {
    Differences(Vec<Contexts>),
    Table(Table),
}

impl Accumulator {
    pub fn new(plan: Plan) -> Self {
        let sums = match plan.estimator() {
            Estimator::Exact => Sums::Table(Table::new(plan.players())),
            _ => Sums::Differences(vec![
                Contexts::default();
                plan.orders().len() * plan.pairs().len()
            ]),
        };
        Self {
            plan,
            sums,
            forwards: 0,
        }
    }

    pub fn absorb(&mut self, block: &Block, values: &[f64]) {
        self.forwards += values.len() as u64;
        match (&mut self.sums, &block.differences) {
            (Sums::Table(table), Differences::Enumerated) => {
                table.absorb(&block.coalitions, values)
            }
            (Sums::Differences(sums), Differences::Listed(list)) => {
                let pairs = self.plan.pairs().len();
                for difference in list {
                    let Difference {
                        pair, order, draw, ..
                    } = *difference;
                    sums[order as usize * pairs + pair as usize]
                        .push(difference.value(values), draw);
                }
            }
            _ => unreachable!("a plan has blocks of one kind"),
        }
    }

    /// The result, once all values of the plan are in.
    pub fn finish(self, birth: Birth) -> SampleProfile {
        let plan = &self.plan;
        let all = plan.players() * (plan.players() - 1) / 2;
        let pairs = plan.pairs().len();
        let (estimates, magnitudes): (Vec<Estimate>, Vec<Magnitudes>) = match &self.sums {
            Sums::Table(table) => {
                let estimates = enumerated(plan, table);
                let orders = estimates.chunks(pairs);
                let magnitudes = orders.map(|order| Magnitudes::exact(order, all)).collect();
                (estimates, magnitudes)
            }
            Sums::Differences(sums) => {
                let mut estimates = Vec::with_capacity(sums.len());
                let mut magnitudes = Vec::with_capacity(plan.orders().len());
                for (order, contexts) in plan.orders().iter().zip(sums.chunks(pairs)) {
                    let exact = plan.is_exhaustive(*order);
                    let of_order = estimates.len();
                    estimates.extend(contexts.iter().map(|c| c.estimate(exact)));
                    magnitudes.push(match exact {
                        true => Magnitudes::exact(&estimates[of_order..], all),
                        false => Magnitudes::sampled(contexts, all),
                    });
                }
                (estimates, magnitudes)
            }
        };
        SampleProfile {
            id: birth.id,
            players: plan.players(),
            fingerprint: birth.fingerprint,
            names: birth.names,
            forwards: self.forwards + birth.forwards,
            rounding: birth.rounding,
            orders: plan.orders().to_vec(),
            pairs: plan.pairs().to_vec(),
            estimates,
            magnitudes,
        }
    }
}

/// The interactions of all orders and pairs of a plan, order by order. Pairs are shared out over the cores.
fn enumerated(plan: &Plan, table: &Table) -> Vec<Estimate> {
    let spreads: Vec<_> = plan
        .pairs()
        .par_iter()
        .map(|pair| table.spreads(*pair))
        .collect();
    let of_order = |order: &usize| {
        let contexts = binomial(plan.players() - 2, *order) as u64;
        let order = *order;
        spreads.iter().map(move |spreads| Estimate {
            mean: spreads[order].mean,
            variance: spreads[order].variance,
            contexts,
            exact: true,
        })
    };
    plan.orders().iter().flat_map(of_order).collect()
}
