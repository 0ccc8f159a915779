//! Folders in the form that Hugging Face's transformers write.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use burn_interaction::internal::put;

use super::TextConfig;
use crate::error::{Error, Result};
use crate::text::TextNetwork;
use crate::weights::{FOLDER_WEIGHTS, LoadReport, Reference, folder_weights, load, save};

const CONFIG: &str = "config.json";

/// Opens a network for texts from a Hugging Face folder: `config.json`, and `model.safetensors` or `pytorch_model.bin`, or
/// the index of either in several files.
///
/// ```
/// use burn_interaction_models::registry::text_config;
/// use burn_interaction_models::{open_text, save_text};
///
/// # let folder = std::env::temp_dir().join("burn-interaction-doc").join("bert");
/// let device = burn_interaction::device("flex").unwrap();
/// let config = text_config("bert-slim", 60, &["negative".into(), "positive".into()])?;
/// save_text(&config.init(&device)?, &config, &folder)?;
/// let (net, config, report) = open_text(&folder, &device)?;
/// assert_eq!((config.kind(), report.loaded), ("bert", 41));
/// # Ok::<(), burn_interaction_models::Error>(())
/// ```
///
/// # Errors
///
/// Fails where a file is missing, cut, of another network, or of a variant that is not here, and where the network has no
/// head for classification ([`Error::NoHead`]); the message names the file. [`load_pretrained`](crate::load_pretrained) reads a network without
/// head, to be trained.
pub fn open_text(
    folder: impl AsRef<Path>,
    device: &Device,
) -> Result<(TextNetwork, TextConfig, LoadReport)> {
    let folder = folder.as_ref();
    let config = TextConfig::open(folder)?;
    let (net, report) = load(config.init(device)?, text_weights(folder)?)?;
    Ok((net, config, report))
}

/// The file with the weights in a Hugging Face folder, or their index where they are in several.
///
/// # Errors
///
/// Fails where the folder has no weights.
pub fn text_weights(folder: impl AsRef<Path>) -> Result<PathBuf> {
    folder_weights(folder.as_ref())
}

/// Writes a network as a Hugging Face folder, which transformers read: `config.json` and `model.safetensors`. The
/// vocabulary is not written; whoever has it can save it beside them.
///
/// # Errors
///
/// Fails where a file cannot be written.
pub fn save_text(
    net: &impl Reference,
    config: &TextConfig,
    folder: impl AsRef<Path>,
) -> Result<()> {
    let folder = folder.as_ref();
    config.save(folder)?;
    save(net, folder.join(FOLDER_WEIGHTS[0]))
}

impl TextConfig {
    /// Reads the `config.json` of a folder.
    ///
    /// # Errors
    ///
    /// Fails where the file is missing, or of a network that is not here.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let path = folder.as_ref().join(CONFIG);
        let fail = |reason: String| Error::File {
            path: path.clone(),
            reason,
        };
        let text = std::fs::read_to_string(&path).map_err(|e| fail(e.to_string()))?;
        Self::parse(&text).map_err(fail)
    }

    /// Writes the `config.json` of a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<()> {
        let path = folder.as_ref().join(CONFIG);
        let fail = |e: std::io::Error| Error::File {
            path: path.clone(),
            reason: e.to_string(),
        };
        std::fs::create_dir_all(folder.as_ref()).map_err(fail)?;
        put(&path, self.text().as_bytes()).map_err(fail)
    }
}
