//! The games that a network plays on a batch of samples, one for each.

use burn::tensor::{Tensor, TensorData};

use crate::coalition::Coalition;
use crate::device::is_cpu;
use crate::error::{Error, Result};
use crate::input::{Input, indices};
use crate::players::{Places, Players};

use super::{Classifier, Fingerprint, Reward};

/// A coalition of one of the samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub sample: usize,
    pub coalition: &'a Coalition,
}

/// Gives values to coalitions of several samples at once.
pub(crate) trait Evaluate {
    /// The number of players of each sample.
    fn players(&self) -> &[usize];
    /// Input values of one coalition of a sample.
    fn elements(&self, sample: usize) -> usize;
    /// The values of these coalitions, in their order, as one batch.
    fn values(&self, rows: &[Row<'_>]) -> Result<Vec<f64>>;
    /// The fingerprint of a sample's game, given the values of its coalitions.
    fn fingerprint(&self, sample: usize, values: [f64; 3]) -> Fingerprint;
    /// The mean |Delta v| that the rounding of values makes by itself, found at a coalition of a game whose largest known
    /// |v| is given.
    fn rounding(&self, sample: usize, at: &Coalition, largest: f64) -> Result<f64>;
    /// The number of values that are evaluated to measure the rounding.
    fn rounding_values(&self) -> u64;
    /// How far a value may move from one batch to another, as a share of the larger of 1 and the largest value.
    fn tolerance(&self) -> f64;
}

/// Values that [`NetworkGames`] evaluates to measure the rounding of a sample's values.
pub(crate) const ROUNDING_VALUES: u64 = 8;

/// The games that a network plays on a batch of inputs, one for each sample.
pub(crate) struct NetworkGames<'a, P: Players> {
    net: &'a dyn Classifier<P::Input>,
    players: &'a P,
    counts: Vec<usize>,
    /// The number of players of the largest sample.
    width: usize,
    /// The length of each sample; `None` if all are equal.
    lengths: Option<Vec<usize>>,
    /// The input values of each sample.
    elements: Vec<usize>,
    present: P::Input,
    absent: P::Input,
    places: P::Places,
    targets: Vec<usize>,
    /// Ids of the samples, for errors.
    ids: Vec<u64>,
    /// Digests of where the players sit in each sample.
    digests: Vec<String>,
    reward: Reward,
    /// Whether values tell right classes and not rewards.
    right: bool,
}

impl<'a, P: Players> NetworkGames<'a, P> {
    pub fn new(
        net: &'a dyn Classifier<P::Input>,
        players: &'a P,
        present: P::Input,
        absent: P::Input,
        targets: Vec<usize>,
        ids: Vec<u64>,
        reward: Reward,
    ) -> Result<Self> {
        let samples = present.samples();
        if samples != targets.len() {
            return Err(Error::Mismatch {
                what: "one target for each sample".into(),
                expected: samples,
                found: targets.len(),
            });
        }
        let counts = players.counts(&present)?;
        let lengths = present.lengths()?;
        let places = players.places(&present)?;
        Ok(Self {
            digests: places.digests(&present)?,
            elements: elements(present.elements(), lengths.as_deref(), samples),
            width: counts.iter().copied().max().unwrap_or(0),
            counts,
            lengths,
            places,
            ids,
            net,
            players,
            present,
            absent,
            targets,
            reward,
            right: false,
        })
    }

    /// Games in which a coalition is worth 1 where the network gives it its target's class, and 0 elsewhere.
    pub fn of_right_classes(mut self) -> Self {
        self.right = true;
        self
    }

    fn inputs(&self, rows: &[Row<'_>]) -> P::Input {
        let device = self.present.device();
        let mut samples: Vec<i32> = rows.iter().map(|row| row.sample as i32).collect();
        // Rows of one sample, as most batches are, share a single copy of it.
        if samples.windows(2).all(|pair| pair[0] == pair[1]) {
            samples.truncate(1);
        }
        let samples = indices(&samples, &device);
        let coalitions = rows.iter().map(|row| row.coalition);
        let presence = Tensor::from_data(presence(coalitions, self.width), &device);
        let present = self.present.select(samples.clone());
        let absent = self.absent.select(samples.clone());
        let places = self.places.select(samples);
        let Some(lengths) = &self.lengths else {
            return self.players.compose(present, absent, &places, presence);
        };
        let longest = rows
            .iter()
            .map(|row| lengths[row.sample])
            .max()
            .unwrap_or(0);
        let [present, absent] = [present, absent].map(|input| input.shorten(longest));
        let places = places.shorten(longest);
        self.players.compose(present, absent, &places, presence)
    }
}

impl<P: Players> Evaluate for NetworkGames<'_, P> {
    fn fingerprint(&self, sample: usize, values: [f64; 3]) -> Fingerprint {
        Fingerprint {
            target: self.targets[sample],
            players: format!("{} {}", self.players.describe(), self.digests[sample]),
            values,
        }
    }

    fn rounding(&self, sample: usize, at: &Coalition, largest: f64) -> Result<f64> {
        // Half a unit in the last place is the least there is; nothing measured says nothing of what is within.
        let (measured, precision) = (self.deviation(sample, at)?, f64::from(f32::EPSILON));
        let least = precision * largest * if measured > 0.0 { 0.5 } else { 2.0 };
        Ok(mean_difference(measured.max(least)))
    }

    fn rounding_values(&self) -> u64 {
        ROUNDING_VALUES
    }

    /// The CPU computes a row alike in any batch; other devices choose their kernels, and the precision of products, by shape.
    fn tolerance(&self) -> f64 {
        match is_cpu(&self.present.device()) {
            true => 1e-5,
            false => 1e-3,
        }
    }

    fn players(&self) -> &[usize] {
        &self.counts
    }

    fn elements(&self, sample: usize) -> usize {
        self.elements[sample]
    }

    fn values(&self, rows: &[Row<'_>]) -> Result<Vec<f64>> {
        self.read(self.inputs(rows), rows)
    }
}

/// The mean |Delta v| of values that have independent errors of this deviation.
fn mean_difference(deviation: f64) -> f64 {
    2.0 * deviation * std::f64::consts::FRAC_2_PI.sqrt()
}

impl<P: Players> NetworkGames<'_, P> {
    /// The deviation of the rounding errors in the value of a coalition: along a line of inputs that lie closer together
    /// than the network can bend, second differences of its values are rounding alone, of six times the variance of a value.
    ///
    /// The deviation is zero where inputs are no numbers to be scaled.
    fn deviation(&self, sample: usize, at: &Coalition) -> Result<f64> {
        const STEP: f32 = 1.0 / 65536.0;
        let row = Row {
            sample,
            coalition: at,
        };
        let rows = vec![row; ROUNDING_VALUES as usize];
        let device = self.present.device();
        let factors: Vec<f32> = (0..rows.len()).map(|k| 1.0 + k as f32 * STEP).collect();
        let factors = Tensor::from_data(TensorData::new(factors, [rows.len()]), &device);
        let inputs = self.inputs(&rows).scaled(factors);
        let values = self.read(inputs, &rows)?;
        let bends = values.windows(3).map(|v| v[0] - 2.0 * v[1] + v[2]);
        let squares: f64 = bends.map(|bend| bend * bend).sum();
        Ok((squares / (6.0 * (values.len() - 2) as f64)).sqrt())
    }

    /// The weighted sum of the values of coalitions of one sample, a `[1]` tensor that a backward can begin from.
    ///
    /// # Errors
    ///
    /// Fails where the target is no class of the network, a value is not finite, or the device fails.
    pub fn weighted(&self, sample: usize, terms: &[(&Coalition, f64)]) -> Result<Tensor<1>> {
        let coalitions = terms.iter().map(|(coalition, _)| *coalition);
        let rows = coalitions.map(|coalition| Row { sample, coalition });
        let rows: Vec<Row<'_>> = rows.collect();
        let logits = self.net.logits(self.inputs(&rows));
        self.check_target(sample, logits.dims()[1])?;
        let values = self.reward.of_logits(logits, self.targets[sample]);
        let read = values.clone().inner().try_into_vec_as::<f32>();
        let read = read.map_err(|e| Error::Execution(e.to_string()))?;
        if read.len() != terms.len() {
            return Err(Error::Mismatch {
                what: "rows of the network's logits".into(),
                expected: terms.len(),
                found: read.len(),
            });
        }
        let read: Vec<f64> = read.into_iter().map(f64::from).collect();
        finite(&read, rows, |sample| self.ids[sample])?;
        let weights: Vec<f32> = terms.iter().map(|(_, weight)| *weight as f32).collect();
        let weights = TensorData::new(weights, [terms.len()]);
        let weights = Tensor::<1>::from_data(weights, &self.present.device());
        Ok((values * weights).sum())
    }

    fn check_target(&self, sample: usize, classes: usize) -> Result<()> {
        let target = self.targets[sample];
        match target < self.reward.targets(classes) {
            true => Ok(()),
            false => Err(Error::TargetOutOfRange {
                sample: self.ids[sample],
                target,
                classes,
            }),
        }
    }

    fn read(&self, inputs: P::Input, rows: &[Row<'_>]) -> Result<Vec<f64>> {
        let logits = read_logits(self.net.logits(inputs), rows.len())?;
        let value = |(row, logits): (&Row<'_>, &[f32])| {
            self.check_target(row.sample, logits.len())?;
            let target = self.targets[row.sample];
            Ok(match self.right {
                true if logits.iter().any(|logit| logit.is_nan()) => f64::NAN,
                true => f64::from(largest(logits) == target),
                false => self.reward.value(logits, target),
            })
        };
        rows.iter().zip(logits.rows()).map(value).collect()
    }
}

/// Refuses values of coalitions that are not finite; `id` is that of a sample by its place.
pub(crate) fn finite<'a>(
    values: &[f64],
    rows: impl IntoIterator<Item = Row<'a>>,
    id: impl Fn(usize) -> u64,
) -> Result<()> {
    let mut all = values.iter().zip(rows);
    match all.find(|(value, _)| !value.is_finite()) {
        None => Ok(()),
        Some((value, row)) => Err(Error::NotFinite {
            sample: id(row.sample),
            present: row.coalition.len(),
            value: *value,
        }),
    }
}

/// The elements of each sample, of those that the longest has: shared out by length where lengths differ.
pub(crate) fn elements(whole: usize, lengths: Option<&[usize]>, samples: usize) -> Vec<usize> {
    let Some(lengths) = lengths else {
        return vec![whole; samples];
    };
    let longest = lengths.iter().copied().max().unwrap_or(0).max(1);
    let share = |length: &usize| (whole * length).div_ceil(longest);
    lengths.iter().map(share).collect()
}

/// The presence of each player in each coalition, `[coalitions, width]`; players that a game does not have are absent.
pub(crate) fn presence<'a>(
    coalitions: impl ExactSizeIterator<Item = &'a Coalition>,
    width: usize,
) -> TensorData {
    let rows = coalitions.len();
    let mut presence = Vec::with_capacity(rows * width);
    for (row, coalition) in coalitions.enumerate() {
        coalition.extend_presence(&mut presence);
        presence.resize((row + 1) * width, false);
    }
    TensorData::new(presence, [rows, width])
}

/// The class that each row of logits is largest for, a `[rows, classes]` tensor; a single logit stands for class 1 where it is
/// positive.
///
/// # Errors
///
/// Fails where there are no classes, or the device fails.
pub fn predictions(logits: Tensor<2>) -> Result<Vec<usize>> {
    let rows = logits.dims()[0];
    Ok(read_logits(logits, rows)?.predictions())
}

/// Logits on the host, `[rows, classes]`.
pub(crate) struct Logits {
    values: Vec<f32>,
    classes: usize,
}

impl Logits {
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.classes)
    }

    /// The class of the largest logit of each row; NaN never wins.
    pub fn predictions(&self) -> Vec<usize> {
        self.rows().map(largest).collect()
    }

    /// The number of classes: two for a single logit.
    pub fn classes(&self) -> usize {
        self.classes.max(2)
    }
}

/// The class of the largest logit, of two where there is one; NaN is the largest nowhere.
fn largest(row: &[f32]) -> usize {
    if let [logit] = row {
        return usize::from(*logit > 0.0);
    }
    let above = |k: usize, best: usize| match row[best].is_nan() {
        true => !row[k].is_nan(),
        false => row[k] > row[best],
    };
    (0..row.len()).fold(0, |best, k| if above(k, best) { k } else { best })
}

pub(crate) fn read_logits(logits: Tensor<2>, rows: usize) -> Result<Logits> {
    let [found, classes] = logits.dims();
    if found != rows || classes == 0 {
        return Err(Error::Mismatch {
            what: format!("rows of the network's logits, which are [{found}, {classes}]"),
            expected: rows,
            found,
        });
    }
    let values = logits
        .try_into_vec_as::<f32>()
        .map_err(|e| Error::Execution(e.to_string()))?;
    Ok(Logits { values, classes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_the_largest_logit_nowhere() {
        const NAN: f32 = f32::NAN;
        for (row, class) in [
            ([NAN, 1.0, 2.0], 2),
            ([NAN, 2.0, 1.0], 1),
            ([NAN, NAN, f32::NEG_INFINITY], 2),
            ([1.0, NAN, 2.0], 2),
            ([2.0, 2.0, NAN], 0),
            // Where there is no other.
            ([NAN, NAN, NAN], 0),
        ] {
            assert_eq!(largest(&row), class, "{row:?}");
        }
        assert_eq!([NAN, 0.0, 1.0].map(|logit| largest(&[logit])), [0, 0, 1]);
    }
}
