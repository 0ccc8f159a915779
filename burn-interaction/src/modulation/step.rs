use burn::tensor::{Int, Tensor, TensorData};
use rand::Rng;

use crate::coalition::Coalition;
use crate::error::{Error, Result};
use crate::game::Classifier;
use crate::players::Players;

use super::{Direction, EncourageLoss, Forwards, Modulation, SuppressLoss, Term};

/// Input values above which a joint batch is split after all, to bound memory.
const JOINT_ELEMENTS: usize = 1 << 25;

/// What one modulated forward gives.
#[derive(Debug, Clone)]
pub struct ModulatedLoss {
    /// Logits of the plain samples, a `[batch, classes]` tensor.
    pub logits: Tensor<2>,
    /// The task's loss and the weighted terms, a `[1]` tensor.
    pub total: Tensor<1>,
    /// The task's cross entropy alone, a `[1]` tensor.
    pub task: Tensor<1>,
    /// Each term before its weight, `[1]` tensors.
    pub terms: Vec<Tensor<1>>,
}

impl Modulation {
    /// Cross entropy plus the terms, for one batch: the call to make in a training step of your own.
    ///
    /// `targets` is a `[batch]` tensor. The network runs in whatever mode it is in; in the reference recipe masked
    /// forwards are training forwards, with dropout and batch statistics.
    ///
    /// # Errors
    ///
    /// A term does not fit the players, or the players or the baseline do not fit the inputs.
    pub fn loss<P: Players, N: Classifier<P::Input>>(
        &self,
        net: &N,
        players: &P,
        inputs: P::Input,
        targets: Tensor<1, Int>,
        rng: &mut impl Rng,
    ) -> Result<ModulatedLoss> {
        let batch = players.samples(&inputs);
        let count = players.count(&inputs)?;
        self.check(count)?;
        if targets.dims()[0] != batch {
            let (expected, found) = (batch, targets.dims()[0]);
            return Err(Error::Mismatch {
                what: "one target for each sample".into(),
                expected,
                found,
            });
        }
        let masks = self.masks(count, batch, rng)?;
        let mut parts = vec![inputs.clone()];
        if !masks.is_empty() {
            let own = players.baseline();
            let absent = players.absent(&inputs, self.absent_baseline().unwrap_or(&own))?;
            let places = players.places(&inputs)?;
            for mask in masks.chunks(batch) {
                parts.push(masked(players, &inputs, &absent, &places, mask));
            }
        }
        let elements = players.elements(&inputs) * batch * parts.len();
        let mut logits = match self.chosen_forwards() {
            Forwards::Joint | Forwards::Auto if elements <= JOINT_ELEMENTS => net
                .logits(players.concat(parts))
                .split(batch, 0)
                .into_iter(),
            _ => parts
                .into_iter()
                .map(|part| net.logits(part))
                .collect::<Vec<_>>()
                .into_iter(),
        };
        let mut next = || {
            logits.next().ok_or_else(|| Error::Mismatch {
                what: "rows of the network's logits, in batches".into(),
                expected: 1,
                found: 0,
            })
        };
        let plain = next()?;
        // The task's own loss is the same cross entropy, of the whole input's logits.
        let task = EncourageLoss::new().forward(plain.clone(), targets.clone());
        let mut total = task.clone();
        let mut terms = Vec::with_capacity(self.terms().len());
        for term in self.terms() {
            let loss = term.loss(&mut next, count, targets.clone())?;
            total = total + loss.clone() * term.weight;
            terms.push(loss);
        }
        Ok(ModulatedLoss {
            logits: plain,
            total,
            task,
            terms,
        })
    }

    /// The coalitions of every masked forward, in batches: for each term and draw S2 and, where it counts, S1.
    fn masks(&self, players: usize, batch: usize, rng: &mut impl Rng) -> Result<Vec<Coalition>> {
        let mut masks = Vec::new();
        for term in self.terms() {
            let twice = term.signal.coefficient(players)? != 0.0;
            for _ in 0..term.signal.draws {
                let mut smaller = Vec::with_capacity(batch);
                for _ in 0..batch {
                    let (s1, s2) = term.signal.draw(players, rng)?;
                    masks.push(s2);
                    smaller.push(s1);
                }
                if twice {
                    masks.extend(smaller);
                }
            }
        }
        Ok(masks)
    }
}

impl Term {
    /// The term's loss from the logits of its masked forwards, in the order of [`Modulation::masks`].
    fn loss(
        &self,
        next: &mut impl FnMut() -> Result<Tensor<2>>,
        players: usize,
        targets: Tensor<1, Int>,
    ) -> Result<Tensor<1>> {
        let coefficient = self.signal.coefficient(players)?;
        let mut delta_u = self.difference(next, coefficient)?;
        for _ in 1..self.signal.draws {
            delta_u = delta_u + self.difference(next, coefficient)?;
        }
        let delta_u = delta_u / self.signal.draws as f64;
        Ok(match self.direction {
            Direction::Encourage => EncourageLoss::new().forward(delta_u, targets),
            Direction::Suppress => SuppressLoss::new().forward(delta_u),
        })
    }

    fn difference(
        &self,
        next: &mut impl FnMut() -> Result<Tensor<2>>,
        coefficient: f64,
    ) -> Result<Tensor<2>> {
        let larger = next()?;
        match coefficient == 0.0 {
            true => Ok(larger),
            false => Ok(larger - next()? * coefficient),
        }
    }
}

/// One masked copy of each sample.
fn masked<P: Players>(
    players: &P,
    inputs: &P::Input,
    absent: &P::Input,
    places: &P::Places,
    masks: &[Coalition],
) -> P::Input {
    let count = masks.first().map_or(0, Coalition::players);
    let mut presence = Vec::with_capacity(masks.len() * count);
    for mask in masks {
        mask.extend_presence(&mut presence);
    }
    let presence = TensorData::new(presence, [masks.len(), count]);
    let presence = Tensor::from_data(presence, &players.device(inputs).inner());
    players.compose(inputs.clone(), absent.clone(), places, presence)
}
