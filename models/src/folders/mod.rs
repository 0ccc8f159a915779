//! Folders in the form that Hugging Face's transformers write, of networks for images.

mod config;
mod preprocessing;

pub use config::{ImageConfig, ImageSizes};

use std::path::{Path, PathBuf};

use burn::tensor::Device;

use crate::error::{Error, Result};
use crate::registry::ImageNetwork;
use crate::weights::{LoadReport, folder_weights, load};

/// Opens a network for images from a Hugging Face folder: `config.json`, `preprocessor_config.json`, and
/// `model.safetensors` or `pytorch_model.bin`, or the index of either in several files.
///
/// ViT, DeiT with and without a head for its second token, and Swin are read; sizes, classes and the preparation of images
/// are those of the folder.
///
/// # Errors
///
/// Fails where a file is missing, cut, of another network, or of a variant that is not here, and where the network has no
/// head for classification; the message names the file.
pub fn open_image(
    folder: impl AsRef<Path>,
    device: &Device,
) -> Result<(ImageNetwork, ImageConfig, LoadReport)> {
    let folder = folder.as_ref();
    let config = ImageConfig::open(folder)?;
    let (net, report) = load(config.init(device)?, folder_weights(folder)?)?;
    Ok((net, config, report))
}

/// The file with the weights in a Hugging Face folder, or their index where they are in several.
///
/// # Errors
///
/// Fails where the folder has no weights.
pub fn image_weights(folder: impl AsRef<Path>) -> Result<PathBuf> {
    folder_weights(folder.as_ref())
}

/// Largest file of settings that is read.
const LARGEST: u64 = 16 << 20;

/// Reads a file of settings of a folder, and parses it.
fn settings<T>(
    folder: &Path,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T> {
    let path = folder.join(name);
    let fail = |reason: String| Error::File {
        path: path.clone(),
        reason,
    };
    let length = path.metadata().map_err(|e| fail(e.to_string()))?.len();
    if length > LARGEST {
        return Err(fail(format!("{length} bytes are no settings")));
    }
    let text = std::fs::read_to_string(&path).map_err(|e| fail(e.to_string()))?;
    parse(&text).map_err(fail)
}
