use std::path::PathBuf;

/// An error of this crate. Every message names the value at fault and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A network that is not in the registry.
    #[error("unknown network \"{name}\": there are {available}")]
    UnknownNetwork {
        /// The name given.
        name: String,
        /// The names there are.
        available: String,
    },
    /// An input that the network cannot take.
    #[error("{network} cannot take {given}: {remedy}")]
    Unfit {
        /// The network.
        network: String,
        /// What was given.
        given: String,
        /// What it can take.
        remedy: String,
    },
    /// A weight file of a kind that is not read.
    #[error("{path}: weights are read from .pth, .pt, .th, .t7, .bin, .safetensors and .bpk files, and written to .safetensors and .bpk", path = path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A weight file that cannot be read or written.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A weight file of another network.
    #[error("{path} does not fit {network}:{list}", path = path.display(), list = mismatches(missing, unused, wrong))]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// The network it was read for.
        network: String,
        /// Keys that the network needs and the file lacks.
        missing: Vec<String>,
        /// Keys of the file that the network has no place for.
        unused: Vec<String>,
        /// Keys with another shape or type, and how they differ.
        wrong: Vec<String>,
    },
}

fn mismatches(missing: &[String], unused: &[String], wrong: &[String]) -> String {
    let mut text = String::new();
    for (title, keys) in [
        ("missing from the file", missing),
        ("in the file only", unused),
        ("wrong", wrong),
    ] {
        if !keys.is_empty() {
            text.push_str(&format!("\n  {} {title}: {}", keys.len(), keys.join(", ")));
        }
    }
    text
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
