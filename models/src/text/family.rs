use burn_interaction::{Classifier, Sentences};

use super::TextSizes;
use crate::weights::Reference;

/// One network of a family: its name and its sizes for a number of classes.
pub struct TextVariant {
    pub(crate) name: &'static str,
    pub(crate) sizes: fn(usize) -> TextSizes,
}

impl TextVariant {
    pub(crate) fn boxed(self) -> Self {
        self
    }
}

/// A family of networks for texts.
pub trait TextFamily: Reference + Classifier<Sentences> {
    /// The networks of the family.
    fn variants() -> Vec<TextVariant>;
}
