use std::path::{Path, PathBuf};

/// An error of this crate. Every message names the file, the place in it and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("reading {path}: {source}{hint}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
        /// Where to get it.
        hint: String,
    },
    /// A line that is not as its format says.
    #[error("{path}, line {line}: {reason}", path = path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of the wrong size or content.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that could not be fetched.
    #[error("fetching {url}: {reason}")]
    Download {
        /// Its address.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// A number of rows or samples that cannot be.
    #[error("{0}")]
    Data(String),
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error, hint: &str) -> Self {
        Self::Io {
            path: path.into(),
            source,
            hint: hint.into(),
        }
    }

    pub(crate) fn line(path: &Path, line: u64, reason: impl Into<String>) -> Self {
        Self::Line {
            path: path.into(),
            line,
            reason: reason.into(),
        }
    }

    pub(crate) fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File {
            path: path.into(),
            reason: reason.into(),
        }
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
