use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use burn::data::dataset::{Dataset, DatasetError};
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

    /// Gives class k of the set the number `labels[k]` among other classes, such as those of a network, of which there may be more.
    ///
    /// ```
    /// use burn_interaction_datasets::{Relabel, Samples, rules};
    ///
    /// let classes = ["yes", "no"].map(String::from);
    /// let table = rules(10, 1).relabelled(&[1, 0], &classes)?;
    /// assert_eq!(table.label(0), 1 - rules(10, 1).label(0));
    /// # Ok::<(), burn_interaction_datasets::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails where `labels` does not have a number for each class of the set, each another one and below the number of classes.
    fn relabelled(self, labels: &[usize], classes: &[String]) -> Result<Self>;
}

/// Names, each once, sorted: by size where all are numbers.
pub(crate) fn sorted(labels: &[&str]) -> Vec<String> {
    let names: BTreeSet<&str> = labels.iter().copied().collect();
    let mut names: Vec<&str> = names.into_iter().collect();
    let number = |name: &str| name.parse::<f64>().unwrap_or(f64::NAN);
    if names.iter().all(|name| !number(name).is_nan()) {
        names.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    names.into_iter().map(String::from).collect()
}

/// Classes of a set at most: a column with more is no class.
const MOST: usize = 1000;

/// The classes of a set by their names in its files.
pub(crate) struct Classes {
    /// The names, sorted.
    pub(crate) names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Classes {
    /// The classes that these labels name; `what` says where they stand, for messages.
    ///
    /// # Errors
    ///
    /// Fails where there are less than two, or far too many.
    pub(crate) fn of(path: &Path, what: &str, labels: &[&str]) -> Result<Self> {
        let names = sorted(labels);
        match names.len() {
            2..=MOST => Ok(Self {
                places: names.iter().cloned().zip(0..).collect(),
                names,
            }),
            count => {
                let reason =
                    format!("{count} classes in {what}, for 2 to {MOST}: is it that of the class?");
                Err(Error::file(path, reason))
            }
        }
    }

    /// The number of a class.
    ///
    /// # Errors
    ///
    /// Fails with the reason where no training sample has the class.
    pub(crate) fn place(&self, label: &str) -> std::result::Result<usize, String> {
        let place = self.places.get(label).copied();
        place.ok_or_else(|| format!("the class \"{label}\", which no training sample has"))
    }
}

/// Refuses numbers that do not tell so many classes apart among others.
pub(crate) fn check_labels(count: usize, labels: &[usize], classes: &[String]) -> Result<()> {
    let mut sorted = labels.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let inside = sorted.last().is_none_or(|last| *last < classes.len());
    match sorted.len() == count && labels.len() == count && inside {
        true => Ok(()),
        false => Err(Error::Data(format!(
            "{labels:?} does not number {count} classes among {}",
            classes.len()
        ))),
    }
}

/// A set with its classes in another order.
pub(crate) struct Renumbered<S: ?Sized> {
    pub(crate) set: Arc<S>,
    pub(crate) labels: Vec<usize>,
    pub(crate) classes: Vec<String>,
}

impl<S: ?Sized> Renumbered<S> {
    /// A set of `count` classes.
    pub(crate) fn new(
        set: Arc<S>,
        count: usize,
        labels: &[usize],
        classes: &[String],
    ) -> Result<Self> {
        check_labels(count, labels, classes)?;
        Ok(Self {
            classes: classes.into(),
            labels: labels.into(),
            set,
        })
    }
}

/// A sample that carries the number of its class.
pub(crate) trait Labelled {
    /// The number of the class.
    fn label_mut(&mut self) -> &mut usize;
}

/// Gives samples in memory, and the names of their classes, the numbers that [`Relabel::relabelled`] says.
///
/// # Errors
///
/// Fails where `labels` does not number the classes.
pub(crate) fn renumber<'a, I: Labelled + 'a>(
    names: &mut Vec<String>,
    items: impl IntoIterator<Item = &'a mut I>,
    labels: &[usize],
    classes: &[String],
) -> Result<()> {
    check_labels(names.len(), labels, classes)?;
    *names = classes.into();
    for item in items {
        let label = item.label_mut();
        *label = labels[*label];
    }
    Ok(())
}

impl<S: ?Sized> Renumbered<S> {
    /// A sample of the set with the new number of its class.
    pub(crate) fn moved<I: Labelled>(&self, mut item: I) -> I {
        let label = item.label_mut();
        *label = self.labels[*label];
        item
    }
}

impl<I: Labelled, S: Dataset<I> + ?Sized> Dataset<I> for Renumbered<S> {
    fn get(&self, index: usize) -> std::result::Result<I, DatasetError> {
        Ok(self.moved(self.set.get(index)?))
    }

    fn len(&self) -> usize {
        self.set.len()
    }
}

impl<T: Relabel> Relabel for Split<T> {
    fn class_names(&self) -> &[String] {
        self.train.class_names()
    }

    fn relabelled(self, labels: &[usize], classes: &[String]) -> Result<Self> {
        Ok(Self {
            train: self.train.relabelled(labels, classes)?,
            test: self.test.relabelled(labels, classes)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_numbers_are_sorted_by_size() {
        assert_eq!(sorted(&["10", "9", "10", "-1"]), ["-1", "9", "10"]);
        assert_eq!(sorted(&["b", "a", "10"]), ["10", "a", "b"]);
    }
}
