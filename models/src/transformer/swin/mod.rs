mod windows;

use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{BLOCK, QKV, TRANSFORMERS, multiple, whole_image, whole_patches};
use crate::error::Result;
use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{
    Attention, FeedForward, PatchEmbed, StochasticDepth, depth_rates, layer_norm, linear, residual,
    table,
};
use crate::weights::{Dialect, Reference, renamed};
use windows::Windows;

const EPSILON: f64 = 1e-5;
/// Configuration of a [`Swin`].
#[derive(Config, Debug)]
pub struct SwinConfig {
    /// Number of classes.
    pub classes: usize,
    /// Height and width of the images, multiples of `patch`.
    #[config(default = "[224, 224]")]
    pub image: [usize; 2],
    /// Side of a patch in pixels.
    #[config(default = 4)]
    pub patch: usize,
    /// Side of a window in tokens; the whole map where that is smaller.
    #[config(default = 7)]
    pub window: usize,
    /// Numbers in a token of the first stage; each stage doubles them.
    #[config(default = 96)]
    pub width: usize,
    /// Blocks of each stage.
    #[config(default = "[2, 2, 6, 2]")]
    pub depths: [usize; 4],
    /// Heads of attention of each stage.
    #[config(default = "[3, 6, 12, 24]")]
    pub heads: [usize; 4],
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
    /// Share of samples that skip the last block while training; it falls linearly to none at the first.
    #[config(default = 0.0)]
    pub drop_path: f64,
}

/// Swin: attention within windows of a map, shifted by half a window in every second block.
///
/// Reference: timm `swin_{tiny,small,base}_patch4_window7_224`; keys `patch_embed`, `layers.L.blocks.N`,
/// `layers.L.downsample`, `norm`, `head.fc`. The names of Microsoft, torchvision and transformers are read too.
#[derive(Module, Debug)]
pub struct Swin {
    patch_embed: PatchEmbed,
    #[module(skip)]
    patch: usize,
    layers: Vec<Stage>,
    norm: LayerNorm,
    head: Linear,
}

#[derive(Module, Debug)]
struct Stage {
    downsample: Option<PatchMerging>,
    blocks: Vec<Block>,
}

/// Joins 2x2 tokens to one of twice the width.
#[derive(Module, Debug)]
struct PatchMerging {
    norm: LayerNorm,
    reduction: Linear,
}

#[derive(Module, Debug)]
struct Block {
    norm1: LayerNorm,
    attn: WindowAttention,
    norm2: LayerNorm,
    mlp: FeedForward,
    #[module(skip)]
    windows: Windows,
    drop_path: StochasticDepth,
}

/// Attention within windows, with a learned bias for every difference of places.
#[derive(Module, Debug)]
struct WindowAttention {
    inner: Attention,
    relative_position_bias_table: Param<Tensor<2>>,
    /// The row of the table for every pair of a window's tokens.
    index: Tensor<1, Int>,
    /// The biases that keep tokens apart in each window of a shifted map: `[windows, 1, tokens, tokens]`.
    mask: Option<Tensor<4>>,
}

impl SwinConfig {
    /// The configuration of Swin-T.
    pub fn tiny(classes: usize) -> Self {
        Self::new(classes)
    }

    /// The configuration of Swin-S.
    pub fn small(classes: usize) -> Self {
        Self::new(classes).with_depths([2, 2, 18, 2])
    }

    /// The configuration of Swin-B.
    pub fn base(classes: usize) -> Self {
        let config = Self::small(classes).with_width(128);
        config.with_heads([4, 8, 16, 32])
    }

    /// The configuration of a Swin a quarter as wide as Swin-T, with two blocks in each of its stages.
    pub fn slim(classes: usize) -> Self {
        Self::new(classes).with_width(24).with_depths([2; 4])
    }

    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where sizes do not fit each other.
    pub fn init(&self, device: &Device) -> Result<Swin> {
        whole_image("swin", self.image, self.patch)?;
        multiple("swin", "a window", self.window, 1)?;
        for (stage, heads) in self.heads.into_iter().enumerate() {
            multiple("swin", "a width", self.width << stage, heads)?;
        }

        let mut rates = depth_rates(self.drop_path, self.depths.iter().sum());
        let mut sides = self.image.map(|side| side / self.patch);
        let mut stage = |index: usize| {
            let width = self.width << index;
            if index > 0 {
                sides = sides.map(|side| side.div_ceil(2));
            }
            let block = |(number, drop_path): (usize, f64)| {
                let windows = Windows::new(sides, self.window, number % 2 == 1);
                Block {
                    norm1: layer_norm(width, EPSILON, device),
                    attn: WindowAttention::new(width, self.heads[index], &windows, device),
                    norm2: layer_norm(width, EPSILON, device),
                    mlp: FeedForward::new(width, 4 * width, device),
                    windows,
                    drop_path: StochasticDepth::new(drop_path),
                }
            };
            let rates = rates.by_ref().take(self.depths[index]);
            Stage {
                blocks: rates.enumerate().map(block).collect(),
                downsample: (index > 0).then(|| PatchMerging {
                    norm: layer_norm(2 * width, EPSILON, device),
                    reduction: linear(2 * width, width, false, device),
                }),
            }
        };
        let embed = PatchEmbed::new([self.channels, self.width], self.patch, device);
        let last = 8 * self.width;
        Ok(Swin {
            patch_embed: embed.with_norm(EPSILON, device),
            patch: self.patch,
            layers: (0..4).map(&mut stage).collect(),
            norm: layer_norm(last, EPSILON, device),
            head: linear(last, self.classes, true, device),
        })
    }
}

impl WindowAttention {
    fn new(width: usize, heads: usize, windows: &Windows, device: &Device) -> Self {
        let [wh, ww] = windows.window;
        let tokens = wh * ww;
        let index = TensorData::new(windows.bias_rows(), [tokens * tokens]);
        let mask = windows.mask().map(|mask| {
            let count = mask.len() / (tokens * tokens);
            Tensor::from_data(TensorData::new(mask, [count, 1, tokens, tokens]), device)
        });
        Self {
            inner: Attention::new(width, heads, true, device),
            relative_position_bias_table: table([(2 * wh - 1) * (2 * ww - 1), heads], device),
            index: Tensor::from_data(index, device),
            mask,
        }
    }

    /// Maps tokens of windows, `[batch * windows, tokens, width]`, to the same shape.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let tokens = x.dims()[1];
        let rows = self.relative_position_bias_table.val();
        let heads = rows.dims()[1];
        let bias: Tensor<4> = rows
            .select(0, self.index.clone())
            .reshape([1, tokens, tokens, heads])
            .permute([0, 3, 1, 2]);
        // Windows with masks of their own are heads of one image: the bias then serves every image of a batch as it is.
        let bias = match &self.mask {
            Some(mask) => {
                let windows = mask.dims()[0];
                (bias + mask.clone()).reshape([1, windows * heads, tokens, tokens])
            }
            None => bias,
        };
        self.inner.forward(x, Some(bias))
    }
}

impl Block {
    /// Maps `[batch, rows, columns, width]` to the same shape.
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let batch = x.dims()[0];
        let x = residual(x, &self.norm1, &self.drop_path, |x| {
            let windows = self.windows.cut(x);
            self.windows.join(self.attn.forward(windows), batch)
        });
        residual(x, &self.norm2, &self.drop_path, |x| self.mlp.forward(x))
    }
}

impl PatchMerging {
    /// Maps `[batch, rows, columns, width]` to half the rows and columns and twice the width, zeros beyond an odd side.
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, height, width, channels] = x.dims();
        let x = match (height % 2, width % 2) {
            (0, 0) => x,
            (bottom, right) => x.pad([(0, bottom), (0, right), (0, 0)], 0.0),
        };
        let (height, width) = (height.div_ceil(2), width.div_ceil(2));
        // Down the columns of each square.
        let x = x
            .reshape([batch, height, 2, width, 2, channels])
            .permute([0, 1, 3, 4, 2, 5])
            .reshape([batch, height, width, 4 * channels]);
        self.reduction.forward(self.norm.forward(x))
    }
}

impl Swin {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let [batch, _, height, width] = input.dims();
        let x = self.patch_embed.forward(input);
        let channels = x.dims()[2];
        let mut x = x.reshape([batch, height / self.patch, width / self.patch, channels]);
        for stage in &self.layers {
            if let Some(downsample) = &stage.downsample {
                x = downsample.forward(x);
            }
            for block in &stage.blocks {
                x = block.forward(x);
            }
        }
        let x: Tensor<3> = self.norm.forward(x).flatten(1, 2);
        self.head.forward(x.mean_dim(1).squeeze_dim(1))
    }
}

impl Swin {
    /// The names that transformers' Swin gives to weights.
    fn transformers(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        // A network without its head is saved without the first name.
        for family in ["swin.", ""] {
            let mut pair =
                |here: String, there: String| pairs.push((here, format!("{family}{there}")));
            pair("^patch_embed.proj.".into(), TRANSFORMERS.into());
            pair("^patch_embed.norm.".into(), "embeddings.norm.".into());
            pair("^norm.".into(), "layernorm.".into());
            for stage in 0..self.layers.len() {
                let there = format!("encoder.layers.{stage}.");
                pair(
                    format!("^layers.{stage}.blocks."),
                    format!("{there}blocks."),
                );
                let next = stage + 1;
                pair(
                    format!("^layers.{next}.downsample."),
                    format!("{there}downsample."),
                );
            }
        }
        let bias = "relative_position_bias_table";
        pairs.push((format!("attn.{bias}"), format!("attention.self.{bias}")));
        pairs.extend(renamed(&[
            ("^head.fc.", "classifier."),
            ("attn.q.", "attention.self.query."),
            ("attn.k.", "attention.self.key."),
            ("attn.v.", "attention.self.value."),
        ]));
        pairs.extend(renamed(BLOCK));
        pairs
    }
}

impl Reference for Swin {
    fn name(&self) -> String {
        let [width] = self.norm.gamma.dims();
        let blocks: usize = self.layers.iter().map(|stage| stage.blocks.len()).sum();
        format!("swin of {blocks} blocks and width {}", width / 8)
    }

    fn renames(&self) -> Vec<(String, String)> {
        renamed(&[
            ("attn.inner.qkv.", "attn.qkv."),
            ("attn.inner.proj.", "attn.proj."),
            ("head.", "head.fc."),
        ])
    }

    fn unneeded(&self) -> &'static [&'static str] {
        &[
            "relative_position_index",
            "attn_mask",
            "embeddings.mask_token",
        ]
    }

    fn joins(&self) -> &'static [(&'static str, &'static [&'static str])] {
        QKV
    }

    fn head(&self) -> &'static [&'static str] {
        &["head."]
    }

    fn dialects(&self) -> Vec<Dialect> {
        // Microsoft's files count the step to a stage to the stage before.
        let moved = (1..self.layers.len()).rev().map(|stage| {
            let there = format!("layers.{}.downsample.", stage - 1);
            (format!("layers.{stage}.downsample."), there)
        });
        let mut torchvision = renamed(&[
            ("patch_embed.proj.", "features.0.0."),
            ("patch_embed.norm.", "features.0.2."),
            ("mlp.fc1.", "mlp.0."),
            ("mlp.fc2.", "mlp.3."),
        ]);
        for stage in 0..self.layers.len() {
            let (step, blocks) = (2 * stage, 2 * stage + 1);
            torchvision.push((
                format!("layers.{stage}.downsample."),
                format!("features.{step}."),
            ));
            torchvision.push((
                format!("layers.{stage}.blocks."),
                format!("features.{blocks}."),
            ));
        }
        vec![
            Dialect {
                mark: TRANSFORMERS,
                renames: self.transformers(),
            },
            Dialect {
                mark: "layers.0.downsample.",
                renames: moved.collect(),
            },
            Dialect {
                mark: "features.0.0.",
                renames: torchvision,
            },
        ]
    }
}

impl ImageFamily for Swin {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, config: fn(usize) -> SwinConfig| {
            variant(name, Preprocessing::deit(), move |spec, device| {
                whole_patches(spec, spec.patch)?;
                let config = config(spec.classes).with_image(spec.sides());
                let config = config.with_patch(spec.patch);
                config.with_channels(spec.size.channels).init(device)
            })
            .patch(4)
        };
        vec![
            of("swin-tiny", SwinConfig::tiny),
            of("swin-slim", SwinConfig::slim),
            of("swin-small", SwinConfig::small),
            of("swin-base", SwinConfig::base),
        ]
    }
}
