use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation::gelu};

use super::linear;

/// The transformers' MLP block: Linear, exact GELU, Linear.
#[derive(Module, Debug)]
pub(crate) struct FeedForward {
    fc1: Linear,
    fc2: Linear,
}

impl FeedForward {
    pub(crate) fn new(width: usize, hidden: usize, device: &Device) -> Self {
        Self {
            fc1: linear(width, hidden, true, device),
            fc2: linear(hidden, width, true, device),
        }
    }

    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.fc2.forward(gelu(self.fc1.forward(x)))
    }
}
