//! The influence of each pair of a pilot on J.
//!
//! J^(m) = S^(m) / mean of S over the orders, and S^(m) is a function of means over samples and pairs. Its influence on a part
//! of a sample is the derivative in the direction of that part: s for S^(m), and psi_m = (s_m - J_m mean(s)) / mean(S) for J^(m).
//! Variances of psi over nested draws add up to that of J.

use crate::estimate::{Corrected, Part, Parts, Split};

/// The parts of some samples, at the points of their curve.
#[derive(Default)]
pub(super) struct Pilot {
    pub(super) samples: Vec<Sample>,
}

pub(super) struct Sample {
    /// The indices of the pairs of each place.
    pub places: Vec<Vec<usize>>,
    /// Parts by point of the curve and pair, of all contexts and of two halves.
    points: Vec<Vec<[Option<Part>; 3]>>,
}

/// Which contexts a part rests on.
#[derive(Clone, Copy)]
pub(super) enum Of {
    All = 0,
    Even = 1,
    Odd = 2,
}

/// The influence of each pair on J at each point.
pub(super) struct Influence {
    /// By sample, pair and point.
    psi: Vec<Vec<Vec<f64>>>,
}

/// The least strength, as a share of the raw one, that is told from zero.
const VISIBLE: f64 = 0.25;
/// A step of the derivative, as a share of the way to a part.
const STEP: f64 = 1e-3;

impl Pilot {
    /// Takes in a sample, with the index of its order at each point of the curve.
    pub fn push(&mut self, parts: Parts, orders: &[usize]) {
        let mut numbers = parts.places.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let of_place = |number: &u32| {
            let pairs = parts.places.iter().enumerate();
            let inside = pairs.filter(|(_, place)| *place == number);
            inside.map(|(pair, _)| pair).collect()
        };
        self.samples.push(Sample {
            places: numbers.iter().map(of_place).collect(),
            points: orders
                .iter()
                .map(|order| parts.orders[*order].clone())
                .collect(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Whether some sample is a single place.
    pub fn has_single_places(&self) -> bool {
        self.samples.iter().any(|sample| sample.places.len() == 1)
    }

    /// A pilot of the same samples with both halves of a pair's contexts at a point or none: one half alone tells nothing of noise.
    pub(super) fn halved(&self) -> Self {
        let of_sample = |sample: &Sample| Sample {
            places: sample.places.clone(),
            points: sample
                .points
                .iter()
                .map(|pairs| pairs.iter().map(both_halves).collect())
                .collect(),
        };
        Self {
            samples: self.samples.iter().map(of_sample).collect(),
        }
    }

    /// The number of points of the curve.
    pub(super) fn points(&self) -> usize {
        self.samples.first().map_or(0, |sample| sample.points.len())
    }

    /// The mean part of one point, over samples and their pairs.
    fn mean(&self, point: usize, of: &[Of]) -> Part {
        let mut sum = [0.0; 6];
        let mut count = 0.0;
        for sample in &self.samples {
            let pairs = &sample.points[point];
            let known = pairs
                .iter()
                .flat_map(|pair| of.iter().filter_map(|of| pair[*of as usize]));
            let weight = 1.0 / (pairs.len() * of.len()) as f64;
            for part in known {
                count += weight;
                for (sum, number) in sum.iter_mut().zip(numbers(&part)) {
                    *sum += weight * number;
                }
            }
        }
        part(sum.map(|sum| sum / count.max(f64::MIN_POSITIVE)))
    }

    /// The influences of the parts that rest on these contexts, about the mean of those that rest on `about`.
    pub(super) fn influence(&self, of: Of, about: &[Of]) -> Influence {
        let means: Vec<Part> = (0..self.points())
            .map(|point| self.mean(point, about))
            .collect();
        let values: Vec<f64> = means.iter().map(value).collect();
        let level = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let of_pair = |sample: &Sample, pair: usize| {
            let mut psi: Vec<f64> = means
                .iter()
                .enumerate()
                .map(
                    |(point, mean)| match sample.points[point][pair][of as usize] {
                        Some(part) => slope(mean, &part),
                        None => 0.0,
                    },
                )
                .collect();
            let centre = psi.iter().sum::<f64>() / psi.len() as f64;
            for (psi, value) in psi.iter_mut().zip(&values) {
                *psi = match level > 0.0 {
                    true => (*psi - value / level * centre) / level,
                    false => 0.0,
                };
            }
            psi
        };
        let of_sample = |sample: &Sample| {
            let pairs = sample.points.first().map_or(0, Vec::len);
            (0..pairs).map(|pair| of_pair(sample, pair)).collect()
        };
        Influence {
            psi: self.samples.iter().map(of_sample).collect(),
        }
    }
}

impl Sample {
    /// The noise of some pairs at a point over that of those whose contexts have two halves, as it falls with the number of contexts;
    /// NaN where none has.
    pub(super) fn noise_share(&self, pairs: &[usize], point: usize) -> f64 {
        let (mut all, mut halved) = (0.0, 0.0);
        for pair in pairs {
            let [whole, even, odd] = &self.points[point][*pair];
            let noise = whole.map_or(1.0, |part| 1.0 / part.split.contexts.max(1.0));
            all += noise;
            if even.is_some() && odd.is_some() {
                halved += noise;
            }
        }
        match halved > 0.0 {
            true => all / halved,
            false => f64::NAN,
        }
    }
}

impl Influence {
    /// The mean over some pairs of a sample at a point.
    pub(super) fn mean(&self, sample: usize, pairs: &[usize], point: usize) -> f64 {
        crate::estimate::mean(pairs.iter().map(|pair| self.psi[sample][*pair][point]))
    }
}

fn both_halves(parts: &[Option<Part>; 3]) -> [Option<Part>; 3] {
    match parts {
        [_, Some(_), Some(_)] => *parts,
        [whole, ..] => [*whole, None, None],
    }
}

fn numbers(part: &Part) -> [f64; 6] {
    let s = &part.split;
    [
        part.raw, s.others, s.cross, s.squares, s.unbiased, s.contexts,
    ]
}

fn part([raw, others, cross, squares, unbiased, contexts]: [f64; 6]) -> Part {
    Part {
        raw,
        split: Split {
            others,
            cross,
            squares,
            unbiased,
            floor: 0.0,
            contexts,
        },
    }
}

fn value(part: &Part) -> f64 {
    Corrected::of(part.raw, &part.split).value()
}

/// The derivative of the corrected strength from a mean in the direction of a part: that of its square over twice the strength, or
/// over twice the least strength that noise of so much leaves visible.
fn slope(mean: &Part, to: &Part) -> f64 {
    let (from, to) = (numbers(mean), numbers(to));
    let mut moved = from;
    for (moved, to) in moved.iter_mut().zip(to) {
        *moved += STEP * (to - *moved);
    }
    let square = |part: &Part| Corrected::square(part.raw, &part.split);
    let strength = value(mean).max(VISIBLE * mean.raw);
    match strength > 0.0 {
        true => (square(&part(moved)) - square(mean)) / STEP / (2.0 * strength),
        false => 0.0,
    }
}
