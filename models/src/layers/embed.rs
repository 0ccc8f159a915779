use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{LayerNorm, LayerNormConfig};
use burn::tensor::{Device, Tensor};

use super::{he, padding};

/// A layer from patches to tokens: a strided convolution, and a layer norm where the network has one.
#[derive(Module, Debug)]
pub(crate) struct PatchEmbed {
    proj: Conv2d,
    norm: Option<LayerNorm>,
}

impl PatchEmbed {
    /// Makes a layer of patches that lie side by side.
    pub(crate) fn new(channels: [usize; 2], patch: usize, device: &Device) -> Self {
        Self {
            proj: Conv2dConfig::new(channels, [patch, patch])
                .with_stride([patch, patch])
                .init(device),
            norm: None,
        }
    }

    /// Makes a layer of patches of side `2 * stride - 1` around every pixel that has a multiple of `stride` as row and
    /// column.
    pub(crate) fn overlapping(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        let config = Conv2dConfig::new(channels, [2 * stride - 1; 2])
            .with_stride([stride, stride])
            .with_padding(padding(stride - 1));
        Self {
            proj: he(config, device),
            norm: None,
        }
    }

    pub(crate) fn with_norm(mut self, epsilon: f64, device: &Device) -> Self {
        let [channels, ..] = self.proj.weight.dims();
        self.norm = Some(layer_norm(channels, epsilon, device));
        self
    }

    /// Rows and columns of the tokens of an image, which is a whole number of patches where they lie side by side.
    pub(crate) fn sides(&self, image: &Tensor<4>) -> [usize; 2] {
        let [_, _, height, width] = image.dims();
        let [down, across] = self.proj.stride;
        [height.div_ceil(down), width.div_ceil(across)]
    }

    /// Makes tokens of an image, row by row: `[batch, channels, height, width]` to `[batch, tokens, width]`.
    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<3> {
        let x = tokens(self.proj.forward(x));
        match &self.norm {
            Some(norm) => norm.forward(x),
            None => x,
        }
    }
}

pub(crate) fn layer_norm(width: usize, epsilon: f64, device: &Device) -> LayerNorm {
    LayerNormConfig::new(width)
        .with_epsilon(epsilon)
        .init(device)
}

/// Makes a token of each pixel: `[batch, channels, height, width]` to `[batch, height * width, channels]`.
pub(crate) fn tokens(x: Tensor<4>) -> Tensor<3> {
    x.flatten::<3>(2, 3).swap_dims(1, 2)
}

/// Makes a map of tokens: `[batch, height * width, channels]` to `[batch, channels, height, width]`.
pub(crate) fn map(x: Tensor<3>, height: usize, width: usize) -> Tensor<4> {
    let [batch, _, channels] = x.dims();
    x.swap_dims(1, 2).reshape([batch, channels, height, width])
}

/// Puts one learned token before all others.
pub(crate) fn prepend(token: Tensor<3>, x: Tensor<3>) -> Tensor<3> {
    let [batch, _, width] = x.dims();
    Tensor::cat(vec![token.expand([batch, 1, width]), x], 1)
}

/// The token at `index`: `[batch, tokens, width]` to `[batch, width]`.
pub(crate) fn token(x: Tensor<3>, index: usize) -> Tensor<2> {
    x.narrow(1, index, 1).squeeze_dim(1)
}
