use std::sync::Arc;

use burn::tensor::Device;
use burn_interaction::Batch;
use burn_interaction::input::Input;

use crate::error::{Error, Result};

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

/// A data set with class labels that can be numbered anew.
pub trait Relabel: Sized {
    /// The names of the classes, by label.
    fn class_names(&self) -> &[String];

    /// Gives class k of the set the number `labels[k]`; the names move with their classes.
    ///
    /// ```
    /// use burn_interaction_datasets::{Relabel, Samples, rules};
    ///
    /// let table = rules(10, 1).relabelled(&[1, 0])?;
    /// assert_eq!(table.label(0), 1 - rules(10, 1).label(0));
    /// # Ok::<(), burn_interaction_datasets::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails where `labels` does not have each number below the number of classes once.
    fn relabelled(self, labels: &[usize]) -> Result<Self>;
}

/// The names of classes in the order of their new numbers.
pub(crate) fn renumbered(classes: &[String], labels: &[usize]) -> Result<Vec<String>> {
    let mut names = vec![None; classes.len()];
    for (name, label) in classes.iter().zip(labels) {
        if let Some(place) = names.get_mut(*label) {
            *place = Some(name.clone());
        }
    }
    let names: Option<Vec<String>> = names.into_iter().collect();
    names
        .filter(|_| labels.len() == classes.len())
        .ok_or_else(|| {
            let count = classes.len();
            Error::Data(format!("{labels:?} does not number {count} classes"))
        })
}

/// A set with its classes in another order.
pub(crate) struct Renumbered<S: ?Sized> {
    pub(crate) set: Arc<S>,
    pub(crate) labels: Vec<usize>,
    pub(crate) classes: Vec<String>,
}

impl<S: ?Sized> Renumbered<S> {
    pub(crate) fn new(set: Arc<S>, classes: &[String], labels: &[usize]) -> Result<Self> {
        Ok(Self {
            classes: renumbered(classes, labels)?,
            labels: labels.into(),
            set,
        })
    }
}

impl<T: Relabel> Relabel for Split<T> {
    fn class_names(&self) -> &[String] {
        self.train.class_names()
    }

    fn relabelled(self, labels: &[usize]) -> Result<Self> {
        Ok(Self {
            train: self.train.relabelled(labels)?,
            test: self.test.relabelled(labels)?,
        })
    }
}
