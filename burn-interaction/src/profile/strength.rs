use std::ops::RangeInclusive;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::coalition::generator;

use super::correct::{correction, mean, noise_floor};
use crate::estimate::Protocol;

use super::{Estimate, Origin, Profile, SampleProfile};

const RESAMPLES: usize = 1000;

/// The strength of one order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StrengthPoint {
    /// The order m; `None` where samples differ in their number of players, so that the ratio is another order in each.
    pub order: Option<usize>,
    /// m / (n - 2), rounded down to an order in each sample where they differ.
    pub ratio: f64,
    /// S^(m): the mean over samples and pairs of |I^(m)(i, j)|, in units of the reward.
    pub raw: f64,
    /// S^(m) without the upward bias that noise gives to |I|.
    pub corrected: f64,
    /// What S^(m) would show if there were no interactions at all, from noise alone.
    pub noise_floor: f64,
    /// The standard error of the raw S^(m) over samples; `None` for one sample.
    pub standard_error: Option<f64>,
    /// The band of the raw S^(m) over samples, from the bootstrap; `None` for one sample.
    pub band: Option<(f64, f64)>,
    /// J^(m): the raw S^(m) over its mean over the measured orders.
    pub relative: f64,
    /// J^(m) from the corrected S^(m).
    pub relative_corrected: f64,
    /// The band of J^(m); `None` for one sample.
    pub relative_band: Option<(f64, f64)>,
    /// The mean signed I^(m)(i, j).
    pub mean: f64,
    /// The mean number of contexts evaluated for a pair of a sample.
    pub contexts: f64,
}

/// The strength of every measured order: S^(m), J^(m), their bands over samples and their noise.
///
/// J is relative to the orders measured: compare curves of the same grid only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Strength {
    /// How the interactions were measured.
    pub protocol: Protocol,
    /// What they are interactions of.
    pub origin: Origin,
    /// The players, in words.
    pub described: String,
    /// The number of players, n: the fewest and the most of a sample.
    pub players: RangeInclusive<usize>,
    /// The number of samples averaged over.
    pub samples: usize,
    /// The number of samples left out as they have too few players.
    pub left_out: usize,
    /// Whether all samples asked for are among them.
    pub complete: bool,
    /// The number of coalitions evaluated.
    pub forwards: u64,
    /// The strength that rounding alone gives to an order of which each pair has one context: measured on networks, as the
    /// mean |Delta v| of errors found in the values themselves, root mean square over samples. Curves that nowhere exceed
    /// a few times it say nothing.
    pub rounding: f64,
    /// The confidence of the bands.
    pub confidence: f64,
    /// One point a measured order, ascending.
    pub points: Vec<StrengthPoint>,
}

impl Strength {
    pub(super) fn of(profile: &Profile, confidence: f64) -> Self {
        let ratios = profile.ratios();
        let table: Vec<Order> = (0..ratios.len())
            .map(|index| Order::of(profile, index))
            .collect();
        let raw_level = mean(table.iter().map(Order::strength));
        let corrected_level = mean(table.iter().map(|o| o.strength() * o.correction));
        let bands = bootstrap(&table, profile.protocol.seed, confidence);
        let points = table.iter().enumerate().map(|(index, order)| {
            let raw = order.strength();
            let corrected = raw * order.correction;
            StrengthPoint {
                order: profile.orders().get(index).copied(),
                ratio: ratios[index],
                raw,
                corrected,
                noise_floor: order.noise_floor,
                standard_error: standard_error(&order.raw),
                band: bands.as_ref().map(|b| b[index].0),
                relative: share(raw, raw_level),
                relative_corrected: share(corrected, corrected_level),
                relative_band: bands.as_ref().map(|b| b[index].1),
                mean: order.mean,
                contexts: order.contexts,
            }
        });
        Self {
            protocol: profile.protocol.clone(),
            origin: profile.origin.clone(),
            described: profile.described.clone(),
            players: profile.players(),
            samples: profile.samples.len(),
            left_out: profile.left_out,
            complete: profile.is_complete(),
            forwards: profile.forwards(),
            rounding: rounding(&profile.samples),
            confidence,
            points: points.collect(),
        }
    }

    /// Whether every strength may be rounding alone: none exceeds three times what rounding is measured to give, see
    /// [`rounding`](Strength::rounding).
    pub fn is_rounding(&self) -> bool {
        let most = 3.0 * self.rounding;
        self.points.iter().all(|point| point.raw <= most)
    }

    /// The mean raw S^(m) over the orders whose ratio m / (n - 2) is in `low..=high`; `None` if there are none.
    pub fn band_mean(&self, low: f64, high: f64) -> Option<f64> {
        let inside: Vec<f64> = self
            .points
            .iter()
            .filter(|p| (low..=high).contains(&p.ratio))
            .map(|p| p.raw)
            .collect();
        (!inside.is_empty()).then(|| mean(inside.into_iter()))
    }

    /// The depth of the bottleneck: one minus the weakest inner order over the mean of the two ends.
    ///
    /// Zero for a flat curve, towards one for a deep U, negative for a hump; `None` with fewer than three orders.
    pub fn depth(&self) -> Option<f64> {
        bottleneck_depth(&self.points.iter().map(|p| p.raw).collect::<Vec<_>>())
    }
}

/// The root mean square of what rounding gives in each sample.
fn rounding(samples: &[SampleProfile]) -> f64 {
    mean(samples.iter().map(|sample| sample.rounding().powi(2))).sqrt()
}

/// See [`Strength::depth`]; of strengths in ascending order.
pub(crate) fn bottleneck_depth(strengths: &[f64]) -> Option<f64> {
    let [first, inner @ .., last] = strengths else {
        return None;
    };
    let trough = inner.iter().copied().min_by(f64::total_cmp)?;
    let ends = (first + last) / 2.0;
    (ends > 0.0).then(|| 1.0 - trough / ends)
}

/// One point of a profile's axis, sample by sample.
struct Order {
    raw: Vec<f64>,
    correction: f64,
    noise_floor: f64,
    mean: f64,
    contexts: f64,
}

impl Order {
    fn of(profile: &Profile, point: usize) -> Self {
        let at = |sample| profile.axis.index(sample, point);
        let samples = || profile.samples.iter();
        let groups: Vec<&[Estimate]> = samples().map(|s| s.at_index(at(s))).collect();
        let measured = |group: &&[Estimate]| {
            group
                .iter()
                .filter(|e| e.contexts > 0)
                .copied()
                .collect::<Vec<_>>()
        };
        let all = || groups.iter().flat_map(|g| g.iter());
        Self {
            raw: groups
                .iter()
                .map(|g| mean(measured(g).iter().map(|e| e.mean.abs())))
                .collect(),
            correction: correction(samples().filter_map(|s| s.halves(at(s)))),
            noise_floor: noise_floor(all()),
            mean: mean(all().filter(|e| e.contexts > 0).map(|e| e.mean)),
            contexts: mean(all().map(|e| e.contexts as f64)),
        }
    }

    fn strength(&self) -> f64 {
        mean(self.raw.iter().copied())
    }
}

fn share(value: f64, of: f64) -> f64 {
    if of > 0.0 { value / of } else { 0.0 }
}

fn standard_error(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let centre = mean(values.iter().copied());
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt())
}

type Band = (f64, f64);

/// Percentile bands of S and J for each order, resampling whole samples; `None` for fewer than two.
fn bootstrap(table: &[Order], seed: u64, confidence: f64) -> Option<Vec<(Band, Band)>> {
    let samples = table.first()?.raw.len();
    if samples < 2 {
        return None;
    }
    let mut rng = generator(seed, u64::MAX);
    let mut strengths = vec![Vec::with_capacity(RESAMPLES); table.len()];
    let mut relatives = strengths.clone();
    let mut drawn = vec![0; samples];
    for _ in 0..RESAMPLES {
        drawn
            .iter_mut()
            .for_each(|d| *d = rng.random_range(0..samples));
        let curve: Vec<f64> = table
            .iter()
            .map(|order| mean(drawn.iter().map(|d| order.raw[*d])))
            .collect();
        let level = mean(curve.iter().copied());
        for (order, value) in curve.into_iter().enumerate() {
            strengths[order].push(value);
            relatives[order].push(share(value, level));
        }
    }
    let band = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((RESAMPLES - 1) as f64 * share).round() as usize];
        (at((1.0 - confidence) / 2.0), at((1.0 + confidence) / 2.0))
    };
    Some(
        strengths
            .into_iter()
            .zip(relatives)
            .map(|(s, r)| (band(s), band(r)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_zero_when_flat_and_one_when_the_middle_is_empty() {
        assert_eq!(bottleneck_depth(&[2.0, 2.0, 2.0]), Some(0.0));
        assert_eq!(bottleneck_depth(&[2.0, 0.0, 1.0, 4.0]), Some(1.0));
        assert!(bottleneck_depth(&[1.0, 3.0, 1.0]).unwrap() < 0.0);
        assert_eq!(bottleneck_depth(&[1.0, 3.0]), None);
        assert_eq!(bottleneck_depth(&[0.0, 0.0, 0.0]), None);
    }
}
