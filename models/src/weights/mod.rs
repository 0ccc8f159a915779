//! Weights in files: names and layouts of the PyTorch references, loading and saving.

mod choice;
mod fit;
mod join;
mod kind;
mod names;
mod place;
mod read;
mod save;
mod wanted;

pub(crate) use place::{FOLDER_WEIGHTS, folder_weights};
pub use place::{WeightFile, weight_files};
pub use save::save;
pub(crate) use save::save_as;

use std::path::Path;

use burn::store::burn_pack;
use burn::store::{FloatCastAdapter, ModuleAdapter, ModuleSnapshot, PyTorchToBurnAdapter};
use burn::tensor::DType;

use crate::error::{Error, Result};
use choice::{Choice, choose};
use fit::{Fit, beside, dotless, stand_ins};
pub(crate) use names::{renamed, sequential};
use read::Contents;
use wanted::wanted;

/// One tensor of a weight file: its key, type, shape and bytes, the latter read when they are needed.
pub type Weight = burn_pack::Tensor;

/// A network that knows the key names of its PyTorch reference.
pub trait Reference: burn::module::Module {
    /// The network's name, for messages.
    fn name(&self) -> String;

    /// Pieces of keys in which this module differs from its reference, `(here, there)`, such as
    /// `("layers.1.", "layers.2.")` for the second Linear of a Sequential with activations in between. The first that fits
    /// a key changes it. A piece fits where a segment of the key begins; with a `^` before it only where the key does.
    fn renames(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Second names under which files of the reference hold the same weights once more: pieces of keys, `(name, second
    /// name)`.
    fn aliases(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Pieces of keys that files of the reference hold and this network does not need.
    fn unneeded(&self) -> &'static [&'static str] {
        &[]
    }

    /// Pieces of this module's keys that make its head for classification, which pretrained networks lack or have for other classes.
    fn head(&self) -> &'static [&'static str] {
        &[]
    }

    /// Beginnings of this network's keys that files of the network without its head leave out, such as `bert.`.
    fn bases(&self) -> &'static [&'static str] {
        &[]
    }

    /// The names that other collections give to the reference's weights.
    fn dialects(&self) -> Vec<Dialect> {
        Vec::new()
    }

    /// Weights that files of other collections keep in parts, one below another: pieces of keys, `(whole, parts)`.
    fn joins(&self) -> &'static [(&'static str, &'static [&'static str])] {
        &[]
    }

    /// Brings a weight, named as in the reference, to the reference's layout, where files of another collection keep it
    /// differently.
    fn adapt(&self, weight: Weight) -> Weight {
        weight
    }
}

/// The names that another collection gives to a reference's weights.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// A piece of a key that only files of this collection have.
    pub mark: &'static str,
    /// Pieces of keys, `(in the reference, in this collection)`; each key is changed by every one that fits, in turn. Of
    /// several names for one piece, the first is the one that files are written with.
    pub renames: Vec<(String, String)>,
}

/// The outcome of loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadReport {
    /// The number of tensors that were loaded.
    pub loaded: usize,
    /// The part of the file that the weights were read from, such as `state_dict.module`; empty for the whole.
    pub prefix: String,
    /// Keys of the file that are not needed: below the prefix those known by name (`num_batches_tracked`, index buffers,
    /// auxiliary heads), without the prefix; and all that lie elsewhere, such as the state of an optimiser.
    pub ignored: Vec<String>,
    /// Keys that the file lacks and that keep their random weights: keys of a head, and only by [`load_pretrained`].
    pub random: Vec<String>,
}

/// Loads the weights of a network from a file of its reference or of [`save`].
///
/// Reads PyTorch checkpoints of any age (dictionaries of tensors and networks saved whole), safetensors with the
/// reference's keys, the index of either in several files, and packs of Burn, a checkpoint of `Modulated` among them. The
/// first bytes of a file say what it is, not the ending of its name.
///
/// Weights may lie in any part of the file: below `state_dict`, `model`, `module`, `_orig_mod`, `net` or any other
/// names, one in another. The part that fits the network best is taken, with most of the network's keys in the right
/// shape, and [`LoadReport::prefix`] says which. Where several parts hold a whole network, such as weights and their moving
/// average, the choice is the caller's, by [`load_from`] or a path of the form `FILE:KEY` (see [`WeightFile`]).
///
/// Weights are read one by one, straight into the network: a network just made by `init`, whose random weights are drawn
/// when they are first used, costs no memory of its own.
///
/// Load into a network of its own, not into a clone: clones of a Burn module share the running statistics of their batch
/// normalisation, which loading writes.
///
/// # Errors
///
/// Fails where the file is missing, cut or of another kind, or a key is missing, left over or of another shape: then all
/// such keys are listed and nothing is loaded. Fails where several parts of the file fit.
pub fn load<M: Reference>(net: M, path: impl AsRef<Path>) -> Result<(M, LoadReport)> {
    read_into(net, &WeightFile::parse(path), &[])
}

/// Loads the weights of a network from the part of a file below a key, such as `state_dict_ema`, as [`load`] does. The key
/// of the whole file is empty.
///
/// # Errors
///
/// Fails where [`load`] does, or the file has no such key.
pub fn load_from<M: Reference>(
    net: M,
    path: impl AsRef<Path>,
    key: &str,
) -> Result<(M, LoadReport)> {
    let file = WeightFile {
        path: path.as_ref().into(),
        key: Some(key.into()),
    };
    read_into(net, &file, &[])
}

/// Loads the weights of a network that was trained for another task, as [`load`] does, except that the head
/// ([`Reference::head`]) may be missing or of another number of classes, and keeps its random weights then.
///
/// # Errors
///
/// Fails where [`load`] does, except for such a head.
pub fn load_pretrained<M: Reference>(net: M, path: impl AsRef<Path>) -> Result<(M, LoadReport)> {
    let head = net.head();
    read_into(net, &WeightFile::parse(path), head)
}

fn read_into<M: Reference>(
    mut net: M,
    file: &WeightFile,
    head: &[&str],
) -> Result<(M, LoadReport)> {
    let path = file.path.as_path();
    let fail = |reason: String| Error::File {
        path: path.into(),
        reason,
    };
    let contents = read::contents(path).map_err(fail)?;
    let Some(contents) = contents else {
        return Err(Error::UnknownFormat { path: path.into() });
    };
    let wanted = wanted(&net, contents.burn);
    let key = file.key.as_deref();
    let fit = match choose(&net, &wanted, &contents.weights, contents.burn, head, key) {
        Choice::One(fit) => *fit,
        Choice::Several(keys) => {
            return Err(Error::Several {
                path: path.into(),
                network: net.name(),
                keys,
            });
        }
        Choice::None(tops) => return Err(fail(nothing(&contents, key, &tops))),
    };
    check(&net, path, &fit, &contents, head)?;
    let (loaded, random) = (fit.weights.len(), fit.lacking());
    // Weights in half and double precision are read too.
    let single = FloatCastAdapter::to(DType::F32);
    let result = match contents.burn {
        true => net.apply(fit.weights, None, Some(Box::new(single)), false),
        false => {
            let adapter = PyTorchToBurnAdapter.chain(single);
            net.apply(fit.weights, None, Some(Box::new(adapter)), true)
        }
    };
    if let Some(error) = result.errors.first() {
        return Err(fail(format!("{error}; the file may be cut or damaged")));
    }
    if result.applied.len() != loaded {
        return Err(fail(format!(
            "{} of {loaded} weights found their place",
            result.applied.len()
        )));
    }
    let mut ignored = fit.ignored;
    ignored.extend(beside(&contents.weights, &fit.prefix));
    ignored.sort();
    let report = LoadReport {
        loaded,
        prefix: dotless(&fit.prefix),
        ignored,
        random,
    };
    Ok((net, report))
}

/// Refuses weights that do not fit, with all that is wrong about them.
fn check<M: Reference>(
    net: &M,
    path: &Path,
    fit: &Fit,
    contents: &Contents,
    head: &[&str],
) -> Result<()> {
    if let Some(key) = fit.takes(&contents.twice) {
        let reason = format!(
            "two tensors have the key {key}: as a name with a full stop, and in one dictionary within another; save the state_dict() alone"
        );
        return Err(Error::File {
            path: path.into(),
            reason,
        });
    }
    let clean = fit.unused.is_empty() && fit.wrong.is_empty();
    if clean && fit.misses_only(head) {
        return Ok(());
    }
    let missing = fit.lacking();
    let stand_ins = stand_ins(&contents.strange, &missing);
    if let Some((key, kind)) = stand_ins.first() {
        let told = match kind.starts_with("numpy") {
            true => "a NumPy array, and no tensor: save it by torch.from_numpy(..)".into(),
            false => format!("an object of {kind}, and no tensor: save the network's state_dict()"),
        };
        let reason = format!("{key} is {told} ({} such entries)", stand_ins.len());
        return Err(Error::File {
            path: path.into(),
            reason,
        });
    }
    if clean && !fit.weights.is_empty() && fit.misses_only(net.head()) {
        return Err(Error::NoHead {
            path: path.into(),
            network: net.name(),
            missing,
        });
    }
    let part = WeightFile {
        path: path.into(),
        key: (!fit.prefix.is_empty()).then(|| dotless(&fit.prefix)),
    };
    if let Some([found, wanted]) = fit.other_classes() {
        return Err(Error::Classes {
            path: part.to_string().into(),
            network: net.name(),
            found,
            wanted,
        });
    }
    Err(Error::Mismatch {
        path: part.to_string().into(),
        network: net.name(),
        missing,
        unused: fit.unused.clone(),
        wrong: fit.wrong.clone(),
    })
}

/// Tells that there is nothing to load.
fn nothing(contents: &Contents, key: Option<&str>, tops: &[String]) -> String {
    match (key, tops) {
        (Some(key), [_, ..]) => format!(
            "no weights below \"{key}\": there are some below {}",
            tops.join(", ")
        ),
        (Some(key), []) if !contents.weights.is_empty() => {
            format!(
                "no weights below \"{key}\": they lie in no part of the file, give the file alone"
            )
        }
        _ => match contents.strange.iter().next() {
            Some((key, kind)) if kind.starts_with("numpy") => format!(
                "no tensors in it, but NumPy arrays, such as {key}: save them by torch.from_numpy(..)"
            ),
            _ => "no tensors in it: save the network's state_dict()".into(),
        },
    }
}
