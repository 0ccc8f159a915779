use serde::{Deserialize, Serialize};

use crate::coalition::ln_binomial;

/// The rank correlation of two series, Kendall's tau-b: pairs of places that both series order alike, less those that they
/// order in opposite ways, over the geometric mean of the pairs that each of them orders at all.
///
/// 1 where both rise together, -1 where one falls as the other rises. `None` where they differ in length, hold NaN, or one
/// of them has no two different values.
///
/// ```
/// use burn_interaction::estimate::rank_correlation;
///
/// assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[9.0, 4.0, 1.0]), Some(-1.0));
/// assert_eq!(rank_correlation(&[1.0, 1.0], &[9.0, 4.0]), None);
/// ```
pub fn rank_correlation(first: &[f64], second: &[f64]) -> Option<f64> {
    let known = |values: &[f64]| values.iter().all(|v| !v.is_nan());
    if first.len() != second.len() || !known(first) || !known(second) {
        return None;
    }
    let (mut agreement, mut ordered) = (0.0, [0.0; 2]);
    for place in 0..first.len() {
        for other in 0..place {
            let sign = |values: &[f64]| match values[place].total_cmp(&values[other]) {
                _ if values[place] == values[other] => 0.0,
                order => f64::from(order as i8),
            };
            let (a, b) = (sign(first), sign(second));
            agreement += a * b;
            ordered[0] += a * a;
            ordered[1] += b * b;
        }
    }
    let pairs = (ordered[0] * ordered[1]).sqrt();
    (pairs > 0.0).then(|| agreement / pairs)
}

/// The rank correlation of the strength of orders with their contextual variability C(n - 2, m): Corollary 1 says that
/// strength falls as variability rises, that is -1.
///
/// Variability is symmetric about the middle order, strength is not: F(m) is smaller at the right end than at the left one,
/// and measured right ends are often the larger. Each arm is therefore told apart. Orders of equal variability are ties.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VariabilityCorrelation {
    /// Kendall's tau-b over all orders; `None` for fewer than two different ones.
    pub whole: Option<f64>,
    /// The correlation over the orders up to the middle, (n - 2) / 2, along which variability rises.
    pub left: Option<f64>,
    /// The correlation over the orders from the middle on, along which variability falls.
    pub right: Option<f64>,
}

impl VariabilityCorrelation {
    /// The correlations of the strengths of these orders in a game of `players`, a strength for each order.
    ///
    /// ```
    /// use burn_interaction::estimate::VariabilityCorrelation;
    ///
    /// // Both arms fall towards the middle of 12 players, but the right one lies higher.
    /// let orders: Vec<usize> = (0..=10).collect();
    /// let strengths = [5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 6.0, 7.0, 8.0, 9.0, 10.0];
    /// let found = VariabilityCorrelation::of(12, &orders, &strengths);
    /// assert_eq!((found.left, found.right), (Some(-1.0), Some(-1.0)));
    /// assert!(found.whole.unwrap() > -0.7);
    /// ```
    pub fn of(players: usize, orders: &[usize], strengths: &[f64]) -> Self {
        let last = players.saturating_sub(2);
        let arm = |within: &dyn Fn(usize) -> bool| {
            let all = orders.iter().copied().zip(strengths.iter().copied());
            let chosen = all.filter(|(order, _)| *order <= last && within(2 * order));
            // C(n - 2, m) and C(n - 2, n - 2 - m) are one to the bit.
            let (variability, strength): (Vec<f64>, Vec<f64>) = chosen
                .map(|(order, strength)| (ln_binomial(last, order), strength))
                .unzip();
            rank_correlation(&variability, &strength)
        };
        Self {
            whole: arm(&|_| true),
            left: arm(&|double| double <= last),
            right: arm(&|double| double >= last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::learning_strength;

    #[test]
    fn tau_b_is_that_of_scipy_with_ties_too() {
        // Five of six pairs agree; and the example in the documentation of scipy.stats.kendalltau.
        let cases: [(&[f64], &[f64], f64); 2] = [
            (&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0], 4.0 / 6.0),
            (
                &[12.0, 2.0, 1.0, 12.0, 2.0],
                &[1.0, 4.0, 7.0, 1.0, 0.0],
                -0.471_404_520_791_031_73,
            ),
        ];
        for (a, b, tau) in cases {
            let found = rank_correlation(a, b).unwrap();
            assert!((found - tau).abs() < 1e-12, "{found}, not {tau}");
        }
        assert_eq!(rank_correlation(&[1.0], &[1.0]), None);
        assert_eq!(rank_correlation(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(rank_correlation(&[1.0, 2.0], &[1.0, 2.0, 3.0]), None);
    }

    #[test]
    fn theorem_1_itself_falls_with_variability_on_its_left_arm_and_not_over_both() {
        let orders: Vec<usize> = (0..=10).collect();
        let theory: Vec<f64> = orders.iter().map(|m| learning_strength(12, *m)).collect();
        let found = VariabilityCorrelation::of(12, &orders, &theory);
        assert_eq!(found.left, Some(-1.0));
        // The factor n - 1 - m moves the trough to order 6: F(6) and F(7) lie below F(5), 2 pairs of 15.
        let right = found.right.unwrap();
        assert!((right + 11.0 / 15.0).abs() < 1e-12, "{right}");
        let whole = found.whole.unwrap();
        assert!(whole < -0.5 && whole > -1.0, "{whole}");
    }

    #[test]
    fn two_middle_orders_are_one_of_each_arm() {
        // 11 players: orders 0..=9, of which 4 and 5 have the same variability.
        let orders: Vec<usize> = (0..=9).collect();
        let strengths = [5.0, 4.0, 3.0, 2.0, 1.0, 6.0, 7.0, 8.0, 9.0, 10.0];
        let found = VariabilityCorrelation::of(11, &orders, &strengths);
        assert_eq!((found.left, found.right), (Some(-1.0), Some(-1.0)));
        let few = VariabilityCorrelation::of(11, &[0], &[1.0]);
        assert_eq!((few.whole, few.left, few.right), (None, None, None));
    }
}
