use burn::config::Config;
use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor};

use super::block::{Block, BlockConfig, CONV_EPSILON, EPSILON, Form};
use super::depths;
use crate::error::Result;
use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{PatchEmbed, depth_rates, global_average, layer_norm, linear, map};
use crate::transformer::multiple;
use crate::weights::{Dialect, Reference, renamed};

/// Configuration of a [`PvtV2`].
#[derive(Config, Debug)]
pub struct PvtV2Config {
    /// Number of classes.
    pub classes: usize,
    /// Pixels between tokens of the first stage, whose patches have a side of `2 * patch - 1`; the others halve the map.
    #[config(default = 4)]
    pub patch: usize,
    /// Blocks of each stage.
    #[config(default = "[3, 4, 6, 3]")]
    pub depths: [usize; 4],
    /// Numbers in a token of each stage, multiples of its heads.
    #[config(default = "[64, 128, 320, 512]")]
    pub widths: [usize; 4],
    /// Heads of attention of each stage.
    #[config(default = "[1, 2, 5, 8]")]
    pub heads: [usize; 4],
    /// Hidden numbers of the MLP blocks for each number of a token.
    #[config(default = "[8, 8, 4, 4]")]
    pub mlp_ratios: [usize; 4],
    /// Side of the squares of tokens that keys and values are reduced from; unused if `linear`.
    #[config(default = "[8, 4, 2, 1]")]
    pub reductions: [usize; 4],
    /// Whether keys and values come from 7x7 averages of the map, so that attention grows linearly with the image.
    #[config(default = false)]
    pub linear: bool,
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
    /// Share of samples that skip the last block while training; it falls linearly to none at the first.
    #[config(default = 0.0)]
    pub drop_path: f64,
}

/// The Pyramid Vision Transformer, version 2: overlapping patches, a depthwise convolution in each MLP instead of position
/// embeddings, and the mean of the last tokens instead of a class token.
///
/// Reference: timm `pvt_v2_{b0,b1,b2,b3,b4,b5,b2_li}`; keys `patch_embed`, `stages.N.{downsample,blocks,norm}`, `head`.
/// The names of whai362/PVT are read too. Takes images of any size whose sides are at least
/// [`smallest`](PvtV2Config::smallest).
#[derive(Module, Debug)]
pub struct PvtV2 {
    stages: Vec<Stage>,
    head: Linear,
}

#[derive(Module, Debug)]
struct Stage {
    downsample: PatchEmbed,
    blocks: Vec<Block>,
    norm: LayerNorm,
}

impl PvtV2Config {
    /// The configuration of PVT v2-B0.
    pub fn b0(classes: usize) -> Self {
        Self::b1(classes).with_widths([32, 64, 160, 256])
    }

    /// The configuration of PVT v2-B1.
    pub fn b1(classes: usize) -> Self {
        Self::new(classes).with_depths([2, 2, 2, 2])
    }

    /// The configuration of PVT v2-B2.
    pub fn b2(classes: usize) -> Self {
        Self::new(classes)
    }

    /// The configuration of PVT v2-B2-Li, with attention to pooled maps.
    pub fn b2_li(classes: usize) -> Self {
        Self::new(classes).with_linear(true)
    }

    /// The configuration of PVT v2-B3.
    pub fn b3(classes: usize) -> Self {
        Self::new(classes).with_depths([3, 4, 18, 3])
    }

    /// The configuration of PVT v2-B4.
    pub fn b4(classes: usize) -> Self {
        Self::new(classes).with_depths([3, 8, 27, 3])
    }

    /// The configuration of PVT v2-B5.
    pub fn b5(classes: usize) -> Self {
        let config = Self::new(classes).with_depths([3, 6, 40, 3]);
        config.with_mlp_ratios([4; 4])
    }

    /// The shortest side of an image in pixels: each stage's map holds at least one square that is reduced.
    pub fn smallest(&self) -> usize {
        let side = |(stage, reduction): (usize, &usize)| match self.linear {
            true => 1,
            false => (self.patch << stage) * reduction.saturating_sub(1) + 1,
        };
        let sides = self.reductions.iter().enumerate().map(side);
        sides.max().unwrap_or(1)
    }

    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where sizes do not fit each other.
    pub fn init(&self, device: &Device) -> Result<PvtV2> {
        multiple("pvt-v2", "a patch", self.patch, 1)?;
        for (width, heads) in self.widths.into_iter().zip(self.heads) {
            multiple("pvt-v2", "a width", width, heads)?;
        }

        let mut rates = depth_rates(self.drop_path, self.depths.iter().sum());
        let stage = |index: usize| {
            let width = self.widths[index];
            let (from, stride) = match index {
                0 => (self.channels, self.patch),
                _ => (self.widths[index - 1], 2),
            };
            let block = BlockConfig {
                form: if self.linear {
                    Form::Linear
                } else {
                    Form::Second
                },
                width,
                heads: self.heads[index],
                hidden: self.mlp_ratios[index] * width,
                reduction: self.reductions[index],
            };
            let embed = PatchEmbed::overlapping([from, width], stride, device);
            let rates = rates.by_ref().take(self.depths[index]);
            Stage {
                downsample: embed.with_norm(CONV_EPSILON, device),
                blocks: rates.map(|rate| block.init(rate, device)).collect(),
                norm: layer_norm(width, EPSILON, device),
            }
        };
        Ok(PvtV2 {
            stages: (0..4).map(stage).collect(),
            head: linear(self.widths[3], self.classes, true, device),
        })
    }
}

impl PvtV2 {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let maps = self.stages.iter();
        let x = maps.fold(input, |image, stage| stage.forward(image));
        self.head.forward(global_average(x))
    }
}

impl Stage {
    /// Runs a stage: `[batch, channels, height, width]` to a smaller map of the stage's width.
    fn forward(&self, image: Tensor<4>) -> Tensor<4> {
        let sides = self.downsample.sides(&image);
        let x = self.downsample.forward(image);
        let blocks = self.blocks.iter();
        let x = blocks.fold(x, |x, block| block.forward(x, sides));
        map(self.norm.forward(x), sides[0], sides[1])
    }
}

impl Reference for PvtV2 {
    fn name(&self) -> String {
        let depths = depths(self.stages.iter().map(|stage| stage.blocks.len()));
        let [width, _] = self.head.weight.dims();
        format!("pvt-v2 of depths {depths} and width {width}")
    }

    fn renames(&self) -> Vec<(String, String)> {
        renamed(&[
            ("stages.0.downsample.", "patch_embed."),
            ("dwconv.conv.", "mlp.dwconv."),
        ])
    }

    fn head(&self) -> &'static [&'static str] {
        &["head."]
    }

    fn dialects(&self) -> Vec<Dialect> {
        let mut renames = renamed(&[
            ("patch_embed.", "patch_embed1."),
            ("mlp.dwconv.", "mlp.dwconv.dwconv."),
        ]);
        for (stage, number) in (0..self.stages.len()).zip(1..) {
            // Blocks have norms of these names too.
            for (here, there) in [
                ("stages.{}.downsample.", "patch_embed"),
                ("stages.{}.blocks.", "block"),
                ("^stages.{}.norm.", "^norm"),
            ] {
                let here = here.replace("{}", &stage.to_string());
                renames.push((here, format!("{there}{number}.")));
            }
        }
        vec![Dialect {
            mark: "patch_embed1.",
            renames,
        }]
    }
}

impl ImageFamily for PvtV2 {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, config: fn(usize) -> PvtV2Config| {
            variant(name, Preprocessing::deit(), move |spec, device| {
                let config = config(spec.classes).with_channels(spec.size.channels);
                let patched = |patch: usize| config.clone().with_patch(patch);
                let side = spec.size.height.min(spec.size.width);
                let fits = |patch: &usize| patched(*patch).smallest() <= side;
                let least = patched(spec.patch).smallest();
                match (1..=spec.patch).rev().find(fits) {
                    Some(patch) if patch < spec.patch => Err(spec.unfit(format!(
                        "its images have sides of at least {least} pixels; {name}/{patch} takes these"
                    ))),
                    _ => {
                        spec.at_least(least)?;
                        patched(spec.patch).init(device)
                    }
                }
            })
            .patch(4)
        };
        vec![
            of("pvt-v2-b0", PvtV2Config::b0),
            of("pvt-v2-b1", PvtV2Config::b1),
            of("pvt-v2-b2", PvtV2Config::b2),
            of("pvt-v2-b2-li", PvtV2Config::b2_li),
            of("pvt-v2-b3", PvtV2Config::b3),
            of("pvt-v2-b4", PvtV2Config::b4),
            of("pvt-v2-b5", PvtV2Config::b5),
        ]
    }
}
