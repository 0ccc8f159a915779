use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use burn_interaction::{Classifier, Draw, Players};
use burn_interaction_datasets::Samples;

use super::{Evaluation, Recipe, Sizes};
use crate::error::{Result, usage};
use crate::subject::{Job, Part, Subject};

/// Steps that are timed, after one that warms up.
const STEPS: usize = 5;

/// Prices a training and evaluations of what it leaves, by a few of its steps.
pub struct Pricing<'a> {
    /// The training.
    pub recipe: &'a Recipe,
    /// The evaluations, each with its name in words.
    pub evaluations: Vec<(String, &'a Evaluation)>,
    /// The device to compute on.
    pub device: &'a Device,
}

/// The price of a training and its evaluations, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    /// Seconds of the training.
    pub training: f64,
    /// Seconds of each evaluation.
    pub evaluations: Vec<f64>,
}

impl Job for Pricing<'_> {
    /// The prices, or the refusal of an evaluation that no network can have.
    type Output = Result<Prices>;

    fn run<S: Subject>(self, subject: S) -> Result<Result<Prices>> {
        let Self {
            recipe,
            evaluations,
            device,
        } = self;
        let [train, test] = [Part::Train, Part::Test].map(|part| subject.samples(part));
        let (train, test) = (train?, test?);
        let players = subject.players()?;
        let count = recipe.samples.unwrap_or(usize::MAX).min(train.count());
        let first: Vec<usize> = (0..recipe.batch.min(count)).collect();
        let batch = train.read(&first, 0, &device.clone().autodiff())?;
        let most = players.count(&batch.inputs)?;
        let counts = players.counts(&batch.inputs)?.into_iter();
        // Smaller samples are left out of measurements.
        let measured = counts.filter(|count| *count >= subject.about().fewest);
        let sizes = Sizes {
            train: count,
            test: test.count(),
            fewest: measured.min().unwrap_or(most),
            players: most,
            grid: players.grid(),
            numeric: burn_interaction::input::Input::rows(&batch.inputs).is_some(),
        };
        for (name, evaluation) in &evaluations {
            if let Err(error) = evaluation.fits(sizes) {
                return Ok(Err(usage(format!("{name}: {error}"))));
            }
        }
        let net = subject.init(device)?.train();
        let modulation = recipe.modulation.clone().baseline(subject.baseline()?);
        let step = timed(|| {
            let loss = modulation.loss(&net, &players, batch.clone(), Draw::default())?;
            let gradients = loss.total.backward();
            loss.task.into_scalar::<f32>();
            drop(gradients);
            Ok(())
        })?;
        let (net, inputs) = (net.valid(), train.read(&first, 0, device)?.inputs);
        let forward = timed(|| {
            let sum = net.logits(inputs.clone()).sum();
            sum.into_scalar::<f32>();
            Ok(())
        })? / first.len().max(1) as f64;
        let steps = sizes.train.div_ceil(recipe.batch) as f64;
        let epoch = steps * step + sizes.test as f64 * forward;
        Ok(Ok(Prices {
            training: recipe.epochs as f64 * epoch,
            evaluations: evaluations
                .iter()
                .map(|(_, evaluation)| evaluation.forwards(sizes) * forward)
                .collect(),
        }))
    }
}

/// Seconds of a step, the fastest of several after one that warms up: others of the machine's work may slow a few.
fn timed(mut step: impl FnMut() -> Result<()>) -> Result<f64> {
    step()?;
    let mut fastest = f64::INFINITY;
    for _ in 0..STEPS {
        let start = Instant::now();
        step()?;
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    Ok(fastest)
}
