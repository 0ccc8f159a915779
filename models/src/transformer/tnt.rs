use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{LayerNorm, Linear};
use burn::store::bridge::map_data;
use burn::tensor::{Device, Tensor, TensorData};

use super::{multiple, patches, whole_image, whole_patches};
use crate::error::Result;
use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{
    FeedForward, StochasticDepth, attend, depth_rates, layer_norm, linear, padding, prepend,
    residual, split_heads, table, token, tokens,
};
use crate::weights::{Dialect, Reference, Weight, renamed};

const EPSILON: f64 = 1e-5;
/// Pixels of the image between two pixel tokens.
const STRIDE: usize = 4;

/// Configuration of a [`Tnt`].
#[derive(Config, Debug)]
pub struct TntConfig {
    /// Number of classes.
    pub classes: usize,
    /// Height and width of the images, multiples of `patch`.
    #[config(default = "[224, 224]")]
    pub image: [usize; 2],
    /// Side of a patch in pixels, a multiple of 4.
    #[config(default = 16)]
    pub patch: usize,
    /// Numbers in a patch token, a multiple of `heads`.
    #[config(default = 384)]
    pub width: usize,
    /// Heads of attention between patches.
    #[config(default = 6)]
    pub heads: usize,
    /// Numbers in a pixel token, a multiple of `inner_heads`.
    #[config(default = 24)]
    pub inner_width: usize,
    /// Heads of attention between the pixels of a patch.
    #[config(default = 4)]
    pub inner_heads: usize,
    /// Number of blocks.
    #[config(default = 12)]
    pub depth: usize,
    /// Whether it is the form of timm's older weights: one convolution over the whole image, norms pixel by pixel.
    #[config(default = false)]
    pub legacy: bool,
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
    /// Share of samples that skip the last block while training; it falls linearly to none at the first.
    #[config(default = 0.0)]
    pub drop_path: f64,
}

/// TNT, the Transformer in Transformer: attention between the pixels of each patch, and between patches.
///
/// Reference: timm `tnt_{s,b}_patch16_224` and `tnt_s_legacy_patch16_224`; keys `cls_token`, `patch_pos`, `pixel_pos`,
/// `pixel_embed.proj`, `norm1_proj`, `proj`, `norm2_proj`, `blocks.N`, `norm`, `head`. The names of huawei-noah's files
/// are read too.
#[derive(Module, Debug)]
pub struct Tnt {
    cls_token: Param<Tensor<3>>,
    patch_pos: Param<Tensor<3>>,
    pixel_pos: Param<Tensor<4>>,
    pixel_embed: PixelEmbed,
    norm1_proj: LayerNorm,
    proj: Linear,
    norm2_proj: LayerNorm,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
}

/// A layer from an image to the pixel tokens of its patches.
#[derive(Module, Debug)]
struct PixelEmbed {
    proj: Conv2d,
    #[module(skip)]
    patch: usize,
    #[module(skip)]
    legacy: bool,
}

#[derive(Module, Debug)]
struct Block {
    norm_in: LayerNorm,
    attn_in: Attention,
    norm_mlp_in: LayerNorm,
    mlp_in: FeedForward,
    norm1_proj: LayerNorm,
    proj: Linear,
    /// The norm after the projection, absent in the legacy form.
    norm2_proj: Option<LayerNorm>,
    norm_out: LayerNorm,
    attn_out: Attention,
    norm_mlp: LayerNorm,
    mlp: FeedForward,
    drop_path: StochasticDepth,
}

/// Attention with one Linear for queries and keys and one for values, without biases.
#[derive(Module, Debug)]
struct Attention {
    qk: Linear,
    v: Linear,
    proj: Linear,
    #[module(skip)]
    heads: usize,
}

impl TntConfig {
    /// The configuration of TNT-S.
    pub fn small(classes: usize) -> Self {
        Self::new(classes)
    }

    /// The configuration of TNT-B: 640 numbers in 10 heads, 40 in a pixel.
    pub fn base(classes: usize) -> Self {
        let config = Self::new(classes).with_width(640).with_heads(10);
        config.with_inner_width(40)
    }

    /// The configuration of a TNT half as deep as TNT-S, a quarter as wide and half as wide in its pixels.
    pub fn slim(classes: usize) -> Self {
        let config = Self::new(classes).with_width(96).with_heads(3);
        config
            .with_inner_width(12)
            .with_inner_heads(2)
            .with_depth(6)
    }

    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where sizes do not fit each other.
    pub fn init(&self, device: &Device) -> Result<Tnt> {
        multiple("tnt", "a patch", self.patch, STRIDE)?;
        whole_image("tnt", self.image, self.patch)?;
        multiple("tnt", "a width", self.width, self.heads)?;
        multiple("tnt", "an inner width", self.inner_width, self.inner_heads)?;

        let (width, inner) = (self.width, self.inner_width);
        let side = self.patch.div_ceil(STRIDE);
        let flat = side * side * inner;
        let norm = |width| layer_norm(width, EPSILON, device);
        let block = |drop_path| Block {
            norm_in: norm(inner),
            attn_in: Attention::new(inner, self.inner_heads, device),
            norm_mlp_in: norm(inner),
            mlp_in: FeedForward::new(inner, 4 * inner, device),
            norm1_proj: norm(if self.legacy { inner } else { flat }),
            proj: linear(flat, width, self.legacy, device),
            norm2_proj: (!self.legacy).then(|| norm(width)),
            norm_out: norm(width),
            attn_out: Attention::new(width, self.heads, device),
            norm_mlp: norm(width),
            mlp: FeedForward::new(width, 4 * width, device),
            drop_path: StochasticDepth::new(drop_path),
        };
        Ok(Tnt {
            cls_token: table([1, 1, width], device),
            patch_pos: table([1, patches(self.image, self.patch) + 1, width], device),
            pixel_pos: table([1, inner, side, side], device),
            pixel_embed: PixelEmbed {
                proj: Conv2dConfig::new([self.channels, inner], [7, 7])
                    .with_stride([STRIDE, STRIDE])
                    .with_padding(padding(3))
                    .init(device),
                patch: self.patch,
                legacy: self.legacy,
            },
            norm1_proj: norm(flat),
            proj: linear(flat, width, true, device),
            norm2_proj: norm(width),
            blocks: depth_rates(self.drop_path, self.depth).map(block).collect(),
            norm: norm(width),
            head: linear(width, self.classes, true, device),
        })
    }
}

impl PixelEmbed {
    /// Makes pixel tokens of an image: `[batch, channels, height, width]` to `[batch * patches, inner, side, side]`. The
    /// padding of the convolution acts at every patch's border, in the legacy form at the image's.
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self.legacy {
            true => cut(self.proj.forward(x), self.patch.div_ceil(STRIDE)),
            false => self.proj.forward(cut(x, self.patch)),
        }
    }
}

/// Cuts an image into squares, row by row: `[batch, channels, height, width]` to `[batch * squares, channels, side, side]`.
fn cut(x: Tensor<4>, side: usize) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let (rows, columns) = (height / side, width / side);
    x.reshape([batch, channels, rows, side, columns, side])
        .permute([0, 2, 4, 1, 3, 5])
        .reshape([batch * rows * columns, channels, side, side])
}

impl Attention {
    fn new(width: usize, heads: usize, device: &Device) -> Self {
        Self {
            qk: linear(width, 2 * width, false, device),
            v: linear(width, width, false, device),
            proj: linear(width, width, true, device),
            heads,
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [q, k] = split_heads(self.qk.forward(x.clone()), self.heads);
        let [v] = split_heads(self.v.forward(x), self.heads);
        self.proj.forward(attend([q, k, v], None))
    }
}

impl Block {
    /// Runs a block on `pixels`, `[batch * patches, pixels, inner]`, and `patches`, `[batch, 1 + patches, width]`.
    fn forward(&self, pixels: Tensor<3>, patches: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let drop = &self.drop_path;
        let pixels = residual(pixels, &self.norm_in, drop, |x| self.attn_in.forward(x));
        let pixels = residual(pixels, &self.norm_mlp_in, drop, |x| self.mlp_in.forward(x));

        let [batch, count, _] = patches.dims();
        let flat = |x: Tensor<3>| flat(x, batch, count - 1);
        let told = match &self.norm2_proj {
            Some(norm2) => {
                let x = self.norm1_proj.forward(flat(pixels.clone()));
                norm2.forward(self.proj.forward(x))
            }
            None => self
                .proj
                .forward(flat(self.norm1_proj.forward(pixels.clone()))),
        };
        // The class token hears nothing from pixels.
        let class = patches.clone().narrow(1, 0, 1);
        let others = patches.narrow(1, 1, count - 1) + told;
        let patches = Tensor::cat(vec![class, others], 1);

        let patches = residual(patches, &self.norm_out, drop, |x| self.attn_out.forward(x));
        let patches = residual(patches, &self.norm_mlp, drop, |x| self.mlp.forward(x));
        (pixels, patches)
    }
}

/// Puts the pixels of a patch in one row: `[batch * patches, pixels, inner]` to `[batch, patches, pixels * inner]`.
fn flat(pixels: Tensor<3>, batch: usize, patches: usize) -> Tensor<3> {
    let [_, count, inner] = pixels.dims();
    pixels.reshape([batch, patches, count * inner])
}

impl Tnt {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let batch = input.dims()[0];
        let count = self.patch_pos.dims()[1] - 1;
        let mut pixels = tokens(self.pixel_embed.forward(input) + self.pixel_pos.val());
        let x = self.norm1_proj.forward(flat(pixels.clone(), batch, count));
        let x = self.norm2_proj.forward(self.proj.forward(x));
        let mut x = prepend(self.cls_token.val(), x) + self.patch_pos.val();
        for block in &self.blocks {
            (pixels, x) = block.forward(pixels, x);
        }
        self.head.forward(self.norm.forward(token(x, 0)))
    }
}

impl Reference for Tnt {
    fn name(&self) -> String {
        let legacy = if self.pixel_embed.legacy {
            "-legacy"
        } else {
            ""
        };
        format!("tnt{legacy} of width {}", self.patch_pos.dims()[2])
    }

    fn unneeded(&self) -> &'static [&'static str] {
        &["outer_tokens"]
    }

    fn head(&self) -> &'static [&'static str] {
        &["head."]
    }

    fn dialects(&self) -> Vec<Dialect> {
        vec![Dialect {
            mark: "outer_pos",
            renames: renamed(&[
                ("patch_pos", "outer_pos"),
                ("pixel_pos", "inner_pos"),
                ("pixel_embed.", "patch_embed."),
                ("norm1_proj.", "proj_norm1."),
                ("norm2_proj.", "proj_norm2."),
                ("norm_in.", "inner_norm1."),
                ("attn_in.", "inner_attn."),
                ("norm_mlp_in.", "inner_norm2."),
                ("mlp_in.", "inner_mlp."),
                ("norm_out.", "outer_norm1."),
                ("attn_out.", "outer_attn."),
                ("norm_mlp.", "outer_norm2."),
                ("mlp.", "outer_mlp."),
            ]),
        }]
    }

    /// Reshapes the pixels' positions, which huawei-noah's files keep as `[1, pixels, inner]`.
    fn adapt(&self, weight: Weight) -> Weight {
        let here = self.pixel_pos.shape();
        let [pixels, inner] = match (weight.name.as_str(), weight.shape.as_slice()) {
            ("pixel_pos", [1, pixels, inner]) if pixels * inner == here.num_elements() => {
                [*pixels, *inner]
            }
            _ => return weight,
        };
        let (name, dtype) = (weight.name.clone(), weight.dtype);
        map_data(weight, name, dtype, here.clone(), move |data| {
            let size = dtype.size();
            let bytes: Vec<u8> = (0..inner)
                .flat_map(|channel| (0..pixels).map(move |pixel| (pixel * inner + channel) * size))
                .flat_map(|at| data.as_bytes()[at..at + size].to_vec())
                .collect();
            TensorData::from_bytes_vec(bytes, here.clone(), dtype)
        })
    }
}

impl ImageFamily for Tnt {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, config: fn(usize) -> TntConfig, legacy| {
            variant(name, Preprocessing::half(), move |spec, device| {
                if !spec.patch.is_multiple_of(STRIDE) {
                    return Err(spec.unfit("its patches have a side that is a multiple of 4"));
                }
                whole_patches(spec, spec.patch)?;
                let config = config(spec.classes).with_legacy(legacy);
                let config = config.with_image(spec.sides()).with_patch(spec.patch);
                config.with_channels(spec.size.channels).init(device)
            })
            .patch(16)
        };
        vec![
            of("tnt-small", TntConfig::small, false),
            of("tnt-slim", TntConfig::slim, false),
            of("tnt-base", TntConfig::base, false),
            of("tnt-small-legacy", TntConfig::small, true),
        ]
    }
}
