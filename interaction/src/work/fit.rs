//! Training with Burn's `Learner`: the recipe of the reference code, with the order metrics live.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::data::dataloader::DataLoader;
use burn::module::{Module, ModuleDisplay};
use burn::tensor::Device;
use burn::train::logger::FileMetricLogger;
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::renderer::MetricsRenderer;
use burn::train::renderer::tui::TuiMetricsRendererWrapper;
use burn::train::{
    ExecutionStrategy, Interrupter, Learner, LearnerModel, MultiDeviceOptim, SupervisedTraining,
};
use burn_interaction::training::{
    Epoch, Modulated, ModulationMetric, OrderCurveMetric, OrderStrengthMetric, Probe,
    TensorBoardLogger,
};
use burn_interaction::{Batch, Classifier, Modulation, Players};

use super::board::Board;
use super::checkpoints::{Checkpoints, LastTwo};
use super::dashboard::Dashboard;
use super::epochs::{Epochs, Start};
use super::plain::PlainRenderer;
use super::{Recipe, interrupt};
use crate::error::{Result, usage};

/// How the progress of a training is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A dashboard in a terminal, and plain lines elsewhere.
    Dashboard,
    /// Plain lines.
    Lines,
    /// Not at all: warnings alone are printed.
    Nothing,
}

/// The settings of a training besides its recipe.
#[derive(Debug, Clone)]
pub struct Run {
    /// The terms of the recipe, with the stand-in for absent players.
    pub modulation: Modulation,
    /// The probe that the order metrics are measured with.
    pub probe: Option<Probe>,
    /// How the progress is shown.
    pub shown: Shown,
    /// Epochs whose weights are kept for good.
    pub kept: Vec<usize>,
    /// Folder for the logs and the checkpoints.
    pub logs: PathBuf,
    /// The folder for TensorBoard, where one is wanted.
    pub tensorboard: Option<Board>,
    /// The devices, which share every batch.
    pub devices: Vec<Device>,
    /// Epochs that an earlier run finished: training continues from its last checkpoint, with the batches of the epoch
    /// after.
    pub finished: usize,
}

/// A trained network, and whether training ran to its end.
pub struct Fitted<M> {
    /// The network, ready for inference.
    pub net: M,
    /// Whether every epoch was trained.
    pub complete: bool,
}

/// Batches for training and validation.
pub struct Loaders<I> {
    /// Shuffled training batches.
    pub train: Arc<dyn DataLoader<Batch<I>>>,
    /// Validation batches.
    pub valid: Arc<dyn DataLoader<Batch<I>>>,
    /// Training batches in an epoch.
    pub batches: usize,
}

/// Trains a classifier, saving every epoch.
///
/// # Errors
///
/// Fails where a setting does not fit, a file cannot be written, or training fails.
pub fn fit<M, P>(
    net: M,
    players: P,
    loaders: Loaders<P::Input>,
    recipe: &Recipe,
    run: &Run,
) -> Result<Fitted<M>>
where
    M: Module + ModuleDisplay + Classifier<P::Input> + 'static,
    P: Players + 'static,
    P::Input: 'static,
{
    if recipe.epochs == 0 {
        return Ok(Fitted {
            net: net.valid(),
            complete: true,
        });
    }
    let schedule = recipe.schedule(loaders.batches)?;
    let checkpoints = Checkpoints::new(&run.logs).keeping(&run.kept);
    checkpoints.resume_after(run.finished)?;
    let [weights, state, rates] = checkpoints.keepers()?;
    let epoch = Epoch::new();
    let start = Start {
        device: net.devices()[0].clone(),
        seed: recipe.seed,
        first: 0,
        epoch: epoch.clone(),
        checkpoints,
        finished: run.finished,
    };
    let train = Arc::new(Epochs::new(loaders.train, start));
    let mut model = Modulated::new(net, players)
        .modulation(run.modulation.clone())
        .seed(recipe.seed)
        .epoch(epoch);
    let interrupter = Interrupter::new();
    let mut training = SupervisedTraining::new(&run.logs, train, loaders.valid)
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .with_application_logger(None)
        .with_interrupter(interrupter.clone())
        .with_custom_checkpointers(weights, state, rates)
        .with_checkpointing_strategy(LastTwo)
        .num_epochs(recipe.epochs);
    if run.finished > 0 {
        training = training.checkpoint(run.finished);
    }
    if let Some(probe) = &run.probe {
        model = model.probe(probe.clone());
    }
    let board = run.tensorboard.as_ref();
    let logger = board.map(|board| board.open(run.finished)).transpose()?;
    let failure = logger.as_ref().map(TensorBoardLogger::failure);
    training = recorded(watched(spread(training, run), run), logger, run);
    training = training.renderer(renderer(run, &interrupter));
    let watch = Watch::start(interrupter);
    let result = training.launch(Learner::new(model, recipe.optimizer(), schedule));
    drop(watch);
    // The dashboard gives the terminal back when it is dropped.
    drop(result.renderer);
    if let Some(failure) = failure.as_ref().and_then(|failure| failure.get()) {
        eprintln!("warning: TensorBoard's events stop before the end: {failure}");
    }
    if let Some(error) = result.error {
        return Err(usage(format!("training failed: {error}")));
    }
    Ok(Fitted {
        net: result.model.net,
        complete: result.interrupted.is_none(),
    })
}

/// Trains on all devices, where there are several.
fn spread<M: LearnerModel>(training: SupervisedTraining<M>, run: &Run) -> SupervisedTraining<M> {
    if run.devices.len() < 2 {
        return training;
    }
    let main = MultiDeviceOptim::OptimMainDevice;
    let strategy = ExecutionStrategy::multi(run.devices.clone(), main);
    training.with_training_strategy(strategy.into())
}

/// Adds the metrics of orders, where there is a probe, and the metrics of the terms.
fn watched<M, P>(
    mut training: SupervisedTraining<Modulated<M, P>>,
    run: &Run,
) -> SupervisedTraining<Modulated<M, P>>
where
    M: Module + ModuleDisplay + Classifier<P::Input> + 'static,
    P: Players + 'static,
    P::Input: 'static,
{
    if run.probe.is_some() {
        training = training
            .metric_valid_numeric(OrderStrengthMetric::low())
            .metric_valid_numeric(OrderStrengthMetric::mid())
            .metric_valid_numeric(OrderStrengthMetric::high())
            .metric_valid_numeric(OrderStrengthMetric::depth())
            .metric_valid(OrderCurveMetric::new());
    }
    if !run.modulation.terms().is_empty() {
        training = training.metric_train_numeric(ModulationMetric::task());
        for term in run.modulation.terms() {
            training = training.metric_train_numeric(ModulationMetric::term(term.name()));
        }
    }
    training
}

/// The renderer that shows the progress as it is wanted.
fn renderer(run: &Run, interrupter: &Interrupter) -> Box<dyn MetricsRenderer> {
    match run.shown {
        Shown::Dashboard if std::io::stdout().is_terminal() => {
            let resumed = (run.finished > 0).then_some(run.finished);
            let burns = TuiMetricsRendererWrapper::new(interrupter.clone(), resumed);
            Box::new(Dashboard::new(burns))
        }
        shown => Box::new(PlainRenderer::new(shown == Shown::Nothing)),
    }
}

/// Registers Burn's logger beside that of TensorBoard, where there is one: Burn leaves out its own as soon as there is another.
fn recorded<M, P>(
    training: SupervisedTraining<Modulated<M, P>>,
    logger: Option<TensorBoardLogger>,
    run: &Run,
) -> SupervisedTraining<Modulated<M, P>>
where
    M: Module + ModuleDisplay + Classifier<P::Input> + 'static,
    P: Players + 'static,
    P::Input: 'static,
{
    match logger {
        Some(logger) => training
            .with_metric_logger(FileMetricLogger::new(&run.logs))
            .with_metric_logger(logger),
        None => training,
    }
}

/// Hands Ctrl-C and SIGTERM on to the training.
struct Watch(Arc<AtomicBool>);

impl Watch {
    fn start(interrupter: Interrupter) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = over.clone();
        std::thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                if interrupt::requested() {
                    interrupter.stop(Some("interrupted"));
                    break;
                }
                std::thread::sleep(interrupt::PAUSE);
            }
        });
        Self(over)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
