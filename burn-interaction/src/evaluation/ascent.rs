//! Projected gradient ascent on one batch.

use burn::tensor::{Bool, Tensor, TensorData};

use crate::coalition::sample_generator;
use crate::error::{Error, Result};
use crate::game::{Classifier, Logits, Reward, read_logits, two_classes};
use crate::input::{Batch, Input, indices};

use super::attack::Attack;
use super::attacked::{Attacked, AttackedSample};
use super::ball::{direction, into_ball, point};
use super::frozen::check_frozen;
use super::padding::{Padding, read};
use super::score::{Scored, labels, scored};

/// The number that tells the starts of an attack from a sample's other draws.
const STARTS: u64 = u64::MAX - 1;

/// A logit that no other is below: infinities are avoided, as not every shader knows them.
const LOWEST: f32 = -1e30;

/// How far a logit may move from a device without autodiff to one with it, as a share of the larger of 1 and the largest.
const TOLERANCE: f32 = 1e-3;

/// The direction of an attack.
enum Aim {
    /// Away from the labels.
    Away,
    /// Towards a class, one for each sample.
    Towards(Vec<usize>),
}

/// An attack on one batch.
struct Ascent<'a, I, N> {
    attack: &'a Attack,
    net: &'a N,
    inputs: I,
    ids: Vec<u64>,
    labels: Vec<usize>,
    aim: Aim,
    /// The clean samples, a `[samples, elements]` tensor without autodiff.
    clean: Tensor<2>,
    padding: Padding,
}

impl Attack {
    /// Attacks each sample of a batch away from its label, as the settings say.
    ///
    /// The network must compute as at inference on an autodiff device: give modules as `net.valid()`, closures in
    /// [`Frozen`](super::Frozen). The batch may lie on either kind of device; the adversarial inputs are without autodiff.
    ///
    /// # Errors
    ///
    /// Fails where [`check`](Attack::check) does, the network may be training or computes something else on an autodiff
    /// device, the inputs are no numbers, not finite or out of bounds, labels or ids do not fit, a logit or a gradient is not
    /// finite, or the device fails.
    pub fn run<I: Input, N: Classifier<I>>(&self, net: &N, batch: Batch<I>) -> Result<Attacked<I>> {
        self.check()?;
        check_frozen(net)?;
        let labels = labels(&batch)?;
        Ascent::new(self, net, batch, labels, Aim::Away)?.run()
    }

    /// Attacks each sample of a batch towards a class, one for each sample, which is not its label.
    ///
    /// A sample withstands where the network gives it another class than that, before and after.
    ///
    /// # Errors
    ///
    /// Fails where [`run`](Attack::run) does, or where a class is not one of the network's, is the sample's label, or is
    /// missing.
    pub fn run_towards<I: Input, N: Classifier<I>>(
        &self,
        net: &N,
        batch: Batch<I>,
        classes: &[usize],
    ) -> Result<Attacked<I>> {
        self.check()?;
        check_frozen(net)?;
        let labels = labels(&batch)?;
        if classes.len() != labels.len() {
            return Err(Error::Mismatch {
                what: "one class to attack towards for each sample".into(),
                expected: labels.len(),
                found: classes.len(),
            });
        }
        let same = classes
            .iter()
            .zip(&labels)
            .position(|(to, label)| to == label);
        if let Some(sample) = same {
            return Err(Error::setting(
                "classes",
                format!("{} for sample {}", classes[sample], batch.ids[sample]),
                "that is its label: attack it towards another class, or leave it out",
            ));
        }
        Ascent::new(self, net, batch, labels, Aim::Towards(classes.to_vec()))?.run()
    }
}

/// The outcome of one start for a sample.
#[derive(Clone, Copy)]
struct Outcome {
    class: usize,
    loss: f64,
    /// The log-odds against the label, or of the class attacked towards.
    progress: f64,
    reached: bool,
}

impl Outcome {
    fn is_worse_than(&self, other: &Self) -> bool {
        match self.reached == other.reached {
            true => self.progress > other.progress,
            false => self.reached,
        }
    }
}

impl<'a, I: Input, N: Classifier<I>> Ascent<'a, I, N> {
    fn new(
        attack: &'a Attack,
        net: &'a N,
        batch: Batch<I>,
        labels: Vec<usize>,
        aim: Aim,
    ) -> Result<Self> {
        let rows = batch.inputs.rows().ok_or_else(|| {
            Error::setting(
                "inputs",
                "not numeric",
                "an attack moves numbers, which word pieces are not: attack tensors, or inputs that implement Input::rows",
            )
        })?;
        let clean = rows.without_autodiff();
        Ok(Self {
            attack,
            net,
            padding: Padding::of(&batch.inputs, &clean)?,
            clean,
            inputs: batch.inputs,
            ids: batch.ids,
            labels,
            aim,
        })
    }

    fn run(self) -> Result<Attacked<I>> {
        if self.ids.is_empty() {
            let (inputs, samples) = (self.inputs, Vec::new());
            return Ok(Attacked { inputs, samples });
        }
        self.check_inputs()?;
        let logits = self.logits(&self.clean)?;
        let clean = self.outcomes(&logits, &self.labels)?;
        self.check_gradients(&logits)?;
        let chosen = self.chosen(logits.classes())?;
        let mut found: Option<(Tensor<2>, Vec<Outcome>)> = None;
        for restart in 0..self.attack.restarts {
            let rows = self.ascend(&chosen, restart)?;
            let now = self.outcomes(&self.logits(&rows)?, &self.labels)?;
            found = Some(match found {
                None => (rows, now),
                Some((best, before)) => worst((best, before), (rows, now)),
            });
        }
        let (rows, outcomes) = found.unwrap_or_else(|| (self.clean.clone(), clean.clone()));
        let sample = |place: usize| AttackedSample {
            id: self.ids[place],
            label: self.labels[place],
            towards: self.towards(place),
            clean_class: clean[place].class,
            class: outcomes[place].class,
            clean_loss: clean[place].loss,
            loss: outcomes[place].loss,
        };
        Ok(Attacked {
            samples: (0..self.ids.len()).map(sample).collect(),
            inputs: self.inputs.with_rows(rows),
        })
    }

    fn towards(&self, sample: usize) -> Option<usize> {
        match &self.aim {
            Aim::Away => None,
            Aim::Towards(classes) => Some(classes[sample]),
        }
    }

    /// The class whose log-odds the attack moves.
    fn class(&self, sample: usize) -> usize {
        self.towards(sample).unwrap_or(self.labels[sample])
    }

    fn logits(&self, rows: &Tensor<2>) -> Result<Logits> {
        let logits = self.net.logits(self.inputs.with_rows(rows.clone()));
        read_logits(logits.without_autodiff(), self.ids.len())
    }

    /// Refuses inputs that are not finite, or that lie out of bounds by more than rounding.
    fn check_inputs(&self) -> Result<()> {
        let [_, elements] = self.clean.dims();
        let values = read(self.clean.clone())?;
        let bounds = self
            .attack
            .bounds
            .unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        let outside = |value: f64| {
            let room = |bound: f64| 1e-5 * bound.abs().max(1.0);
            value < bounds[0] - room(bounds[0]) || value > bounds[1] + room(bounds[1])
        };
        for (sample, id) in self.ids.iter().enumerate() {
            let own = self.padding.own(sample).into_iter();
            let row: Vec<f32> = own.map(|place| values[sample * elements + place]).collect();
            let remedy = match row.iter().find(|v| !v.is_finite()) {
                Some(value) => (*value, "every value has to be a finite number"),
                None => match row.iter().find(|v| outside(f64::from(**v))) {
                    Some(value) => (
                        *value,
                        "bounds of an attack hold every clean value, in the network's units",
                    ),
                    None => continue,
                },
            };
            return Err(Error::Unusable {
                what: "input",
                sample: *id,
                value: remedy.0,
                remedy: remedy.1,
            });
        }
        Ok(())
    }

    /// Compares the logits of the first sample with those on an autodiff device, where a layer that looks at the device alone
    /// would drop or mix something.
    fn check_gradients(&self, plain: &Logits) -> Result<()> {
        let first = self.clean.clone().narrow(0, 0, 1).autodiff();
        let sample = self.inputs.select(indices(&[0], &self.inputs.device()));
        let with = self.net.logits(sample.with_rows(first)).without_autodiff();
        let with = read_logits(with, 1)?;
        let rows = plain.rows().next().zip(with.rows().next());
        let (plain, with) = rows.unwrap_or_default();
        let largest = plain.iter().fold(1.0_f32, |most, z| most.max(z.abs()));
        let differ = |(a, b): &(&f32, &f32)| b.is_nan() || (*a - *b).abs() > TOLERANCE * largest;
        match plain.iter().zip(with).find(differ) {
            Some((plain, with)) => Err(Error::OtherWithGradients {
                sample: self.ids[0],
                plain: *plain,
                with: *with,
            }),
            None => Ok(()),
        }
    }

    fn outcomes(&self, logits: &Logits, labels: &[usize]) -> Result<Vec<Outcome>> {
        // Labels are checked even where the attack goes towards other classes.
        let mut scores = scored(logits, labels, &self.ids)?;
        if let Aim::Towards(classes) = &self.aim {
            scores = scored(logits, classes, &self.ids)?;
        }
        let outcome = |(row, score): (&[f32], &Scored)| {
            let odds = Reward::LogOdds.value(row, score.label);
            let (progress, reached) = match self.aim {
                Aim::Away => (-odds, score.class != score.label),
                Aim::Towards(_) => (odds, score.class == score.label),
            };
            Outcome {
                class: score.class,
                loss: score.loss,
                progress,
                reached,
            }
        };
        Ok(logits.rows().zip(&scores).map(outcome).collect())
    }

    /// The logit whose log-odds are moved, `true` in each row of a `[samples, classes]` tensor.
    fn chosen(&self, classes: usize) -> Result<Tensor<2, Bool>> {
        let samples = self.ids.len();
        let row = |sample| (0..classes).map(move |class| (sample, class));
        let chosen = (0..samples)
            .flat_map(row)
            .map(|(s, class)| class == self.class(s));
        let data = TensorData::new(chosen.collect::<Vec<bool>>(), [samples, classes]);
        Ok(Tensor::from_data(data, &self.clean.device()))
    }

    /// The last input of one start, `[samples, elements]`.
    fn ascend(&self, chosen: &Tensor<2, Bool>, restart: usize) -> Result<Tensor<2>> {
        let mut rows = self.start(restart);
        let step = match self.aim {
            Aim::Away => -self.attack.step_length(),
            Aim::Towards(_) => self.attack.step_length(),
        };
        // Added up on the device: reading a gradient at every step would make the device wait.
        let mut watched = Tensor::<2>::zeros([self.ids.len(), 1], &self.clean.device());
        for _ in 0..self.attack.steps {
            let gradient = self.gradient(rows.clone(), chosen)?;
            watched = watched + gradient.clone().abs().sum_dim(1);
            rows = self.project(rows + direction(self.attack.norm, gradient) * step);
        }
        let watched = read(watched)?;
        match watched.iter().position(|sum| !sum.is_finite()) {
            None => Ok(rows),
            Some(sample) => Err(Error::Unusable {
                what: "gradient",
                sample: self.ids[sample],
                value: watched[sample],
                remedy: "look for a root or a logarithm at 0 in the network, or for infinite weights",
            }),
        }
    }

    /// The gradient of each sample's log-odds, `[samples, elements]`, from a graph of its own.
    fn gradient(&self, rows: Tensor<2>, chosen: &Tensor<2, Bool>) -> Result<Tensor<2>> {
        let rows = rows.autodiff().require_grad();
        let logits = self.net.logits(self.inputs.with_rows(rows.clone()));
        let odds = log_odds(logits, chosen.clone()).sum();
        let gradient = match odds.is_tracked() {
            true => rows.grad_remove(&mut odds.backward()),
            false => None,
        };
        gradient.ok_or_else(|| {
            Error::setting(
                "gradient",
                "missing",
                "the logits do not depend on the input by tensor operations: let nothing detach it, or read it on the host",
            )
        })
    }

    /// The nearest inputs in the ball, then within the bounds.
    fn project(&self, rows: Tensor<2>) -> Tensor<2> {
        let moved = into_ball(
            self.attack.norm,
            self.attack.epsilon,
            rows - self.clean.clone(),
        );
        let rows = self.clean.clone() + moved;
        match self.attack.bounds {
            Some([least, largest]) => self.padding.zero(rows.clamp(least, largest)),
            None => rows,
        }
    }

    fn start(&self, restart: usize) -> Tensor<2> {
        if !self.attack.random_start {
            return self.clean.clone();
        }
        let [samples, elements] = self.clean.dims();
        let mut moves = vec![0.0; samples * elements];
        for (sample, id) in self.ids.iter().enumerate() {
            let own = self.padding.own(sample);
            let mut rng = sample_generator(self.attack.seed, *id, [STARTS, restart as u64]);
            let point = point(self.attack.norm, own.len(), &mut rng);
            for (place, value) in own.into_iter().zip(point) {
                moves[sample * elements + place] = value;
            }
        }
        let moves = TensorData::new(moves, [samples, elements]);
        let moves = Tensor::from_data(moves, &self.clean.device());
        self.project(self.clean.clone() + moves * self.attack.epsilon)
    }
}

/// The worse of two starts for each sample, with its input.
fn worst(
    (best, before): (Tensor<2>, Vec<Outcome>),
    (rows, now): (Tensor<2>, Vec<Outcome>),
) -> (Tensor<2>, Vec<Outcome>) {
    let worse: Vec<bool> = now
        .iter()
        .zip(&before)
        .map(|(now, before)| now.is_worse_than(before))
        .collect();
    let mask = TensorData::new(worse.clone(), [worse.len(), 1]);
    let mask = Tensor::<2, Bool>::from_data(mask, &best.device()).expand(best.dims());
    let outcomes = worse.iter().zip(now.iter().zip(&before));
    let outcome =
        |(worse, (now, before)): (&bool, (&Outcome, &Outcome))| if *worse { *now } else { *before };
    let outcomes = outcomes.map(outcome).collect();
    (best.mask_where(mask, rows), outcomes)
}

/// `z_y - logsumexp of the other logits` of each row, `[rows, 1]`, y being `true` in `chosen`.
fn log_odds(logits: Tensor<2>, chosen: Tensor<2, Bool>) -> Tensor<2> {
    let logits = two_classes(logits);
    let own = logits
        .clone()
        .mask_fill(chosen.clone().bool_not(), 0.0)
        .sum_dim(1);
    let others = logits.mask_fill(chosen, LOWEST);
    // A constant that cancels, so that no exponential overflows.
    let most = others.clone().without_autodiff().max_dim(1);
    own - ((others - most.clone()).exp().sum_dim(1).log() + most)
}
