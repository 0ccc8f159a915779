use burn::tensor::{Int, Tensor};

/// A batch of inputs with their labels.
#[derive(Debug, Clone)]
pub struct Batch<I> {
    /// The inputs, such as a `[batch, channels, height, width]` tensor.
    pub inputs: I,
    /// The labels, a `[batch]` tensor.
    pub targets: Tensor<1, Int>,
}

impl<I> Batch<I> {
    /// A batch of inputs with their labels.
    pub fn new(inputs: I, targets: Tensor<1, Int>) -> Self {
        Self { inputs, targets }
    }
}
