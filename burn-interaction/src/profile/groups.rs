use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::coalition::Pair;
use crate::estimate::Estimate;

use super::{Profile, SampleProfile};

/// The strength of some pairs at one order: of those a certain distance apart, say, or of two columns of a table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The number that the pairs have in common.
    pub key: u64,
    /// The order ratio, m / (n - 2).
    pub ratio: f64,
    /// The root of the mean square of I^(m)(i, j) over the group's pairs and then samples, in units of the reward. The noise of
    /// sampling is taken off the squares where it is known; zero where nothing is left.
    pub strength: f64,
    /// The strength as a multiple of that of all pairs of the order; `None` where that is zero.
    pub relative: Option<f64>,
    /// The standard error of the strength over samples; `None` for one sample, or where the strength is zero.
    pub error: Option<f64>,
    /// The standard error of the relative strength over samples, by the jackknife, as the strength of all pairs is of the same samples;
    /// `None` for one sample, or where a sample alone has the group.
    #[serde(default)]
    pub relative_error: Option<f64>,
    /// The pairs of all samples together.
    pub pairs: u64,
}

/// The squares of the interactions of a group, sample by sample.
#[derive(Default)]
struct Squares {
    /// The mean over the pairs of each sample that has some, with the place of the sample.
    samples: Vec<(usize, f64)>,
    pairs: u64,
}

impl Squares {
    fn mean(&self) -> f64 {
        self.samples.iter().map(|(_, s)| s).sum::<f64>() / self.samples.len() as f64
    }

    /// The strength of all samples but one; NaN where there is no other.
    fn without(&self, sample: usize) -> f64 {
        let others = self.samples.iter().filter(|(place, _)| *place != sample);
        let (sum, count) = others.fold((0.0, 0.0), |(sum, count), (_, s)| (sum + s, count + 1.0));
        match count > 0.0 {
            true => (sum / count).max(0.0).sqrt(),
            false => f64::NAN,
        }
    }

    /// The standard error of the strength over that of `all`, by the jackknife over the samples of these.
    fn relative_error(&self, all: &Self) -> Option<f64> {
        let ratio = |(place, _): &(usize, f64)| self.without(*place) / all.without(*place);
        let ratios: Vec<f64> = all.samples.iter().map(ratio).collect();
        let count = ratios.len() as f64;
        let centre = ratios.iter().sum::<f64>() / count;
        let squares: f64 = ratios.iter().map(|r| (r - centre).powi(2)).sum();
        Some(((count - 1.0) / count * squares).sqrt()).filter(|e| count > 1.0 && e.is_finite())
    }

    fn strength(&self) -> f64 {
        self.mean().max(0.0).sqrt()
    }

    /// The standard error of the root, by that of the mean square.
    fn error(&self) -> Option<f64> {
        let (count, mean, root) = (self.samples.len() as f64, self.mean(), self.strength());
        if count < 2.0 || root == 0.0 {
            return None;
        }
        let squares: f64 = self.samples.iter().map(|(_, s)| (s - mean).powi(2)).sum();
        Some((squares / (count - 1.0) / count).sqrt() / (2.0 * root))
    }
}

impl Profile {
    /// The strength of pairs by a number that they have in common, order by order: their distance, or the columns that they are of.
    /// Pairs for which `key` gives `None` are left out. Groups are ascending by ratio, then by key.
    ///
    /// Squares are averaged and not absolute values, as noise adds its variance to a square, which can be taken off again.
    ///
    /// ```
    /// use burn_interaction::game::Dividends;
    /// use burn_interaction::{Measurement, Orders, Pairs};
    ///
    /// let exact = Measurement::of_games().orders(Orders::all()).pairs(Pairs::all());
    /// let profile = exact.run_game(&Dividends::random(6, 1))?;
    /// let by_distance = profile.grouped(|_, (i, j)| Some(i.abs_diff(j) as u64));
    /// // Five orders, five distances.
    /// assert_eq!(by_distance.len(), 25);
    /// # Ok::<(), burn_interaction::Error>(())
    /// ```
    pub fn grouped(&self, key: impl Fn(&SampleProfile, Pair) -> Option<u64>) -> Vec<Group> {
        let mut groups = Vec::new();
        for (point, ratio) in self.ratios().iter().enumerate() {
            let mut found: BTreeMap<u64, Squares> = BTreeMap::new();
            let mut all = Squares::default();
            for (place, sample) in self.samples().iter().enumerate() {
                let estimates = sample.at_index(self.axis.index(sample, point));
                let mut own: BTreeMap<u64, (f64, u64)> = BTreeMap::new();
                let mut whole = (0.0, 0);
                for (pair, estimate) in sample.pairs().iter().zip(estimates) {
                    let Some(key) = key(sample, *pair).filter(|_| estimate.contexts > 0) else {
                        continue;
                    };
                    for (sum, count) in [own.entry(key).or_default(), &mut whole] {
                        *sum += square(estimate);
                        *count += 1;
                    }
                }
                for (key, (sum, count)) in own {
                    let group = found.entry(key).or_default();
                    group.samples.push((place, sum / count as f64));
                    group.pairs += count;
                }
                if whole.1 > 0 {
                    all.samples.push((place, whole.0 / whole.1 as f64));
                }
            }
            let mean = all.strength();
            groups.extend(found.into_iter().map(|(key, squares)| Group {
                key,
                ratio: *ratio,
                strength: squares.strength(),
                relative: (mean > 0.0).then(|| squares.strength() / mean),
                error: squares.error(),
                relative_error: squares.relative_error(&all),
                pairs: squares.pairs,
            }));
        }
        groups
    }
}

/// The square of an interaction, without the noise of its estimate where that is known.
fn square(estimate: &Estimate) -> f64 {
    let error = estimate.standard_error();
    let noise = if error.is_finite() {
        error * error
    } else {
        0.0
    };
    estimate.mean * estimate.mean - noise
}

#[cfg(test)]
mod tests {
    use crate::game::Dividends;
    use crate::{Estimator, Measurement, Orders, Pairs};

    /// Pairs of equal and of unequal parity.
    fn parity((i, j): (usize, usize)) -> Option<u64> {
        Some(((i + j) % 2) as u64)
    }

    #[test]
    fn a_strength_is_the_root_of_the_mean_square() {
        let exact = Measurement::of_games()
            .orders(Orders::all())
            .pairs(Pairs::all());
        let profile = exact.run_game(&Dividends::random(5, 3)).unwrap();
        let groups = profile.grouped(|_, pair| parity(pair));
        let sample = &profile.samples()[0];
        for group in &groups {
            let order = (group.ratio * 3.0).round() as usize;
            let own = sample.pairs().iter().zip(sample.at_order(order).unwrap());
            let own = own.filter(|(pair, _)| parity(**pair) == Some(group.key));
            let squares: Vec<f64> = own.map(|(_, e)| e.mean * e.mean).collect();
            let mean = squares.iter().sum::<f64>() / squares.len() as f64;
            assert!((group.strength - mean.sqrt()).abs() < 1e-12);
            assert_eq!((group.pairs, group.error), (squares.len() as u64, None));
        }
        assert_eq!(groups.len(), 8);
        // The mean square over both groups, weighted by their pairs, is that of all pairs.
        let [even, odd] = [&groups[0], &groups[1]];
        let [a, b] = [even, odd].map(|g| g.pairs as f64 * g.relative.unwrap().powi(2));
        assert!((a + b - 10.0).abs() < 1e-9);
    }

    #[test]
    fn noise_is_taken_off() {
        // A game whose interactions are small beside their fluctuation over contexts.
        let games: Vec<Dividends> = (0..60).map(|k| Dividends::random(12, k)).collect();
        let games: Vec<&Dividends> = games.iter().collect();
        let all = Measurement::of_games()
            .orders(Orders::given([5]))
            .pairs(Pairs::all());
        let exact = all.clone().estimator(Estimator::Exact);
        let exact = exact
            .run_games(&games)
            .unwrap()
            .grouped(|_, pair| parity(pair));
        let sampled = all.estimator(Estimator::Paired).contexts(4);
        let sampled = sampled.run_games(&games).unwrap();
        for (found, truth) in sampled.grouped(|_, pair| parity(pair)).iter().zip(&exact) {
            let error = found.error.unwrap().hypot(truth.error.unwrap());
            let off = (found.strength - truth.strength).abs();
            assert!(off < 3.0 * error, "{found:?} {truth:?}");
            // Without the correction it would be far off.
            let raw = sampled.samples().iter().map(|sample| {
                let own = sample.pairs().iter().zip(sample.at_order(5).unwrap());
                let own = own.filter(|(pair, _)| parity(**pair) == Some(found.key));
                let squares: Vec<f64> = own.map(|(_, e)| e.mean * e.mean).collect();
                squares.iter().sum::<f64>() / squares.len() as f64
            });
            let raw = (raw.sum::<f64>() / 60.0).sqrt();
            assert!(raw - truth.strength > 3.0 * error, "{raw} {truth:?}");
        }
    }
}
