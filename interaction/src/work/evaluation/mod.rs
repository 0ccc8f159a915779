//! Evaluations of a trained network that end with numbers and curves: what a study compares.

mod attacking;
mod disrupted;
mod fitting;
mod gradients;
mod masked;
mod outcome;
mod sizes;
mod strengths;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use burn_interaction::estimate::EffectivePlayers;
use burn_interaction::evaluation::Attack;
use burn_interaction::{Batch, Classifier, Measurement, Observer, Profile, Progress};
use burn_interaction_datasets::Samples;
use serde::{Deserialize, Serialize};

pub use attacking::{Among, Attacking};
pub use disrupted::Disrupting;
pub use fitting::Fitting;
pub use gradients::Gradients;
pub use masked::Masked;
pub use outcome::*;
pub use sizes::Sizes;
pub use strengths::{Strengths, measured_again};

use super::chosen::Chosen;
use super::samples::{choose, restored, rows};
use super::{TrainedWith, drawn, interrupt, read_json};
use crate::error::{Result, usage};
use crate::subject::{Job, Part, Subject};
use sizes::WITH_BACKWARD;

/// Rows in a batch at least, where samples are small: tables are attacked by the thousand.
const LEAST_ROWS: usize = 1024;

/// One evaluation of a trained network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evaluation {
    /// The strengths of orders.
    Orders(Strengths, Among),
    /// Training and validation loss and accuracy by epoch.
    Fit(Fitting),
    /// Accuracy under attack.
    Attack(Attacking, Among),
    /// The strengths of orders on clean and on attacked inputs.
    AttackedOrders(Disrupting, Among),
    /// Accuracy when players are masked.
    Masking(Masked, Among),
    /// The empirical learning strength of orders.
    Learning(Gradients, Among),
}

impl Evaluation {
    /// Refuses settings that no evaluation can have.
    ///
    /// # Errors
    ///
    /// Fails where a setting is out of range.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Orders(own, _) => own.check(),
            Self::Fit(_) => Ok(()),
            Self::Attack(Attacking(attack), _) => Ok(attack.check()?),
            Self::AttackedOrders(own, _) => Ok(own.attack.check()?),
            Self::Masking(Masked(masking), _) => Ok(masking.check()?),
            Self::Learning(own, _) => own.check(),
        }
    }

    /// Refuses an evaluation that samples of these sizes cannot have.
    ///
    /// # Errors
    ///
    /// Fails where orders or pairs are of other players than there are, orders or gradients are of samples that differ in their
    /// number, or an attack is of inputs that are no numbers.
    pub fn fits(&self, sizes: Sizes) -> Result<()> {
        match self {
            Self::Orders(own, among) => own.fits(sizes, *among),
            Self::Learning(own, among) => own.fits(sizes, *among),
            Self::Attack(..) | Self::AttackedOrders(..) if !sizes.numeric => Err(usage(
                "an attack moves numbers, which word pieces are not: leave these networks out of the measure's subjects",
            )),
            _ => Ok(()),
        }
    }

    /// About how many forwards the evaluation takes, a backward counted as two.
    pub fn forwards(&self, sizes: Sizes) -> f64 {
        let samples = |among: &Among| {
            let all = match among.part {
                Part::Train => sizes.train,
                _ => sizes.test,
            };
            among.samples.unwrap_or(all).min(all) as f64
        };
        match self {
            Self::Orders(own, among) => {
                let samples = samples(among);
                own.forwards(sizes, samples as usize) * samples
            }
            Self::Fit(_) => (sizes.train + sizes.test) as f64,
            Self::Attack(Attacking(attack), among) => samples(among) * with_backwards(attack),
            Self::AttackedOrders(own, among) => {
                let orders = Strengths::default().forwards(sizes, 0);
                samples(among) * (2.0 * orders + with_backwards(&own.attack))
            }
            Self::Masking(Masked(masking), among) => {
                samples(among) * masking.forwards(sizes.players) as f64
            }
            Self::Learning(own, among) => samples(among) * own.forwards(sizes.players),
        }
    }
}

/// Refuses a measurement without contexts.
fn check_contexts(contexts: usize) -> Result<()> {
    match contexts {
        0 => Err(usage(
            "contexts = 0: draw at least one context for each pair and order",
        )),
        _ => Ok(()),
    }
}

/// Prints nothing but warnings, and stops at Ctrl-C.
struct Quiet;

impl Observer for Quiet {
    fn update(&mut self, _: &Progress) -> ControlFlow<()> {
        interrupt::flow()
    }

    fn warn(&mut self, warning: &str) {
        eprintln!("warning: {warning}");
    }
}

/// The whole profile of chosen samples with these inputs; `None` where the measurement was interrupted.
fn whole<S: Subject>(
    measurement: &Measurement<S::Players>,
    net: &impl Classifier<S::Input>,
    inputs: S::Input,
    chosen: &Chosen<S>,
) -> Result<Option<Profile>> {
    match measurement.run_observed(net, inputs, chosen.targets.clone(), &mut Quiet) {
        Ok(profile) if profile.is_complete() => Ok(Some(profile)),
        Ok(_) | Err(burn_interaction::Error::Interrupted) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Forwards of an attack on a sample, a backward counted as two.
fn with_backwards(attack: &Attack) -> f64 {
    attack.forwards() as f64 + (WITH_BACKWARD - 1.0) * attack.backwards() as f64
}

/// Evaluates a network that a training of this command left.
pub struct Evaluating<'a> {
    /// The evaluation.
    pub evaluation: &'a Evaluation,
    /// The weights of the network.
    pub weights: &'a Path,
    /// The folder that the training wrote to.
    pub training: &'a Path,
    /// The devices, of one kind: the first does all that the others do not share.
    pub devices: &'a [Device],
    /// The folder for what the evaluation keeps while it runs.
    pub folder: &'a Path,
}

/// A network and its data, ready to be evaluated.
struct Ready<'a, S: Subject> {
    subject: &'a S,
    net: S::Net,
    job: &'a Evaluating<'a>,
}

/// Samples of a part that are evaluated, by their places.
struct Places<S: Subject> {
    samples: Arc<S::Samples>,
    places: Vec<usize>,
}

impl Evaluating<'_> {
    fn device(&self) -> &Device {
        &self.devices[0]
    }
}

impl Job for Evaluating<'_> {
    /// The numbers; `None` where the evaluation was interrupted.
    type Output = Option<Outcome>;

    fn run<S: Subject>(self, subject: S) -> Result<Option<Outcome>> {
        let ready = Ready {
            net: restored(subject.init(self.device())?, self.weights)?,
            subject: &subject,
            job: &self,
        };
        match self.evaluation {
            Evaluation::Orders(own, among) => own.measured(&ready, *among),
            Evaluation::Fit(own) => own.read(&ready).map(Some),
            Evaluation::Attack(own, among) => own.attacked(&ready, *among),
            Evaluation::AttackedOrders(own, among) => own.measured(&ready, *among),
            Evaluation::Masking(own, among) => own.evaluated(&ready, *among),
            Evaluation::Learning(own, among) => own.measured(&ready, *among).map(Some),
        }
    }
}

impl<S: Subject> Ready<'_, S> {
    /// The samples of a part that can be measured; of the training part those that the network was trained on.
    fn measurable(&self, part: Part) -> Result<(Arc<S::Samples>, Vec<usize>)> {
        let samples = self.subject.samples(part)?;
        let (mut candidates, _) = self.subject.measurable(&samples, self.job.device())?;
        let trained = self.of(part, samples.count())?;
        candidates.retain(|place| trained.binary_search(place).is_ok());
        Ok((samples, candidates))
    }

    /// The places of a part's samples, ascending; of the training part those that the network was trained on.
    fn of(&self, part: Part, all: usize) -> Result<Vec<usize>> {
        if part != Part::Train {
            return Ok((0..all).collect());
        }
        let settings: TrainedWith = read_json(&self.job.training.join("settings.json"))?;
        drawn(settings.training_samples, settings.seed, all)
    }

    /// The samples of a part, or the first of each class in turn where not all are wanted.
    fn chosen(&self, part: Part, most: Option<usize>) -> Result<Places<S>> {
        let samples = self.subject.samples(part)?;
        let all = match samples.count() {
            0 => Vec::new(),
            count => self.of(part, count)?,
        };
        if all.is_empty() {
            let part = part.name();
            return Err(usage(format!("the {part} part of the data is empty")));
        }
        let places = match most {
            Some(most) if most < all.len() => {
                choose(&self.net, &*samples, &all, most, false, self.job.device())?
            }
            _ => all,
        };
        Ok(Places { samples, places })
    }

    /// The samples in batches.
    fn batches(&self, chosen: &Places<S>) -> impl Iterator<Item = Result<Batch<S::Input>>> {
        let Places { samples, places } = chosen;
        let rows = match samples.elements() {
            0..64 => LEAST_ROWS,
            _ => rows(&**samples),
        };
        let chunks = places.chunks(rows);
        chunks.map(|chunk| Ok(samples.read(chunk, 0, self.job.device())?))
    }
}

/// The arms of a curve: where ln(measurement / theory) is judged, above the first ratio and up to the second.
const ARMS: [(&str, f64, f64); 3] = [
    ("left arm", 0.0, 0.35),
    ("trough", 0.35, 0.65),
    ("right arm", 0.65, 1.0),
];

/// Adds the fit of Theorem 1 to a curve: n' with its error, how much it explains, and the distance of each arm.
fn theory(outcome: &mut Outcome, fit: Option<&EffectivePlayers>) {
    let Some(fit) = fit else {
        return;
    };
    outcome.value("effective players", fit.players, fit.error);
    outcome.value("residual", fit.residual, None);
    outcome.value("at limit", f64::from(u8::from(fit.at_limit)), None);
    for (name, value) in [("explained", fit.r_squared), ("right end", fit.right_end)] {
        outcome.value(name, value.unwrap_or(f64::NAN), None);
    }
    // Root mean square, so that a curve above theory here and below it there does not agree on the whole.
    for (name, low, high) in ARMS {
        let inside = fit.points.iter();
        let inside = inside.filter(|p| p.ratio > low && p.ratio <= high);
        let residuals: Vec<f64> = inside.filter_map(|p| p.residual).collect();
        let squares: f64 = residuals.iter().map(|r| r * r).sum();
        outcome.value(name, (squares / residuals.len() as f64).sqrt(), None);
    }
    let points = fit.points.iter();
    outcome.curve(
        "theory",
        strengths::RATIO,
        points.map(|p| (p.ratio, p.theory)),
    );
    let points = fit.points.iter();
    outcome.curve(
        "measured",
        strengths::RATIO,
        points.map(|p| (p.ratio, p.measured)),
    );
}
