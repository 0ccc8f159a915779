use std::path::{Path, PathBuf};

/// An error of this crate. Every message names the file, the place in it and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read.
    #[error("reading {path}: {source}{hint}", path = path.display())]
    Io {
        /// The file or folder that could not be read.
        path: PathBuf,
        /// The reason, as the system gives it.
        source: std::io::Error,
        /// A hint where to get the file or folder.
        hint: String,
    },
    /// A line is not as its format says.
    #[error("{path}, line {line}: {reason}", path = path.display())]
    Line {
        /// The file with the line.
        path: PathBuf,
        /// The number of the line, from 1.
        line: u64,
        /// The fault of the line.
        reason: String,
    },
    /// A file has the wrong size or content.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file at fault.
        path: PathBuf,
        /// The fault of the file.
        reason: String,
    },
    /// A file could not be fetched.
    #[error("fetching {url}: {reason}")]
    Download {
        /// The address of the file.
        url: String,
        /// The reason of the failure.
        reason: String,
    },
    /// A number of rows or samples is one that cannot be.
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
