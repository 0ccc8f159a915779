//! Values of a plan in, estimates of its interactions out.

use rayon::prelude::*;

use crate::coalition::{Coalition, Pair, binomial};
use crate::game::Enumerated;

use super::exact::spreads;
use super::parts::{Halved, Parts};
use super::singles::Singles;
use super::tally::Tally;
use super::{Difference, Differences, Estimate, Estimator, Magnitudes, Plan, Shared};

/// The estimates of one sample, with means over pairs that tell noise from interactions.
pub(crate) struct Estimates {
    /// The number of players.
    pub players: usize,
    /// The orders of the plan, ascending.
    pub orders: Vec<usize>,
    /// The pairs of the plan, ascending.
    pub pairs: Vec<Pair>,
    /// The estimates, order by order, one a pair.
    pub estimates: Vec<Estimate>,
    /// The means over pairs, one an order.
    pub magnitudes: Vec<Magnitudes>,
    /// v({i}) of each player, where the plan evaluates all of them.
    pub singles: Option<Vec<f64>>,
    /// The variances of sums over all pairs, where these share contexts.
    pub shared: Option<Shared>,
    /// The sample pair by pair, where that was asked for and contexts are drawn.
    pub parts: Option<Parts>,
    /// The coalitions whose values were added up.
    pub forwards: u64,
}

/// Adds up the values of one plan.
pub(crate) struct Accumulator {
    plan: Plan,
    sums: Sums,
    /// Sums over halves of the contexts, where parts are asked for.
    halved: Option<Halved>,
    singles: Singles,
    forwards: u64,
}

enum Sums {
    Differences(Vec<Tally>),
    Table(Enumerated),
}

impl Accumulator {
    /// The sums of a plan; `parts` if the sample is to be known pair by pair.
    pub fn new(plan: Plan, parts: bool) -> Self {
        let cells = plan.orders().len() * plan.pairs().len();
        let sums = match plan.estimator() {
            Estimator::Exact => Sums::Table(Enumerated::zeros(plan.players())),
            _ => Sums::Differences(vec![Tally::default(); cells]),
        };
        Self {
            halved: parts.then(|| Halved::new(cells)),
            singles: Singles::new(plan.players()),
            plan,
            sums,
            forwards: 0,
        }
    }

    /// Takes the values of a block's coalitions.
    pub fn absorb(&mut self, coalitions: &[Coalition], differences: &Differences, values: &[f64]) {
        self.forwards += values.len() as u64;
        self.singles.absorb(coalitions, values);
        match (&mut self.sums, differences) {
            (Sums::Table(table), Differences::Enumerated) => table.set(coalitions, values),
            (Sums::Differences(sums), Differences::Listed(list)) => {
                let pairs = self.plan.pairs().len();
                for difference in list {
                    let Difference {
                        pair, order, draw, ..
                    } = *difference;
                    let cell = order as usize * pairs + pair as usize;
                    let value = difference.value(values);
                    sums[cell].push(value, draw);
                    if let Some(halved) = &mut self.halved {
                        halved.push(cell, value, draw);
                    }
                }
            }
            _ => unreachable!("a plan has blocks of one kind"),
        }
    }

    /// The estimates, once all values of the plan are in.
    pub fn finish(self) -> Estimates {
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
        let (shared, parts) = match &self.sums {
            Sums::Table(_) => (None, None),
            Sums::Differences(sums) => {
                let halved = self.halved.as_ref();
                let parts = halved.map(|halved| halved.parts(plan, sums, &estimates));
                (Shared::of(plan, sums), parts)
            }
        };
        Estimates {
            players: plan.players(),
            orders: plan.orders().to_vec(),
            pairs: plan.pairs().to_vec(),
            estimates,
            magnitudes,
            singles: self.singles.finish(),
            shared,
            parts,
            forwards: self.forwards,
        }
    }
}

/// The interactions of all orders and pairs of a plan, order by order. Pairs are shared out over the cores.
fn enumerated(plan: &Plan, table: &Enumerated) -> Vec<Estimate> {
    let spreads: Vec<_> = plan
        .pairs()
        .par_iter()
        .map(|pair| spreads(table, *pair))
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
