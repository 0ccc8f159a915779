//! Vision transformers.

mod pvt;
mod swin;
mod tnt;
mod vit;

pub use pvt::*;
pub use swin::*;
pub use tnt::*;
pub use vit::*;

use crate::error::Result;
use crate::registry::ImageSpec;

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
