use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor};

use super::block::{Block, BlockConfig, CONV_EPSILON, EPSILON, Form};
use super::depths;
use crate::error::Result;
use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{PatchEmbed, depth_rates, layer_norm, linear, map, prepend, table, token};
use crate::transformer::{multiple, patches, whole_image, whole_patches};
use crate::weights::Reference;

/// Configuration of a [`Pvt`].
#[derive(Config, Debug)]
pub struct PvtConfig {
    /// Number of classes.
    pub classes: usize,
    /// Height and width of the images, multiples of eight patches.
    #[config(default = "[224, 224]")]
    pub image: [usize; 2],
    /// Side of a patch of the first stage in pixels; the others merge 2x2 tokens.
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
    /// Side of the squares of tokens that keys and values are reduced from.
    #[config(default = "[8, 4, 2, 1]")]
    pub reductions: [usize; 4],
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
    /// Share of samples that skip the last block while training; it falls linearly to none at the first.
    #[config(default = 0.0)]
    pub drop_path: f64,
}

/// The Pyramid Vision Transformer, version 1: four stages of ever fewer and wider tokens, attention to reduced maps.
///
/// Reference: whai362/PVT `pvt_{tiny,small,medium,large}`; keys `patch_embed{1-4}`, `pos_embed{1-4}`, `block{1-4}.N`,
/// `cls_token`, `norm`, `head`.
#[derive(Module, Debug)]
pub struct Pvt {
    stages: Vec<Stage>,
    cls_token: Param<Tensor<3>>,
    norm: LayerNorm,
    head: Linear,
}

#[derive(Module, Debug)]
struct Stage {
    patch_embed: PatchEmbed,
    pos_embed: Param<Tensor<3>>,
    block: Vec<Block>,
}

impl PvtConfig {
    /// The configuration of PVT-Tiny.
    pub fn tiny(classes: usize) -> Self {
        Self::new(classes).with_depths([2, 2, 2, 2])
    }

    /// The configuration of PVT-Small.
    pub fn small(classes: usize) -> Self {
        Self::new(classes)
    }

    /// The configuration of PVT-Medium.
    pub fn medium(classes: usize) -> Self {
        Self::new(classes).with_depths([3, 4, 18, 3])
    }

    /// The configuration of PVT-Large.
    pub fn large(classes: usize) -> Self {
        Self::new(classes).with_depths([3, 8, 27, 3])
    }

    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where sizes do not fit each other.
    pub fn init(&self, device: &Device) -> Result<Pvt> {
        whole_image("pvt", self.image, 8 * self.patch)?;
        for (width, heads) in self.widths.into_iter().zip(self.heads) {
            multiple("pvt", "a width", width, heads)?;
        }

        let mut rates = depth_rates(self.drop_path, self.depths.iter().sum());
        let mut from = self.channels;
        let mut covered = 1;
        let mut stage = |index: usize| {
            let width = self.widths[index];
            let patch = if index == 0 { self.patch } else { 2 };
            covered *= patch;
            let class = usize::from(index == 3);
            let embed = PatchEmbed::new([from, width], patch, device);
            let block = BlockConfig {
                form: Form::First,
                width,
                heads: self.heads[index],
                hidden: self.mlp_ratios[index] * width,
                reduction: self.reductions[index],
            };
            let rates = rates.by_ref().take(self.depths[index]);
            from = width;
            Stage {
                patch_embed: embed.with_norm(CONV_EPSILON, device),
                pos_embed: table([1, patches(self.image, covered) + class, width], device),
                block: rates.map(|rate| block.init(rate, device)).collect(),
            }
        };
        Ok(Pvt {
            stages: (0..4).map(&mut stage).collect(),
            cls_token: table([1, 1, self.widths[3]], device),
            norm: layer_norm(self.widths[3], EPSILON, device),
            head: linear(self.widths[3], self.classes, true, device),
        })
    }
}

impl Pvt {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let mut image = input;
        let last = self.stages.len() - 1;
        for stage in &self.stages[..last] {
            let sides = stage.patch_embed.sides(&image);
            let x = stage.forward(stage.patch_embed.forward(image), sides);
            image = map(x, sides[0], sides[1]);
        }
        // The class token joins in the last stage.
        let stage = &self.stages[last];
        let sides = stage.patch_embed.sides(&image);
        let x = prepend(self.cls_token.val(), stage.patch_embed.forward(image));
        let x = stage.forward(x, sides);
        self.head.forward(self.norm.forward(token(x, 0)))
    }
}

impl Stage {
    fn forward(&self, x: Tensor<3>, sides: [usize; 2]) -> Tensor<3> {
        let x = x + self.pos_embed.val();
        self.block
            .iter()
            .fold(x, |x, block| block.forward(x, sides))
    }
}

impl Reference for Pvt {
    fn name(&self) -> String {
        let depths = depths(self.stages.iter().map(|stage| stage.block.len()));
        format!("pvt of depths {depths}")
    }

    fn renames(&self) -> Vec<(String, String)> {
        let stage = |index: usize| {
            ["patch_embed.", "pos_embed", "block."].map(|field| {
                let (name, dot) = field.strip_suffix('.').map_or((field, ""), |n| (n, "."));
                (
                    format!("stages.{index}.{field}"),
                    format!("{name}{}{dot}", index + 1),
                )
            })
        };
        (0..self.stages.len()).flat_map(stage).collect()
    }

    fn head(&self) -> &'static [&'static str] {
        &["head."]
    }
}

impl ImageFamily for Pvt {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, config: fn(usize) -> PvtConfig| {
            variant(name, Preprocessing::pvt(), move |spec, device| {
                whole_patches(spec, 8 * spec.patch)?;
                let config = config(spec.classes).with_image(spec.sides());
                let config = config.with_patch(spec.patch);
                config.with_channels(spec.size.channels).init(device)
            })
            .patch(4)
        };
        vec![
            of("pvt-tiny", PvtConfig::tiny),
            of("pvt-small", PvtConfig::small),
            of("pvt-medium", PvtConfig::medium),
            of("pvt-large", PvtConfig::large),
        ]
    }
}
