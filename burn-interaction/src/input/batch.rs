use burn::tensor::{Int, Tensor};

/// A batch of inputs with their labels and ids.
#[derive(Debug, Clone)]
pub struct Batch<I> {
    /// The inputs, such as a `[batch, channels, height, width]` tensor.
    pub inputs: I,
    /// The labels, a `[batch]` tensor.
    pub targets: Tensor<1, Int>,
    /// The places of the samples in their data set, which name them in results and fix what is drawn for them.
    pub ids: Vec<u64>,
}

impl<I> Batch<I> {
    /// A batch of inputs with their labels and ids, one of each for a sample.
    ///
    /// Ids are the samples' places in the data set: with the seed they fix all that is drawn for a sample, so that results
    /// of parts measured elsewhere, or in other batches, are those of one run.
    pub fn new(inputs: I, targets: Tensor<1, Int>, ids: Vec<u64>) -> Self {
        Self {
            inputs,
            targets,
            ids,
        }
    }
}
