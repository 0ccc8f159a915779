//! Errors of corrected curves: the jackknife over samples, through the whole way from samples to curve.

use crate::estimate::{Magnitudes, Pool, remaining_bias};

/// A quantity and what is known of its error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimated {
    pub value: f64,
    /// The standard error over samples; `None` for one.
    pub standard_error: Option<f64>,
    /// The bias that the correction may have left.
    pub bias: f64,
}

impl Estimated {
    /// The root of the sum of both errors' squares.
    pub fn error(&self) -> Option<f64> {
        self.standard_error.map(|error| error.hypot(self.bias))
    }
}

/// The corrected curve of all samples, and of all but each of them; NaN at an order without a correction.
#[derive(Debug, Clone)]
pub(super) struct Jackknife {
    /// The corrected curve.
    value: Vec<f64>,
    /// The curves corrected by signs and by moments, and the corrected one less the share of the correction that its few contexts
    /// may have missed.
    ways: [Vec<f64>; 3],
    /// The corrected curve of all samples but one, for each of them.
    left_out: Vec<Vec<f64>>,
}

impl Jackknife {
    /// The curves of a table with one row an order and one entry a sample.
    pub fn of(table: &[Vec<&Magnitudes>]) -> Self {
        let samples = table.first().map_or(0, Vec::len);
        let mut whole = Self {
            value: Vec::with_capacity(table.len()),
            ways: Default::default(),
            left_out: match samples {
                0 | 1 => Vec::new(),
                _ => vec![Vec::with_capacity(table.len()); samples],
            },
        };
        for order in table {
            whole.push(order);
        }
        whole
    }

    fn push(&mut self, order: &[&Magnitudes]) {
        let Some(pool) = Pool::of(order) else {
            self.value.push(f64::NAN);
            self.ways.iter_mut().for_each(|way| way.push(f64::NAN));
            self.left_out.iter_mut().for_each(|c| c.push(f64::NAN));
            return;
        };
        let corrected = pool.corrected();
        let value = corrected.value();
        self.value.push(value);
        let ways = [corrected.cross, corrected.moment, value - pool.missed()];
        for (way, value) in self.ways.iter_mut().zip(ways) {
            way.push(value);
        }
        for (curve, sample) in self.left_out.iter_mut().zip(order) {
            curve.push(pool.without(sample).corrected().value());
        }
    }

    /// Whether no order shows any strength, so that there is nothing to be relative to.
    pub fn is_nothing(&self) -> bool {
        !self.value.is_empty() && self.value.iter().all(|v| *v == 0.0)
    }

    /// The curves over their means; `None` where an order has no correction, or none shows any strength.
    pub fn relative(&self) -> Option<Self> {
        let normal = |curve: &Vec<f64>| {
            let level = curve.iter().sum::<f64>() / curve.len() as f64;
            curve.iter().map(|v| share(*v, level)).collect()
        };
        let known = self.value.iter().all(|v| v.is_finite());
        (known && !self.is_nothing()).then(|| Self {
            value: normal(&self.value),
            ways: self.ways.each_ref().map(normal),
            left_out: self.left_out.iter().map(normal).collect(),
        })
    }

    /// The difference of this curve from another of the same samples.
    pub fn minus(&self, other: &Self) -> Self {
        let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        let way = |k: usize| minus(&self.ways[k], &other.ways[k]);
        let left_out = self.left_out.iter().zip(&other.left_out);
        Self {
            value: minus(&self.value, &other.value),
            ways: [way(0), way(1), way(2)],
            left_out: left_out.map(|(a, b)| minus(a, b)).collect(),
        }
    }

    /// The corrected curve.
    pub fn curve(&self) -> &[f64] {
        &self.value
    }

    pub fn samples(&self) -> usize {
        self.left_out.len().max(1)
    }

    /// A quantity of the curve; `None` where it is not a number.
    pub fn estimate(&self, of: impl Fn(&[f64]) -> f64) -> Option<Estimated> {
        let value = of(&self.value);
        let left_out: Vec<f64> = self.left_out.iter().map(|curve| of(curve)).collect();
        let count = left_out.len() as f64;
        let centre = left_out.iter().sum::<f64>() / count;
        let squares: f64 = left_out.iter().map(|v| (v - centre).powi(2)).sum();
        value.is_finite().then(|| Estimated {
            value,
            standard_error: (count > 1.0).then(|| ((count - 1.0) / count * squares).sqrt()),
            bias: remaining_bias(self.ways.each_ref().map(|way| of(way)), value),
        })
    }
}

pub(super) fn share(value: f64, of: f64) -> f64 {
    if of > 0.0 { value / of } else { 0.0 }
}
