use std::path::PathBuf;

/// An error of this crate. Every message names the value at fault and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A network is not in the registry.
    #[error("unknown network \"{name}\": there are {available}")]
    UnknownNetwork {
        /// The name given.
        name: String,
        /// The names of the registry.
        available: String,
    },
    /// The network cannot take an input.
    #[error("{network} cannot take {given}: {remedy}")]
    Unfit {
        /// The network that was asked for.
        network: String,
        /// The input that was given.
        given: String,
        /// The inputs that the network can take.
        remedy: String,
    },
    /// A weight file is of a kind that is not read.
    #[error("{path}: weights are read from .pth, .pt, .th, .t7, .bin, .safetensors and .bpk files, and written to .safetensors and .bpk", path = path.display())]
    UnknownFormat {
        /// The file with the unknown extension.
        path: PathBuf,
    },
    /// A weight file cannot be read or written.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The weight file.
        path: PathBuf,
        /// The reason of the failure.
        reason: String,
    },
    /// A weight file is of another network.
    #[error("{path} does not fit {network}:{list}", path = path.display(), list = mismatches(missing, unused, wrong))]
    Mismatch {
        /// The weight file.
        path: PathBuf,
        /// The network that the file was read for.
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
