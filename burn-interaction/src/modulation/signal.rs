use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::coalition::{Coalition, sample_nested};
use crate::error::{Error, Result};

/// The factor c of v(S1) in Delta u.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coefficient {
    /// k2 / k1, the ratio of the sizes: individual effects cancel exactly. 1 where k1 is zero. The default.
    #[default]
    Sizes,
    /// r2 / r1, the ratio of the ratios, as in the published code; 1 where k1 is zero.
    Ratios,
    /// A given number. Zero leaves z = v(S2), without a second masked forward.
    Fixed(f64),
}

/// The signal Delta u(r1, r2): what players between two shares of the input add to each class logit.
///
/// `Delta u = E over nested S1 in S2, |S1| = k1 = int(r1 n), |S2| = k2 = int(r2 n), of [v(S2) - c v(S1)]`
/// (arXiv 2512.18607, equation 8).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The smaller share of players, r1.
    pub r1: f64,
    /// The larger share of players, r2.
    pub r2: f64,
    /// The coefficient c.
    pub coefficient: Coefficient,
    /// Nested pairs of coalitions drawn for each sample and step.
    pub draws: usize,
}

/// The weights of values and interactions in a signal, by Theorem 2.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalWeights {
    /// The weight of v(0).
    pub empty: f64,
    /// The weight of the sum of individual effects v({i}) - v(0); zero with [`Coefficient::Sizes`] and r1 > 0.
    pub individual: f64,
    /// The weight w_m of I^(m)(i, j) summed over ordered pairs, for m = 0..=n-2.
    pub orders: Vec<f64>,
}

impl SignalWeights {
    /// The weights in `Delta u = E[v(S2) - c v(S1)]` over nested S1 in S2 of k1 and k2 of the players, for any coefficient c,
    /// k1 = 0 included:
    ///
    /// `Delta u = (1 - c) v(0) + (k2 - c k1)/n sum_i mu_i + sum over ordered pairs i != j, sum_m w_m I^(m)(i,j)`,
    /// `w_m = [(k2 - 1 - m)+ - c (k1 - 1 - m)+] / (n (n - 1))`.
    ///
    /// Theorem 2 (arXiv 2512.18607) is this with c = k2/k1, for which individual effects cancel: w_m is
    /// `(k2/k1 - 1)(m + 1)/(n (n - 1))` for `m <= k1 - 2`, `(k2 - 1 - m)/(n (n - 1))` for `k1 - 1 <= m <= k2 - 2`, and zero above.
    /// With k1 = 0 the published code has c = 1, so that individual effects stay.
    ///
    /// ```
    /// use burn_interaction::modulation::SignalWeights;
    ///
    /// // Half of 4 players against all of them: order 1 counts twice as much as each of the others.
    /// let weights = SignalWeights::of(4, (2, 4), 2.0);
    /// assert_eq!((weights.empty, weights.individual), (-1.0, 0.0));
    /// let expected = [1.0, 2.0, 1.0];
    /// assert!(weights.orders.iter().zip(expected).all(|(w, e)| (12.0 * w - e).abs() < 1e-12));
    /// ```
    pub fn of(players: usize, (k1, k2): (usize, usize), coefficient: f64) -> Self {
        let (n, c) = (players as f64, coefficient);
        let share = |k: usize, m: usize| k.saturating_sub(m + 1) as f64 / (n * (n - 1.0));
        Self {
            empty: 1.0 - c,
            individual: (k2 as f64 - c * k1 as f64) / n,
            orders: (0..players.saturating_sub(1))
                .map(|m| share(k2, m) - c * share(k1, m))
                .collect(),
        }
    }
}

impl Signal {
    /// The signal between two shares of players, with the default coefficient and one draw.
    pub fn between(r1: f64, r2: f64) -> Self {
        Self {
            r1,
            r2,
            coefficient: Coefficient::default(),
            draws: 1,
        }
    }

    /// The sizes (k1, k2) in a game of `players`.
    ///
    /// # Errors
    ///
    /// Fails where the ratios are not `0 <= r1 < r2 <= 1`, they give equal sizes, or there are no draws or no finite coefficient.
    pub fn sizes(&self, players: usize) -> Result<(usize, usize)> {
        self.check()?;
        let Self { r1, r2, .. } = *self;
        let size = |ratio: f64| (ratio * players as f64) as usize;
        let (k1, k2) = (size(r1), size(r2));
        match k1 < k2 {
            true => Ok((k1, k2)),
            false => {
                let value = format!("({r1}, {r2})");
                Err(Error::setting(
                    "signal ratios",
                    value,
                    format!("both give {k1} of {players} players: move them apart"),
                ))
            }
        }
    }

    /// Refuses settings that mean nothing for any number of players.
    pub(super) fn check(&self) -> Result<()> {
        let Self { r1, r2, draws, .. } = *self;
        if !(0.0..=1.0).contains(&r1) || !(0.0..=1.0).contains(&r2) || r1 >= r2 {
            return Err(Error::setting(
                "signal ratios",
                format!("({r1}, {r2})"),
                "need 0 <= r1 < r2 <= 1",
            ));
        }
        if draws == 0 {
            return Err(Error::setting(
                "draws",
                0,
                "draw at least one nested pair a step",
            ));
        }
        if let Coefficient::Fixed(c) = self.coefficient
            && !c.is_finite()
        {
            return Err(Error::setting("coefficient", c, "give a finite number"));
        }
        Ok(())
    }

    /// The coefficient c in a game of `players`.
    ///
    /// # Errors
    ///
    /// Fails where [`sizes`](Signal::sizes) does.
    pub fn coefficient(&self, players: usize) -> Result<f64> {
        let (k1, k2) = self.sizes(players)?;
        Ok(match self.coefficient {
            Coefficient::Fixed(c) => c,
            _ if k1 == 0 => 1.0,
            Coefficient::Sizes => k2 as f64 / k1 as f64,
            Coefficient::Ratios => self.r2 / self.r1,
        })
    }

    /// The weights of values and interactions in the signal, see [`SignalWeights::of`].
    ///
    /// # Errors
    ///
    /// Fails where [`sizes`](Signal::sizes) does.
    pub fn weights(&self, players: usize) -> Result<SignalWeights> {
        let sizes = self.sizes(players)?;
        Ok(SignalWeights::of(
            players,
            sizes,
            self.coefficient(players)?,
        ))
    }

    /// One nested pair (S1, S2).
    ///
    /// # Errors
    ///
    /// Fails where [`sizes`](Signal::sizes) does.
    pub fn draw(&self, players: usize, rng: &mut impl Rng) -> Result<(Coalition, Coalition)> {
        let (k1, k2) = self.sizes(players)?;
        Ok(sample_nested(players, k1, k2, rng))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::all_of_size;
    use crate::estimate::{Estimator, Orders, Pairs};
    use crate::game::{Dividends, Game};
    use crate::measure::Measurement;

    fn mean_value(game: &impl Game, size: usize) -> f64 {
        let sets: Vec<_> = all_of_size(game.players(), size, &[]).collect();
        game.values(&sets).unwrap().iter().sum::<f64>() / sets.len() as f64
    }

    #[test]
    fn theorem_2_holds_for_every_coefficient_and_for_an_empty_s1() {
        let game = Dividends::random(8, 4);
        let all = Measurement::of_games()
            .orders(Orders::all())
            .pairs(Pairs::all())
            .estimator(Estimator::Exact);
        let profile = all.run_game(&game).unwrap();
        let singles = 8.0 * (mean_value(&game, 1) - mean_value(&game, 0));
        let cases = [(0.25, 0.5), (0.0, 0.5), (0.7, 1.0), (0.3, 0.7)];
        for (r1, r2) in cases {
            for coefficient in [
                Coefficient::Sizes,
                Coefficient::Ratios,
                Coefficient::Fixed(0.0),
            ] {
                let signal = Signal {
                    coefficient,
                    ..Signal::between(r1, r2)
                };
                let (k1, k2) = signal.sizes(8).unwrap();
                let delta =
                    mean_value(&game, k2) - signal.coefficient(8).unwrap() * mean_value(&game, k1);
                let w = signal.weights(8).unwrap();
                let mut sum = w.empty * mean_value(&game, 0) + w.individual * singles;
                for (m, weight) in w.orders.iter().enumerate() {
                    let order = profile.samples()[0].at_order(m).unwrap();
                    sum += weight * 2.0 * order.iter().map(|e| e.mean).sum::<f64>();
                }
                assert!(
                    (sum - delta).abs() < 1e-9,
                    "{signal:?}: {sum} is not {delta}"
                );
            }
        }
    }

    #[test]
    fn weights_are_those_of_both_branches_of_theorem_2() {
        let n = 12.0;
        for (k1, k2) in [(1, 2), (3, 8), (8, 12), (1, 12), (11, 12)] {
            let (small, large) = (k1 as f64, k2 as f64);
            let weights = SignalWeights::of(12, (k1, k2), large / small);
            assert!(weights.individual.abs() < 1e-12);
            assert!((weights.empty - (1.0 - large / small)).abs() < 1e-12);
            for (m, weight) in weights.orders.iter().enumerate() {
                let published = match m {
                    m if m + 2 <= k1 => (large / small - 1.0) * (m + 1) as f64,
                    m if m + 2 <= k2 => large - 1.0 - m as f64,
                    _ => 0.0,
                };
                let published = published / (n * (n - 1.0));
                assert!((weight - published).abs() < 1e-15, "({k1}, {k2}), {m}");
            }
        }
    }

    #[test]
    fn individual_effects_cancel_with_the_ratio_of_sizes_only() {
        let sizes = Signal::between(0.3, 0.7);
        assert!(sizes.weights(256).unwrap().individual.abs() < 1e-12);
        let ratios = Signal {
            coefficient: Coefficient::Ratios,
            ..sizes
        };
        assert!(ratios.weights(256).unwrap().individual.abs() > 1e-6);
    }

    #[test]
    fn bad_ratios_are_refused() {
        for (r1, r2) in [
            (0.5, 0.5),
            (0.7, 0.3),
            (-0.1, 0.5),
            (0.5, 1.1),
            (f64::NAN, 1.0),
            (0.0, 0.01),
        ] {
            assert!(Signal::between(r1, r2).sizes(12).is_err(), "({r1}, {r2})");
        }
        assert!(
            Signal {
                draws: 0,
                ..Signal::between(0.0, 0.5)
            }
            .sizes(12)
            .is_err()
        );
    }
}
