use serde::{Deserialize, Serialize};

use super::normalised_strength;

/// The number of effective players n' whose Theorem 1 is nearest a measured curve, and how near it comes.
///
/// The paper compares F(m)/F(0) with J(m)/J(0) for an n' below n, without saying which: here n' is fitted, by least squares of the
/// logarithms over the orders where the measurement is positive. Both curves are 1 at order 0, which hence counts for nothing
/// but the scale.
///
/// A small distance is not to be expected at every order: with n' = 12 Theorem 1 has .091 of its left end at the right one,
/// where measured curves have .5 to 19 times theirs. The arms are therefore told apart.
///
/// ```
/// use burn_interaction::estimate::{EffectivePlayers, normalised_strength};
///
/// let ratios = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0];
/// let mut curve = normalised_strength(17.0, &ratios);
/// let fit = EffectivePlayers::fit(&ratios, &curve, 60.0).unwrap();
/// assert!((fit.players - 17.0).abs() < 0.01 && fit.r_squared.unwrap() > 0.999);
///
/// // A right end ten times as high is told as what it is.
/// curve[6] *= 10.0;
/// let fit = EffectivePlayers::fit(&ratios, &curve, 60.0).unwrap();
/// assert!(fit.right_end.unwrap() > 1.5 && fit.r_squared.unwrap() < 0.9);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectivePlayers {
    /// n', not necessarily whole.
    pub players: f64,
    /// The error of n' over samples, by the jackknife; `None` where there is one sample or nothing is known of the noise.
    pub error: Option<f64>,
    /// The standard error of n' that the residuals of the fit imply, as if orders were independent: the root of their variance over
    /// the sum of squares of d ln F / d n'. `None` for fewer than two orders beside order 0.
    pub residual_error: Option<f64>,
    /// Whether n' lies at an end of the range that was searched, 2 for a curve that does not fall: it is no minimum then.
    pub at_limit: bool,
    /// The share of the variance of ln(J(m)/J(0)) over orders that the fit explains, negative where their mean were nearer; `None`
    /// where these do not differ.
    pub r_squared: Option<f64>,
    /// The root of the mean squared residual; e to it is a typical factor between measurement and theory.
    pub residual: f64,
    /// The mean residual below the trough of the fitted curve, order 0 left out; `None` where there is none.
    pub left_arm: Option<f64>,
    /// The residual at the order where the fitted curve is lowest.
    pub trough: f64,
    /// The mean residual above the trough of the fitted curve; `None` where it falls up to the last order.
    pub right_arm: Option<f64>,
    /// The residual at the last order; `None` where nothing positive was measured there.
    pub right_end: Option<f64>,
    /// Both curves, one point a measured order.
    pub points: Vec<TheoryPoint>,
}

/// One order of a measured curve beside Theorem 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TheoryPoint {
    /// m / (n - 2).
    pub ratio: f64,
    /// The measured J(m)/J(0).
    pub measured: f64,
    /// F(m)/F(0) of the effective players.
    pub theory: f64,
    /// The residual ln(measured / theory), positive where the measurement lies above; `None` where it is not positive.
    pub residual: Option<f64>,
    /// The error of the residual over samples for this n', that is of ln(J(m)/J(0)), by the jackknife; `None` where it is not known.
    pub error: Option<f64>,
}

impl EffectivePlayers {
    /// Fits n' to a measured curve of any scale at order ratios `m / (n - 2)`, the first of them 0, among 2 to `most` players.
    ///
    /// `None` unless the curve has a strength for each ratio and is positive at ratio 0 and at another one, all ratios are in
    /// `0..=1`, and `most` is above 2.
    ///
    /// # Cost
    ///
    /// Theory's curves at steps of half a percent in n' - 1, about a millisecond.
    pub fn fit(ratios: &[f64], strengths: &[f64], most: f64) -> Option<Self> {
        Self::fit_with(ratios, strengths, most, &|_| None)
    }

    /// Fits n' to the mean of several curves, those of samples or of trainings, with errors by the jackknife over them.
    ///
    /// `None` where [`fit`](EffectivePlayers::fit) finds nothing in the mean, or a curve is of another length.
    pub fn fit_samples(ratios: &[f64], curves: &[Vec<f64>], most: f64) -> Option<Self> {
        if curves.iter().any(|curve| curve.len() != ratios.len()) {
            return None;
        }
        let count = curves.len() as f64;
        let sum = |order: usize| curves.iter().map(|curve| curve[order]).sum::<f64>();
        let sums: Vec<f64> = (0..ratios.len()).map(sum).collect();
        // Scale does not matter: sums stand for means.
        let without = |curve: &Vec<f64>| sums.iter().zip(curve).map(|(s, c)| s - c).collect();
        let left_out: Vec<Vec<f64>> = curves.iter().map(without).collect();
        let error = |of: &Quantity<'_>| {
            let values: Vec<f64> = left_out.iter().map(|curve| of(curve)).collect();
            let centre = values.iter().sum::<f64>() / count;
            let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
            (count > 1.0).then(|| ((count - 1.0) / count * squares).sqrt())
        };
        Self::fit_with(ratios, &sums, most, &error)
    }

    /// Fits n' and takes the error of a quantity of the curve from `error`.
    pub(crate) fn fit_with(
        ratios: &[f64],
        strengths: &[f64],
        most: f64,
        error: &dyn Fn(&Quantity<'_>) -> Option<f64>,
    ) -> Option<Self> {
        if ratios.len() != strengths.len() {
            return None;
        }
        let search = Search::new(ratios, most)?;
        let (players, at_limit) = search.nearest(strengths)?;
        let finite = |error: Option<f64>| error.filter(|error| error.is_finite());
        let refit = |curve: &[f64]| search.nearest(curve).map_or(f64::NAN, |(n, _)| n);
        let theory = normalised_strength(players, ratios);
        let measured = logarithms(strengths)?;
        let point = |(index, theory): (usize, f64)| {
            let log = measured[index];
            let ratio = |curve: &[f64]| (curve[index] / curve[0]).ln();
            TheoryPoint {
                ratio: ratios[index],
                measured: strengths[index] / strengths[0],
                theory,
                residual: log.map(|log| log - theory.ln()),
                error: log.and_then(|_| finite(error(&ratio))),
            }
        };
        let points = theory.into_iter().enumerate().map(point).collect();
        let mut fit = Self::judged(players, points)?;
        fit.at_limit = at_limit;
        fit.error = finite(error(&refit));
        Some(fit)
    }

    /// The quality of the fit of n', from both curves.
    fn judged(players: f64, points: Vec<TheoryPoint>) -> Option<Self> {
        let compared: Vec<(TheoryPoint, f64)> = points
            .iter()
            .skip(1)
            .filter_map(|point| Some((*point, point.residual?)))
            .collect();
        let lowest = compared
            .iter()
            .min_by(|a, b| a.0.theory.total_cmp(&b.0.theory))?;
        let (trough, at) = (lowest.1, lowest.0.ratio);
        let mean = |arm: &dyn Fn(f64) -> bool| {
            let arm = compared.iter().filter(|(point, _)| arm(point.ratio));
            let residuals: Vec<f64> = arm.map(|(_, residual)| *residual).collect();
            (!residuals.is_empty()).then(|| residuals.iter().sum::<f64>() / residuals.len() as f64)
        };
        let count = compared.len() as f64;
        let squares: f64 = compared.iter().map(|(_, residual)| residual.powi(2)).sum();
        let logs = || compared.iter().map(|(point, _)| point.measured.ln());
        let level = logs().sum::<f64>() / count;
        let total: f64 = logs().map(|log| (log - level).powi(2)).sum();
        // d ln F / d n', by differences to one side at the least n'.
        let ratios: Vec<f64> = compared.iter().map(|(point, _)| point.ratio).collect();
        let (low, high) = ((players - 1e-4).max(2.0), players + 1e-4);
        let curves = [low, high].map(|n| normalised_strength(n, &ratios));
        let slopes = curves[0].iter().zip(&curves[1]);
        let slopes: f64 = slopes
            .map(|(below, above)| ((above / below).ln() / (high - low)).powi(2))
            .sum();
        Some(Self {
            players,
            error: None,
            residual_error: (count > 1.0 && slopes > 0.0)
                .then(|| (squares / (count - 1.0) / slopes).sqrt()),
            at_limit: false,
            r_squared: (total > 0.0).then(|| 1.0 - squares / total),
            residual: (squares / count).sqrt(),
            left_arm: mean(&|ratio| ratio < at),
            trough,
            right_arm: mean(&|ratio| ratio > at),
            right_end: points.last().and_then(|point| point.residual),
            points,
        })
    }
}

/// A number that follows from a curve.
pub(crate) type Quantity<'a> = dyn Fn(&[f64]) -> f64 + 'a;

/// ln(J(m)/J(0)) where it is known; `None` where J(0) is not positive.
fn logarithms(strengths: &[f64]) -> Option<Vec<Option<f64>>> {
    let first = *strengths.first().filter(|first| **first > 0.0)?;
    let log = |s: &f64| (*s > 0.0 && s.is_finite()).then(|| (s / first).ln());
    Some(strengths.iter().map(log).collect())
}

/// The logarithms of theory's curves on a grid of n', the same for every curve that is fitted.
struct Search {
    /// ln(n' - 1), at even steps.
    grid: Vec<f64>,
    curves: Vec<Vec<f64>>,
}

impl Search {
    const STEP: f64 = 0.005;

    fn new(ratios: &[f64], most: f64) -> Option<Self> {
        let fits = ratios.first() == Some(&0.0)
            && ratios.iter().all(|ratio| (0.0..=1.0).contains(ratio))
            && most > 2.0
            && most.is_finite();
        if !fits {
            return None;
        }
        let last = (most - 1.0).ln();
        let steps = ((last / Self::STEP).ceil() as usize).max(2);
        let grid = (0..=steps).map(|step| last * step as f64 / steps as f64);
        let grid: Vec<f64> = grid.collect();
        let curve = |place: &f64| {
            let curve = normalised_strength((1.0 + place.exp()).max(2.0), ratios);
            curve.into_iter().map(f64::ln).collect()
        };
        Some(Self {
            curves: grid.iter().map(curve).collect(),
            grid,
        })
    }

    /// The n' of the least distance, by a parabola through the three points about the least one of the grid, and whether it
    /// is an end of it.
    fn nearest(&self, strengths: &[f64]) -> Option<(f64, bool)> {
        let measured = logarithms(strengths)?;
        if measured.iter().flatten().count() < 2 {
            return None;
        }
        let distance = |curve: &Vec<f64>| -> f64 {
            let both = measured.iter().zip(curve);
            both.filter_map(|(log, theory)| log.map(|log| (log - theory).powi(2)))
                .sum()
        };
        let distances: Vec<f64> = self.curves.iter().map(distance).collect();
        let least = (0..distances.len()).min_by(|a, b| distances[*a].total_cmp(&distances[*b]))?;
        let players = |place: f64| 1.0 + place.exp();
        let [low, here, high] = match least {
            0 => return Some((players(self.grid[0]), true)),
            least if least + 1 == self.grid.len() => {
                return Some((players(self.grid[least]), true));
            }
            least => [least - 1, least, least + 1].map(|place| distances[place]),
        };
        let bend = low - 2.0 * here + high;
        let shift = match bend > 0.0 {
            true => 0.5 * (low - high) / bend,
            false => 0.0,
        };
        let step = self.grid[1] - self.grid[0];
        Some((players(self.grid[least] + shift * step), false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATIOS: [f64; 7] = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0];

    #[test]
    fn fitting_finds_the_number_that_made_the_curve_whatever_its_scale() {
        for players in [2.5, 4.0, 12.0, 17.3, 55.0] {
            let curve = normalised_strength(players, &RATIOS);
            let curve: Vec<f64> = curve.into_iter().map(|value| 0.03 * value).collect();
            let fit = EffectivePlayers::fit(&RATIOS, &curve, 60.0).unwrap();
            assert!((fit.players / players - 1.0).abs() < 1e-4, "{fit:?}");
            assert!(fit.residual < 1e-3 && !fit.at_limit && fit.error.is_none());
            assert!(fit.r_squared.unwrap() > 1.0 - 1e-6);
        }
    }

    #[test]
    fn curves_without_a_start_or_anything_else_have_no_fit() {
        let fit = |ratios: &[f64], curve: &[f64], most| EffectivePlayers::fit(ratios, curve, most);
        assert_eq!(fit(&RATIOS, &[0.0; 7], 60.0), None);
        assert_eq!(
            fit(&RATIOS, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 60.0),
            None
        );
        assert_eq!(fit(&[0.1, 1.0], &[1.0, 0.5], 60.0), None);
        assert_eq!(fit(&[0.0, 1.5], &[1.0, 0.5], 60.0), None);
        assert_eq!(fit(&[0.0, 1.0], &[1.0, 0.5], 2.0), None);
        assert_eq!(fit(&[], &[], 60.0), None);
        assert_eq!(fit(&RATIOS, &[1.0, 0.5], 60.0), None);
        assert_eq!(
            EffectivePlayers::fit_samples(&RATIOS, &[vec![1.0]], 60.0),
            None
        );
        assert_eq!(EffectivePlayers::fit_samples(&RATIOS, &[], 60.0), None);
    }

    #[test]
    fn a_curve_that_rises_lies_at_the_limit() {
        let fit = EffectivePlayers::fit(&[0.0, 0.5, 1.0], &[1.0, 2.0, 3.0], 60.0).unwrap();
        assert!(fit.at_limit && fit.players == 2.0);
        assert!(fit.r_squared.unwrap() < 0.0);
        let steep = EffectivePlayers::fit(&[0.0, 0.5, 1.0], &[1.0, 1e-9, 1.0], 20.0).unwrap();
        assert!(steep.at_limit && (steep.players - 20.0).abs() < 1e-9);
    }

    #[test]
    fn each_arm_has_a_residual_of_its_own() {
        // Order by order e^.2 above on the left, e^-.3 at the trough, e^.5 above on the right: n' stays 12 as these are chosen
        // so that the sum of residual times slope vanishes.
        let ratios: Vec<f64> = (0..=10).map(|m| f64::from(m) / 10.0).collect();
        let theory = normalised_strength(12.0, &ratios);
        let steeper = normalised_strength(12.001, &ratios);
        let slope = |m: usize| (steeper[m] / theory[m]).ln();
        // The trough is order 6.
        let mut residuals = [0.0, 0.2, 0.2, 0.2, 0.2, 0.2, -0.3, 0.0, 0.0, 0.0, 0.0];
        let rest: f64 = (1..7).map(|m| residuals[m] * slope(m)).sum();
        let right: f64 = (7..=10).map(slope).sum();
        residuals[7..].fill(-rest / right);
        let curve: Vec<f64> = (0..=10).map(|m| theory[m] * residuals[m].exp()).collect();
        let fit = EffectivePlayers::fit(&ratios, &curve, 24.0).unwrap();
        assert!((fit.players - 12.0).abs() < 5e-3, "{}", fit.players);
        let near = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 2e-3, "{found}, not {expected}");
        };
        near(fit.left_arm.unwrap(), 0.2);
        near(fit.trough, -0.3);
        near(fit.right_arm.unwrap(), -rest / right);
        near(fit.right_end.unwrap(), -rest / right);
        let squares: f64 = residuals.iter().map(|r| r * r).sum();
        near(fit.residual, (squares / 10.0).sqrt());
        let slopes: f64 = (1..=10).map(|m| (slope(m) / 0.001).powi(2)).sum();
        near(fit.residual_error.unwrap(), (squares / 9.0 / slopes).sqrt());
    }

    #[test]
    fn the_jackknife_gives_the_spread_of_fits_over_draws_of_samples() {
        use crate::coalition::generator;
        use crate::estimate::normal;

        let truth = normalised_strength(14.0, &RATIOS);
        let mut rng = generator(4, 0);
        let mut fits = Vec::new();
        for _ in 0..200 {
            let sample = |_| {
                let noise = |value: &f64| value * (1.0 + 0.4 * normal(&mut rng)).max(0.0);
                truth.iter().map(noise).collect()
            };
            let samples: Vec<Vec<f64>> = (0..20).map(sample).collect();
            fits.push(EffectivePlayers::fit_samples(&RATIOS, &samples, 60.0).unwrap());
        }
        let count = fits.len() as f64;
        let mean = fits.iter().map(|fit| fit.players).sum::<f64>() / count;
        let squares: f64 = fits.iter().map(|fit| (fit.players - mean).powi(2)).sum();
        let spread = (squares / (count - 1.0)).sqrt();
        let told = fits.iter().map(|fit| fit.error.unwrap()).sum::<f64>() / count;
        // The spread of 200 draws is known to 5 %.
        assert!((told / spread - 1.0).abs() < 0.15, "{told}, not {spread}");
        assert!((mean - 14.0).abs() < 0.2, "{mean}");
        let one = &fits[0].points[3];
        // The error of a logarithm of a ratio of two means of 20 samples that vary by .4 each.
        let expected = (2.0_f64 * 0.16 / 20.0).sqrt();
        assert!((one.error.unwrap() / expected - 1.0).abs() < 0.4);
    }
}
