//! Readers of weight files, which leave the bytes of tensors unread.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Error as IoError, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use burn::store::bridge::deferred;
use burn::store::burn_pack::Error as PackError;
use burn::store::pytorch_reader::{PickleValue, PytorchReader};
use burn::store::{BurnpackStore, ModuleStore, PytorchStore};
use burn::tensor::{DType, Shape, TensorData};
use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::Weight;
use super::kind::{self, Kind, LARGEST_HEADER};

/// The tensors of a file, and whose names and layouts they have.
pub(super) struct Contents {
    pub weights: Vec<Weight>,
    /// Whether names and layouts are Burn's, and not those of PyTorch.
    pub burn: bool,
    /// Entries in the place of tensors that are none, by key, and their types in Python.
    pub strange: BTreeMap<String, String>,
    /// Keys of several tensors, of which `weights` has one: with a full stop in a key, and from one dictionary in another.
    pub twice: BTreeSet<String>,
}

impl Contents {
    fn of(weights: Vec<Weight>, burn: bool) -> Self {
        Self {
            weights,
            burn,
            strange: BTreeMap::new(),
            twice: BTreeSet::new(),
        }
    }
}

/// The largest index of shards that is read.
const LARGEST_INDEX: u64 = 100_000_000;

/// Reads the tensors of a file of any kind; `Ok(None)` where the kind is unknown.
pub(super) fn contents(path: &Path) -> Result<Option<Contents>, String> {
    let Some(kind) = kind::of(path)? else {
        return Ok(None);
    };
    Ok(Some(match kind {
        Kind::PyTorch => pytorch(path)?,
        Kind::Safetensors => Contents::of(safetensors(path)?, false),
        Kind::Index => sharded(path)?,
        Kind::Burn => {
            let weights = tensors(BurnpackStore::from_file(path).auto_extension(false))?;
            Contents::of(weights, true)
        }
    }))
}

fn tensors<S: ModuleStore>(mut store: S) -> Result<Vec<Weight>, String>
where
    S::Error: std::fmt::Display,
{
    let tensors = store.get_all_tensors().map_err(|e| e.to_string())?;
    Ok(tensors.values().cloned().collect())
}

/// Reads a PyTorch checkpoint of any age: dictionaries of tensors, or a network that was saved whole.
fn pytorch(path: &Path) -> Result<Contents, String> {
    let store = PytorchStore::from_file(path).map_indices_contiguous(false);
    let weights = tensors(store).map_err(|e| explained(&e))?;
    let mut contents = Contents::of(weights, false);
    let root = PytorchReader::read_pickle_data(path, None).map_err(|e| e.to_string())?;
    walk(
        root,
        &mut String::new(),
        &mut BTreeSet::new(),
        &mut contents,
    );
    Ok(contents)
}

/// Explains a failure of the reader of pickles.
fn explained(error: &str) -> String {
    let remedies = [
        (
            &["_rebuild_sparse", "_rebuild_qtensor", "_rebuild_nested"][..],
            "the file holds sparse, quantised or nested tensors: save plain ones, by to_dense() or dequantize()",
        ),
        (
            &["__torch__", "torch.jit"],
            "the file is a program of TorchScript: save its state_dict()",
        ),
        (
            &["unsupported Python type"],
            "the file holds objects beside tensors: save the network's state_dict() alone",
        ),
        (
            &[
                "failed to fill whole buffer",
                "extends beyond the end",
                "UnexpectedEof",
                "expected",
            ],
            "the file may be cut: fetch it again",
        ),
    ];
    let fits = |(marks, _): &&(&[&str], &str)| marks.iter().any(|mark| error.contains(mark));
    match remedies.iter().find(fits) {
        Some((_, remedy)) => format!("{remedy} ({error})"),
        None => error.into(),
    }
}

/// Collects the entries that are no tensors and no plain values, and the keys that several tensors have.
fn walk(
    value: PickleValue,
    key: &mut String,
    tensors: &mut BTreeSet<String>,
    contents: &mut Contents,
) {
    let length = key.len();
    let mut enter = |name: &str, value| {
        if !key.is_empty() {
            key.push('.');
        }
        key.push_str(name);
        walk(value, key, tensors, contents);
        key.truncate(length);
    };
    match value {
        PickleValue::Dict(entries) => entries.into_iter().for_each(|(name, v)| enter(&name, v)),
        PickleValue::List(items) => {
            let items = items.into_iter().enumerate();
            items.for_each(|(index, v)| enter(&index.to_string(), v));
        }
        PickleValue::Unsupported(kind)
            if kind == "torch.Tensor" && !tensors.insert(key.clone()) =>
        {
            contents.twice.insert(key.clone());
        }
        PickleValue::Unsupported(kind) if !kind.starts_with("torch.") => {
            contents.strange.insert(key.clone(), kind);
        }
        _ => {}
    }
}

/// Reads the tensors of all files that an index names.
fn sharded(path: &Path) -> Result<Contents, String> {
    let map = weight_map(path)?;
    let mut all = Contents::of(Vec::new(), false);
    for (file, keys) in files(&map) {
        let shard = path.with_file_name(file);
        let told = |reason: String| format!("{file}, which it names: {reason}");
        let read = match shard.exists() {
            true if kind::of(&shard).map_err(told)? == Some(Kind::Index) => {
                return Err(told("an index, and no file of weights".into()));
            }
            true => contents(&shard).map_err(told)?,
            false => return Err(told("the file is not there: fetch it too".into())),
        };
        let unknown = || told("neither a safetensors file nor a PyTorch checkpoint".into());
        let read = read.filter(|read| !read.burn).ok_or_else(unknown)?;
        let held: BTreeSet<&str> = read.weights.iter().map(|w| w.name.as_str()).collect();
        if let Some(key) = keys.iter().find(|key| !held.contains(**key)) {
            return Err(told(format!("it does not hold {key}: fetch it again")));
        }
        all.weights.extend(read.weights);
        all.strange.extend(read.strange);
        all.twice.extend(read.twice);
    }
    Ok(all)
}

/// The files of an index, each with its keys.
pub(super) fn files(map: &BTreeMap<String, String>) -> BTreeMap<&str, Vec<&str>> {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, file) in map {
        files.entry(file).or_default().push(key);
    }
    files
}

/// Reads which file each key is in, from an index; files lie beside their index.
pub(super) fn weight_map(path: &Path) -> Result<BTreeMap<String, String>, String> {
    #[derive(serde::Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let file = File::open(path).map_err(|e| e.to_string())?;
    let length = file.metadata().map_err(|e| e.to_string())?.len();
    if length > LARGEST_INDEX {
        return Err(format!(
            "an index of {length} bytes, which no network needs"
        ));
    }
    let index: Index = serde_json::from_reader(std::io::BufReader::new(file))
        .map_err(|e| format!("cut or damaged, as an index of weights: {e}"))?;
    let plain = |file: &String| {
        let mut parts = Path::new(file).components();
        let first = parts.next();
        matches!(first, Some(std::path::Component::Normal(_))) && parts.next().is_none()
    };
    match index.weight_map.values().find(|file| !plain(file)) {
        Some(file) => Err(format!(
            "an index names {file}, which is no file of weights beside it"
        )),
        None if index.weight_map.is_empty() => Err("an index that names no weights".into()),
        None => Ok(index.weight_map),
    }
}

/// Reads the tensors of a safetensors file. Burn's own store maps the whole file into memory, which stays there while it
/// is copied.
fn safetensors(path: &Path) -> Result<Vec<Weight>, String> {
    let io = |e: IoError| e.to_string();
    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let mut size = [0; 8];
    file.read_exact(&mut size)
        .map_err(|_| "no safetensors file: it has no header")?;
    let size = u64::from_le_bytes(size);
    if size > LARGEST_HEADER || 8 + size > length {
        return Err("no safetensors file, or cut within its header".into());
    }
    let mut header = vec![0; size as usize];
    file.read_exact(&mut header).map_err(io)?;
    let metadata: Metadata = serde_json::from_slice(&header)
        .map_err(|e| format!("no safetensors file: its header cannot be read: {e}"))?;
    let tensors = metadata.tensors();
    let ends = tensors.values().map(|info| info.data_offsets.1 as u64);
    let expected = (8 + size).saturating_add(ends.max().unwrap_or(0));
    if length < expected {
        return Err(format!("cut: {length} of {expected} bytes"));
    }
    let mut weights = Vec::with_capacity(tensors.len());
    for (name, info) in tensors {
        let dtype = dtype(info.dtype)
            .ok_or_else(|| format!("{name} has type {:?}, which is not read", info.dtype))?;
        let (start, end) = info.data_offsets;
        let mut sides = info.shape.iter();
        let bytes = sides.try_fold(dtype.size(), |bytes, side| bytes.checked_mul(*side));
        if bytes.is_none() || end.checked_sub(start) != bytes {
            return Err(format!(
                "{name}: {start}..{end} are not the bytes of its shape"
            ));
        }
        let shape = Shape::from(info.shape.clone());
        let (path, from, count): (PathBuf, _, _) =
            (path.into(), 8 + size + start as u64, end - start);
        let declared = shape.clone();
        weights.push(deferred(name, dtype, shape, None, move || {
            let bytes =
                self::bytes(&path, from, count).map_err(|e| PackError::IoError(e.to_string()))?;
            Ok(TensorData::from_bytes_vec(bytes, declared.clone(), dtype))
        }));
    }
    Ok(weights)
}

fn bytes(path: &Path, from: u64, count: usize) -> Result<Vec<u8>, IoError> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = vec![0; count];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn dtype(dtype: Dtype) -> Option<DType> {
    Some(match dtype {
        Dtype::F64 => DType::F64,
        Dtype::F32 => DType::F32,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        Dtype::I64 => DType::I64,
        Dtype::I32 => DType::I32,
        Dtype::I16 => DType::I16,
        Dtype::I8 => DType::I8,
        Dtype::U64 => DType::U64,
        Dtype::U32 => DType::U32,
        Dtype::U16 => DType::U16,
        Dtype::U8 => DType::U8,
        // Buffers such as masks, which no network here reads.
        Dtype::BOOL => DType::U8,
        _ => return None,
    })
}
