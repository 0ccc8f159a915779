//! The indices that game theory knows, made from the orders: individual effects, the Shapley value, the Shapley interaction
//! index.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::estimate::{Estimate, efficiency_weight};

use super::SampleProfile;

/// An index of a player or a pair, with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// The index, in units of the value v.
    pub value: f64,
    /// The standard error over contexts: zero where all were evaluated; `None` where a sampled estimate rests on fewer than
    /// two contexts.
    ///
    /// The error follows from the standard errors of the estimates as if these were independent, which those of one pair are, and
    /// those of several under [`Estimator::Paired`](crate::Estimator::Paired). Toggled differences of several pairs share
    /// contexts, so that the errors of players come from eight groups of draws there: themselves uncertain by a quarter, and with
    /// fewer than some eight contexts a sixth too small.
    pub standard_error: Option<f64>,
}

/// A weighted sum of estimates, and its variance; NaN where that is not known.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    value: f64,
    variance: f64,
}

impl Sum {
    /// A number without an error.
    fn known(value: f64) -> Self {
        Self {
            value,
            variance: 0.0,
        }
    }

    fn plus(self, other: Self, weight: f64) -> Self {
        Self {
            value: self.value + weight * other.value,
            variance: self.variance + weight * weight * other.variance,
        }
    }

    /// The sum with another variance, where there is a better one.
    fn or_variance(self, better: Option<f64>) -> Self {
        Self {
            variance: better.unwrap_or(self.variance),
            ..self
        }
    }

    fn index(self) -> Index {
        Index {
            value: self.value,
            standard_error: Some(self.variance.sqrt()).filter(|error| error.is_finite()),
        }
    }
}

impl From<&Estimate> for Sum {
    fn from(estimate: &Estimate) -> Self {
        Self {
            value: estimate.mean,
            variance: estimate.standard_error().powi(2),
        }
    }
}

/// The Shapley values of the players of one sample, and how far they are from the whole that they share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shapley {
    /// The players, by their number.
    pub players: Vec<ShapleyValue>,
    /// v(N) - v(0) less the sum of the Shapley values: zero by the axiom of efficiency, up to the rounding of values where all
    /// contexts were evaluated, else within a few of its standard errors.
    pub residual: Index,
}

/// The share of one player in v(N) - v(0), and how it comes about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapleyValue {
    /// The effect of the player alone, `mu_i = v({i}) - v(0)`.
    pub individual: f64,
    /// The Shapley value `phi_i = mu_i + sum over j != i and m of (n - 1 - m) / (n (n - 1)) I^(m)(i, j)`.
    pub shapley: Index,
    /// The parts phi^(m) of the orders 0..=n-1, whose mean the Shapley value is: the mean of v(S + i) - v(S) over all sets S
    /// of m other players. `phi^(0) = mu_i`, and `phi^(m + 1) - phi^(m)` is the mean over j of I^(m)(i, j).
    pub by_order: Vec<Index>,
}

impl SampleProfile {
    /// The individual effects `mu_i = v({i}) - v(0)` of the players, by their number; `None` unless the value of each player
    /// alone was evaluated, as [`Estimator::Exact`](crate::Estimator::Exact) does, and any other at order 0 of pairs that
    /// together have all players.
    pub fn individual(&self) -> Option<Vec<f64>> {
        let [empty, ..] = self.fingerprint().values;
        let effect = |alone: &f64| alone - empty;
        Some(self.singles()?.iter().map(effect).collect())
    }

    /// The Shapley values, made from the interactions of all orders and pairs.
    ///
    /// # Errors
    ///
    /// Fails where not every order and pair was measured, or where the profile was written before it held the values of single
    /// players.
    pub fn shapley(&self) -> Result<Shapley> {
        let what = "the Shapley value";
        self.check_orders(what)?;
        let n = self.players();
        let all = n * (n - 1) / 2;
        if self.pairs().len() < all {
            let measured = format!("{} of {all}", self.pairs().len());
            let remedy = format!("{what} needs every pair, use Pairs::all()");
            return Err(Error::setting("pairs", measured, remedy));
        }
        let Some(individual) = self.individual() else {
            let remedy =
                format!("{what} needs it, and an earlier version left it out: measure again");
            return Err(Error::setting("v of each player alone", "unknown", remedy));
        };
        let (others, shared) = (self.over_others(), self.shared());
        let mut players = Vec::with_capacity(n);
        let [empty, full, _] = self.fingerprint().values;
        let mut residual = Sum::known(full - empty);
        for (player, individual) in individual.into_iter().enumerate() {
            let mut part = Sum::known(individual);
            let (mut shapley, mut by_order) = (part, vec![part.index()]);
            for (order, sums) in others.iter().enumerate() {
                shapley = shapley.plus(sums[player], efficiency_weight(n, order));
                part = part.plus(sums[player], 1.0 / (n - 1) as f64);
                let better = shared.map(|shared| shared.parts[player * n + order + 1]);
                by_order.push(part.or_variance(better).index());
            }
            residual.value -= shapley.value;
            // Each pair counts for both of its players, so that its noise comes twice.
            residual.variance += 2.0 * shapley.variance;
            let better = shared.map(|shared| shared.shapley[player]);
            players.push(ShapleyValue {
                individual,
                shapley: shapley.or_variance(better).index(),
                by_order,
            });
        }
        let residual = residual.or_variance(shared.map(|shared| shared.sum));
        Ok(Shapley {
            players,
            residual: residual.index(),
        })
    }

    /// The Shapley interaction index of each pair, in the order of [`pairs`](SampleProfile::pairs): the mean of I^(m) over all
    /// orders.
    ///
    /// # Errors
    ///
    /// Fails where not every order was measured.
    pub fn shapley_interaction(&self) -> Result<Vec<Index>> {
        self.check_orders("the Shapley interaction index")?;
        let orders = self.orders().len();
        let mut sums = vec![Sum::default(); self.pairs().len()];
        for order in 0..orders {
            for (sum, estimate) in sums.iter_mut().zip(self.at_index(order)) {
                *sum = sum.plus(estimate.into(), 1.0 / orders as f64);
            }
        }
        Ok(sums.into_iter().map(Sum::index).collect())
    }

    /// The sum over the other players of I^(m)(i, j), by order m and player i.
    fn over_others(&self) -> Vec<Vec<Sum>> {
        let of_order = |order: usize| {
            let mut sums = vec![Sum::default(); self.players()];
            for (&(i, j), estimate) in self.pairs().iter().zip(self.at_index(order)) {
                for player in [i, j] {
                    sums[player] = sums[player].plus(estimate.into(), 1.0);
                }
            }
            sums
        };
        (0..self.orders().len()).map(of_order).collect()
    }

    /// Refuses a sample of which not every order was measured, naming the quantity that needs them.
    fn check_orders(&self, what: &'static str) -> Result<()> {
        let (last, measured) = (self.players() - 2, self.orders().len());
        match measured == last + 1 {
            true => Ok(()),
            false => Err(Error::OrdersMissing {
                what,
                last,
                measured,
            }),
        }
    }
}
