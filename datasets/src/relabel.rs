//! Data sets whose classes are put into another order, such as that of a network.

use std::sync::Arc;

use burn::data::dataset::{Dataset, DatasetError};

use crate::clouds::{CloudItem, CloudSet};
use crate::error::{Error, Result};
use crate::images::{ImageItem, ImageSet};
use crate::samples::Split;

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
struct Renumbered<S: ?Sized> {
    set: Arc<S>,
    labels: Vec<usize>,
    classes: Vec<String>,
}

impl<S: ?Sized> Renumbered<S> {
    fn new(set: Arc<S>, classes: &[String], labels: &[usize]) -> Result<Self> {
        Ok(Self {
            classes: renumbered(classes, labels)?,
            labels: labels.into(),
            set,
        })
    }
}

impl ImageSet for Renumbered<dyn ImageSet> {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> usize {
        self.labels[self.set.label(index)]
    }

    fn size(&self) -> Option<[usize; 3]> {
        self.set.size()
    }

    fn image(&self, index: usize) -> Result<ImageItem> {
        let item = self.set.image(index)?;
        Ok(ImageItem {
            label: self.labels[item.label],
            ..item
        })
    }
}

impl Dataset<ImageItem> for Renumbered<dyn ImageSet> {
    fn get(&self, index: usize) -> std::result::Result<ImageItem, DatasetError> {
        self.image(index).map_err(DatasetError::new)
    }

    fn len(&self) -> usize {
        self.set.len()
    }
}

impl CloudSet for Renumbered<dyn CloudSet> {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> usize {
        self.labels[self.set.label(index)]
    }

    fn up(&self) -> usize {
        self.set.up()
    }

    fn cloud(&self, index: usize, points: usize, draw: Option<u64>) -> Result<CloudItem> {
        let item = self.set.cloud(index, points, draw)?;
        Ok(CloudItem {
            label: self.labels[item.label],
            ..item
        })
    }
}

impl Dataset<CloudItem> for Renumbered<dyn CloudSet> {
    fn get(&self, index: usize) -> std::result::Result<CloudItem, DatasetError> {
        let item = self.set.get(index)?;
        Ok(CloudItem {
            label: self.labels[item.label],
            ..item
        })
    }

    fn len(&self) -> usize {
        self.set.len()
    }
}

impl Relabel for Arc<dyn ImageSet> {
    fn class_names(&self) -> &[String] {
        self.classes()
    }

    fn relabelled(self, labels: &[usize]) -> Result<Self> {
        let classes = self.classes().to_vec();
        Ok(Arc::new(Renumbered::new(self, &classes, labels)?))
    }
}

impl Relabel for Arc<dyn CloudSet> {
    fn class_names(&self) -> &[String] {
        self.classes()
    }

    fn relabelled(self, labels: &[usize]) -> Result<Self> {
        let classes = self.classes().to_vec();
        Ok(Arc::new(Renumbered::new(self, &classes, labels)?))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{grammar, scenes, solids};

    #[test]
    fn names_and_labels_move_together_in_every_kind_of_set() {
        let labels = [2, 0, 3, 1];
        let images: Arc<dyn ImageSet> = Arc::new(scenes(8, 1));
        let moved = images.clone().relabelled(&labels).unwrap();
        for index in 0..8 {
            let name = |set: &Arc<dyn ImageSet>| set.classes()[set.label(index)].clone();
            assert_eq!(name(&images), name(&moved));
            assert_eq!(moved.image(index).unwrap().label, moved.label(index));
        }
        assert_eq!(moved.label(0), 2);
        let texts = grammar(9, 1);
        let moved = texts.clone().relabelled(&[1, 2, 0]).unwrap();
        for (before, after) in texts.items().iter().zip(moved.items()) {
            assert_eq!(texts.classes()[before.label], moved.classes()[after.label]);
            assert_ne!(before.label, after.label);
        }
        let clouds: Arc<dyn CloudSet> = Arc::new(solids(7, 1));
        let turned: Vec<usize> = (0..7).map(|k| (k + 1) % 7).collect();
        let moved = clouds.clone().relabelled(&turned).unwrap();
        let item = moved.cloud(0, 16, None).unwrap();
        assert_eq!(item.label, moved.label(0));
        assert_eq!(
            moved.classes()[item.label],
            clouds.classes()[clouds.label(0)]
        );
    }

    #[test]
    fn numbers_that_are_no_order_are_refused() {
        for labels in [&[0, 0, 1][..], &[0, 1], &[0, 1, 3], &[0, 1, 2, 3]] {
            let error = grammar(3, 1).relabelled(labels).unwrap_err().to_string();
            assert!(error.contains("does not number 3 classes"), "{error}");
        }
    }
}
