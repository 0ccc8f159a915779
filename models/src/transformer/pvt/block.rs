use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::activation::relu;
use burn::tensor::module::adaptive_avg_pool2d;
use burn::tensor::{Device, Tensor};

use crate::layers::{
    FeedForward, StochasticDepth, attend, gelu, he, layer_norm, linear, map, padding, residual,
    split_heads, tokens,
};

/// The epsilon of norms in blocks and after them.
pub(super) const EPSILON: f64 = 1e-6;
/// The epsilon of norms after convolutions.
pub(super) const CONV_EPSILON: f64 = 1e-5;
/// The side of the map of tokens that keys and values of the linear form come from.
const POOLED: usize = 7;

/// The form of a block, which says which of PVT's papers the block is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The form of version 1: keys and values by a strided convolution.
    First,
    /// The form of version 2: in addition a depthwise convolution in the MLP.
    Second,
    /// The linear form of version 2: keys and values from a pooled map, so that attention costs grow linearly with the
    /// tokens.
    Linear,
}

/// Sizes of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockConfig {
    pub form: Form,
    /// Numbers in a token.
    pub width: usize,
    pub heads: usize,
    /// Hidden numbers of the MLP.
    pub hidden: usize,
    /// Side of the squares of tokens that keys and values are reduced from; unused in the linear form.
    pub reduction: usize,
}

/// A block of attention to a reduced map, and an MLP, each after a layer norm and beside a shortcut.
#[derive(Module, Debug)]
pub(super) struct Block {
    norm1: LayerNorm,
    attn: ReducedAttention,
    norm2: LayerNorm,
    mlp: FeedForward,
    dwconv: Option<Depthwise>,
    drop_path: StochasticDepth,
}

/// Attention whose keys and values come from the map of tokens after a convolution of stride `sr`, or after pooling.
#[derive(Module, Debug)]
struct ReducedAttention {
    q: Linear,
    kv: Linear,
    proj: Linear,
    sr: Option<Conv2d>,
    norm: Option<LayerNorm>,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    pooled: bool,
}

/// A 3x3 convolution of each channel of the map of tokens, before the MLP's activation.
#[derive(Module, Debug)]
struct Depthwise {
    conv: Conv2d,
    /// Whether ReLU comes before the convolution.
    #[module(skip)]
    relu: bool,
}

impl BlockConfig {
    pub(super) fn init(self, drop_path: f64, device: &Device) -> Block {
        let Self {
            form,
            width,
            hidden,
            ..
        } = self;
        let depthwise = || {
            let config = Conv2dConfig::new([hidden, hidden], [3, 3]).with_groups(hidden);
            Depthwise {
                conv: he(config.with_padding(padding(1)), device),
                relu: form == Form::Linear,
            }
        };
        Block {
            norm1: layer_norm(width, EPSILON, device),
            attn: self.attention(device),
            norm2: layer_norm(width, EPSILON, device),
            mlp: FeedForward::new(width, hidden, device),
            dwconv: (form != Form::First).then(depthwise),
            drop_path: StochasticDepth::new(drop_path),
        }
    }

    fn attention(self, device: &Device) -> ReducedAttention {
        let (width, side) = (self.width, self.reduction);
        let conv = |side| Conv2dConfig::new([width, width], [side, side]).with_stride([side, side]);
        let sr = match self.form {
            Form::First if side > 1 => Some(conv(side).init(device)),
            Form::Second if side > 1 => Some(he(conv(side), device)),
            Form::Linear => Some(he(conv(1), device)),
            _ => None,
        };
        ReducedAttention {
            q: linear(width, width, true, device),
            kv: linear(width, 2 * width, true, device),
            proj: linear(width, width, true, device),
            norm: sr.as_ref().map(|_| layer_norm(width, CONV_EPSILON, device)),
            sr,
            heads: self.heads,
            pooled: self.form == Form::Linear,
        }
    }
}

impl ReducedAttention {
    fn forward(&self, x: Tensor<3>, sides: [usize; 2]) -> Tensor<3> {
        let [q] = split_heads(self.q.forward(x.clone()), self.heads);
        let [k, v] = split_heads(self.kv.forward(self.reduced(x, sides)), self.heads);
        self.proj.forward(attend([q, k, v], None))
    }

    /// The tokens that keys and values come from.
    fn reduced(&self, x: Tensor<3>, [height, width]: [usize; 2]) -> Tensor<3> {
        let (Some(sr), Some(norm)) = (&self.sr, &self.norm) else {
            return x;
        };
        let x = map(x, height, width);
        match self.pooled {
            true => {
                let x = sr.forward(adaptive_avg_pool2d(x, [POOLED; 2]));
                gelu(norm.forward(tokens(x)))
            }
            false => norm.forward(tokens(sr.forward(x))),
        }
    }
}

impl Depthwise {
    fn forward(&self, x: Tensor<3>, [height, width]: [usize; 2]) -> Tensor<3> {
        let x = if self.relu { relu(x) } else { x };
        tokens(self.conv.forward(map(x, height, width)))
    }
}

impl Block {
    /// Maps `[batch, tokens, width]` to the same shape; `sides` are the rows and columns of the tokens.
    pub(super) fn forward(&self, x: Tensor<3>, sides: [usize; 2]) -> Tensor<3> {
        let x = residual(x, &self.norm1, &self.drop_path, |x| {
            self.attn.forward(x, sides)
        });
        residual(x, &self.norm2, &self.drop_path, |x| match &self.dwconv {
            Some(conv) => self.mlp.forward_around(x, |x| conv.forward(x, sides)),
            None => self.mlp.forward(x),
        })
    }
}
