use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::{gelu, linear, tanh_gelu};

/// The transformers' MLP block: Linear, GELU, Linear.
#[derive(Module, Debug)]
pub(crate) struct FeedForward {
    fc1: Linear,
    fc2: Linear,
    #[module(skip)]
    approximate: bool,
}

impl FeedForward {
    pub(crate) fn new(width: usize, hidden: usize, device: &Device) -> Self {
        Self {
            fc1: linear(width, hidden, true, device),
            fc2: linear(hidden, width, true, device),
            approximate: false,
        }
    }

    /// Replaces GELU by its tanh approximation, as ALBERT has it.
    pub(crate) fn approximate(self) -> Self {
        Self {
            approximate: true,
            ..self
        }
    }

    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.forward_around(x, |hidden| hidden)
    }

    /// Runs the block with a layer of the caller's between the first Linear and GELU, as PVT's second version has a convolution there.
    pub(crate) fn forward_around<const D: usize>(
        &self,
        x: Tensor<D>,
        layer: impl FnOnce(Tensor<D>) -> Tensor<D>,
    ) -> Tensor<D> {
        let x = layer(self.fc1.forward(x));
        self.fc2.forward(match self.approximate {
            true => tanh_gelu(x),
            false => gelu(x),
        })
    }
}
