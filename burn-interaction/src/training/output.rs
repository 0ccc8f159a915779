use std::sync::Arc;

use burn::tensor::{ExecutionError, Int, Tensor};
use burn::train::metric::{
    AccuracyInput, Adaptor, ConfusionStatsInput, HammingScoreInput, ItemLazy, LossInput,
    PerplexityInput, TopKAccuracyInput,
};
use burn::train::{ClassificationOutput, RegressionOutput};

use crate::game::two_classes;
use crate::modulation::{Classification, Regression, Task};
use crate::profile::Profile;

/// The output of a step, which metrics read: that of the task, the modulation's terms, and the probe's reading.
pub struct InteractionOutput<O = ClassificationOutput> {
    /// The task's own output, such as a classification: all of Burn's metrics for it read it.
    pub task: O,
    /// The task's loss and each term before its weight, by name: `[1]` tensors. Empty in validation.
    pub terms: Vec<(Arc<str>, Tensor<1>)>,
    /// Samples in the batch.
    pub samples: usize,
    /// The probe's reading of this batch; `None` where it measured nothing.
    pub reading: Option<Arc<Profile>>,
}

impl InteractionOutput {
    /// A classification without terms or reading.
    ///
    /// # Shapes
    ///
    /// - loss: `[1]`
    /// - logits: `[batch, classes]`, of a binary classifier with a single logit `[batch, 2]`
    /// - targets: `[batch]`
    pub fn new(loss: Tensor<1>, logits: Tensor<2>, targets: Tensor<1, Int>) -> Self {
        let samples = targets.dims()[0];
        Self::of(ClassificationOutput::new(loss, logits, targets), samples)
    }
}

impl<O> InteractionOutput<O> {
    /// The output of any task for a batch of so many samples, without terms or reading.
    pub fn of(task: O, samples: usize) -> Self {
        Self {
            task,
            terms: Vec::new(),
            samples,
            reading: None,
        }
    }
}

impl<O: ItemLazy> ItemLazy for InteractionOutput<O> {
    fn sync(self) -> Result<Self, ExecutionError> {
        Ok(Self {
            task: self.task.sync()?,
            terms: self
                .terms
                .into_iter()
                .map(|(name, term)| (name, term.without_autodiff()))
                .collect(),
            samples: self.samples,
            reading: self.reading,
        })
    }
}

/// A task whose outputs Burn's metrics read: the losses of a [`Task`], with one of Burn's outputs.
///
/// Metrics read an [`InteractionOutput`] as they read its task's output, such as Burn's `MultiLabelClassificationOutput`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no output for Burn's metrics",
    label = "cannot be trained in a `Learner`",
    note = "implement `burn_interaction::training::Watched` beside `Task`: the type of the output, such as `ClassificationOutput`, and a method that makes it"
)]
pub trait Watched: Task {
    /// The output that Burn has for such tasks.
    type Output: ItemLazy + Send + 'static;

    /// The output of a step, from the loss, `[1]`, the network's outputs, `[batch, outputs]`, and the targets.
    fn output(&self, loss: Tensor<1>, outputs: Tensor<2>, targets: Self::Targets) -> Self::Output;
}

impl Watched for Classification {
    type Output = ClassificationOutput;

    fn output(
        &self,
        loss: Tensor<1>,
        outputs: Tensor<2>,
        targets: Tensor<1, Int>,
    ) -> ClassificationOutput {
        ClassificationOutput::new(loss, two_classes(outputs), targets)
    }
}

impl Watched for Regression {
    type Output = RegressionOutput;

    fn output(&self, loss: Tensor<1>, outputs: Tensor<2>, targets: Tensor<2>) -> RegressionOutput {
        RegressionOutput::new(loss, outputs, targets)
    }
}

macro_rules! adapt_task {
    ($($input:ty),*) => {$(
        impl<O: Adaptor<$input>> Adaptor<$input> for InteractionOutput<O> {
            fn adapt(&self) -> $input {
                self.task.adapt()
            }
        }
    )*};
}

adapt_task!(
    AccuracyInput,
    LossInput,
    TopKAccuracyInput,
    PerplexityInput,
    ConfusionStatsInput,
    HammingScoreInput
);

/// The input of the order metrics. Add `impl Adaptor<OrderInput> for YourOutput` to use them with an output of yours.
#[derive(Debug, Clone, Default)]
pub struct OrderInput(pub Option<Arc<Profile>>);

/// The input of [`ModulationMetric`](super::ModulationMetric).
#[derive(Debug, Clone, Default)]
pub struct ModulationInput {
    /// The terms by name.
    pub terms: Vec<(Arc<str>, Tensor<1>)>,
    /// Samples in the batch that they are means over.
    pub samples: usize,
}

impl<O> Adaptor<OrderInput> for InteractionOutput<O> {
    fn adapt(&self) -> OrderInput {
        OrderInput(self.reading.clone())
    }
}

impl<O> Adaptor<ModulationInput> for InteractionOutput<O> {
    fn adapt(&self) -> ModulationInput {
        ModulationInput {
            terms: self.terms.clone(),
            samples: self.samples,
        }
    }
}
