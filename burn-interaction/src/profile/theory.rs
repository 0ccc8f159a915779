//! Measured strengths beside the theory of them.

use crate::estimate::{EffectivePlayers, Quantity};

use super::Profile;
use super::jackknife::Jackknife;

/// The range of n' that is searched, in players of the largest sample. The paper's n' is below n: a fit above it is told, not
/// hidden.
const WIDEST: f64 = 2.0;

/// The fit of n' to the corrected curve with errors over samples, or to the raw one where there is no correction.
pub(super) fn effective(
    curve: Option<&Jackknife>,
    raw: &[f64],
    profile: &Profile,
) -> Option<EffectivePlayers> {
    let (ratios, players) = (profile.ratios(), profile.players());
    let most = WIDEST * *players.end() as f64;
    match curve {
        Some(curve) => {
            let error = |of: &Quantity<'_>| curve.estimate(of).and_then(|e| e.error());
            EffectivePlayers::fit_with(ratios, curve.curve(), most, &error)
        }
        None => EffectivePlayers::fit(ratios, raw, most),
    }
}

#[cfg(test)]
mod tests {
    use crate::estimate::{Estimator, Orders, Pairs, learning_strength};
    use crate::game::Symmetric;
    use crate::measure::Measurement;

    /// A game whose I^(m) of every pair is the given curve.
    fn curved(players: usize, curve: impl Fn(usize) -> f64) -> Symmetric<impl Fn(usize) -> f64> {
        // Second differences of v(k) are the curve: sums of sums.
        let mut values = vec![0.0, 0.0];
        for order in 0..=players - 2 {
            let next = 2.0 * values[order + 1] - values[order] + curve(order);
            values.push(next);
        }
        Symmetric::new(players, move |size| values[size])
    }

    #[test]
    fn games_made_by_theorem_1_are_fitted_by_the_players_that_made_them() {
        let theory = |m: usize| learning_strength(12, m);
        // Samples of different scale: an error of the curve, none of its shape.
        let games: Vec<_> = (1..=6_u32)
            .map(|scale| curved(12, move |m| f64::from(scale) * theory(m)))
            .collect();
        let games: Vec<_> = games.iter().collect();
        let all = Measurement::of_games()
            .orders(Orders::all())
            .pairs(Pairs::random(3))
            .estimator(Estimator::Exact);
        let strength = all.run_games(&games).unwrap().strength();
        let fit = strength.effective_players().unwrap();
        assert!((fit.players - 12.0).abs() < 0.01, "{}", fit.players);
        assert!(fit.error.unwrap() < 1e-6 && fit.residual < 1e-3);
        assert!(fit.points.iter().all(|p| p.error.unwrap() < 1e-6));
        let correlation = strength.variability_correlation();
        assert_eq!(correlation.left, Some(-1.0));
        assert!(correlation.whole.unwrap() > -1.0);
    }

    #[test]
    fn one_context_of_each_pair_is_fitted_without_an_error() {
        let game = curved(12, |m| learning_strength(12, m));
        let one = Measurement::of_games().contexts(1).pairs(Pairs::random(5));
        let strength = one
            .orders(Orders::all())
            .estimator(Estimator::Paired)
            .run_game(&game)
            .unwrap()
            .strength();
        let fit = strength.effective_players().unwrap();
        assert!((fit.players - 12.0).abs() < 0.01 && fit.error.is_none());
        let text = serde_json::to_string(&strength).unwrap();
        let again: crate::profile::Strength = serde_json::from_str(&text).unwrap();
        assert_eq!(again.effective_players().unwrap().points.len(), 11);
    }

    #[test]
    fn without_order_0_there_is_no_fit() {
        let game = curved(12, |m| learning_strength(12, m));
        let profile = Measurement::of_games().orders(Orders::given([1, 5, 10]));
        let profile = profile.estimator(Estimator::Exact).run_game(&game).unwrap();
        assert_eq!(profile.strength().effective_players(), None);
    }
}
