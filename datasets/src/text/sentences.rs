use std::sync::Arc;

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use burn_interaction::{Batch, Sentences};

use super::{Encoded, Texts, Vocabulary};
use crate::error::Result;
use crate::samples::Samples;

/// Numbers that a piece becomes in a network, about the width of an embedding.
const WIDTH: usize = 128;

/// Texts in the word pieces of a vocabulary.
#[derive(Debug, Clone)]
pub struct SentenceSet {
    texts: Texts,
    encoded: Arc<[Encoded]>,
    pad: usize,
}

impl SentenceSet {
    /// Puts texts into word pieces, of which a sentence keeps at most `longest`.
    ///
    /// # Errors
    ///
    /// Fails where a sentence has no word pieces.
    pub fn new(texts: Texts, vocabulary: &Vocabulary, longest: Option<usize>) -> Result<Self> {
        let items = texts.items().iter();
        let all: Vec<(&str, Option<&str>)> = items
            .map(|item| (item.text.as_str(), item.second.as_deref()))
            .collect();
        let encoded = vocabulary.encode_pairs(&all, longest)?;
        Ok(Self {
            texts,
            encoded: encoded.into(),
            pad: vocabulary.pad(),
        })
    }

    /// The texts that the sentences are from.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The sentences in word pieces.
    pub fn sentences(&self) -> &[Encoded] {
        &self.encoded
    }

    /// Word pieces of a sentence, special ones included.
    pub fn length(&self, index: usize) -> usize {
        self.encoded[index].pieces.len()
    }

    /// Word pieces of the longest sentence.
    pub fn longest(&self) -> usize {
        (0..self.encoded.len())
            .map(|index| self.length(index))
            .max()
            .unwrap_or(0)
    }

    /// The number of sentences that were cut.
    pub fn cut(&self) -> usize {
        self.encoded.iter().filter(|sentence| sentence.cut).count()
    }

    /// The sentences with these indices, padded at their ends to the longest of them.
    pub fn batch(&self, indices: &[usize], device: &Device) -> Batch<Sentences> {
        let length = indices
            .iter()
            .map(|index| self.length(*index))
            .max()
            .unwrap_or(0);
        let shape = [indices.len(), length];
        let filled = |of: fn(&Encoded) -> &[u32], padding: i32| {
            let mut values = Vec::with_capacity(indices.len() * length);
            for index in indices {
                let row = of(&self.encoded[*index]);
                values.extend(row.iter().map(|value| *value as i32));
                values.resize(values.len() + length - row.len(), padding);
            }
            Tensor::<2, Int>::from_data(TensorData::new(values, shape), device)
        };
        let seen = |index: &usize| {
            let own = self.length(*index);
            (0..length).map(move |place| place < own)
        };
        let seen: Vec<bool> = indices.iter().flat_map(seen).collect();
        let labels = indices
            .iter()
            .map(|index| self.texts.items()[*index].label as i32);
        let labels = TensorData::new(labels.collect::<Vec<i32>>(), [indices.len()]);
        let sentences = Sentences {
            pieces: filled(|sentence| &sentence.pieces, self.pad as i32),
            visible: Tensor::<2, Bool>::from_data(TensorData::new(seen, shape), device),
            segments: filled(|sentence| &sentence.segments, 0),
        };
        let ids = indices.iter().map(|index| *index as u64).collect();
        Batch::new(sentences, Tensor::from_data(labels, device), ids)
    }
}

impl Samples for SentenceSet {
    type Input = Sentences;

    fn count(&self) -> usize {
        self.encoded.len()
    }

    fn classes(&self) -> &[String] {
        self.texts.classes()
    }

    fn label(&self, index: usize) -> usize {
        self.texts.items()[index].label
    }

    fn elements(&self) -> usize {
        WIDTH * self.longest()
    }

    fn size(&self, index: usize) -> usize {
        self.length(index)
    }

    fn unit(&self) -> &'static str {
        "sentences"
    }

    fn read(&self, indices: &[usize], _: u64, device: &Device) -> Result<Batch<Sentences>> {
        Ok(self.batch(indices, device))
    }
}
