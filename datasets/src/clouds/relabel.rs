use std::sync::Arc;

use burn::data::dataset::{Dataset, DatasetError};

use super::{CloudItem, CloudSet};
use crate::error::Result;
use crate::samples::{Relabel, Renumbered};

impl CloudSet for Renumbered<dyn CloudSet> {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn notes(&self) -> &[String] {
        self.set.notes()
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

impl Relabel for Arc<dyn CloudSet> {
    fn class_names(&self) -> &[String] {
        self.classes()
    }

    fn relabelled(self, labels: &[usize], classes: &[String]) -> Result<Self> {
        let count = self.classes().len();
        Ok(Arc::new(Renumbered::new(self, count, labels, classes)?))
    }
}
