use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

use super::Mean;
use super::score::no_samples;

/// The accuracy of a network at each share of masked players, under one order of removal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct MaskingCurve {
    /// The shares of players that are masked, ascending.
    pub shares: Vec<f64>,
    /// The samples.
    pub samples: Vec<MaskedSample>,
}

/// A curve of a file, not yet checked.
#[derive(Deserialize)]
struct Stored {
    shares: Vec<f64>,
    samples: Vec<MaskedSample>,
}

impl TryFrom<Stored> for MaskingCurve {
    type Error = Error;

    fn try_from(Stored { shares, samples }: Stored) -> Result<Self> {
        let others = |sample: &&MaskedSample| sample.right.len() != shares.len();
        match samples.iter().find(others) {
            None => Ok(Self { shares, samples }),
            Some(sample) => Err(Error::Mismatch {
                what: format!("shares of masked players of sample {}", sample.id),
                expected: shares.len(),
                found: sample.right.len(),
            }),
        }
    }
}

/// A sample at each share of masked players.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskedSample {
    /// The id of the sample.
    pub id: u64,
    /// The label.
    pub label: usize,
    /// The share of draws in which the sample is given its label, 0 to 1, one for each share of masked players.
    pub right: Vec<f64>,
}

/// A point of a masking curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MaskingPoint {
    /// The share of players that are masked.
    pub share: f64,
    /// The accuracy, with its standard error over samples and what is drawn for each of them.
    pub accuracy: Mean,
}

impl MaskingCurve {
    /// The points of the curve, one a share; none where there are no samples.
    ///
    /// # Panics
    ///
    /// Panics if a sample that was put in by hand has fewer numbers than there are shares.
    pub fn points(&self) -> Vec<MaskingPoint> {
        let point = |(place, share): (usize, &f64)| {
            let right = self.samples.iter().map(|s| s.right[place]);
            Mean::of(right).map(|accuracy| MaskingPoint {
                share: *share,
                accuracy,
            })
        };
        self.shares.iter().enumerate().filter_map(point).collect()
    }

    /// Adds the samples of another batch.
    ///
    /// # Errors
    ///
    /// Fails where the other curve has other shares, or samples that this one has.
    pub fn extend(&mut self, other: Self) -> Result<()> {
        self.check_shares(&other)?;
        let ids: BTreeSet<u64> = self.samples.iter().map(|s| s.id).collect();
        let repeated = other
            .samples
            .iter()
            .map(|s| s.id)
            .filter(|id| ids.contains(id));
        let repeated: Vec<u64> = repeated.collect();
        match repeated.is_empty() {
            true => self.samples.extend(other.samples),
            false => return Err(Error::repeated(&repeated)),
        }
        Ok(())
    }

    /// The area of this curve above another of the same samples, over the shares: the mean of the samples' own areas, paired,
    /// with its standard error over samples and draws.
    ///
    /// Areas are those of straight lines between the shares. They are below 0 where the other curve is the higher.
    ///
    /// # Errors
    ///
    /// Fails where the curves have other shares or samples, fewer than two shares, or no sample.
    pub fn area_above(&self, other: &Self) -> Result<Mean> {
        self.check_shares(other)?;
        if self.shares.len() < 2 {
            let remedy = "an area lies between two shares at least";
            return Err(Error::setting(
                "shares",
                format!("{:?}", self.shares),
                remedy,
            ));
        }
        let others: BTreeMap<u64, &MaskedSample> =
            other.samples.iter().map(|s| (s.id, s)).collect();
        if others.len() != self.samples.len() {
            return Err(Error::Mismatch {
                what: "samples of two masking curves".into(),
                expected: self.samples.len(),
                found: others.len(),
            });
        }
        let mut areas = Vec::with_capacity(self.samples.len());
        for sample in &self.samples {
            let Some(other) = others.get(&sample.id) else {
                let absent = format!("none of id {}", sample.id);
                return Err(Error::differs("samples", sample.id.to_string(), absent));
            };
            areas.push(area(&self.shares, &sample.right, &other.right));
        }
        Mean::of(areas).ok_or_else(no_samples)
    }

    fn check_shares(&self, other: &Self) -> Result<()> {
        let of = |curve: &Self| format!("{:?}", curve.shares);
        match self.shares == other.shares {
            true => Ok(()),
            false => Err(Error::differs("shares", of(self), of(other))),
        }
    }
}

/// The area between two lines over the shares.
fn area(shares: &[f64], upper: &[f64], lower: &[f64]) -> f64 {
    let heights = upper.iter().zip(lower).map(|(upper, lower)| upper - lower);
    let heights: Vec<f64> = heights.collect();
    let parts = shares.windows(2).zip(heights.windows(2));
    parts
        .map(|(x, y)| (x[1] - x[0]) * f64::midpoint(y[0], y[1]))
        .sum()
}

/// Accuracy under random masking beside that under masking of the surroundings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskingCurves {
    /// Players are masked at random.
    pub random: MaskingCurve,
    /// Players are masked from the border inwards: the centre is kept.
    pub surroundings: MaskingCurve,
}

impl MaskingCurves {
    /// The area of the random curve above that of the surroundings, paired by sample.
    ///
    /// A network that models structure across the image lives on scattered patches and loses its sight of the whole with the
    /// surroundings: the area is large. One that reads local detail lives on a whole centre and suffers from random holes: the area is
    /// near 0 or below. In the paper it is smallest for networks trained towards low orders (at or below 0), larger for plainly trained ones,
    /// and largest for those trained towards high orders.
    ///
    /// # Errors
    ///
    /// Fails where there are fewer than two shares, or no sample.
    pub fn area(&self) -> Result<Mean> {
        self.random.area_above(&self.surroundings)
    }

    /// Adds the samples of another batch.
    ///
    /// # Errors
    ///
    /// Fails where the others have other shares, or samples that these have.
    pub fn extend(&mut self, other: Self) -> Result<()> {
        self.random.extend(other.random)?;
        self.surroundings.extend(other.surroundings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(samples: &[(u64, [f64; 3])]) -> MaskingCurve {
        let sample = |(id, right): &(u64, [f64; 3])| MaskedSample {
            id: *id,
            label: 0,
            right: right.to_vec(),
        };
        MaskingCurve {
            shares: vec![0.0, 0.5, 0.75],
            samples: samples.iter().map(sample).collect(),
        }
    }

    #[test]
    fn the_area_is_the_mean_of_the_samples_own_with_a_paired_error() {
        let upper = curve(&[(0, [1.0, 0.5, 0.5]), (1, [1.0, 1.0, 0.0])]);
        // In another order: samples are paired by their ids.
        let lower = curve(&[(1, [1.0, 1.0, 1.0]), (0, [1.0, 0.0, 0.0])]);
        // Sample 0: .5 * .25 + .25 * .5 = .25; sample 1: -.25 * .5 = -.125.
        let area = upper.area_above(&lower).unwrap();
        assert!((area.value - 0.0625).abs() < 1e-12);
        assert!((area.standard_error.unwrap() - 0.1875).abs() < 1e-12);
        let turned = lower.area_above(&upper).unwrap();
        assert_eq!(turned.value, -area.value);
        let points = upper.points();
        assert_eq!((points[2].share, points[2].accuracy.value), (0.75, 0.25));
    }

    #[test]
    fn curves_that_do_not_belong_together_are_refused() {
        let mut one = curve(&[(0, [1.0; 3])]);
        let other = curve(&[(1, [1.0; 3])]);
        assert!(matches!(one.area_above(&other), Err(Error::Differs { .. })));
        assert!(matches!(
            one.extend(one.clone()),
            Err(Error::Repeated { .. })
        ));
        one.extend(other).unwrap();
        assert_eq!(one.samples.len(), 2);
        let mut shorter = curve(&[(5, [1.0; 3])]);
        shorter.shares.pop();
        assert!(matches!(one.extend(shorter), Err(Error::Differs { .. })));
        assert!(curve(&[]).area_above(&curve(&[])).is_err());
    }
}
