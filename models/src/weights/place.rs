use std::fmt;
use std::path::{Path, PathBuf};

use super::kind::{self, Kind};
use super::read;
use crate::error::{Error, Result};

/// A file of weights, and the part of it that is meant.
///
/// Written as `FILE`, or `FILE:KEY` for the part below a key such as `state_dict_ema`. A path that exists is a file by its
/// whole name, with any colon in it. The key of the whole file is empty: `FILE:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightFile {
    /// The file.
    pub path: PathBuf,
    /// The part of the file, by the beginning of its keys; `None` for the part that fits best.
    pub key: Option<String>,
}

impl WeightFile {
    /// Parses `FILE` or `FILE:KEY`, the latter where there is no file of the whole name, and one of the name before a colon.
    pub fn parse(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let whole = Self {
            path: path.into(),
            key: None,
        };
        let Some(text) = path.to_str().filter(|_| !path.exists()) else {
            return whole;
        };
        let colons = text.match_indices(':').map(|(at, _)| at);
        let parts = colons.map(|at| (&text[..at], &text[at + 1..]));
        match parts.rev().find(|(file, _)| Path::new(file).is_file()) {
            Some((file, key)) => Self {
                path: file.into(),
                key: Some(key.into()),
            },
            None => whole,
        }
    }
}

impl fmt::Display for WeightFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.key {
            Some(key) => write!(f, "{path}:{key}"),
            None => write!(f, "{path}"),
        }
    }
}

/// The files that weights have in a Hugging Face folder, by preference.
pub(crate) const FOLDER_WEIGHTS: [&str; 4] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

/// Finds the file with the weights in a Hugging Face folder, or their index.
pub(crate) fn folder_weights(folder: &Path) -> Result<PathBuf> {
    let mut files = FOLDER_WEIGHTS.iter().map(|name| folder.join(name));
    files.find(|path| path.exists()).ok_or_else(|| {
        let [whole, _, old, _] = FOLDER_WEIGHTS;
        Error::File {
            path: folder.into(),
            reason: format!("no {whole} and no {old} in it, nor the index of either"),
        }
    })
}

/// The files that weights are in: one, or an index and all that it names, in the order of their names.
///
/// # Errors
///
/// Fails where the file, or one that it names, is missing, or the index is damaged.
pub fn weight_files(path: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
    let path = WeightFile::parse(path).path;
    let fail = |reason: String| Error::File {
        path: path.clone(),
        reason,
    };
    let mut files = vec![path.clone()];
    if path.extension().is_some_and(|end| end == "json")
        && kind::of(&path).map_err(fail)? == Some(Kind::Index)
    {
        let map = read::weight_map(&path).map_err(fail)?;
        files.extend(
            read::files(&map)
                .keys()
                .map(|file| path.with_file_name(file)),
        );
    }
    match files.iter().find(|file| !file.is_file()) {
        Some(missing) => Err(fail(format!("{} is not there", missing.display()))),
        None => Ok(files),
    }
}
