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

#[cfg(test)]
mod tests {
    use burn::module::Param;
    use burn::optim::GradientsParams;
    use burn::tensor::{Device, Tensor};

    use super::*;

    fn recipe(optimizer: Optimizer, weight_decay: f32) -> Recipe {
        Recipe {
            epochs: 3,
            batch: 8,
            learning_rate: 0.1,
            weight_decay,
            optimizer,
            modulation: Modulation::none(),
            augmentation: None,
            samples: None,
            probe: None,
            seed: 0,
        }
    }

    /// A weight that began at 1, after a step at a rate of a tenth for each of these gradients.
    fn stepped(recipe: &Recipe, gradients: &[f32]) -> f64 {
        let device = Device::flex().autodiff();
        let mut weight = Param::from_tensor(Tensor::<1>::from_floats([1.0], &device));
        let mut optimizer = recipe.optimizer();
        for gradient in gradients {
            let loss = weight.val().mul_scalar(*gradient).sum();
            let gradients = GradientsParams::from_grads(loss.backward(), &weight);
            weight = optimizer.step(0.1_f64, weight, gradients);
        }
        f64::from(weight.val().inner().into_scalar::<f32>())
    }

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found - expected).abs() < tolerance,
            "{found}, not {expected}"
        );
    }

    #[test]
    fn descent_has_the_momentum_of_the_reference_recipe() {
        // Velocities g, (1 + .9) g and (1 + .9 + .81) g.
        let found = stepped(&recipe(Optimizer::Sgd, 0.0), &[0.5; 3]);
        near(found, 1.0 - 0.1 * 0.5 * (1.0 + 1.9 + 2.71), 1e-6);
    }

    #[test]
    fn the_decay_of_descent_is_a_part_of_its_gradients() {
        let found = stepped(&recipe(Optimizer::Sgd, 0.05), &[0.5; 5]);
        // torch 2.15.0: five steps of SGD([w], lr=.1, momentum=.9, weight_decay=.05) from w = 1, each of (w * .5).sum().
        near(found, 0.285_565_942_525_863_65, 1e-6);
    }

    #[test]
    fn the_decay_of_adamw_stands_beside_its_steps() {
        // A constant gradient is its own first moment and the root of its second, whatever their rates: each step is of the rate.
        let decayed = (0..5).fold(1.0, |w, _| w * (1.0 - 0.1 * 0.05) - 0.1);
        let found = stepped(&recipe(Optimizer::Adamw, 0.05), &[0.5; 5]);
        near(found, decayed, 1e-5);
        let found = stepped(&recipe(Optimizer::Adamw, 0.05), &[1.0, -2.0, 0.5, 0.25]);
        // torch 2.15.0: AdamW([w], lr=.1, weight_decay=.05, eps=1e-8) from w = 1, by steps of (w * g).sum() for these g.
        near(found, 0.936_308_741_569_519, 1e-5);
    }

    #[test]
    fn small_gradients_are_not_held_back_by_the_epsilon_of_adamw() {
        // Steps of g / (g + epsilon): with Burn's epsilon of 1e-5 the weight would stay at 0.995.
        let found = stepped(&recipe(Optimizer::Adamw, 0.0), &[1e-7; 5]);
        near(found, 1.0 - 5.0 * 0.1 / 1.1, 1e-4);
    }

    #[test]
    fn the_rate_falls_by_one_factor_each_batch_and_tenfold_to_the_end() {
        let mut schedule = recipe(Optimizer::Sgd, 0.0).schedule(4).unwrap();
        // Three epochs of four batches; the thirteenth rate, which no batch takes, is that at the end.
        for step in 0..=12 {
            let rate = schedule.step().base();
            near(rate, 0.1 * 0.1_f64.powf(f64::from(step) / 12.0), 1e-12);
        }
        let none = Recipe {
            epochs: 0,
            ..recipe(Optimizer::Sgd, 0.0)
        };
        near(none.schedule(4).unwrap().step().base(), 0.1, 1e-12);
    }
}
