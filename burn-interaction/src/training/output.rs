use std::sync::Arc;

use burn::tensor::{ExecutionError, Int, Tensor};
use burn::train::ClassificationOutput;
use burn::train::metric::{
    AccuracyInput, Adaptor, ConfusionStatsInput, ItemLazy, LossInput, PerplexityInput,
    TopKAccuracyInput,
};

use crate::profile::Profile;

/// The output of a step, which metrics read: a classification, the modulation's terms, and the probe's reading.
pub struct InteractionOutput {
    /// The classification: all of Burn's classification metrics read it.
    pub classification: ClassificationOutput,
    /// The task's loss and each term before its weight, by name: `[1]` tensors. Empty in validation.
    pub terms: Vec<(Arc<str>, Tensor<1>)>,
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
        Self {
            classification: ClassificationOutput::new(loss, logits, targets),
            terms: Vec::new(),
            reading: None,
        }
    }
}

impl ItemLazy for InteractionOutput {
    fn sync(self) -> Result<Self, ExecutionError> {
        Ok(Self {
            classification: self.classification.sync()?,
            terms: self
                .terms
                .into_iter()
                .map(|(name, term)| (name, term.without_autodiff()))
                .collect(),
            reading: self.reading,
        })
    }
}

macro_rules! adapt_classification {
    ($($input:ty),*) => {$(
        impl Adaptor<$input> for InteractionOutput {
            fn adapt(&self) -> $input {
                self.classification.adapt()
            }
        }
    )*};
}

adapt_classification!(
    AccuracyInput,
    LossInput,
    TopKAccuracyInput,
    PerplexityInput,
    ConfusionStatsInput
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

impl Adaptor<OrderInput> for InteractionOutput {
    fn adapt(&self) -> OrderInput {
        OrderInput(self.reading.clone())
    }
}

impl Adaptor<ModulationInput> for InteractionOutput {
    fn adapt(&self) -> ModulationInput {
        ModulationInput {
            terms: self.terms.clone(),
            samples: self.classification.targets.dims()[0],
        }
    }
}
