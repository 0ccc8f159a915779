use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor};

use super::{BLOCK, QKV, TRANSFORMERS, multiple, patches, whole_image, whole_patches};
use crate::error::Result;
use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{
    Attention, FeedForward, PatchEmbed, StochasticDepth, depth_rates, layer_norm, linear, prepend,
    residual, table, token,
};
use crate::weights::{Dialect, Reference, renamed};

/// Configuration of a [`Vit`].
#[derive(Config, Debug)]
pub struct VitConfig {
    /// Number of classes.
    pub classes: usize,
    /// Height and width of the images, multiples of `patch`.
    #[config(default = "[224, 224]")]
    pub image: [usize; 2],
    /// Side of a patch in pixels.
    #[config(default = 16)]
    pub patch: usize,
    /// Numbers in a token, a multiple of `heads`.
    #[config(default = 768)]
    pub width: usize,
    /// Number of blocks.
    #[config(default = 12)]
    pub depth: usize,
    /// Heads of attention.
    #[config(default = 12)]
    pub heads: usize,
    /// Hidden numbers of the MLP blocks for each number of a token.
    #[config(default = 4)]
    pub mlp_ratio: usize,
    /// Whether there is a second token and head, as for DeiT's distillation; the logits are the mean of both heads.
    #[config(default = false)]
    pub distilled: bool,
    /// Whether the second token has a head; without one it takes part in attention alone, as in transformers'
    /// `DeiTForImageClassification`.
    #[config(default = true)]
    pub distilled_head: bool,
    /// The epsilon of every layer norm.
    #[config(default = 1e-6)]
    pub epsilon: f64,
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
    /// Share of samples that skip the last block while training; it falls linearly to none at the first.
    #[config(default = 0.0)]
    pub drop_path: f64,
}

/// ViT, and DeiT with or without distillation token.
///
/// Reference: timm `vit_{tiny,small,base}_patch16_224`, `deit_{tiny,small,base}[_distilled]_patch16_224`; keys
/// `cls_token`, `pos_embed`, `patch_embed.proj`, `blocks.N`, `norm`, `head`. The names of torchvision and transformers are
/// read too.
#[derive(Module, Debug)]
pub struct Vit {
    cls_token: Param<Tensor<3>>,
    dist_token: Option<Param<Tensor<3>>>,
    pos_embed: Param<Tensor<3>>,
    patch_embed: PatchEmbed,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
    head_dist: Option<Linear>,
}

/// Attention and MLP, each after a layer norm and beside a shortcut.
#[derive(Module, Debug)]
struct Block {
    norm1: LayerNorm,
    attn: Attention,
    norm2: LayerNorm,
    mlp: FeedForward,
    drop_path: StochasticDepth,
}

impl VitConfig {
    /// The configuration of ViT-Ti and DeiT-Ti: 192 numbers in 3 heads.
    pub fn tiny(classes: usize) -> Self {
        Self::new(classes).with_width(192).with_heads(3)
    }

    /// The configuration of ViT-S and DeiT-S: 384 numbers in 6 heads.
    pub fn small(classes: usize) -> Self {
        Self::new(classes).with_width(384).with_heads(6)
    }

    /// The configuration of ViT-B and DeiT-B: 768 numbers in 12 heads.
    pub fn base(classes: usize) -> Self {
        Self::new(classes)
    }

    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where sizes do not fit each other.
    pub fn init(&self, device: &Device) -> Result<Vit> {
        whole_image("vit", self.image, self.patch)?;
        multiple("vit", "a width", self.width, self.heads)?;

        let token = || Param::from_tensor(Tensor::zeros([1, 1, self.width], device));
        let head = || linear(self.width, self.classes, true, device);
        let tokens = patches(self.image, self.patch) + 1 + usize::from(self.distilled);
        let block = |drop_path: f64| Block {
            norm1: layer_norm(self.width, self.epsilon, device),
            attn: Attention::new(self.width, self.heads, true, device),
            norm2: layer_norm(self.width, self.epsilon, device),
            mlp: FeedForward::new(self.width, self.mlp_ratio * self.width, device),
            drop_path: StochasticDepth::new(drop_path),
        };
        Ok(Vit {
            cls_token: token(),
            dist_token: self.distilled.then(token),
            pos_embed: table([1, tokens, self.width], device),
            patch_embed: PatchEmbed::new([self.channels, self.width], self.patch, device),
            blocks: depth_rates(self.drop_path, self.depth).map(block).collect(),
            norm: layer_norm(self.width, self.epsilon, device),
            head: head(),
            head_dist: (self.distilled && self.distilled_head).then(head),
        })
    }
}

impl Block {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let x = residual(x, &self.norm1, &self.drop_path, |x| {
            self.attn.forward(x, None)
        });
        residual(x, &self.norm2, &self.drop_path, |x| self.mlp.forward(x))
    }
}

impl Vit {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        match self.forward_heads(input) {
            (logits, None) => logits,
            (logits, Some(distilled)) => (logits + distilled) / 2.0,
        }
    }

    /// The logits of the class token's head, and of the distillation token's where there is one.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]` each
    pub fn forward_heads(&self, input: Tensor<4>) -> (Tensor<2>, Option<Tensor<2>>) {
        let mut x = self.patch_embed.forward(input);
        // The class token stands before the distillation token.
        for learned in self.dist_token.iter().chain([&self.cls_token]) {
            x = prepend(learned.val(), x);
        }
        x = x + self.pos_embed.val();
        for block in &self.blocks {
            x = block.forward(x);
        }
        // The norm is token by token: only those that are read need it.
        let read = |index: usize| self.norm.forward(token(x.clone(), index));
        let logits = self.head.forward(read(0));
        let distilled = self.head_dist.as_ref().map(|head| head.forward(read(1)));
        (logits, distilled)
    }
}

impl Vit {
    /// The names that transformers' ViT and DeiT give to weights.
    fn transformers(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let families = match self.dist_token.is_some() {
            true => ["deit.", "vit."],
            false => ["vit.", "deit."],
        };
        // A network without its head is saved without the first name.
        for family in families.into_iter().chain([""]) {
            for (here, there) in [
                ("^cls_token", "embeddings.cls_token"),
                ("^dist_token", "embeddings.distillation_token"),
                ("^pos_embed", "embeddings.position_embeddings"),
                ("^patch_embed.proj.", TRANSFORMERS),
                ("^norm.", "layernorm."),
            ] {
                pairs.push((here.into(), format!("{family}{there}")));
            }
            for block in 0..self.blocks.len() {
                let here = format!("^blocks.{block}.");
                // As files have it, and as networks of transformers 5 do.
                for there in ["encoder.layer", "layers"] {
                    pairs.push((here.clone(), format!("{family}{there}.{block}.")));
                }
            }
        }
        let mut heads = ["cls_classifier.", "classifier."];
        if self.head_dist.is_none() {
            heads.reverse();
        }
        pairs.extend(renamed(&[
            ("^head.", heads[0]),
            ("^head_dist.", "distillation_classifier."),
            ("^head.", heads[1]),
            ("attn.q.", "attention.attention.query."),
            ("attn.k.", "attention.attention.key."),
            ("attn.v.", "attention.attention.value."),
            ("attn.q.", "attention.q_proj."),
            ("attn.k.", "attention.k_proj."),
            ("attn.v.", "attention.v_proj."),
        ]));
        pairs.extend(renamed(BLOCK));
        pairs.extend(renamed(&[("attn.proj.", "attention.o_proj.")]));
        pairs
    }
}

impl Reference for Vit {
    fn name(&self) -> String {
        let [_, tokens, width] = self.pos_embed.dims();
        let family = if self.head_dist.is_some() {
            "deit-distilled"
        } else {
            "vit"
        };
        format!("{family} of {tokens} tokens and width {width}")
    }

    fn dialects(&self) -> Vec<Dialect> {
        let mut renames = renamed(&[
            ("cls_token", "class_token"),
            ("patch_embed.proj.", "conv_proj."),
            ("pos_embed", "encoder.pos_embedding"),
            ("norm1.", "ln_1."),
            ("norm2.", "ln_2."),
            ("attn.qkv.weight", "self_attention.in_proj_weight"),
            ("attn.qkv.bias", "self_attention.in_proj_bias"),
            ("attn.proj.", "self_attention.out_proj."),
            ("mlp.fc1.", "mlp.0."),
            ("mlp.fc2.", "mlp.3."),
            ("norm.", "encoder.ln."),
            ("head.", "heads.head."),
        ]);
        for block in 0..self.blocks.len() {
            let there = format!("encoder.layers.encoder_layer_{block}.");
            renames.push((format!("blocks.{block}."), there));
        }
        vec![
            Dialect {
                mark: "conv_proj.",
                renames,
            },
            Dialect {
                mark: TRANSFORMERS,
                renames: self.transformers(),
            },
        ]
    }

    fn joins(&self) -> &'static [(&'static str, &'static [&'static str])] {
        QKV
    }

    fn head(&self) -> &'static [&'static str] {
        &["head.", "head_dist."]
    }

    fn unneeded(&self) -> &'static [&'static str] {
        // What transformers' networks hold for other tasks.
        &["pooler.", "embeddings.mask_token"]
    }
}

impl ImageFamily for Vit {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, preprocessing, config: fn(usize) -> VitConfig, distilled| {
            variant(name, preprocessing, move |spec, device| {
                whole_patches(spec, spec.patch)?;
                let config = config(spec.classes).with_distilled(distilled);
                let config = config.with_image(spec.sides()).with_patch(spec.patch);
                config.with_channels(spec.size.channels).init(device)
            })
            .patch(16)
        };
        let (half, deit) = (Preprocessing::half(), Preprocessing::deit());
        vec![
            of("vit-tiny", half, VitConfig::tiny, false),
            of("vit-small", half, VitConfig::small, false),
            of("vit-base", half, VitConfig::base, false),
            of("deit-tiny", deit, VitConfig::tiny, false),
            of("deit-small", deit, VitConfig::small, false),
            of("deit-base", deit, VitConfig::base, false),
            of("deit-tiny-distilled", deit, VitConfig::tiny, true),
            of("deit-small-distilled", deit, VitConfig::small, true),
            of("deit-base-distilled", deit, VitConfig::base, true),
        ]
    }
}
