use burn::tensor::{Bool, Device, Int, Tensor};

use crate::error::{Error, Result};

use super::Input;

/// Numbers that a network keeps for each piece count as input values when batches are sized: about an embedding's width.
const WIDTH: usize = 128;

/// A batch of sentences in word pieces, as networks for text take them.
///
/// All have the length of the longest: shorter ones are padded, and what pads them is hidden from attention.
#[derive(Debug, Clone)]
pub struct Sentences {
    /// The word pieces, numbers of a vocabulary: a `[batch, length]` tensor.
    pub pieces: Tensor<2, Int>,
    /// Which pieces attention sees, a `[batch, length]` tensor: `false` for padding.
    pub visible: Tensor<2, Bool>,
    /// The segment of each piece, for networks that take two sentences at once: a `[batch, length]` tensor of zeros for
    /// one.
    pub segments: Tensor<2, Int>,
}

impl Sentences {
    /// Single sentences, all pieces of which are seen.
    pub fn new(pieces: Tensor<2, Int>) -> Self {
        Self {
            visible: pieces.clone().equal(pieces.clone()),
            segments: pieces.zeros_like(),
            pieces,
        }
    }

    /// The number of sentences and the length they have.
    pub fn dims(&self) -> [usize; 2] {
        self.pieces.dims()
    }
}

impl Input for Sentences {
    fn samples(&self) -> usize {
        self.dims()[0]
    }

    fn elements(&self) -> usize {
        self.dims()[1] * WIDTH
    }

    /// The pieces of each sentence up to the last that attention sees.
    fn lengths(&self) -> Result<Option<Vec<usize>>> {
        let [_, length] = self.dims();
        let visible = self.visible.clone().int().try_into_vec_as::<i64>();
        let visible = visible.map_err(|e| Error::Execution(e.to_string()))?;
        let rows = visible.chunks(length.max(1));
        let seen = |row: &[i64]| row.iter().rposition(|seen| *seen != 0);
        Ok(Some(
            rows.map(|row| seen(row).map_or(0, |last| last + 1))
                .collect(),
        ))
    }

    fn device(&self) -> Device {
        self.pieces.device()
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            pieces: self.pieces.to_device(device),
            visible: self.visible.to_device(device),
            segments: self.segments.to_device(device),
        }
    }

    fn select(&self, samples: Tensor<1, Int>) -> Self {
        let rows = |tensor: &Tensor<2, Int>| tensor.clone().select(0, samples.clone());
        Self {
            pieces: rows(&self.pieces),
            visible: rows(&self.visible.clone().int()).equal_elem(1),
            segments: rows(&self.segments),
        }
    }

    fn shorten(self, length: usize) -> Self {
        Self {
            pieces: self.pieces.narrow(1, 0, length),
            visible: self.visible.narrow(1, 0, length),
            segments: self.segments.narrow(1, 0, length),
        }
    }

    fn concat(batches: Vec<Self>) -> Self {
        let all =
            |part: fn(&Self) -> Tensor<2, Int>| Tensor::cat(batches.iter().map(part).collect(), 0);
        Self {
            pieces: all(|batch| batch.pieces.clone()),
            visible: all(|batch| batch.visible.clone().int()).equal_elem(1),
            segments: all(|batch| batch.segments.clone()),
        }
    }
}
