use std::path::Path;

use burn::module::Module;
use burn::store::burn_pack::Tensor as PackTensor;
use burn::store::{
    ApplyError, ApplyResult, BurnToPyTorchAdapter, BurnpackStore, KeyRemapper, ModuleSnapshot,
    ModuleStore, PyTorchToBurnAdapter, PytorchStore, SafetensorsStore,
};

use crate::error::{Error, Result};

/// A network that knows the key names of its PyTorch reference.
pub trait Reference: Module {
    /// The network's name, for messages.
    fn name(&self) -> String;

    /// Where the reference's key prefixes differ from this module's: `(here, there)` in ascending order of index, such
    /// as `("layers.1.", "layers.2.")` for the second Linear of a Sequential with activations in between.
    fn renames(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// The renames of a Sequential: entry k of `field` here has index `there[k]` in the reference.
pub(crate) fn sequential(field: &str, there: &[usize]) -> Vec<(String, String)> {
    let rename =
        |(here, there): (usize, &usize)| (format!("{field}.{here}."), format!("{field}.{there}."));
    there.iter().enumerate().map(rename).collect()
}

/// What loading did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadReport {
    /// How many tensors were loaded.
    pub loaded: usize,
    /// Keys of the file that are not needed, known by name: `num_batches_tracked`.
    pub ignored: Vec<String>,
}

/// Loads the weights of a network from a file of its reference or of [`save`].
///
/// Reads PyTorch checkpoints (`.pth`, `.pt`, `.th`, `.bin`; a dictionary around the weights and a `module.` prefix are seen
/// through), `.safetensors` with the reference's keys, and Burn's `.bpk`.
///
/// Load into a network of its own, not into a clone: clones of a Burn module share the running statistics of their batch
/// normalisation, which loading writes.
///
/// # Errors
///
/// The file is missing, cut or of another kind, or a key is missing, left over or of another shape: then all of
/// them are listed and nothing is loaded.
pub fn load<M: Reference>(mut net: M, path: impl AsRef<Path>) -> Result<(M, LoadReport)> {
    let path = path.as_ref();
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
    let result = match extension.as_str() {
        "pth" | "pt" | "th" | "bin" => {
            let mut store = PytorchStore::from_file(path).map_indices_contiguous(false);
            apply(&mut net, tensors(&mut store).map_err(fail)?, &mut ignored)
        }
        "safetensors" => {
            let mut store = SafetensorsStore::from_file(path);
            apply(&mut net, tensors(&mut store).map_err(fail)?, &mut ignored)
        }
        "bpk" => {
            let mut store = BurnpackStore::from_file(path)
                .allow_partial(true)
                .validate(false);
            store.apply_to(&mut net).map_err(|e| fail(e.to_string()))?
        }
        _ => return Err(Error::UnknownFormat { path: path.into() }),
    };
    if result.missing.is_empty() && result.unused.is_empty() && result.errors.is_empty() {
        return Ok((
            net,
            LoadReport {
                loaded: result.applied.len(),
                ignored,
            },
        ));
    }
    // Names as the file's author knows them.
    let renames = net.renames();
    let there = |key: &str| {
        let found = renames.iter().find_map(|(here, there)| {
            key.strip_prefix(here.as_str())
                .map(|rest| format!("{there}{rest}"))
        });
        found.unwrap_or_else(|| key.to_string())
    };
    Err(Error::Mismatch {
        path: path.into(),
        network: net.name(),
        missing: sorted(result.missing.iter().map(|(key, _)| there(key))),
        unused: sorted(result.unused.iter().map(|key| there(key))),
        wrong: sorted(result.errors.iter().map(|error| describe(error, &there))),
    })
}

fn describe(error: &ApplyError, there: &impl Fn(&str) -> String) -> String {
    match error {
        ApplyError::ShapeMismatch {
            path,
            expected,
            found,
        } => format!(
            "{} has shape {:?}, not {:?}",
            there(path),
            found.as_slice(),
            expected.as_slice()
        ),
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

fn tensors<S: ModuleStore>(store: &mut S) -> std::result::Result<Vec<PackTensor>, String> {
    Ok(store
        .get_all_tensors()
        .map_err(|e| e.to_string())?
        .values()
        .cloned()
        .collect())
}

/// Gives the reference's tensors this module's names and applies them.
fn apply<M: Reference>(
    net: &mut M,
    tensors: Vec<PackTensor>,
    ignored: &mut Vec<String>,
) -> ApplyResult {
    let renames = net.renames();
    let wrapped = |prefix: &str| tensors.iter().all(|t| t.name.starts_with(prefix));
    let wrapper = ["state_dict.", "model."]
        .into_iter()
        .find(|prefix| wrapped(prefix))
        .unwrap_or_default()
        .to_string();
    let parallel = tensors
        .iter()
        .all(|t| t.name.trim_start_matches(&wrapper).starts_with("module."));
    let mut renamed = Vec::with_capacity(tensors.len());
    for mut tensor in tensors {
        let name = tensor.name.strip_prefix(&wrapper).unwrap_or(&tensor.name);
        let name = if parallel {
            name.strip_prefix("module.").unwrap_or(name)
        } else {
            name
        };
        if name.ends_with("num_batches_tracked") {
            ignored.push(name.to_string());
            continue;
        }
        let here = renames
            .iter()
            .find_map(|(here, there)| name.strip_prefix(there).map(|rest| format!("{here}{rest}")));
        tensor.name = here.unwrap_or_else(|| name.to_string());
        renamed.push(tensor);
    }
    ignored.sort();
    net.apply(renamed, None, Some(Box::new(PyTorchToBurnAdapter)), true)
}

/// Saves the weights: `.safetensors` with the reference's own keys and layout, which PyTorch can load, or Burn's
/// `.bpk`. An existing file is replaced.
///
/// # Errors
///
/// The file cannot be written, or its extension is neither.
pub fn save<M: Reference>(net: &M, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let fail = |reason: String| Error::File {
        path: path.into(),
        reason,
    };
    match path.extension().and_then(|e| e.to_str()) {
        Some("safetensors") => {
            // Indices grow on the way out: the largest first, so that no renamed key is renamed again.
            let mut remapper = KeyRemapper::new();
            for (here, there) in net.renames().iter().rev() {
                let pattern = format!("^{}", here.replace('.', r"\."));
                remapper = remapper
                    .add_pattern(pattern, there.clone())
                    .map_err(|e| fail(e.to_string()))?;
            }
            let mut store = SafetensorsStore::from_file(path)
                .with_to_adapter(BurnToPyTorchAdapter)
                .skip_enum_variants(true)
                .remap(remapper)
                .overwrite(true);
            net.save_into(&mut store).map_err(|e| fail(e.to_string()))
        }
        Some("bpk") => {
            let mut store = BurnpackStore::from_file(path).overwrite(true);
            net.save_into(&mut store).map_err(|e| fail(e.to_string()))
        }
        _ => Err(Error::UnknownFormat { path: path.into() }),
    }
}
