use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Device, Tensor, module};
use burn_interaction::internal::numbers;

use super::plain::{Numbers, even, is_plain, tensor};
use super::softmax::softmax;

/// Scores of queries and keys that are made at a time, so that they are in the cache when they are used.
const SCORES: usize = 1 << 19;

/// A Linear with the initialisation of the vision transformers: normal of deviation 0.02, bias zero.
pub(crate) fn linear(from: usize, to: usize, bias: bool, device: &Device) -> Linear {
    let mut linear = LinearConfig::new(from, to)
        .with_bias(bias)
        .with_initializer(Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        })
        .init(device);
    linear.bias = linear.bias.map(|bias| bias.map(|b| b.zeros_like()));
    linear
}

/// A learned table with an initial deviation of 0.02.
pub(crate) fn table<const D: usize>(
    shape: [usize; D],
    device: &Device,
) -> burn::module::Param<Tensor<D>> {
    let initializer = Initializer::Normal {
        mean: 0.0,
        std: 0.02,
    };
    initializer.init(shape, device)
}

/// Cuts `[batch, tokens, parts * heads * width]`, ordered by part, then head, into `parts` tensors of
/// `[batch, heads, tokens, width]`.
pub(crate) fn split_heads<const PARTS: usize>(x: Tensor<3>, heads: usize) -> [Tensor<4>; PARTS] {
    let [batch, tokens, channels] = x.dims();
    let x = x
        .reshape([batch, tokens, PARTS, heads, channels / PARTS / heads])
        .permute([2, 0, 3, 1, 4]);
    std::array::from_fn(|part| x.clone().narrow(0, part, 1).squeeze_dim(0))
}

/// `softmax(q k' / sqrt(width) + bias) v` in each head, heads side by side again: `[batch, tokens, heads * width]`.
///
/// `bias` is `[batch or 1, heads or 1, tokens, keys]`, or `[1, g * heads, tokens, keys]` where each run of `g` entries of
/// the batch has biases of its own.
pub(crate) fn attend(parts: [Tensor<4>; 3], bias: Option<Tensor<4>>) -> Tensor<3> {
    let [batch, heads, tokens, width] = parts[0].dims();
    let runs = bias
        .as_ref()
        .map_or(1, |bias| (bias.dims()[1] / heads).max(1));
    let [q, k, v] = match runs {
        1 => parts,
        _ => parts.map(|part| {
            let [_, _, tokens, width] = part.dims();
            part.reshape([batch / runs, runs * heads, tokens, width])
        }),
    };
    let out = match is_plain(&q) {
        true => attend_here([q, k, v], bias),
        false => module::attention(q, k, v, None, bias, AttentionModuleOptions::default()),
    };
    out.reshape([batch, heads, tokens, width])
        .swap_dims(1, 2)
        .reshape([batch, tokens, heads * width])
}

/// The attention of [`attend`] at inference on the CPU, `[batch, heads, tokens, width]`: as many heads at a time as have their
/// scores in the cache.
fn attend_here([q, k, v]: [Tensor<4>; 3], bias: Option<Tensor<4>>) -> Tensor<4> {
    let [batch, heads, tokens, width] = q.dims();
    let [_, _, keys, out] = v.dims();
    let device = q.device();
    let all = batch * heads;
    let q = q.reshape([all, tokens, width]);
    let k = k.reshape([all, keys, width]).swap_dims(1, 2);
    let v = v.reshape([all, keys, out]);
    let scale = 1.0 / (width as f32).sqrt();
    let bias = bias.map(|bias| (bias.dims(), Numbers::of(bias)));
    // The biases of a query: of its head, or the one of all heads, and of batches likewise.
    let biases = |row: usize| {
        let ([batches, of_heads, queries, _], values) = bias.as_ref()?;
        let (entry, query) = (row / tokens, row % tokens % queries);
        let head = (entry / heads % batches) * of_heads + entry % heads % of_heads;
        Some(&values[(head * queries + query) * keys..][..keys])
    };
    let most = (SCORES / (tokens * keys).max(1)).max(1);
    let together = even(all, most).max(1);
    let mut outputs = Vec::new();
    for first in (0..all).step_by(together) {
        let some = |x: &Tensor<3>| x.clone().narrow(0, first, together.min(all - first));
        let scores = some(&q).matmul(some(&k));
        let shape = scores.dims();
        let mut scores = numbers(scores);
        softmax(&mut scores, keys, scale, |row| biases(first * tokens + row));
        let scores = tensor(scores, shape, &device);
        outputs.push(scores.matmul(some(&v)));
    }
    match outputs.is_empty() {
        true => Tensor::zeros([batch, heads, tokens, out], &device),
        false => Tensor::cat(outputs, 0).reshape([batch, heads, tokens, out]),
    }
}

/// Self-attention with one Linear for queries, keys and values, as ViT, DeiT and Swin have it.
#[derive(Module, Debug)]
pub(crate) struct Attention {
    qkv: Linear,
    proj: Linear,
    #[module(skip)]
    heads: usize,
}

impl Attention {
    pub(crate) fn new(width: usize, heads: usize, bias: bool, device: &Device) -> Self {
        Self {
            qkv: linear(width, 3 * width, bias, device),
            proj: linear(width, width, true, device),
            heads,
        }
    }

    /// Maps `[batch, tokens, width]` to the same shape; `bias` is that of [`attend`].
    pub(crate) fn forward(&self, x: Tensor<3>, bias: Option<Tensor<4>>) -> Tensor<3> {
        let parts = split_heads(self.qkv.forward(x), self.heads);
        self.proj.forward(attend(parts, bias))
    }
}

/// Self-attention with a Linear each for queries, keys and values, as the text transformers have it.
#[derive(Module, Debug)]
pub(crate) struct SplitAttention {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    #[module(skip)]
    heads: usize,
}

impl SplitAttention {
    pub(crate) fn new(width: usize, heads: usize, device: &Device) -> Self {
        let square = || linear(width, width, true, device);
        Self {
            query: square(),
            key: square(),
            value: square(),
            out: square(),
            heads,
        }
    }

    /// Maps `[batch, tokens, width]` to the same shape; `bias` is that of [`attend`].
    pub(crate) fn forward(&self, x: Tensor<3>, bias: Option<Tensor<4>>) -> Tensor<3> {
        let part = |linear: &Linear| {
            let [part] = split_heads(linear.forward(x.clone()), self.heads);
            part
        };
        let parts = [&self.query, &self.key, &self.value].map(part);
        self.out.forward(attend(parts, bias))
    }
}
