use serde::{Deserialize, Serialize};

use super::Measurement;
use crate::coalition::Coalition;
use crate::error::Result;
use crate::estimate::{Estimator, Orders, Pairs};
use crate::game::Game;

/// The weight w_m of I^(m)(i, j) in v(N), over ordered pairs: `(n - 1 - m) / (n (n - 1))`.
pub fn efficiency_weight(players: usize, order: usize) -> f64 {
    let n = players as f64;
    (n - 1.0 - order as f64) / (n * (n - 1.0))
}

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
    /// 2^n + n + 2 values.
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
        let mut sets = vec![Coalition::empty(n), Coalition::full(n)];
        sets.extend((0..n).map(|i| Coalition::of(n, [i])));
        let values = game.values(&sets)?;
        let (empty, full) = (values[0], values[1]);
        let sum = |order: usize| {
            profile.samples()[0]
                .at_index(order)
                .iter()
                .map(|e| 2.0 * e.mean)
                .sum::<f64>()
        };
        Ok(Self {
            empty,
            individual: values[2..].iter().map(|v| v - empty).sum(),
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
