//! The strength S^(m) without the upward bias of noise.
//!
//! With K contexts a pair, `|estimate of I|` lies above |I| by the noise that flips or inflates it, and so does its
//! mean over pairs, S_K. Half the contexts give S_h, with twice the noise. Where interactions and noise are both
//! normal, S_K^2 is linear in 1/K, so that the line through both points meets 1/K = 0 at
//! `S^2 = S_K^2 - (S_h^2 - S_K^2) / (K/h - 1)`, where K/h is the ratio of the noise variances (2 for equal halves).
//! Where the differences of each pair keep their sign there is no bias, the halves agree, and nothing is corrected.

use serde::{Deserialize, Serialize};

use super::Estimate;

/// Sums over the contexts of one pair at one order, and over every other context of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Contexts {
    count: u64,
    mean: f64,
    squares: f64,
    halves: [f64; 2],
}

impl Contexts {
    pub fn push(&mut self, value: f64) {
        self.halves[(self.count % 2) as usize] += value;
        self.count += 1;
        let step = value - self.mean;
        self.mean += step / self.count as f64;
        self.squares += step * (value - self.mean);
    }

    pub fn estimate(&self, exact: bool) -> Estimate {
        Estimate {
            mean: self.mean,
            variance: if self.count > 1 {
                self.squares / (self.count - 1) as f64
            } else {
                0.0
            },
            contexts: self.count,
            exact,
        }
    }
}

/// The strength of one order of one sample, from all contexts and from halves of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Halves {
    /// Mean |estimate| over the pairs with at least two contexts.
    full: f64,
    /// The same from half the contexts, averaged over both halves.
    half: f64,
    /// Mean noise variance of the former, in units of that of one context.
    full_noise: f64,
    /// The same of the latter.
    half_noise: f64,
}

impl Halves {
    pub fn of(pairs: &[Contexts]) -> Self {
        let mut sums = Self::default();
        let mut count = 0.0;
        for pair in pairs.iter().filter(|p| p.count > 1) {
            let sizes = [pair.count.div_ceil(2) as f64, (pair.count / 2) as f64];
            sums.full += pair.mean.abs();
            sums.half += (pair.halves[0].abs() / sizes[0] + pair.halves[1].abs() / sizes[1]) / 2.0;
            sums.full_noise += 1.0 / pair.count as f64;
            sums.half_noise += (1.0 / sizes[0] + 1.0 / sizes[1]) / 2.0;
            count += 1.0;
        }
        if count > 0.0 {
            for sum in [
                &mut sums.full,
                &mut sums.half,
                &mut sums.full_noise,
                &mut sums.half_noise,
            ] {
                *sum /= count;
            }
        }
        sums
    }
}

/// By what the raw strength of an order is to be multiplied, from the halves of its samples; 1 where there are none.
pub(super) fn correction<'a>(samples: impl Iterator<Item = &'a Halves>) -> f64 {
    let (mut full, mut excess, mut noise) = (0.0, 0.0, [0.0, 0.0]);
    for s in samples {
        full += s.full * s.full;
        excess += s.half * s.half - s.full * s.full;
        noise = [noise[0] + s.full_noise, noise[1] + s.half_noise];
    }
    if full == 0.0 || noise[1] <= noise[0] {
        return 1.0;
    }
    let bias = excess * noise[0] / (noise[1] - noise[0]);
    (1.0 - bias / full).clamp(0.0, 1.0).sqrt()
}

/// The expected |estimate| if every I were zero: below it a raw strength says nothing.
pub(super) fn noise_floor<'a>(estimates: impl Iterator<Item = &'a Estimate>) -> f64 {
    let errors = estimates
        .map(Estimate::standard_error)
        .filter(|e| e.is_finite());
    std::f64::consts::FRAC_2_PI.sqrt() * mean(errors)
}

pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0_usize);
    for value in values {
        sum += value;
        count += 1;
    }
    if count == 0 { 0.0 } else { sum / count as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    fn contexts(values: impl IntoIterator<Item = f64>) -> Contexts {
        let mut contexts = Contexts::default();
        values.into_iter().for_each(|v| contexts.push(v));
        contexts
    }

    #[test]
    fn mean_and_variance_are_those_of_the_values() {
        let e = contexts([1.0, 2.0, 6.0]).estimate(false);
        assert_eq!((e.mean, e.variance, e.contexts), (3.0, 7.0, 3));
        assert_eq!(e.standard_error(), (7.0_f64 / 3.0).sqrt());
        assert!(contexts([1.0]).estimate(false).standard_error().is_nan());
        assert_eq!(contexts([1.0]).estimate(true).standard_error(), 0.0);
    }

    #[test]
    fn differences_of_one_sign_need_no_correction() {
        let pairs = [
            contexts([1.0, 0.0, 0.0, 3.0, 0.0, 0.0]),
            contexts([-1.0, 0.0, -2.0, 0.0, 0.0, 0.0]),
        ];
        assert_eq!(correction([Halves::of(&pairs)].iter()), 1.0);
    }

    #[test]
    fn normal_interactions_with_normal_noise_are_recovered() {
        let mut rng = crate::coalition::generator(1, 0);
        let mut normal = || {
            // Box-Muller.
            let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
            (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
        };
        for (deviation, count) in [(0.0, 6), (0.3, 6), (0.3, 7), (1.0, 20)] {
            let pairs: Vec<Contexts> = (0..20_000)
                .map(|_| {
                    let truth = deviation * normal();
                    contexts((0..count).map(|_| truth + normal()))
                })
                .collect();
            let raw = mean(pairs.iter().map(|p| p.mean.abs()));
            let corrected = raw * correction([Halves::of(&pairs)].iter());
            let truth = deviation * std::f64::consts::FRAC_2_PI.sqrt();
            // Pure noise: the square root magnifies what is left of the variance.
            let tolerance = if deviation == 0.0 { 0.06 } else { 0.015 };
            assert!(
                (corrected - truth).abs() < tolerance,
                "{deviation} {count}: {raw} -> {corrected}, not {truth}"
            );
        }
    }

    #[test]
    fn one_context_cannot_be_halved() {
        assert_eq!(correction([Halves::of(&[contexts([1.0])])].iter()), 1.0);
    }
}
