use std::sync::Arc;

use burn::data::dataset::{Dataset, DatasetError};

use super::{ImageItem, ImageSet};
use crate::error::Result;
use crate::samples::{Relabel, Renumbered};

impl ImageSet for Renumbered<dyn ImageSet> {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn notes(&self) -> &[String] {
        self.set.notes()
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

impl Relabel for Arc<dyn ImageSet> {
    fn class_names(&self) -> &[String] {
        self.classes()
    }

    fn relabelled(self, labels: &[usize], classes: &[String]) -> Result<Self> {
        let count = self.classes().len();
        Ok(Arc::new(Renumbered::new(self, count, labels, classes)?))
    }
}
