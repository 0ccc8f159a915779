//! The entries of a `config.json` of networks for images.

use serde_json::{Map, Value, json};

use crate::text::class_names;
use crate::transformer::{SwinConfig, VitConfig};

/// The sizes of a network for images.
#[derive(Debug, Clone)]
pub enum ImageSizes {
    /// The sizes of ViT or DeiT.
    Vit(VitConfig),
    /// The sizes of Swin.
    Swin(SwinConfig),
}

/// Entries that change training, outputs for other tasks, memory or speed, and no logits at inference.
const IDLE: &[&str] = &[
    "model_type",
    "architectures",
    "id2label",
    "label2id",
    "num_labels",
    "_name_or_path",
    "_num_labels",
    "transformers_version",
    "torch_dtype",
    "dtype",
    "initializer_range",
    "hidden_dropout_prob",
    "attention_probs_dropout_prob",
    "drop_path_rate",
    "encoder_stride",
    "pooler_act",
    "pooler_output_size",
    "out_features",
    "out_indices",
    "stage_names",
    "num_layers",
    "finetuning_task",
    "output_attentions",
    "output_hidden_states",
    "return_dict",
    "torchscript",
    "chunk_size_feed_forward",
    "path_norm",
    "is_encoder_decoder",
    "pruned_heads",
    "quantization_config",
    "problem_type",
    "tie_word_embeddings",
];
const BOTH: &[&str] = &[
    "hidden_size",
    "image_size",
    "patch_size",
    "num_channels",
    "hidden_act",
    "layer_norm_eps",
    "qkv_bias",
];
const VIT: &[&str] = &[
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
];
const SWIN: &[&str] = &[
    "embed_dim",
    "depths",
    "num_heads",
    "window_size",
    "mlp_ratio",
    "use_absolute_embeddings",
];

/// Most patches along a side: tables of places and masks grow with their square.
const ALONG: usize = 128;

/// The contents of a `config.json` of a network for images.
pub(super) struct Parsed {
    pub kind: &'static str,
    pub sizes: ImageSizes,
    pub classes: Vec<String>,
    /// Entries that no network of its family is known to have.
    pub unknown: Vec<String>,
    /// All entries.
    pub json: Map<String, Value>,
}

/// Parses the text of a `config.json`; `Err` tells the fault of the text.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let json: Map<String, Value> =
        serde_json::from_str(text).map_err(|e| format!("no configuration: {e}"))?;
    let entries = Entries(&json);
    let kind = match json.get("model_type").and_then(Value::as_str) {
        Some("vit") => "vit",
        Some("deit") => "deit",
        Some("swin") => "swin",
        other => {
            let other = other.unwrap_or_default();
            return Err(format!(
                "model_type is {other:?}: the networks here are vit, deit and swin"
            ));
        }
    };
    let classes = class_names(&json)?;
    entries.only("hidden_act", &[json!("gelu")], "gelu")?;
    entries.only("qkv_bias", &[json!(true)], "true")?;
    entries.only("is_encoder_decoder", &[json!(false)], "false")?;
    entries.only("pruned_heads", &[json!({}), json!([])], "all heads")?;
    entries.only(
        "quantization_config",
        &[],
        "none: save the weights dequantised",
    )?;
    let sorts = [
        json!("single_label_classification"),
        json!("multi_label_classification"),
    ];
    entries.only("problem_type", &sorts, "classes, and no regression")?;
    let (sizes, own) = match kind {
        "swin" => (ImageSizes::Swin(entries.swin(classes.len())?), SWIN),
        _ => (ImageSizes::Vit(entries.vit(kind, classes.len())?), VIT),
    };
    let known = |entry: &str| [IDLE, BOTH, own].iter().any(|list| list.contains(&entry));
    let unknown = json.keys().filter(|entry| !known(entry)).cloned().collect();
    Ok(Parsed {
        kind,
        sizes,
        classes,
        unknown,
        json,
    })
}

struct Entries<'a>(&'a Map<String, Value>);

impl Entries<'_> {
    fn get(&self, entry: &str) -> Option<&Value> {
        self.0.get(entry).filter(|value| !value.is_null())
    }

    /// Refuses an entry with another value than these.
    fn only(&self, entry: &str, fine: &[Value], known: &str) -> Result<(), String> {
        match self.get(entry) {
            Some(value) if !fine.contains(value) => Err(format!(
                "{entry} is {value}: the networks here have {known}"
            )),
            _ => Ok(()),
        }
    }

    fn whole(&self, entry: &str, default: usize, most: usize) -> Result<usize, String> {
        let Some(value) = self.get(entry) else {
            return Ok(default);
        };
        let size = value
            .as_u64()
            .filter(|size| (1..=most as u64).contains(size));
        let told = || format!("{entry} is {value}: it is a whole number from 1 to {most}");
        size.map(|size| size as usize).ok_or_else(told)
    }

    fn list(&self, entry: &str, default: [usize; 4], most: usize) -> Result<[usize; 4], String> {
        let Some(value) = self.get(entry) else {
            return Ok(default);
        };
        let list: Option<[usize; 4]> = serde_json::from_value(value.clone()).ok();
        let fine = list.filter(|list| list.iter().all(|size| (1..=most).contains(size)));
        fine.ok_or_else(|| format!("{entry} is {value}: it is four whole numbers from 1 to {most}"))
    }

    /// The side of images and that of patches, of which an image has a whole number.
    fn sides(&self, patch: usize) -> Result<[usize; 2], String> {
        let image = self.whole("image_size", 224, 1 << 14)?;
        let patch = self.whole("patch_size", patch, 1 << 14)?;
        match image.is_multiple_of(patch) && image / patch <= ALONG {
            true => Ok([image, patch]),
            false => Err(format!(
                "image_size is {image} and patch_size {patch}: an image has 1 to {ALONG} whole patches along a side"
            )),
        }
    }

    fn vit(&self, kind: &str, classes: usize) -> Result<VitConfig, String> {
        let [image, patch] = self.sides(16)?;
        let width = self.whole("hidden_size", 768, 1 << 14)?;
        let heads = self.whole("num_attention_heads", 12, 1 << 14)?;
        let hidden = self.whole("intermediate_size", 3072, 1 << 16)?;
        if !width.is_multiple_of(heads) || !hidden.is_multiple_of(width) {
            return Err(format!(
                "hidden_size is {width}: it is a multiple of num_attention_heads, {heads}, and divides intermediate_size, {hidden}"
            ));
        }
        let epsilon = self
            .get("layer_norm_eps")
            .map_or(Some(1e-12), Value::as_f64);
        let epsilon = epsilon.filter(|epsilon| (0.0..1.0).contains(epsilon));
        let named = self.get("architectures").and_then(Value::as_array);
        let mut names = named.into_iter().flatten().filter_map(Value::as_str);
        Ok(VitConfig::new(classes)
            .with_image([image; 2])
            .with_patch(patch)
            .with_width(width)
            .with_depth(self.whole("num_hidden_layers", 12, 128)?)
            .with_heads(heads)
            .with_mlp_ratio(hidden / width)
            .with_channels(self.whole("num_channels", 3, 64)?)
            .with_distilled(kind == "deit")
            .with_distilled_head(names.any(|name| name.ends_with("WithTeacher")))
            .with_epsilon(epsilon.ok_or("layer_norm_eps: it is a number from 0 to 1")?))
    }

    fn swin(&self, classes: usize) -> Result<SwinConfig, String> {
        self.only("layer_norm_eps", &[json!(1e-5)], "1e-5")?;
        self.only("mlp_ratio", &[json!(4.0), json!(4)], "4")?;
        self.only("use_absolute_embeddings", &[json!(false)], "false")?;
        let [image, patch] = self.sides(4)?;
        let width = self.whole("embed_dim", 96, 1 << 12)?;
        let heads = self.list("num_heads", [3, 6, 12, 24], 1 << 12)?;
        let window = self.whole("window_size", 7, 32)?;
        // Each stage halves the map: transformers cannot run windows that are larger than a map.
        if (image / patch).div_ceil(8) < window {
            return Err(format!(
                "window_size is {window}: the last map of an image of {image} pixels is smaller"
            ));
        }
        let mut maps = (0..4).map(|stage| (image / patch).div_ceil(1 << stage));
        if let Some(side) = maps.find(|side| !side.is_multiple_of(window)) {
            return Err(format!(
                "window_size is {window}, which does not divide a map of {side} tokens: transformers fills such maps up before it shifts windows, and this network after it"
            ));
        }
        if let Some(stage) = (0..4).find(|stage| !(width << stage).is_multiple_of(heads[*stage])) {
            return Err(format!(
                "num_heads is {heads:?}: that of stage {} does not divide {}",
                stage + 1,
                width << stage
            ));
        }
        Ok(SwinConfig::new(classes)
            .with_image([image; 2])
            .with_patch(patch)
            .with_window(window)
            .with_width(width)
            .with_depths(self.list("depths", [2, 2, 6, 2], 64)?)
            .with_heads(heads)
            .with_channels(self.whole("num_channels", 3, 64)?))
    }
}
