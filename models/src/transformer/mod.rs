//! Vision transformers, which take images of one size or of several.

mod pvt;
mod swin;
mod tnt;
mod vit;

pub use pvt::*;
pub use swin::*;
pub use tnt::*;
pub use vit::*;

use crate::error::{Error, Result};
use crate::family::ImageSpec;

/// A piece of a key that only files of transformers' vision networks have: the layer of patches.
pub(crate) const TRANSFORMERS: &str = "embeddings.patch_embeddings.projection.";

/// Names within a block, here and in transformers' vision networks; attention comes before the others.
const BLOCK: &[(&str, &str)] = &[
    ("attn.proj.", "attention.output.dense."),
    ("norm1.", "layernorm_before."),
    ("norm2.", "layernorm_after."),
    ("mlp.fc1.", "intermediate.dense."),
    ("mlp.fc2.", "output.dense."),
];

/// The maps to queries, keys and values, which transformers keeps apart.
const QKV: &[(&str, &[&str])] = &[("attn.qkv.", &["attn.q.", "attn.k.", "attn.v."])];

/// Refuses a size that is zero or no multiple of another.
pub(crate) fn multiple(network: &str, what: &str, value: usize, of: usize) -> Result<()> {
    match value > 0 && of > 0 && value.is_multiple_of(of) {
        true => Ok(()),
        false => Err(Error::Unfit {
            network: network.into(),
            given: format!("{what} of {value}"),
            remedy: format!("it needs a multiple of {of}"),
        }),
    }
}

/// Refuses images that are not a whole number of patches in either direction.
fn whole_image(network: &str, image: [usize; 2], patch: usize) -> Result<()> {
    image
        .into_iter()
        .try_for_each(|side| multiple(network, "a side", side, patch))
}

/// Refuses images that are not a whole number of patches.
fn whole_patches(spec: &ImageSpec, patch: usize) -> Result<()> {
    match spec
        .sides()
        .iter()
        .all(|side| *side > 0 && side % patch == 0)
    {
        true => Ok(()),
        false => Err(spec.unfit(format!(
            "its images have sides that are multiples of {patch} pixels"
        ))),
    }
}

/// The product of rows and columns of patches in an image.
fn patches(image: [usize; 2], patch: usize) -> usize {
    image.map(|side| side / patch).into_iter().product()
}
