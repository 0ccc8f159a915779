//! Weights in files: names and layouts of the PyTorch references, loading and saving.

mod names;
mod read;
mod save;

pub use save::save;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use burn::store::burn_pack;
use burn::store::{
    ApplyError, ApplyResult, BurnpackStore, FloatCastAdapter, ModuleAdapter, ModuleSnapshot,
    ModuleStore, PyTorchToBurnAdapter,
};

use burn::tensor::DType;

use crate::error::{Error, Result};
use names::{Names, find};
pub(crate) use names::{renamed, sequential};

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

    /// Pieces of this module's keys that make its head for classification, which pretrained networks lack.
    fn head(&self) -> &'static [&'static str] {
        &[]
    }

    /// The names that other collections give to the reference's weights.
    fn dialects(&self) -> Vec<Dialect> {
        Vec::new()
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
    /// Pieces of keys, `(in the reference, in this collection)`; each key is changed by every one that fits, in turn.
    pub renames: Vec<(String, String)>,
}

/// The outcome of loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadReport {
    /// The number of tensors that were loaded.
    pub loaded: usize,
    /// Keys of the file that are not needed, known by name: `num_batches_tracked`, index buffers, auxiliary heads.
    pub ignored: Vec<String>,
    /// Keys that the file lacks and that keep their random weights: keys of a head, and only by [`load_pretrained`].
    pub random: Vec<String>,
}

/// Loads the weights of a network from a file of its reference or of [`save`].
///
/// Reads PyTorch checkpoints (`.pth`, `.pt`, `.th`, `.t7`, `.bin`; a dictionary around the weights and a `module.` prefix
/// are seen through), `.safetensors` with the reference's keys, and Burn's `.bpk`, a checkpoint of `Modulated` among them.
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
/// such keys are listed and nothing is loaded.
pub fn load<M: Reference>(net: M, path: impl AsRef<Path>) -> Result<(M, LoadReport)> {
    read_into(net, path.as_ref(), &[])
}

/// Loads the weights of a network that was trained for another task, as [`load`] does, except that the head
/// ([`Reference::head`]) may be missing, and keeps its random weights then.
///
/// # Errors
///
/// Fails where [`load`] does, except for a missing head.
pub fn load_pretrained<M: Reference>(net: M, path: impl AsRef<Path>) -> Result<(M, LoadReport)> {
    let head = net.head();
    read_into(net, path.as_ref(), head)
}

fn read_into<M: Reference>(mut net: M, path: &Path, head: &[&str]) -> Result<(M, LoadReport)> {
    let fail = |reason: String| Error::File {
        path: path.into(),
        reason,
    };
    std::fs::File::open(path).map_err(|e| fail(e.to_string()))?;
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut ignored = Vec::new();
    let mut shapes = HashMap::new();
    let result = match extension.as_str() {
        "pth" | "pt" | "th" | "t7" | "bin" => {
            let tensors = read::pytorch(path).map_err(fail)?;
            apply(&mut net, tensors, &mut ignored, &mut shapes)
        }
        "safetensors" => {
            let tensors = read::safetensors(path).map_err(fail)?;
            apply(&mut net, tensors, &mut ignored, &mut shapes)
        }
        "bpk" => {
            let mut store = BurnpackStore::from_file(path)
                .allow_partial(true)
                // A checkpoint of `Modulated` has the network as its field.
                .with_remap_pattern(r"^net\.", "")
                .validate(false);
            store.apply_to(&mut net).map_err(|e| fail(e.to_string()))?
        }
        _ => return Err(Error::UnknownFormat { path: path.into() }),
    };
    // Names as the reference has them; Burn's norms call their weight gamma and their bias beta.
    let renames = net.renames();
    let there = |key: &str| {
        let key = Names(&renames).there(key);
        let swap = |ours: &str, theirs: &str| Some(format!("{}{theirs}", key.strip_suffix(ours)?));
        swap(".gamma", ".weight")
            .or_else(|| swap(".beta", ".bias"))
            .unwrap_or(key)
    };
    let of_head = |key: &str| head.iter().any(|piece| find(key, piece).is_some());
    let (random, missing): (Vec<&str>, Vec<&str>) = result
        .missing
        .iter()
        .map(|(key, _)| key.as_str())
        .partition(|key| of_head(key));
    if missing.is_empty() && result.unused.is_empty() && result.errors.is_empty() {
        let report = LoadReport {
            loaded: result.applied.len(),
            random: sorted(random.into_iter().map(there)),
            ignored,
        };
        return Ok((net, report));
    }
    Err(Error::Mismatch {
        path: path.into(),
        network: net.name(),
        missing: sorted(missing.into_iter().map(there)),
        unused: sorted(result.unused.iter().map(|key| there(key))),
        wrong: sorted(result.errors.iter().map(|e| describe(e, &there, &shapes))),
    })
}

/// The fault of a weight, in the file's own names and shapes: Burn's Linear layers keep theirs transposed.
fn describe(
    error: &ApplyError,
    there: &impl Fn(&str) -> String,
    shapes: &HashMap<String, Vec<usize>>,
) -> String {
    match error {
        ApplyError::ShapeMismatch {
            path,
            expected,
            found,
        } => {
            let key = there(path);
            let mut expected = expected.to_vec();
            let in_file = shapes.get(&key).cloned().unwrap_or(found.to_vec());
            if in_file != found.to_vec() {
                expected.reverse();
            }
            format!("{key} has shape {in_file:?}, not {expected:?}")
        }
        ApplyError::DTypeMismatch {
            path,
            expected,
            found,
        } => format!("{} has type {found:?}, not {expected:?}", there(path)),
        other => other.to_string(),
    }
}

fn sorted(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut keys: Vec<String> = keys.collect();
    keys.sort();
    keys
}

/// Gives the file's tensors this module's names and applies them.
fn apply<M: Reference>(
    net: &mut M,
    tensors: Vec<Weight>,
    ignored: &mut Vec<String>,
    shapes: &mut HashMap<String, Vec<usize>>,
) -> ApplyResult {
    let renames = net.renames();
    let unneeded = net.unneeded();
    let tensors = unwrapped(tensors, ignored);
    let dialect = net.dialects().into_iter().find(|dialect| {
        let marked = |weight: &Weight| find(&weight.name, dialect.mark).is_some();
        tensors.iter().any(marked)
    });
    let tensors = once(tensors, &net.aliases(), ignored);
    let mut renamed = Vec::with_capacity(tensors.len());
    for mut weight in tensors {
        for pair in dialect.iter().flat_map(|dialect| &dialect.renames) {
            weight.name = Names(std::slice::from_ref(pair)).here(&weight.name);
        }
        let mut pieces = UNNEEDED.iter().chain(unneeded);
        if pieces.any(|piece| find(&weight.name, piece).is_some()) {
            ignored.push(weight.name);
            continue;
        }
        let mut weight = net.adapt(weight);
        shapes.insert(weight.name.clone(), weight.shape.to_vec());
        weight.name = Names(&renames).here(&weight.name);
        renamed.push(weight);
    }
    ignored.sort();
    // Half-precision checkpoints are read too.
    let adapter = PyTorchToBurnAdapter.chain(FloatCastAdapter::to(DType::F32));
    net.apply(renamed, None, Some(Box::new(adapter)), true)
}

/// Keeps each weight once: second names are left out where the first is there too, and made the first elsewhere.
fn once(
    tensors: Vec<Weight>,
    aliases: &[(String, String)],
    ignored: &mut Vec<String>,
) -> Vec<Weight> {
    if aliases.is_empty() {
        return tensors;
    }
    let names: HashSet<String> = tensors.iter().map(|weight| weight.name.clone()).collect();
    let keep = |mut weight: Weight| {
        let first = Names(aliases).here(&weight.name);
        if first != weight.name && names.contains(&first) {
            ignored.push(weight.name);
            return None;
        }
        weight.name = first;
        Some(weight)
    };
    tensors.into_iter().filter_map(keep).collect()
}

/// `num_batches_tracked`: stored by PyTorch, unused at inference.
const UNNEEDED: [&str; 1] = ["num_batches_tracked"];

/// Strips the dictionaries that checkpoints wrap around the weights, the entries of training beside these, and the prefix
/// of `DataParallel`.
fn unwrapped(mut tensors: Vec<Weight>, ignored: &mut Vec<String>) -> Vec<Weight> {
    for wrapper in ["model_state_dict.", "state_dict.", "model.", "module."] {
        let inside = |weight: &Weight| weight.name.starts_with(wrapper);
        let beside = |weight: &Weight| BESIDE.iter().any(|name| weight.name.starts_with(name));
        if !tensors.iter().any(inside) || !tensors.iter().all(|t| inside(t) || beside(t)) {
            continue;
        }
        let (weights, others): (Vec<_>, Vec<_>) = tensors.into_iter().partition(inside);
        ignored.extend(others.into_iter().map(|weight| weight.name));
        tensors = weights;
        for tensor in &mut tensors {
            tensor.name.drain(..wrapper.len());
        }
    }
    tensors
}

/// Prefixes of the entries that checkpoints of a training hold beside the weights.
const BESIDE: [&str; 6] = [
    "optimizer.",
    "optimizer_state_dict.",
    "lr_scheduler.",
    "scaler.",
    "model_ema.",
    "ema.",
];
