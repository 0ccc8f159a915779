use burn::tensor::{Int, Tensor};

/// A batch of inputs with their targets and ids.
///
/// Targets are labels unless a task has others, such as the numbers of a regression.
#[derive(Debug, Clone)]
pub struct Batch<I, T = Tensor<1, Int>> {
    /// The inputs, such as a `[batch, channels, height, width]` tensor.
    pub inputs: I,
    /// The targets, by default labels, a `[batch]` tensor.
    pub targets: T,
    /// The places of the samples in their data set, which name them in results and fix what is drawn for them.
    pub ids: Vec<u64>,
    /// The samples of the batch that this is a share of, where several devices train on the shares of one batch; `None` for a whole one.
    pub share_of: Option<usize>,
}

impl<I, T> Batch<I, T> {
    /// A batch of inputs with their targets and ids, one of each for a sample.
    ///
    /// Ids are the samples' places in the data set: with the seed they fix all that is drawn for a sample, so that results
    /// of parts measured elsewhere, or in other batches, are those of one run within rounding.
    pub fn new(inputs: I, targets: T, ids: Vec<u64>) -> Self {
        Self {
            inputs,
            targets,
            ids,
            share_of: None,
        }
    }

    /// This batch as one device's share of a batch of so many samples.
    pub fn share_of(mut self, samples: usize) -> Self {
        self.share_of = Some(samples);
        self
    }
}
