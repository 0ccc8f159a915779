//! Training with Burn's `Learner`: the recipe of the reference code, with the order metrics live.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::data::dataloader::DataLoader;
use burn::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::module::{Module, ModuleDisplay};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamWConfig, ModuleOptimizer, SgdConfig};
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{Interrupter, Learner, SupervisedTraining};
use burn_interaction::training::{
    Epoch, Modulated, ModulationMetric, OrderCurveMetric, OrderStrengthMetric, Probe,
};
use burn_interaction::{Batch, Classifier, Modulation, Players};
use serde::{Deserialize, Serialize};

use crate::checkpoints::{Checkpoints, LastTwo};
use crate::epochs::{Epochs, Start};
use crate::error::{Result, usage};
use crate::interrupt;
use crate::plain::PlainRenderer;

/// What turns gradients into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Stochastic gradient descent with momentum 0.9: the recipe of the reference code.
    Sgd,
    /// AdamW, which transformers are trained with.
    Adamw,
}

/// The settings of a training.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Epochs.
    pub epochs: usize,
    /// Learning rate at the start; it falls tenfold to the end.
    pub learning_rate: f64,
    /// Weight decay.
    pub weight_decay: f32,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// The modulation.
    pub modulation: Modulation,
    /// What the order metrics are measured with.
    pub probe: Option<Probe>,
    /// The seed.
    pub seed: u64,
    /// Plain lines even in a terminal.
    pub plain: bool,
    /// Folder for the logs and the checkpoints.
    pub logs: PathBuf,
    /// Epochs that an earlier run finished: its last checkpoint is gone on from. The training batches begin with the epoch
    /// after them.
    pub finished: usize,
}

/// What the learning rate is divided by from the start of a training to its end.
pub const FALL: f64 = 10.0;

impl Recipe {
    /// The learning rate's schedule, for so many batches in an epoch.
    ///
    /// # Errors
    ///
    /// The rate is out of range.
    pub fn schedule(&self, batches: usize) -> Result<ModuleLrScheduler> {
        let steps = (self.epochs * batches).max(1) as f64;
        ExponentialLrSchedulerConfig::new(self.learning_rate, FALL.recip().powf(1.0 / steps))
            .init()
            .map_err(|e| usage(format!("--lr {}: {e}", self.learning_rate)))
    }

    fn optimizer(&self) -> ModuleOptimizer {
        match self.optimizer {
            Optimizer::Sgd => {
                let momentum = MomentumConfig {
                    momentum: 0.9,
                    dampening: 0.0,
                    nesterov: false,
                };
                let decay =
                    (self.weight_decay > 0.0).then(|| WeightDecayConfig::new(self.weight_decay));
                SgdConfig::new()
                    .with_momentum(Some(momentum))
                    .with_weight_decay(decay)
                    .init()
            }
            // PyTorch's epsilon: Burn's is a thousand times larger, and holds back embeddings with small gradients.
            Optimizer::Adamw => AdamWConfig::new()
                .with_weight_decay(self.weight_decay)
                .with_epsilon(1e-8)
                .init(),
        }
    }
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
/// A setting does not fit, a file cannot be written, or training fails.
pub fn fit<M, P>(
    net: M,
    players: P,
    loaders: Loaders<P::Input>,
    recipe: &Recipe,
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
    let checkpoints = Checkpoints::new(&recipe.logs);
    checkpoints.forget_after(recipe.finished)?;
    let [weights, state, rates] = checkpoints.keepers()?;
    let epoch = Epoch::new();
    let start = Start {
        device: net.devices()[0].clone(),
        seed: recipe.seed,
        epoch: epoch.clone(),
        checkpoints,
        finished: recipe.finished,
    };
    let train = Arc::new(Epochs::new(loaders.train, start));
    let mut model = Modulated::new(net, players)
        .modulation(recipe.modulation.clone())
        .seed(recipe.seed)
        .epoch(epoch);
    let interrupter = Interrupter::new();
    let mut training = SupervisedTraining::new(&recipe.logs, train, loaders.valid)
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .with_application_logger(None)
        .with_interrupter(interrupter.clone())
        .with_custom_checkpointers(weights, state, rates)
        .with_checkpointing_strategy(LastTwo)
        .num_epochs(recipe.epochs);
    if recipe.finished > 0 {
        training = training.checkpoint(recipe.finished);
    }
    if let Some(probe) = &recipe.probe {
        model = model.probe(probe.clone());
        training = training
            .metric_valid_numeric(OrderStrengthMetric::low())
            .metric_valid_numeric(OrderStrengthMetric::mid())
            .metric_valid_numeric(OrderStrengthMetric::high())
            .metric_valid_numeric(OrderStrengthMetric::depth())
            .metric_valid(OrderCurveMetric::new());
    }
    if !recipe.modulation.terms().is_empty() {
        training = training.metric_train_numeric(ModulationMetric::task());
        for term in recipe.modulation.terms() {
            training = training.metric_train_numeric(ModulationMetric::term(term.name()));
        }
    }
    if recipe.plain || !std::io::stdout().is_terminal() {
        training = training.renderer(Box::new(PlainRenderer::new()));
    }
    let watch = Watch::start(interrupter);
    let result = training.launch(Learner::new(model, recipe.optimizer(), schedule));
    drop(watch);
    // The dashboard gives the terminal back when it is dropped.
    drop(result.renderer);
    if let Some(error) = result.error {
        return Err(usage(format!("training failed: {error}")));
    }
    Ok(Fitted {
        net: result.model.net,
        complete: result.interrupted.is_none(),
    })
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
