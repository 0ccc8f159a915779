//! Sums over the contexts of one pair, and means over the pairs of one order of one sample.

use serde::{Deserialize, Serialize};

use super::Estimate;

/// Groups that the contexts of a pair are dealt out to.
pub(super) const GROUPS: usize = 8;

/// Sums over the contexts of one pair at one order: over all, and over groups of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    count: u64,
    mean: f64,
    squares: f64,
    /// Tally dealt out in turn, so that as few as two fill two groups.
    turns: [f64; GROUPS],
    /// Tally dealt out by the draw that they come from, so that groups are independent across pairs.
    draws: [(u32, f64); GROUPS],
}

impl Tally {
    pub fn push(&mut self, value: f64, draw: u32) {
        self.turns[self.count as usize % GROUPS] += value;
        let group = &mut self.draws[draw as usize % GROUPS];
        *group = (group.0 + 1, group.1 + value);
        self.count += 1;
        let step = value - self.mean;
        self.mean += step / self.count as f64;
        self.squares += step * (value - self.mean);
    }

    /// The variance is the population's where these are all contexts, else the unbiased one.
    pub fn estimate(&self, exact: bool) -> Estimate {
        let freedom = self.count.saturating_sub(u64::from(!exact));
        Estimate {
            mean: self.mean,
            variance: match freedom {
                0 => 0.0,
                freedom => self.squares / freedom as f64,
            },
            contexts: self.count,
            exact,
        }
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// The pair's part in an order's strength; `None` from fewer than two contexts.
    pub fn part(&self) -> Option<Part> {
        (self.count > 1).then(|| Part {
            raw: self.mean.abs(),
            split: self.split(),
        })
    }

    /// The sums of the groups that have contexts, with how many.
    fn groups(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let full = (self.count as usize).min(GROUPS);
        let size = move |group: usize| (self.count as usize - group).div_ceil(GROUPS) as f64;
        (0..full).map(move |group| (self.turns[group], size(group)))
    }

    /// The pair's part in the correction, from at least two contexts.
    fn split(&self) -> Split {
        let count = self.count as f64;
        let total = count * self.mean;
        let variance = self.squares / (count - 1.0);
        let mut split = Split {
            squares: self.mean * self.mean,
            unbiased: self.mean * self.mean - variance / count,
            contexts: count,
            ..Split::default()
        };
        let mut halves = [(0.0, 0.0); 2];
        // Below this a rest of zero is rounding.
        let zero = 1e-12 * self.turns.iter().map(|t| t.abs()).sum::<f64>();
        for (index, (sum, size)) in self.groups().enumerate() {
            let rest = total - sum;
            split.others += rest.abs() * size / (count - size) / count;
            split.cross += match rest.abs() > zero {
                true => sum * rest.signum() / count,
                false => sum.abs() / count,
            };
            halves[index % 2].0 += sum;
            halves[index % 2].1 += size;
        }
        let [(a, first), (b, second)] = halves;
        split.floor = (a / first - b / second).abs() * (first * second).sqrt() / count;
        split
    }

    /// The deviations of the mean that the groups of draws make: their squares add up to its variance, on average. `None` where
    /// all contexts are in one group.
    pub fn deviations(&self) -> Option<[f64; GROUPS]> {
        let count = self.count as f64;
        let squares = |(size, _): &(u32, f64)| (f64::from(*size) / count).powi(2);
        let spread = 1.0 - self.draws.iter().map(squares).sum::<f64>();
        let deviation =
            |(size, sum): (u32, f64)| (sum - f64::from(size) * self.mean) / count / spread.sqrt();
        (spread > 1e-9).then(|| self.draws.map(deviation))
    }

    /// |mean| without a group of draws; `None` where nothing is left.
    fn without(&self, group: usize) -> Option<f64> {
        let (count, sum) = self.draws[group];
        let left = self.count as f64 - f64::from(count);
        (left > 0.0).then(|| ((self.count as f64 * self.mean - sum) / left).abs())
    }
}

/// Means over the pairs of one order that the strength without noise is made of, see the module `correct`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Split {
    /// |mean over all contexts but one group|, averaged over the groups.
    pub others: f64,
    /// A group's mean times the sign of the others', averaged over the groups.
    pub cross: f64,
    /// The squared mean.
    pub squares: f64,
    /// The squared mean less the variance of noise in it: unbiased for the squared interaction.
    pub unbiased: f64,
    /// |half of the contexts - the other half|, scaled to the noise of their mean.
    pub floor: f64,
    /// The number of contexts.
    pub contexts: f64,
}

impl Split {
    /// The split of an interaction that is known.
    fn known(value: f64, contexts: u64) -> Self {
        Self {
            others: value.abs(),
            cross: value.abs(),
            squares: value * value,
            unbiased: value * value,
            floor: 0.0,
            contexts: contexts as f64,
        }
    }

    /// The mean of several; `None` if one of them is.
    pub fn mean(of: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let all: Vec<Self> = of.collect::<Option<_>>()?;
        let mean = |part: fn(&Self) -> f64| mean(all.iter().map(part));
        Some(Self {
            others: mean(|s| s.others),
            cross: mean(|s| s.cross),
            squares: mean(|s| s.squares),
            unbiased: mean(|s| s.unbiased),
            floor: mean(|s| s.floor),
            contexts: mean(|s| s.contexts),
        })
    }
}

/// The part of one pair in an order's strength.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// |estimate of I|.
    pub raw: f64,
    /// The means that tell noise from interactions.
    pub split: Split,
}

impl Part {
    /// The part of an interaction that is known.
    pub fn known(estimate: &Estimate) -> Self {
        Self {
            raw: estimate.mean.abs(),
            split: Split::known(estimate.mean, estimate.contexts),
        }
    }
}

/// One order of one sample: means over its pairs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Magnitudes {
    /// |estimate of I|.
    pub raw: f64,
    /// The means that tell noise from interactions; `None` where a sampled pair has fewer than two contexts.
    pub split: Option<Split>,
    /// The standard deviation of Delta v over contexts; `None` where a sampled pair has fewer than two contexts.
    pub deviation: Option<f64>,
    /// The standard error of `raw` over contexts and pairs; `None` where a sampled pair has fewer than two contexts, or for
    /// a single pair out of several.
    pub error: Option<f64>,
    /// Whether all contexts were evaluated.
    pub exact: bool,
}

impl Magnitudes {
    /// The means over pairs whose interactions are known, out of `all` pairs.
    pub fn exact(estimates: &[Estimate], all: usize) -> Self {
        let known = |e: &Estimate| Some(Split::known(e.mean, e.contexts));
        Self {
            raw: mean(estimates.iter().map(|e| e.mean.abs())),
            split: Split::mean(estimates.iter().map(known)),
            deviation: Some(mean(estimates.iter().map(|e| e.variance.sqrt()))),
            error: between(estimates, all).map(f64::sqrt),
            exact: true,
        }
    }

    /// The means over pairs with drawn contexts, out of `all` pairs.
    pub(super) fn sampled(pairs: &[Tally], all: usize) -> Self {
        let measured: Vec<&Tally> = pairs.iter().filter(|p| p.count > 0).collect();
        let raw = mean(measured.iter().map(|p| p.mean.abs()));
        if pairs.iter().any(|p| p.count < 2) {
            return Self {
                raw,
                split: None,
                deviation: None,
                error: None,
                exact: false,
            };
        }
        let estimates: Vec<Estimate> = pairs.iter().map(|p| p.estimate(false)).collect();
        let deviation = |e: &Estimate| e.variance.sqrt() / small_sample(e.contexts);
        let between = between(&estimates, all);
        Self {
            raw,
            split: Split::mean(pairs.iter().map(|p| Some(p.split()))),
            deviation: Some(mean(estimates.iter().map(deviation))),
            error: between.map(|between| (between + within(pairs)).sqrt()),
            exact: false,
        }
    }
}

/// The variance of the mean |I| over pairs drawn out of `all`, beyond what noise of contexts adds to it.
fn between(estimates: &[Estimate], all: usize) -> Option<f64> {
    let count = estimates.len() as f64;
    let missing = 1.0 - (count / all as f64).min(1.0);
    if missing == 0.0 {
        return Some(0.0);
    }
    let centre = mean(estimates.iter().map(|e| e.mean.abs()));
    let squares: f64 = estimates
        .iter()
        .map(|e| (e.mean.abs() - centre).powi(2))
        .sum();
    let noise = mean(estimates.iter().map(|e| e.standard_error().powi(2)));
    (count > 1.0).then(|| (squares / (count - 1.0) - noise).max(0.0) * missing / count)
}

/// The variance of the mean |estimate| over contexts: the jackknife over groups of draws.
fn within(pairs: &[Tally]) -> f64 {
    let left_out: Vec<f64> = (0..GROUPS)
        .filter(|group| pairs.iter().any(|p| p.draws[*group].0 > 0))
        .map(|group| mean(pairs.iter().filter_map(|p| p.without(group))))
        .collect();
    let centre = mean(left_out.iter().copied());
    let squares: f64 = left_out.iter().map(|v| (v - centre).powi(2)).sum();
    squares * (left_out.len() as f64 - 1.0) / left_out.len() as f64
}

/// The mean standard deviation of `count` normal numbers over the true one (c4).
fn small_sample(count: u64) -> f64 {
    let k = count as f64;
    if count > 30 {
        return 1.0 - 0.25 / k - 7.0 / 32.0 / (k * k);
    }
    // c4(k) c4(k + 1) = sqrt((k - 1) / k).
    let start = std::f64::consts::FRAC_2_PI.sqrt();
    (2..count.max(2)).fold(start, |c4, k| ((k - 1) as f64 / k as f64).sqrt() / c4)
}

/// The mean of some values; zero where there are none.
pub(crate) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0_usize);
    for value in values {
        sum += value;
        count += 1;
    }
    if count == 0 { 0.0 } else { sum / count as f64 }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::coalition::{Generator, generator};
    use rand::RngExt;

    pub fn tally(values: impl IntoIterator<Item = f64>) -> Tally {
        let mut tally = Tally::default();
        let numbered = values.into_iter().zip(0..);
        numbered.for_each(|(v, draw)| tally.push(v, draw));
        tally
    }

    /// A normal number, by Box and Muller.
    pub fn normal(rng: &mut Generator) -> f64 {
        let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    #[test]
    fn mean_and_variance_are_those_of_the_values() {
        let e = tally([1.0, 2.0, 6.0]).estimate(false);
        assert_eq!((e.mean, e.variance, e.contexts), (3.0, 7.0, 3));
        assert_eq!(e.standard_error(), (7.0_f64 / 3.0).sqrt());
        assert!(tally([1.0]).estimate(false).standard_error().is_nan());
        assert_eq!(tally([1.0]).estimate(true).standard_error(), 0.0);
        // All contexts there are: their variance is the population's.
        assert_eq!(tally([1.0, 2.0, 6.0]).estimate(true).variance, 14.0 / 3.0);
    }

    #[test]
    fn the_noise_floor_is_the_mean_error_from_two_contexts_on() {
        let mut rng = generator(5, 0);
        for count in [2, 3, 5, 20] {
            let pairs: Vec<Tally> = (0..20_000)
                .map(|_| tally((0..count).map(|_| normal(&mut rng))))
                .collect();
            let floor = Magnitudes::sampled(&pairs, 20_000).split.unwrap().floor;
            let truth = (std::f64::consts::FRAC_2_PI / f64::from(count)).sqrt();
            assert!(
                (floor / truth - 1.0).abs() < 0.02,
                "{count}: {floor}, not {truth}"
            );
        }
    }

    #[test]
    fn the_error_of_one_sample_is_that_of_contexts_and_pairs() {
        let mut rng = generator(6, 0);
        // 40 of many pairs with interactions about 3, each from 10 contexts; or all of the pairs there are.
        for all in [1_000_000, 40] {
            let (mut strengths, mut variance) = (Vec::new(), 0.0);
            let fixed: Vec<f64> = (0..40).map(|_| 3.0 + 0.5 * normal(&mut rng)).collect();
            for _ in 0..600 {
                let pairs: Vec<Tally> = fixed
                    .iter()
                    .map(|fixed| {
                        let truth = match all {
                            40 => *fixed,
                            _ => 3.0 + 0.5 * normal(&mut rng),
                        };
                        tally((0..10).map(|_| truth + normal(&mut rng)))
                    })
                    .collect();
                let sample = Magnitudes::sampled(&pairs, all);
                strengths.push(sample.raw);
                variance += sample.error.unwrap().powi(2) / 600.0;
            }
            let centre = mean(strengths.iter().copied());
            let spread = mean(strengths.iter().map(|s| (s - centre).powi(2)));
            let ratio = variance / spread;
            assert!((0.8..1.25).contains(&ratio), "{all}: {ratio}");
        }
    }

    #[test]
    fn one_context_tells_nothing_of_noise() {
        let sample = Magnitudes::sampled(&[tally([1.0]), tally([2.0, 3.0])], 2);
        assert_eq!(
            (sample.split, sample.deviation, sample.error),
            (None, None, None)
        );
    }

    #[test]
    fn small_samples_have_small_deviations() {
        // c4 of 2, 3, 10 and 40, from tables.
        for (count, c4) in [
            (2, 0.797_885),
            (3, 0.886_227),
            (10, 0.972_659),
            (40, 0.993_611),
        ] {
            assert!((small_sample(count) - c4).abs() < 1e-5, "{count}");
        }
    }
}
