//! Folders in the form that Hugging Face's transformers write, of networks for images.

mod config;
mod entries;
mod preprocessing;

pub use config::ImageConfig;
pub use entries::ImageSizes;

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use burn_interaction::internal::put;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::registry::ImageNetwork;
use crate::transformer::TRANSFORMERS;
use crate::weights::{FOLDER_WEIGHTS, LoadReport, Reference, folder_weights, load, save_as};

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

/// Writes a network as a Hugging Face folder, which transformers read: `config.json`, `preprocessor_config.json`, and
/// `model.safetensors` with transformers' names.
///
/// # Errors
///
/// Fails where a file cannot be written, or transformers has no such network.
pub fn save_image(
    net: &impl Reference,
    config: &ImageConfig,
    folder: impl AsRef<Path>,
) -> Result<()> {
    let folder = folder.as_ref();
    config.save(folder)?;
    save_as(net, folder.join(FOLDER_WEIGHTS[0]), TRANSFORMERS)
}

const CONFIG: &str = "config.json";
const IMAGES: &str = "preprocessor_config.json";

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

/// Writes a file of settings of a folder, which is made if it is not there.
fn keep(folder: &Path, name: &str, json: &Map<String, Value>) -> Result<()> {
    let path = folder.join(name);
    let fail = |e: std::io::Error| Error::File {
        path: path.clone(),
        reason: e.to_string(),
    };
    let text = serde_json::to_string_pretty(json).unwrap_or_default();
    std::fs::create_dir_all(folder).map_err(fail)?;
    put(&path, (text + "\n").as_bytes()).map_err(fail)
}
