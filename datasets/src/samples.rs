use burn::tensor::Device;
use burn_interaction::Batch;
use burn_interaction::input::Input;

use crate::error::Result;

/// Labelled samples of one part of a data set, as a network takes them.
///
/// Images and clouds are read through [`ImageSamples`](crate::ImageSamples) and [`CloudSamples`](crate::CloudSamples),
/// which say how they become tensors; a [`Table`](crate::Table) and a [`SentenceSet`](crate::SentenceSet) are samples
/// themselves. A [`Loader`](crate::Loader) hands any of them to a trainer.
pub trait Samples: Send + Sync {
    /// A batch of inputs, such as a `[batch, channels, height, width]` tensor.
    type Input: Input;

    /// The number of samples.
    fn count(&self) -> usize;

    /// The names of the classes, by label.
    fn classes(&self) -> &[String];

    /// The class of a sample, without reading the sample.
    fn label(&self, index: usize) -> usize;

    /// Numbers in one sample as the network takes it, which bounds how many go into a batch.
    fn elements(&self) -> usize;

    /// The size of a sample where a batch is padded to its largest, such as the pieces of a sentence; 1 where all are
    /// alike.
    fn size(&self, _index: usize) -> usize {
        1
    }

    /// The word for several samples, for progress.
    fn unit(&self) -> &'static str;

    /// The samples with these indices, with the variations of this epoch where samples vary.
    ///
    /// # Errors
    ///
    /// Fails where a sample cannot be read, or samples do not fit into one batch.
    fn read(&self, indices: &[usize], epoch: u64, device: &Device) -> Result<Batch<Self::Input>>;
}

/// A data set in its two parts.
#[derive(Debug, Clone)]
pub struct Split<T> {
    /// The part to train on.
    pub train: T,
    /// The part to test on.
    pub test: T,
}
