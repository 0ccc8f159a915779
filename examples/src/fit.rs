//! Training with Burn's `Learner`: the recipe of the reference code, with the order metrics live.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use burn::data::dataloader::DataLoader;
use burn::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::module::{Module, ModuleDisplay};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamWConfig, SgdConfig};
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{Interrupter, Learner, SupervisedTraining};
use burn_interaction::training::{
    Modulated, ModulationMetric, OrderCurveMetric, OrderStrengthMetric, Probe,
};
use burn_interaction::{Batch, Classifier, Modulation, Players};

use crate::error::{Result, usage};
use crate::interrupt;
use crate::plain::PlainRenderer;

/// What turns gradients into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
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
    /// Folder for the logs.
    pub logs: PathBuf,
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

/// Trains a classifier.
///
/// # Errors
///
/// A setting does not fit, or training fails.
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
    let steps = (recipe.epochs * loaders.batches.max(1)) as f64;
    let schedule =
        ExponentialLrSchedulerConfig::new(recipe.learning_rate, 0.1_f64.powf(1.0 / steps))
            .init()
            .map_err(|e| usage(format!("--lr {}: {e}", recipe.learning_rate)))?;
    let mut model = Modulated::new(net, players)
        .modulation(recipe.modulation.clone())
        .seed(recipe.seed);
    let interrupter = Interrupter::new();
    let mut training = SupervisedTraining::new(&recipe.logs, loaders.train, loaders.valid)
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .with_application_logger(None)
        .with_interrupter(interrupter.clone())
        .num_epochs(recipe.epochs);
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
    let result = match recipe.optimizer {
        Optimizer::Sgd => {
            let momentum = MomentumConfig {
                momentum: 0.9,
                dampening: 0.0,
                nesterov: false,
            };
            let decay =
                (recipe.weight_decay > 0.0).then(|| WeightDecayConfig::new(recipe.weight_decay));
            let config = SgdConfig::new()
                .with_momentum(Some(momentum))
                .with_weight_decay(decay);
            training.launch(Learner::new(model, config.init(), schedule))
        }
        Optimizer::Adamw => {
            // PyTorch's epsilon: Burn's is a thousand times larger, and holds back embeddings with small gradients.
            let config = AdamWConfig::new()
                .with_weight_decay(recipe.weight_decay)
                .with_epsilon(1e-8);
            training.launch(Learner::new(model, config.init(), schedule))
        }
    };
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

/// Hands Ctrl-C on to the training.
struct Watch(Arc<std::sync::atomic::AtomicBool>);

impl Watch {
    fn start(interrupter: Interrupter) -> Self {
        let over = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let seen = over.clone();
        std::thread::spawn(move || {
            while !seen.load(std::sync::atomic::Ordering::Relaxed) {
                if interrupt::requested() {
                    interrupter.stop(Some("Ctrl-C"));
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        });
        Self(over)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}
