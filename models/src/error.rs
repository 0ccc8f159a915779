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
    /// A weight file is of a kind that is not read or written.
    #[error("{path}: weights are read from PyTorch checkpoints, safetensors and Burn's packs, which a file is by its first bytes, and written to .safetensors and .bpk", path = path.display())]
    UnknownFormat {
        /// The file of an unknown kind.
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
        /// The weight file, as `FILE:KEY` where a part of it fits best.
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
    /// A weight file is of the same network for another number of classes.
    #[error("{path} holds {network} with a head that tells {found} classes apart, and {wanted} are asked for: name all {found}, of which data may lack some", path = path.display())]
    Classes {
        /// The weight file, as `FILE:KEY` where a part of it fits best.
        path: PathBuf,
        /// The network that the file was read for.
        network: String,
        /// The number of classes of the head in the file.
        found: usize,
        /// The number of classes of the network.
        wanted: usize,
    },
    /// Several parts of a weight file hold a whole network.
    #[error("{path} holds {count} networks that fit {network}: choose one, as {list}", path = path.display(), count = keys.len(), list = choices(path, keys))]
    Several {
        /// The weight file.
        path: PathBuf,
        /// The network that the file was read for.
        network: String,
        /// The parts that fit, by the beginning of their keys.
        keys: Vec<String>,
    },
    /// A weight file holds a network without its head for classification.
    #[error("{path} holds {network} without its head for classification ({list} are missing): train it first, starting from these weights", path = path.display(), list = missing.join(", "))]
    NoHead {
        /// The weight file.
        path: PathBuf,
        /// The network that the file was read for.
        network: String,
        /// The keys of the head.
        missing: Vec<String>,
    },
}

fn choices(path: &std::path::Path, keys: &[String]) -> String {
    let each = keys.iter().map(|key| format!("{}:{key}", path.display()));
    each.collect::<Vec<_>>().join(" or ")
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
