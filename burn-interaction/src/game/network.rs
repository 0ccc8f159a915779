//! One batch of coalitions of one or several samples on one device, and no more.

use std::panic::resume_unwind;

use burn::tensor::{Int, Tensor, TensorData};

use crate::coalition::Coalition;
use crate::device::lanes;
use crate::error::{Error, Result};
use crate::players::Players;

use super::{Classifier, Reward};

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
    fn values(&self, rows: &[Row<'_>]) -> Result<Vec<f64>>;
}

/// The games that a network plays on a batch of inputs, one for each sample.
pub(crate) struct NetworkGames<'a, P: Players, N> {
    net: &'a N,
    players: &'a P,
    counts: Vec<usize>,
    /// The largest of them.
    width: usize,
    /// Of each sample, where they differ.
    lengths: Option<Vec<usize>>,
    /// Of each sample.
    elements: Vec<usize>,
    present: P::Input,
    absent: P::Input,
    places: P::Places,
    targets: Vec<usize>,
    reward: Reward,
    /// Parts of a batch that are computed side by side.
    lanes: usize,
}

impl<'a, P: Players, N: Classifier<P::Input>> NetworkGames<'a, P, N> {
    pub fn new(
        net: &'a N,
        players: &'a P,
        present: P::Input,
        absent: P::Input,
        targets: Vec<usize>,
        reward: Reward,
    ) -> Result<Self> {
        let samples = players.samples(&present);
        if samples != targets.len() {
            return Err(Error::Mismatch {
                what: "one target for each sample".into(),
                expected: samples,
                found: targets.len(),
            });
        }
        let counts = players.counts(&present)?;
        let lengths = players.lengths(&present)?;
        Ok(Self {
            elements: elements(players.elements(&present), lengths.as_deref(), samples),
            width: counts.iter().copied().max().unwrap_or(0),
            counts,
            lengths,
            places: players.places(&present)?,
            lanes: lanes(&players.device(&present)),
            net,
            players,
            present,
            absent,
            targets,
            reward,
        })
    }

    fn inputs(&self, rows: &[Row<'_>]) -> P::Input {
        let device = self.players.device(&self.present);
        let mut samples: Vec<i32> = rows.iter().map(|row| row.sample as i32).collect();
        // Rows of one sample, as most batches are, share a single copy of it.
        if samples.windows(2).all(|pair| pair[0] == pair[1]) {
            samples.truncate(1);
        }
        let count = samples.len();
        let samples = Tensor::<1, Int>::from_data(TensorData::new(samples, [count]), &device);
        let coalitions = rows.iter().map(|row| row.coalition);
        let presence = Tensor::from_data(presence(coalitions, self.width), &device);
        let present = self.players.select(&self.present, samples.clone());
        let absent = self.players.select(&self.absent, samples.clone());
        let places = self.players.select_places(&self.places, samples);
        let Some(lengths) = &self.lengths else {
            return self.players.compose(present, absent, &places, presence);
        };
        let longest = rows
            .iter()
            .map(|row| lengths[row.sample])
            .max()
            .unwrap_or(0);
        let [present, absent] = [present, absent].map(|i| self.players.shorten(i, longest));
        let places = self.players.shorten_places(places, longest);
        self.players.compose(present, absent, &places, presence)
    }
}

impl<P: Players, N: Classifier<P::Input>> Evaluate for NetworkGames<'_, P, N> {
    fn players(&self) -> &[usize] {
        &self.counts
    }

    fn elements(&self, sample: usize) -> usize {
        self.elements[sample]
    }

    fn values(&self, rows: &[Row<'_>]) -> Result<Vec<f64>> {
        let lanes = self.lanes.clamp(1, rows.len().max(1));
        if lanes == 1 {
            return self.part(rows);
        }
        // Rows are independent.
        std::thread::scope(|scope| {
            let part = |rows| scope.spawn(move || self.part(rows));
            let parts: Vec<_> = rows.chunks(rows.len().div_ceil(lanes)).map(part).collect();
            let mut values = Vec::with_capacity(rows.len());
            for part in parts {
                values.extend(part.join().unwrap_or_else(|panic| resume_unwind(panic))?);
            }
            Ok(values)
        })
    }
}

impl<P: Players, N: Classifier<P::Input>> NetworkGames<'_, P, N> {
    fn part(&self, rows: &[Row<'_>]) -> Result<Vec<f64>> {
        let logits = read_logits(self.net.logits(self.inputs(rows)), rows.len())?;
        let value = |(row, logits): (&Row<'_>, &[f32])| {
            let target = self.targets[row.sample];
            check_target(row.sample, target, logits.len())?;
            Ok(self.reward.value(logits, target))
        };
        rows.iter().zip(logits.rows()).map(value).collect()
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

/// A single logit stands for two classes.
fn check_target(sample: usize, target: usize, classes: usize) -> Result<()> {
    match target < classes.max(2) {
        true => Ok(()),
        false => Err(Error::TargetOutOfRange {
            sample,
            target,
            classes,
        }),
    }
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
        let largest = |row: &[f32]| {
            if let [logit] = row {
                return usize::from(*logit > 0.0);
            }
            (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
        };
        self.rows().map(largest).collect()
    }
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
