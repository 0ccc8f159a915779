use std::ops::RangeInclusive;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::estimate::{
    Block, Difference, Differences, Estimator, Pair, Plan, Table, binomial, order_at,
};

use super::contexts::{Contexts, Magnitudes};
use super::{Axis, Settings, Strength};

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
    sample: usize,
    players: usize,
    orders: Vec<usize>,
    pairs: Vec<Pair>,
    /// Order by order, one a pair.
    estimates: Vec<Estimate>,
    /// One an order.
    magnitudes: Vec<Magnitudes>,
    /// The largest |v(S)|.
    largest: f64,
}

impl SampleProfile {
    /// The index of the sample among those given.
    pub fn sample(&self) -> usize {
        self.sample
    }

    /// The number of players, n.
    pub fn players(&self) -> usize {
        self.players
    }

    /// The measured orders, ascending.
    pub fn orders(&self) -> &[usize] {
        &self.orders
    }

    /// The largest |v(S)| of the coalitions evaluated.
    pub fn largest_value(&self) -> f64 {
        self.largest
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

/// Interactions of a network on some samples, and how they were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub(crate) settings: Settings,
    pub(crate) axis: Axis,
    pub(crate) requested: usize,
    pub(crate) left_out: usize,
    pub(crate) forwards: u64,
    pub(crate) samples: Vec<SampleProfile>,
}

impl Profile {
    /// The settings that made it.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The number of players, n: the fewest and the most of a sample.
    pub fn players(&self) -> RangeInclusive<usize> {
        self.axis.players()
    }

    /// The measured orders, ascending; none where samples differ in their number of players, each of which has its own
    /// ([`SampleProfile::orders`]).
    pub fn orders(&self) -> &[usize] {
        self.axis.orders()
    }

    /// The ratios m / (n - 2) of the measured orders, ascending. Where samples differ in their number of players these are
    /// the ones asked for, and a sample of n players has the order `int(r * (n - 2))` at ratio r.
    pub fn ratios(&self) -> &[f64] {
        self.axis.ratios()
    }

    /// The number of samples left out as they have too few players.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The samples that were completed.
    pub fn samples(&self) -> &[SampleProfile] {
        &self.samples
    }

    /// The number of samples that were to be measured.
    pub fn requested(&self) -> usize {
        self.requested
    }

    /// Whether every sample asked for was completed; `false` after an interrupt.
    pub fn is_complete(&self) -> bool {
        self.samples.len() == self.requested
    }

    /// The number of coalitions evaluated for the completed samples.
    pub fn forwards(&self) -> u64 {
        self.forwards
    }

    /// Takes in the samples of another profile of the same network, players and orders.
    ///
    /// # Errors
    ///
    /// The settings differ, or the samples have no orders in common.
    pub fn extend(&mut self, other: &Self) -> Result<()> {
        if self.settings != other.settings {
            let [earlier, now] = [self, other].map(|profile| format!("{:?}", profile.settings));
            return Err(Error::ResumeMismatch {
                what: "settings",
                earlier,
                now,
            });
        }
        self.axis = self.axis.with(&other.axis, &self.settings.orders)?;
        self.requested += other.requested;
        self.left_out += other.left_out;
        self.forwards += other.forwards;
        self.samples.extend(other.samples.iter().cloned());
        Ok(())
    }

    /// The strength of each order, with a 95 % band.
    pub fn strength(&self) -> Strength {
        Strength::of(self, 0.95)
    }

    /// The strength of each order, with a band of the given confidence over samples.
    ///
    /// # Errors
    ///
    /// A confidence outside `0..1`.
    pub fn strength_with_confidence(&self, confidence: f64) -> Result<Strength> {
        match confidence > 0.0 && confidence < 1.0 {
            true => Ok(Strength::of(self, confidence)),
            false => Err(Error::setting(
                "confidence",
                confidence,
                "give a share between 0 and 1, such as 0.95",
            )),
        }
    }
}

/// Adds up the values of one plan.
pub(crate) struct Accumulator {
    plan: Plan,
    sums: Sums,
    forwards: u64,
    largest: f64,
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
            largest: 0.0,
        }
    }

    pub fn absorb(&mut self, block: &Block, values: &[f64]) {
        self.forwards += values.len() as u64;
        self.largest = values
            .iter()
            .fold(self.largest, |most, v| most.max(v.abs()));
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

    pub fn forwards(&self) -> u64 {
        self.forwards
    }

    pub fn finish(self, sample: usize) -> SampleProfile {
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
            sample,
            players: plan.players(),
            orders: plan.orders().to_vec(),
            pairs: plan.pairs().to_vec(),
            estimates,
            magnitudes,
            largest: self.largest,
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
