use burn::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamWConfig, ModuleOptimizer, SgdConfig};
use burn_interaction::Modulation;
use serde::{Deserialize, Serialize};

use crate::error::{Result, usage};

/// The optimizer, which turns gradients into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Stochastic gradient descent with momentum 0.9: the recipe of the reference code.
    Sgd,
    /// AdamW, which transformers are trained with.
    Adamw,
}

/// The size of a probe: how many samples it measures each epoch, and with how many contexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Samples of the test part.
    pub samples: usize,
    /// Contexts for each pair and order.
    pub contexts: usize,
}

impl Default for Watch {
    /// Five of each: from five samples on there is a verdict, and five contexts tell strength from noise.
    fn default() -> Self {
        Self {
            samples: 5,
            contexts: 5,
        }
    }
}

/// The settings of a training.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recipe {
    /// Epochs.
    pub epochs: usize,
    /// Samples in a training batch.
    pub batch: usize,
    /// Learning rate at the start; it falls tenfold to the end.
    pub learning_rate: f64,
    /// Weight decay.
    pub weight_decay: f32,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// The terms that encourage or suppress orders.
    pub modulation: Modulation,
    /// How training samples are varied; absent where they are not.
    pub augmentation: Option<String>,
    /// Training samples, drawn from the set by the seed; all where absent.
    pub samples: Option<usize>,
    /// The size of the probe that watches the orders each epoch; absent where none does.
    pub probe: Option<Watch>,
    /// The seed of every random draw.
    pub seed: u64,
}

/// The factor between the learning rate at the start of a training and at its end.
pub const FALL: f64 = 10.0;

impl Recipe {
    /// Refuses numbers that no training can have.
    ///
    /// # Errors
    ///
    /// Fails where the batch is empty, or the rate or the decay is out of range.
    pub fn check(&self) -> Result<()> {
        let (rate, decay) = (self.learning_rate, self.weight_decay);
        if self.batch == 0 {
            return Err(usage("--batch 0: a batch has at least one sample"));
        }
        if !(rate.is_finite() && rate > 0.0) {
            return Err(usage(format!("--lr {rate}: a rate is a positive number")));
        }
        if !(decay.is_finite() && decay >= 0.0) {
            return Err(usage(format!(
                "--weight-decay {decay}: a decay is a number from 0 on"
            )));
        }
        Ok(())
    }

    /// The learning rate's schedule, for so many batches in an epoch.
    ///
    /// # Errors
    ///
    /// Fails where the rate is out of range.
    pub fn schedule(&self, batches: usize) -> Result<ModuleLrScheduler> {
        let steps = (self.epochs * batches).max(1) as f64;
        ExponentialLrSchedulerConfig::new(self.learning_rate, FALL.recip().powf(1.0 / steps))
            .init()
            .map_err(|e| usage(format!("--lr {}: {e}", self.learning_rate)))
    }

    /// The optimizer, as Burn takes it.
    pub fn optimizer(&self) -> ModuleOptimizer {
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
