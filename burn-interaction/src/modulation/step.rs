use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::coalition::{Coalition, Generator, sample_generator};
use crate::error::{Error, Result};
use crate::game::{Classifier, presence};
use crate::input::{Batch, Input};
use crate::players::{Baseline, Players};

use super::{Batching, Classification, Direction, Modulation, Signal, Task, Term};

/// Input values above which a joint batch is split after all, to bound memory.
const JOINT_ELEMENTS: usize = 1 << 25;

/// The number that tells the nested coalitions of training from a sample's other draws.
const NESTED: u64 = u64::MAX;

/// The seed and the epoch that, with the ids of its samples, fix the nested coalitions of a training step.
///
/// Nothing else enters: a sample meets the same coalitions in any batch, so that a training can be shared out, or go on
/// from any epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Draw {
    /// The seed.
    pub seed: u64,
    /// The epoch: each draws anew.
    pub epoch: u64,
}

impl Draw {
    /// One generator for each sample, for all its terms.
    fn generators(self, ids: &[u64]) -> Vec<Generator> {
        let of = |id: &u64| sample_generator(self.seed, *id, [NESTED, self.epoch]);
        ids.iter().map(of).collect()
    }
}

/// The losses of one modulated forward.
#[derive(Debug, Clone)]
pub struct ModulatedLoss {
    /// Logits of the plain samples, a `[batch, classes]` tensor.
    pub logits: Tensor<2>,
    /// The task's loss and the weighted terms, a `[1]` tensor.
    pub total: Tensor<1>,
    /// The task's own loss alone, a `[1]` tensor.
    pub task: Tensor<1>,
    /// Each term before its weight, `[1]` tensors.
    pub terms: Vec<Tensor<1>>,
}

impl Modulation {
    /// Cross entropy plus the terms, for one batch: the call to make in a training step of your own.
    ///
    /// Each sample's nested coalitions follow from `draw` and its id. The network runs in whatever mode it is in; in the
    /// reference recipe masked forwards are training forwards, with dropout and batch statistics. A sample with too few players for
    /// a term's two sizes takes no part in it; of samples that vary in size, such as sentences, all of a batch may have too few.
    ///
    /// # Errors
    ///
    /// Fails where a term does not fit the players of any sample and all have one size, the players or the baseline do not fit the inputs, or the batch lacks targets or,
    /// where there are terms, ids.
    ///
    /// # Panics
    ///
    /// May panic, on the CPU at once, if a label is no class of the network: labels stay on the device, which would wait if they were
    /// read.
    pub fn loss<P: Players, N: Classifier<P::Input>>(
        &self,
        net: &N,
        players: &P,
        batch: Batch<P::Input>,
        draw: Draw,
    ) -> Result<ModulatedLoss> {
        self.loss_of(&Classification::new(), net, players, batch, draw)
    }

    /// The loss of any [`Task`] plus the terms, for one batch, as [`loss`](Modulation::loss) is that of a classification.
    ///
    /// # Errors
    ///
    /// Fails where [`loss`](Modulation::loss) does, or a setting of the task means nothing.
    pub fn loss_of<T: Task, P: Players, N: Classifier<P::Input>>(
        &self,
        task: &T,
        net: &N,
        players: &P,
        batch: Batch<P::Input, T::Targets>,
        draw: Draw,
    ) -> Result<ModulatedLoss> {
        self.loss_with(task, net, players, batch, draw, self.batching_for(false))
    }

    /// The loss of [`loss_of`](Modulation::loss_of) with the batching that its caller chooses.
    pub(crate) fn loss_with<T: Task, P: Players, N: Classifier<P::Input>>(
        &self,
        task: &T,
        net: &N,
        players: &P,
        batch: Batch<P::Input, T::Targets>,
        draw: Draw,
        batching: Batching,
    ) -> Result<ModulatedLoss> {
        let Batch {
            inputs,
            targets,
            ids,
            ..
        } = batch;
        task.check()?;
        // Plain training needs no players, and counting them may wait for the device.
        let counts = match self.terms().is_empty() {
            true => Vec::new(),
            false => players.counts(&inputs)?,
        };
        self.check_samples(&counts, || {
            let differ = counts.iter().any(|count| *count != counts[0]);
            Ok(differ || inputs.lengths()?.is_some())
        })?;
        let samples = inputs.samples();
        same("one target for each sample", samples, task.count(&targets))?;
        if !counts.is_empty() {
            same("one id for each sample", samples, ids.len())?;
        }
        let signals: Vec<Signal> = self.terms().iter().map(|term| term.signal).collect();
        let masks = masks(&signals, &counts, &mut draw.generators(&ids))?;
        let absent = self.absent_baseline();
        let parts = masked_parts(players, inputs, absent, &masks, &counts)?;
        let mut logits = forward(net, parts, batching).into_iter();
        let mut next = || logits.next().ok_or_else(no_logits);
        let plain = next()?;
        let own = task.loss(plain.clone(), targets.clone());
        let mut total = own.clone();
        let mut terms = Vec::with_capacity(self.terms().len());
        for term in self.terms() {
            let loss = term.loss(task, &mut next, &counts, targets.clone())?;
            total = total + loss.clone() * term.weight;
            terms.push(loss);
        }
        Ok(ModulatedLoss {
            logits: plain,
            total,
            task: own,
            terms,
        })
    }
}

impl Signal {
    /// Delta u of each sample of a network, a `[batch, classes]` tensor through which gradients pass: for losses of your own.
    ///
    /// The nested coalitions of a sample follow from `draw` and its id; absent players have the look of `absent`, by default the
    /// players' own. All masked samples go through the network as one batch, also through its batch norms.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use burn_interaction::modulation::{Draw, Signal};
    /// use burn_interaction::Features;
    ///
    /// // A product of four features is worth nothing before all of them are there.
    /// let net = |x: Tensor<2>| x.prod_dim(1);
    /// let rows = Tensor::<2>::from_floats([[1.0, 2.0, 3.0, 4.0]], &Device::flex());
    /// let signal = Signal::between(0.5, 1.0).of(&net, &Features, rows, &[0], None, Draw::default())?;
    /// assert_eq!(signal.into_scalar::<f32>(), 24.0);
    /// # Ok::<(), burn_interaction::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails where the players or the baseline do not fit the inputs, there is not one id for each sample, or a sample has too few
    /// players to tell the two sizes apart.
    pub fn of<P: Players, N: Classifier<P::Input>>(
        &self,
        net: &N,
        players: &P,
        inputs: P::Input,
        ids: &[u64],
        absent: Option<&Baseline>,
        draw: Draw,
    ) -> Result<Tensor<2>> {
        if inputs.samples() == 0 {
            return Err(Error::setting("samples", 0, "a signal needs one at least"));
        }
        let counts = players.counts(&inputs)?;
        same("one id for each sample", inputs.samples(), ids.len())?;
        for count in &counts {
            self.sizes(*count)?;
        }
        let masks = masks(&[*self], &counts, &mut draw.generators(ids))?;
        let mut parts = masked_parts(players, inputs, absent, &masks, &counts)?;
        // The plain samples are no part of a signal.
        parts.remove(0);
        let mut logits = forward(net, parts, Batching::Joint).into_iter();
        let share = Share::of(self, &counts);
        self.mean(&mut || logits.next().ok_or_else(no_logits), &share)
    }

    /// The mean of the signal over its draws, from the logits of its masked forwards in the order of [`masks`].
    fn mean(
        &self,
        next: &mut impl FnMut() -> Result<Tensor<2>>,
        share: &Share,
    ) -> Result<Tensor<2>> {
        let mut sum = difference(next, share)?;
        for _ in 1..self.draws {
            sum = sum + difference(next, share)?;
        }
        Ok(sum / self.draws as f64)
    }
}

fn same(what: &str, expected: usize, found: usize) -> Result<()> {
    match expected == found {
        true => Ok(()),
        false => Err(Error::Mismatch {
            what: what.into(),
            expected,
            found,
        }),
    }
}

fn no_logits() -> Error {
    Error::Mismatch {
        what: "rows of the network's logits, in batches".into(),
        expected: 1,
        found: 0,
    }
}

/// The coalitions of every masked forward, in batches: for each signal and draw S2 and, where it counts, S1. Samples
/// with too few players for a signal stay whole.
fn masks(signals: &[Signal], counts: &[usize], rngs: &mut [Generator]) -> Result<Vec<Coalition>> {
    let mut masks = Vec::new();
    for signal in signals {
        let share = Share::of(signal, counts);
        for _ in 0..signal.draws {
            let mut smaller = Vec::with_capacity(counts.len());
            let samples = counts.iter().zip(&share.coefficients);
            for ((players, coefficient), rng) in samples.zip(&mut *rngs) {
                let (s1, s2) = match coefficient {
                    Some(_) => signal.draw(*players, rng)?,
                    None => (Coalition::full(*players), Coalition::full(*players)),
                };
                masks.push(s2);
                smaller.push(s1);
            }
            if share.is_twofold() {
                masks.extend(smaller);
            }
        }
    }
    Ok(masks)
}

/// The plain samples, and a masked copy of all of them for each batch of masks.
fn masked_parts<P: Players>(
    players: &P,
    inputs: P::Input,
    absent: Option<&Baseline>,
    masks: &[Coalition],
    counts: &[usize],
) -> Result<Vec<P::Input>> {
    let mut parts = vec![inputs.clone()];
    if !masks.is_empty() {
        let (own, width) = (
            players.baseline(),
            counts.iter().copied().max().unwrap_or(0),
        );
        let absent = players.absent(&inputs, absent.unwrap_or(&own))?;
        let places = players.places(&inputs)?;
        for mask in masks.chunks(counts.len()) {
            parts.push(masked(players, &inputs, &absent, &places, mask, width));
        }
    }
    Ok(parts)
}

/// The samples that a signal is of: its coefficient for each, `None` for those with too few players to tell its two
/// sizes apart.
struct Share {
    coefficients: Vec<Option<f64>>,
}

impl Share {
    fn of(signal: &Signal, counts: &[usize]) -> Self {
        let of = |players: &usize| signal.coefficient(*players).ok();
        Self {
            coefficients: counts.iter().map(of).collect(),
        }
    }

    /// Whether v(S1) counts anywhere.
    fn is_twofold(&self) -> bool {
        self.coefficients.iter().flatten().any(|c| *c != 0.0)
    }

    /// The samples, where they are not all.
    fn with_coefficients(&self, device: &Device) -> Option<Tensor<1, Int>> {
        let with = |(sample, c): (usize, &Option<f64>)| c.map(|_| sample as i32);
        let chosen: Vec<i32> = self
            .coefficients
            .iter()
            .enumerate()
            .filter_map(with)
            .collect();
        let all = chosen.len() == self.coefficients.len();
        let count = chosen.len();
        (!all).then(|| Tensor::from_data(TensorData::new(chosen, [count]), device))
    }

    /// `v(S2) - c v(S1)`, of `[batch, classes]` tensors.
    fn difference(&self, larger: Tensor<2>, smaller: Tensor<2>) -> Tensor<2> {
        let all = || self.coefficients.iter().map(|c| c.unwrap_or(0.0) as f32);
        let first = self.coefficients.first().copied().flatten();
        if let Some(first) = first.filter(|first| all().all(|c| c == *first as f32)) {
            return larger - smaller * first;
        }
        let data = TensorData::new(all().collect(), [self.coefficients.len(), 1]);
        let coefficients = Tensor::<2>::from_data(data, &larger.device());
        larger - smaller * coefficients
    }
}

impl Term {
    /// The term's loss from the logits of its masked forwards, in the order of [`masks`].
    fn loss<T: Task>(
        &self,
        task: &T,
        next: &mut impl FnMut() -> Result<Tensor<2>>,
        counts: &[usize],
        mut targets: T::Targets,
    ) -> Result<Tensor<1>> {
        let share = Share::of(&self.signal, counts);
        let mut delta_u = self.signal.mean(next, &share)?;
        if share.coefficients.iter().all(Option::is_none) {
            return Ok(delta_u.sum() * 0.0);
        }
        if let Some(chosen) = share.with_coefficients(&delta_u.device().inner()) {
            delta_u = delta_u.select(0, chosen.clone());
            targets = task.select(targets, chosen);
        }
        Ok(match self.direction {
            Direction::Encourage => task.encourage(delta_u, targets),
            Direction::Suppress => task.suppress(delta_u),
        })
    }
}

/// The signal of one draw.
fn difference(next: &mut impl FnMut() -> Result<Tensor<2>>, share: &Share) -> Result<Tensor<2>> {
    let larger = next()?;
    match share.is_twofold() {
        true => Ok(share.difference(larger, next()?)),
        false => Ok(larger),
    }
}

/// The logits of batches of equal size, one for each.
fn forward<I: Input, N: Classifier<I>>(
    net: &N,
    parts: Vec<I>,
    batching: Batching,
) -> Vec<Tensor<2>> {
    let sizes = parts.first().map(|part| (part.samples(), part.elements()));
    let (samples, elements) = sizes.unwrap_or_default();
    match batching {
        Batching::Joint | Batching::Auto if elements * samples * parts.len() <= JOINT_ELEMENTS => {
            net.logits(I::concat(parts)).split(samples, 0)
        }
        _ => parts.into_iter().map(|part| net.logits(part)).collect(),
    }
}

/// One masked copy of each sample.
fn masked<P: Players>(
    players: &P,
    inputs: &P::Input,
    absent: &P::Input,
    places: &P::Places,
    masks: &[Coalition],
    width: usize,
) -> P::Input {
    let presence = presence(masks.iter(), width);
    let presence = Tensor::from_data(presence, &inputs.device().inner());
    players.compose(inputs.clone(), absent.clone(), places, presence)
}
