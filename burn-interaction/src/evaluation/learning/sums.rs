//! Sums over samples and draws, and the statistics made from them.

use super::{Part, ZeroMean};

/// The inner product of two gradients.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The squared norm of a gradient.
pub(super) fn squared(a: &[f64]) -> f64 {
    dot(a, a)
}

/// The mean of some numbers and its standard error; `None` for a single one.
pub(super) fn mean_and_error(values: &[f64]) -> (f64, Option<f64>) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let error = (count > 1.0).then(|| (squares / (count - 1.0) / count).sqrt());
    (mean, error)
}

/// A part of the gradient of v(N) in each sample: its inner product with the whole, and its norm.
#[derive(Debug, Clone, Default)]
pub(super) struct PartSum {
    along: Vec<f64>,
    norm: f64,
}

impl PartSum {
    pub fn push(&mut self, part: &[f64], whole: &[f64]) {
        self.along.push(dot(part, whole));
        self.norm += squared(part).sqrt();
    }

    /// The part over all samples, given the squared norms of the whole in each.
    pub fn finish(&self, whole: &[f64]) -> Part {
        let count = whole.len() as f64;
        let total: f64 = whole.iter().sum();
        let share = match total > 0.0 {
            true => self.along.iter().sum::<f64>() / total,
            false => 0.0,
        };
        // The error of a ratio of means, by its linear form.
        let rests = self.along.iter().zip(whole).map(|(a, w)| a - share * w);
        let squares: f64 = rests.map(|rest| rest * rest).sum();
        let error = (squares / (count * (count - 1.0))).sqrt() / (total / count);
        Part {
            share,
            share_error: (count > 1.0 && total > 0.0).then_some(error),
            norm: self.norm / count,
        }
    }
}

/// Gradients drawn independently: their sum and the sum of their squared norms.
#[derive(Debug, Clone, Default)]
pub(super) struct Draws {
    count: usize,
    sum: Vec<f64>,
    squares: f64,
}

impl Draws {
    pub fn push(&mut self, gradient: &[f64]) {
        self.sum.resize(gradient.len(), 0.0);
        let both = self.sum.iter_mut().zip(gradient);
        both.for_each(|(sum, g)| *sum += g);
        self.squares += squared(gradient);
        self.count += 1;
    }

    /// The mean squared norm.
    pub fn mean_square(&self) -> f64 {
        self.squares / self.count as f64
    }

    /// The mean against the deviation from it; `None` for fewer than two draws.
    pub fn zero_mean(&self) -> Option<ZeroMean> {
        if self.count < 2 {
            return None;
        }
        let count = self.count as f64;
        let raw = squared(&self.sum) / (count * count);
        let variance = ((self.squares - count * raw) / (count - 1.0)).max(0.0);
        // E ||mean of draws||^2 is ||mean||^2 + variance / count.
        let mean_squared = raw - variance / count;
        Some(ZeroMean {
            draws: self.count,
            mean_squared,
            deviation: variance.sqrt(),
            ratio: (variance > 0.0).then(|| mean_squared / variance),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::generator;
    use crate::estimate::normal;

    #[test]
    fn the_mean_against_the_deviation_is_unbiased_however_few_the_draws() {
        // Gradients of 4 coordinates of deviation 2 about a mean of squared norm 1: the ratio is 1 / 16.
        let mut rng = generator(3, 0);
        let (mut means, mut variances) = (Vec::new(), Vec::new());
        for _ in 0..4000 {
            let mut draws = Draws::default();
            for _ in 0..5 {
                let gradient: Vec<f64> = (0..4).map(|_| 0.5 + 2.0 * normal(&mut rng)).collect();
                draws.push(&gradient);
            }
            let found = draws.zero_mean().unwrap();
            means.push(found.mean_squared);
            variances.push(found.deviation.powi(2));
        }
        let (mean, error) = mean_and_error(&means);
        assert!((mean - 1.0).abs() < 4.0 * error.unwrap(), "{mean}");
        let (variance, error) = mean_and_error(&variances);
        assert!((variance - 16.0).abs() < 4.0 * error.unwrap(), "{variance}");
        // Without the correction the mean would be 1 + 16 / 5.
        assert!(error.unwrap() < 0.5);
        assert!(Draws::default().zero_mean().is_none());
    }

    #[test]
    fn equal_gradients_have_no_deviation_and_no_ratio() {
        let mut draws = Draws::default();
        (0..3).for_each(|_| draws.push(&[3.0, 4.0]));
        let found = draws.zero_mean().unwrap();
        assert_eq!((found.mean_squared, found.deviation), (25.0, 0.0));
        assert_eq!((found.ratio, draws.mean_square()), (None, 25.0));
    }

    #[test]
    fn shares_of_parts_sum_to_one_and_weigh_samples_by_their_gradient() {
        let wholes = [[2.0, 0.0], [0.0, 4.0]];
        let parts = [[1.0, 5.0], [-5.0, 4.0]];
        let (mut one, mut rest) = (PartSum::default(), PartSum::default());
        for (whole, part) in wholes.iter().zip(&parts) {
            one.push(part, whole);
            rest.push(&[whole[0] - part[0], whole[1] - part[1]], whole);
        }
        let squares = wholes.map(|whole| squared(&whole));
        let (one, rest) = (one.finish(&squares), rest.finish(&squares));
        assert!((one.share - 18.0 / 20.0).abs() < 1e-12);
        assert!((one.share + rest.share - 1.0).abs() < 1e-12);
        assert!((one.norm - f64::midpoint(26.0_f64.sqrt(), 41.0_f64.sqrt())).abs() < 1e-12);
        // Rests -1.6 and 1.6, mean square of the whole 10.
        let error = (2.0 * 1.6_f64.powi(2) / 2.0).sqrt() / 10.0;
        assert!((one.share_error.unwrap() - error).abs() < 1e-12);
    }
}
