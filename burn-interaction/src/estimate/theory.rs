use crate::coalition::{binomial, ln_binomial};

/// The contextual variability of order `order`: the number of contexts C(n - 2, m) that I^(m) averages over.
///
/// Infinite where it exceeds the range of `f64`.
pub fn contextual_variability(players: usize, order: usize) -> f64 {
    binomial(players.saturating_sub(2), order)
}

/// The theoretical learning strength F(m) of Theorem 1, up to the factor `sqrt(K) sigma`:
/// `(n - 1 - m) / (n (n - 1) sqrt(C(n - 2, m)))`.
///
/// `players` may be an effective number n' below the real one, see [`fit_effective_players`].
pub fn learning_strength(players: usize, order: usize) -> f64 {
    let n = players as f64;
    (n - 1.0 - order as f64) / (n * (n - 1.0)) * (-0.5 * ln_binomial(players - 2, order)).exp()
}

/// The normalised curve F(m)/F(0) of Theorem 1 for n' effective players, at order ratios `m / (n - 2)`.
///
/// Between whole orders of n' the logarithm of F is interpolated linearly.
///
/// # Panics
///
/// Panics if `effective` is below 3 or a ratio is outside `0..=1`.
pub fn normalised_strength(effective: usize, ratios: &[f64]) -> Vec<f64> {
    assert!(effective >= 3, "{effective} effective players");
    let ln = |m: usize| (learning_strength(effective, m) / learning_strength(effective, 0)).ln();
    let last = effective - 2;
    ratios
        .iter()
        .map(|ratio| {
            assert!((0.0..=1.0).contains(ratio), "order ratio {ratio}");
            let position = ratio * last as f64;
            let below = (position as usize).min(last - 1);
            let share = position - below as f64;
            (ln(below) * (1.0 - share) + ln(below + 1) * share).exp()
        })
        .collect()
}

/// The number n' of effective players in `3..=limit` whose F(m)/F(0) is nearest a measured J(m)/J(0), in mean
/// squared difference of logarithms over the orders where the measurement is positive.
///
/// `None` without at least two positive values, the first of them at ratio 0.
pub fn fit_effective_players(ratios: &[f64], strengths: &[f64], limit: usize) -> Option<usize> {
    let (start, first) = (ratios.first()?, strengths.first()?);
    if *start != 0.0 || *first <= 0.0 || strengths.iter().filter(|s| **s > 0.0).count() < 2 {
        return None;
    }
    let distance = |effective: usize| -> f64 {
        let theory = normalised_strength(effective, ratios);
        let terms = strengths.iter().zip(theory).filter(|(s, _)| **s > 0.0);
        terms
            .map(|(s, f)| ((s / first).ln() - f.ln()).powi(2))
            .sum()
    };
    (3..=limit).min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
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
    fn whole_orders_are_not_interpolated() {
        let ratios: Vec<f64> = (0..=10).map(|m| m as f64 / 10.0).collect();
        for (m, value) in normalised_strength(12, &ratios).into_iter().enumerate() {
            let exact = learning_strength(12, m) / learning_strength(12, 0);
            assert!((value - exact).abs() < 1e-9 * exact);
        }
    }

    #[test]
    fn fitting_finds_the_number_that_made_the_curve() {
        let ratios = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0];
        assert_eq!(
            fit_effective_players(&ratios, &normalised_strength(17, &ratios), 60),
            Some(17)
        );
        assert_eq!(fit_effective_players(&ratios, &[0.0; 7], 60), None);
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
