use std::path::Path;
use std::sync::Arc;

use super::{ImageItem, ImageSet};
use crate::error::Result;
use crate::samples::{Labelled, Relabel, Renumbered};

impl Labelled for ImageItem {
    fn label_mut(&mut self) -> &mut usize {
        &mut self.label
    }
}

impl ImageSet for Renumbered<dyn ImageSet> {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn notes(&self) -> &[String] {
        self.set.notes()
    }

    fn file(&self, index: usize) -> Option<&Path> {
        self.set.file(index)
    }

    fn number(&self, index: usize) -> (usize, usize) {
        self.set.number(index)
    }

    fn label(&self, index: usize) -> usize {
        self.labels[self.set.label(index)]
    }

    fn size(&self) -> Option<[usize; 3]> {
        self.set.size()
    }

    fn image(&self, index: usize) -> Result<ImageItem> {
        Ok(self.moved(self.set.image(index)?))
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
