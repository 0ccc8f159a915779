//! The folder of results.

use std::path::{Path, PathBuf};

use burn_interaction_datasets::Framing;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::data::Statistics;
use crate::error::{Result, usage};

/// What a network was trained with: kept as `settings.json` beside its weights.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrainedWith {
    /// The network's name.
    pub model: String,
    /// The data's name.
    pub data: String,
    /// The statistics of its inputs.
    pub statistics: Statistics,
    /// How images were brought to the network's size; absent where they had it.
    #[serde(default)]
    pub framing: Option<Framing>,
    /// The modulation.
    pub modulation: burn_interaction::Modulation,
    /// The seed.
    pub seed: u64,
    /// Epochs trained.
    pub epochs: usize,
    /// Samples in a batch.
    pub batch: usize,
    /// Learning rate at the start.
    pub learning_rate: f64,
    /// Weight decay.
    pub weight_decay: f32,
    /// Accuracy on the test part, as a share.
    pub test_accuracy: f64,
    /// Whether training ran to its end.
    pub complete: bool,
}

impl TrainedWith {
    /// The `settings.json` beside a weight file, where there is one.
    ///
    /// # Errors
    ///
    /// It is there, but not as expected.
    pub fn beside(weights: Option<&PathBuf>) -> Result<Option<Self>> {
        let settings = weights.map(|weights| match weights.is_dir() {
            true => weights.join("settings.json"),
            false => weights.with_file_name("settings.json"),
        });
        match settings.filter(|settings| settings.exists()) {
            Some(settings) => read_json(&settings).map(Some),
            None => Ok(None),
        }
    }
}

/// A folder that results go to.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder and checks that it can be written to, before anything is computed.
    ///
    /// # Errors
    ///
    /// It cannot.
    pub fn open(path: &Path) -> Result<Self> {
        let fail = |e: std::io::Error| {
            usage(format!(
                "cannot write to the output folder {}: {e}",
                path.display()
            ))
        };
        std::fs::create_dir_all(path).map_err(fail)?;
        let probe = path.join(".interaction");
        std::fs::write(&probe, [])
            .and_then(|()| std::fs::remove_file(&probe))
            .map_err(fail)?;
        Ok(Self(path.into()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let path = self.file(name);
        let text = serde_json::to_string_pretty(value)
            .map_err(|e| usage(format!("{}: {e}", path.display())))?;
        std::fs::write(&path, text + "\n")
            .map_err(|e| usage(format!("writing {}: {e}", path.display())))
    }

    /// The files in it, for the last line of a report.
    pub fn list(&self) -> String {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        format!("{}: {}", self.0.display(), names.join(", "))
    }
}

/// Reads a JSON file.
///
/// # Errors
///
/// It is missing or not as expected.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| usage(format!("reading {}: {e}", path.display())))?;
    serde_json::from_str(&text).map_err(|e| usage(format!("{}: {e}", path.display())))
}
