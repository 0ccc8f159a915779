use std::fmt::Debug;

use burn::tensor::{Int, Tensor, activation::log_softmax};

use crate::error::{Error, Result};
use crate::game::{Reward, two_classes};

use super::{EncourageLoss, SuppressLoss, cross_entropy};

/// The task that a network is trained for while its orders are steered: a loss of its outputs, and what it means that a signal of some orders
/// tells the target, or tells nothing.
///
/// [`Classification`] and [`Regression`] are two. Three methods make one of your own, for [`Modulation::loss_of`](super::Modulation::loss_of); to be trained in a
/// `Learner` by [`Modulated`](crate::training::Modulated) it is [`Watched`](crate::training::Watched) too:
///
/// ```
/// use burn::tensor::{Int, Tensor};
/// use burn_interaction::modulation::Task;
///
/// /// Several numbers from 0 to 1, each the chance of a label of its own.
/// #[derive(Debug, Clone)]
/// struct ManyLabels;
///
/// impl Task for ManyLabels {
///     /// A `[batch, labels]` tensor of zeros and ones.
///     type Targets = Tensor<2>;
///
///     fn count(&self, targets: &Tensor<2>) -> usize {
///         targets.dims()[0]
///     }
///
///     fn select(&self, targets: Tensor<2>, samples: Tensor<1, Int>) -> Tensor<2> {
///         targets.select(0, samples)
///     }
///
///     fn loss(&self, outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
///         // Binary cross entropy with logits.
///         (outputs.clone().clamp_min(0.0) - outputs.clone() * targets + outputs.abs().neg().exp().log1p()).mean()
///     }
/// }
/// ```
pub trait Task: Debug + Clone + Send + Sync + 'static {
    /// The targets of a batch, such as a `[batch]` tensor of labels.
    type Targets: Clone + Send + 'static;

    /// The number of samples that these are the targets of.
    fn count(&self, targets: &Self::Targets) -> usize;

    /// The targets of the samples with these indices, a `[rows]` tensor.
    fn select(&self, targets: Self::Targets, samples: Tensor<1, Int>) -> Self::Targets;

    /// The loss of outputs, `[batch, outputs]` to `[1]`.
    fn loss(&self, outputs: Tensor<2>, targets: Self::Targets) -> Tensor<1>;

    /// The loss of a signal that is to tell the target by itself, `[batch, outputs]` to `[1]`: by default the task's own.
    fn encourage(&self, signal: Tensor<2>, targets: Self::Targets) -> Tensor<1> {
        self.loss(signal, targets)
    }

    /// The loss of a signal that is to tell nothing, `[batch, outputs]` to `[1]`: by default [`SuppressLoss`], for outputs that are logits.
    fn suppress(&self, signal: Tensor<2>) -> Tensor<1> {
        SuppressLoss::new().forward(signal)
    }

    /// The outputs whose values a probe measures, one for each sample; `None` for the first, as of a network with a single one.
    fn labels(&self, _targets: &Self::Targets) -> Option<Tensor<1, Int>> {
        None
    }

    /// The value of a coalition that a probe measures; `None` for what the probe says.
    fn reward(&self) -> Option<Reward> {
        Some(Reward::Output)
    }

    /// Refuses settings of the task that mean nothing.
    ///
    /// # Errors
    ///
    /// Fails where a setting is out of range; by default never.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// Classes: the cross entropy of logits with labels, a `[batch]` tensor. The default.
///
/// Signals are encouraged by [`EncourageLoss`] and suppressed by [`SuppressLoss`], as in the paper; smoothing enters the task's loss alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Classification {
    smoothing: f64,
}

impl Classification {
    /// Plain cross entropy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Smooths labels: the true class counts `1 - smoothing`, and all classes share the rest, as in PyTorch's `label_smoothing`.
    pub fn smoothed(smoothing: f64) -> Self {
        Self { smoothing }
    }
}

impl Task for Classification {
    type Targets = Tensor<1, Int>;

    fn count(&self, targets: &Tensor<1, Int>) -> usize {
        targets.dims()[0]
    }

    fn select(&self, targets: Tensor<1, Int>, samples: Tensor<1, Int>) -> Tensor<1, Int> {
        targets.select(0, samples)
    }

    fn loss(&self, outputs: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        let plain = cross_entropy(outputs.clone(), targets);
        if self.smoothing == 0.0 {
            return plain;
        }
        let all = log_softmax(two_classes(outputs), 1).mean().neg();
        plain * (1.0 - self.smoothing) + all * self.smoothing
    }

    fn encourage(&self, signal: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        EncourageLoss::new().forward(signal, targets)
    }

    fn labels(&self, targets: &Tensor<1, Int>) -> Option<Tensor<1, Int>> {
        Some(targets.clone())
    }

    fn reward(&self) -> Option<Reward> {
        None
    }

    fn check(&self) -> Result<()> {
        match (0.0..1.0).contains(&self.smoothing) {
            true => Ok(()),
            false => Err(Error::setting(
                "label smoothing",
                self.smoothing,
                "it is a share from 0 to below 1",
            )),
        }
    }
}

/// Numbers: the mean squared error of outputs, for targets that are a `[batch, outputs]` tensor.
///
/// A signal is encouraged to predict the targets by itself, and suppressed towards zero, both in mean square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Regression;

impl Regression {
    /// Mean squared error.
    pub fn new() -> Self {
        Self
    }
}

impl Task for Regression {
    type Targets = Tensor<2>;

    fn count(&self, targets: &Tensor<2>) -> usize {
        targets.dims()[0]
    }

    fn select(&self, targets: Tensor<2>, samples: Tensor<1, Int>) -> Tensor<2> {
        targets.select(0, samples)
    }

    fn loss(&self, outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        (outputs - targets).powi_scalar(2).mean()
    }

    fn suppress(&self, signal: Tensor<2>) -> Tensor<1> {
        signal.powi_scalar(2).mean()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn smoothed_labels_have_the_loss_of_pytorch() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[1.0, 2.0, 0.5], [0.0, 0.0, 3.0]], &device);
        let labels = || Tensor::<1, Int>::from_ints([1, 0], &device);
        // torch 2.15.0: F.cross_entropy(logits, labels, label_smoothing=s) for s of 0, 0.1 and 0.5.
        for (smoothing, expected) in EXPECTED {
            let task = Classification::smoothed(smoothing);
            let loss: f32 = task.loss(logits.clone(), labels()).into_scalar();
            assert!(
                (f64::from(loss) - expected).abs() < 1e-6,
                "{smoothing}: {loss}"
            );
        }
        assert!(Classification::smoothed(1.0).check().is_err());
        assert!(Classification::smoothed(f64::NAN).check().is_err());
    }

    const EXPECTED: [(f64, f64); 3] = [
        (0.0, 1.7796458702644529),
        (0.1, 1.7713125369311196),
        (0.5, 1.7379792035977861),
    ];

    #[test]
    fn a_signal_of_numbers_is_suppressed_towards_zero() {
        let device = Device::flex();
        let signal = || Tensor::<2>::from_floats([[1.0], [-3.0]], &device);
        let loss: f32 = Regression.suppress(signal()).into_scalar();
        assert_eq!(loss, 5.0);
        let targets = Tensor::<2>::from_floats([[1.0], [1.0]], &device);
        let loss: f32 = Regression.encourage(signal(), targets).into_scalar();
        assert_eq!(loss, 8.0);
    }
}
