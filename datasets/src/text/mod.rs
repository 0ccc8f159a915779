//! Texts with class labels.

mod ag_news;
mod glue;
mod grammar;
mod lines;

pub use ag_news::*;
pub use glue::*;
pub use grammar::*;

use burn::data::dataset::{Dataset, DatasetError};

/// A text and its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextItem {
    /// The text.
    pub text: String,
    /// Its class.
    pub label: usize,
}

/// Texts with class labels, in memory: also Burn's [`Dataset`] of [`TextItem`]s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    items: Vec<TextItem>,
    classes: Vec<String>,
}

impl Texts {
    /// The texts.
    pub fn items(&self) -> &[TextItem] {
        &self.items
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }
}

impl Dataset<TextItem> for Texts {
    fn get(&self, index: usize) -> Result<TextItem, DatasetError> {
        Ok(self.items[index].clone())
    }

    fn len(&self) -> usize {
        self.items.len()
    }
}
