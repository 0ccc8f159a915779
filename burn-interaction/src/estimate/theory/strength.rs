use crate::coalition::{binomial, ln_binomial, ln_choose};

/// The contextual variability of order `order`: the number of contexts C(n - 2, m) that I^(m) averages over.
///
/// Infinite where it exceeds the range of `f64`.
pub fn contextual_variability(players: usize, order: usize) -> f64 {
    binomial(players.saturating_sub(2), order)
}

/// The weight w_m of I^(m)(i, j) in v(N), over ordered pairs: `(n - 1 - m) / (n (n - 1))`. A Shapley value has its
/// interactions with this weight too.
pub fn efficiency_weight(players: usize, order: usize) -> f64 {
    let n = players as f64;
    (n - 1.0 - order as f64) / (n * (n - 1.0))
}

/// The theoretical learning strength F(m) of Theorem 1, up to the factor `sqrt(K) sigma`:
/// `(n - 1 - m) / (n (n - 1) sqrt(C(n - 2, m)))`.
///
/// Curves of networks are compared with that of fewer, effective players: [`normalised_strength`] and
/// [`EffectivePlayers`](super::EffectivePlayers). Fewer than two players have no pairs, and no finite strength.
pub fn learning_strength(players: usize, order: usize) -> f64 {
    efficiency_weight(players, order) * (-0.5 * ln_binomial(players.saturating_sub(2), order)).exp()
}

/// The normalised curve F(m)/F(0) of Theorem 1 for n' effective players, at order ratios `m / (n' - 2)`:
/// `(n' - 1 - m) / ((n' - 1) sqrt(C(n' - 2, m)))`.
///
/// Neither n' nor m needs to be whole: between whole numbers factorials are gamma functions.
///
/// # Panics
///
/// Panics if `players` is below 2 or a ratio is outside `0..=1`.
///
/// ```
/// use burn_interaction::estimate::normalised_strength;
///
/// let curve = normalised_strength(12.0, &[0.0, 0.5, 1.0]);
/// // Orders 0, 5 and 10 of 12 players: order 5 has 252 contexts.
/// let expected = [1.0, 6.0 / 11.0 / 252.0_f64.sqrt(), 1.0 / 11.0];
/// assert!(curve.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12));
/// ```
pub fn normalised_strength(players: f64, ratios: &[f64]) -> Vec<f64> {
    assert!(players >= 2.0, "{players} effective players");
    let last = players - 2.0;
    let value = |ratio: &f64| {
        assert!((0.0..=1.0).contains(ratio), "order ratio {ratio}");
        let order = ratio * last;
        let weight = (last + 1.0 - order) / (last + 1.0);
        weight * (-0.5 * ln_choose(last, order)).exp()
    };
    ratios.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trough_is_as_deep_as_the_paper_says() {
        let trough = |n: usize| {
            let curve = (0..=n - 2).map(|m| learning_strength(n, m) / learning_strength(n, 0));
            curve.fold(f64::INFINITY, f64::min)
        };
        // PAPER: 3e-2 at n' = 12 and 2e-3 at n' = 20, one significant digit each.
        assert!((0.025..0.035).contains(&trough(12)), "{}", trough(12));
        assert!((0.0015..0.0025).contains(&trough(20)), "{}", trough(20));
    }

    #[test]
    fn the_curve_of_whole_numbers_is_that_of_theorem_1() {
        for players in [3, 12, 40] {
            let last = players - 2;
            let ratios: Vec<f64> = (0..=last).map(|m| m as f64 / last as f64).collect();
            let curve = normalised_strength(players as f64, &ratios);
            for (m, value) in curve.into_iter().enumerate() {
                let exact = learning_strength(players, m) / learning_strength(players, 0);
                assert!((value - exact).abs() < 1e-9 * exact);
            }
        }
    }

    #[test]
    fn two_players_have_a_flat_curve() {
        for value in normalised_strength(2.0, &[0.0, 0.3, 1.0]) {
            assert!((value - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn fewer_than_two_players_have_no_finite_strength() {
        for players in [0, 1] {
            assert!(!learning_strength(players, 0).is_finite());
            assert!(!learning_strength(players, 1).is_finite());
        }
    }

    #[test]
    fn variability_counts_contexts() {
        assert_eq!(contextual_variability(12, 5), 252.0);
        assert_eq!(contextual_variability(12, 11), 0.0);
    }

    #[test]
    fn variability_is_finite_up_to_the_range_of_numbers() {
        let largest = contextual_variability(1024, 511);
        assert!((largest.ln() - ln_binomial(1022, 511)).abs() < 1e-9 * largest.ln());
        assert!(contextual_variability(1024, 512).is_finite());
        assert!(contextual_variability(1200, 600).is_infinite());
    }
}
