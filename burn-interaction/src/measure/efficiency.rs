use serde::{Deserialize, Serialize};

use super::Measurement;
use crate::error::Result;
use crate::estimate::{Estimator, Orders, Pairs, efficiency_weight};
use crate::game::Game;

/// The efficiency axiom: v(N) split into the empty value, individual effects and each order's interactions.
///
/// `v(N) = v(0) + sum_i mu_i + sum over ordered pairs i != j, sum_m w_m I^(m)(i,j)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Efficiency {
    /// v(0).
    pub empty: f64,
    /// The sum of mu_i = v({i}) - v(0).
    pub individual: f64,
    /// The part of each order 0..=n-2.
    pub interactions: Vec<f64>,
    /// v(N).
    pub full: f64,
}

impl Efficiency {
    /// Decomposes a game by exact enumeration.
    ///
    /// # Cost
    ///
    /// 2^n values, and four for its fingerprint.
    ///
    /// # Errors
    ///
    /// Fails where the game has too many or too few players, or fails itself.
    pub fn of_game(game: &impl Game) -> Result<Self> {
        let n = game.players();
        let all = Measurement::of_games()
            .orders(Orders::all())
            .pairs(Pairs::all())
            .estimator(Estimator::Exact);
        let profile = all.run_game(game)?;
        let sample = &profile.samples()[0];
        let [empty, full, _] = sample.fingerprint().values;
        let sum = |order: usize| {
            let of_order = sample.at_index(order).iter();
            of_order.map(|e| 2.0 * e.mean).sum::<f64>()
        };
        Ok(Self {
            empty,
            individual: sample.individual().into_iter().flatten().sum(),
            interactions: (0..=n - 2)
                .map(|m| efficiency_weight(n, m) * sum(m))
                .collect(),
            full,
        })
    }

    /// The sum of all parts, which is v(N) up to rounding.
    pub fn total(&self) -> f64 {
        self.empty + self.individual + self.interactions.iter().sum::<f64>()
    }
}
