use burn::tensor::{Bool, Int, Tensor};

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
