use std::sync::Arc;

use super::{CloudItem, CloudSet};
use crate::error::Result;
use crate::samples::{Labelled, Relabel, Renumbered};

impl Labelled for CloudItem {
    fn label_mut(&mut self) -> &mut usize {
        &mut self.label
    }
}

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
        Ok(self.moved(self.set.cloud(index, points, draw)?))
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
