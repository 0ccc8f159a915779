//! Folders of files, read in the order of names.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The entries of a folder, in the order of their names.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |e| Error::io(folder, e, "");
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        paths.push(entry.map_err(fail)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// The names of the folders in a folder, in order.
pub(crate) fn class_folders(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in entries(root)? {
        if entry.is_dir() {
            names.extend(entry.file_name().map(|n| n.to_string_lossy().into_owned()));
        }
    }
    match names.is_empty() {
        true => Err(Error::file(root, "no class folders in it")),
        false => Ok(names),
    }
}

/// The files of a folder with one of these endings, in the order of their names.
pub(crate) fn with_ending(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let fits = |path: &PathBuf| {
        let ending = path.extension().and_then(|e| e.to_str());
        ending.is_some_and(|e| endings.contains(&e.to_ascii_lowercase().as_str()))
    };
    Ok(entries(folder)?.into_iter().filter(fits).collect())
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Error::io(path, e, ""))
}
