//! Texts with class labels, and the word pieces that they become.

mod ag_news;
mod bag_of_words;
mod encoded;
mod glue;
mod grammar;
mod lines;
mod sentences;
mod vocabulary;

pub use ag_news::*;
pub use bag_of_words::*;
pub use encoded::*;
pub use glue::*;
pub use grammar::*;
pub use sentences::*;
pub use vocabulary::*;

use burn::data::dataset::{Dataset, DatasetError};

use crate::error::{Error, Result};
use crate::samples::{Labelled, Relabel, renumber};

/// A text and its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextItem {
    /// The text itself.
    pub text: String,
    /// The second text of a pair.
    pub second: Option<String>,
    /// The class of the text, or of the pair.
    pub label: usize,
}

impl TextItem {
    /// A single text and its class.
    pub fn new(text: impl Into<String>, label: usize) -> Self {
        Self {
            text: text.into(),
            second: None,
            label,
        }
    }

    /// Makes a pair of the text and a second one.
    pub fn with_second(self, second: impl Into<String>) -> Self {
        Self {
            second: Some(second.into()),
            ..self
        }
    }
}

/// Texts with class labels, in memory: also Burn's [`Dataset`] of [`TextItem`]s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    items: Vec<TextItem>,
    classes: Vec<String>,
    pieces: Option<Vec<String>>,
    notes: Vec<String>,
}

impl Texts {
    /// Makes a set of texts of these classes, which labels count from 0.
    ///
    /// # Errors
    ///
    /// Fails where there are no classes, or a label is none of them.
    pub fn new(items: Vec<TextItem>, classes: Vec<String>) -> Result<Self> {
        match items.iter().find(|item| item.label >= classes.len()) {
            Some(item) => Err(Error::Data(format!(
                "\"{}\" has label {}, but there are {} classes",
                item.text,
                item.label,
                classes.len()
            ))),
            None if classes.is_empty() => Err(Error::Data("texts without classes".into())),
            None => Ok(Self {
                items,
                classes,
                pieces: None,
                notes: Vec::new(),
            }),
        }
    }

    /// Adds notes on how the files were read.
    pub(crate) fn noting(mut self, notes: Vec<String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The texts of the set.
    pub fn items(&self) -> &[TextItem] {
        &self.items
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Notes for a user on how the files were read, such as the folder that they were found in.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The word pieces that the texts are made of, special ones included, where the set comes with them.
    pub fn pieces(&self) -> Option<&[String]> {
        self.pieces.as_deref()
    }
}

impl Labelled for TextItem {
    fn label_mut(&mut self) -> &mut usize {
        &mut self.label
    }
}

impl Relabel for Texts {
    fn class_names(&self) -> &[String] {
        &self.classes
    }

    fn relabelled(mut self, labels: &[usize], classes: &[String]) -> Result<Self> {
        renumber(&mut self.classes, &mut self.items, labels, classes)?;
        Ok(self)
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
