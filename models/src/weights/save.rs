use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use burn::store::{BurnToPyTorchAdapter, BurnpackStore, ModuleSnapshot};
use burn::tensor::{Bytes, DType};
use safetensors::{Dtype, View, serialize_to_file};

use super::names::{Names, find};
use super::{Dialect, Reference};
use crate::error::{Error, Result};

/// Saves the weights: `.safetensors` with the reference's own keys and layout, which PyTorch can load, or Burn's
/// `.bpk`. An existing file is replaced.
///
/// # Errors
///
/// Fails where the file cannot be written, or has another extension.
pub fn save<M: Reference>(net: &M, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let fail = |reason: String| Error::File {
        path: path.into(),
        reason,
    };
    match path.extension().and_then(|e| e.to_str()) {
        Some("safetensors") => entries(net)
            .and_then(|entries| write(entries, path))
            .map_err(fail),
        Some("bpk") => {
            let mut store = BurnpackStore::from_file(path).overwrite(true);
            net.save_into(&mut store).map_err(|e| fail(e.to_string()))
        }
        _ => Err(Error::UnknownFormat { path: path.into() }),
    }
}

/// Saves the weights in a safetensors file with the names of another collection, the one whose files have this mark.
///
/// # Errors
///
/// Fails where the file cannot be written, or the collection has no such network.
pub(crate) fn save_as<M: Reference>(net: &M, path: impl AsRef<Path>, mark: &str) -> Result<()> {
    let path = path.as_ref();
    let fail = |reason: String| Error::File {
        path: path.into(),
        reason,
    };
    let dialects = net.dialects();
    let dialect = dialects.iter().find(|dialect| dialect.mark == mark);
    let dialect = dialect.ok_or_else(|| {
        fail(format!(
            "{} has no names in the collection of {mark}",
            net.name()
        ))
    })?;
    let joins = net.joins();
    let named = |(key, entry)| (there(dialect, key), entry);
    let parted = |entries: Vec<(String, Entry)>| {
        let parts = entries.into_iter().flat_map(|entry| parted(entry, joins));
        parts.map(named).collect()
    };
    entries(net)
        .map(parted)
        .and_then(|entries| write(entries, path))
        .map_err(fail)
}

/// The key that a collection has for one of the reference.
fn there(dialect: &Dialect, key: String) -> String {
    let pairs = dialect.renames.iter();
    pairs.fold(key, |key, pair| {
        Names(std::slice::from_ref(pair)).there(&key)
    })
}

/// The parts that a collection keeps of a weight that the reference has in one: rows of one part below those of another.
fn parted((key, entry): (String, Entry), joins: &[(&str, &[&str])]) -> Vec<(String, Entry)> {
    let found = joins
        .iter()
        .find_map(|(whole, parts)| Some((find(&key, whole)?, whole, parts)));
    let Some((at, whole, parts)) = found else {
        return vec![(key, entry)];
    };
    let rows = entry.shape[0] / parts.len();
    let bytes = entry.bytes.len() / parts.len();
    let part = |(place, part): (usize, &&str)| {
        let name = format!("{}{part}{}", &key[..at], &key[at + whole.len()..]);
        let mut shape = entry.shape.clone();
        shape[0] = rows;
        let bytes = entry.bytes[place * bytes..(place + 1) * bytes].to_vec();
        let entry = Entry {
            dtype: entry.dtype,
            shape,
            bytes: Bytes::from_bytes_vec(bytes),
        };
        (name, entry)
    };
    parts.iter().enumerate().map(part).collect()
}

/// Writes a safetensors file.
fn write(entries: Vec<(String, Entry)>, path: &Path) -> std::result::Result<(), String> {
    // The library moves a file to its place that only its owner may read: it gets the permissions of the one before, or the usual ones,
    // which an empty file beside it tells.
    let io = |e: std::io::Error| e.to_string();
    let permissions = match std::fs::metadata(path) {
        Ok(before) => before.permissions(),
        Err(_) => {
            let beside = path.with_file_name(format!(".interaction-{}.empty", std::process::id()));
            let usual = File::create_new(&beside).and_then(|file| file.metadata());
            let removed = std::fs::remove_file(&beside);
            usual
                .and_then(|usual| removed.map(|()| usual))
                .map_err(io)?
                .permissions()
        }
    };
    // Which PyTorch's libraries ask for.
    let format = HashMap::from([("format".to_string(), "pt".to_string())]);
    serialize_to_file(entries, Some(format), path).map_err(|e| e.to_string())?;
    std::fs::set_permissions(path, permissions).map_err(io)
}

/// The weights under the reference's names; for each batch norm also the count of batches that PyTorch keeps beside it,
/// which is zero as Burn counts none.
fn entries<M: Reference>(net: &M) -> std::result::Result<Vec<(String, Entry)>, String> {
    let renames = net.renames();
    let aliases = net.aliases();
    let mut entries: Vec<(String, Entry)> = Vec::new();
    for weight in net.collect(None, Some(Box::new(BurnToPyTorchAdapter)), true) {
        let (key, dtype, shape, _, bytes) = weight.into_parts().map_err(|e| e.to_string())?;
        let key = Names(&renames).there(&key);
        let dtype = match dtype {
            DType::F32 => Dtype::F32,
            DType::F64 => Dtype::F64,
            DType::F16 => Dtype::F16,
            DType::BF16 => Dtype::BF16,
            other => return Err(format!("{key} has type {other:?}, which is not written")),
        };
        if let Some(norm) = key.strip_suffix("running_mean") {
            let count = Entry {
                dtype: Dtype::I64,
                shape: Vec::new(),
                bytes: Bytes::from_bytes_vec(vec![0; 8]),
            };
            entries.push((format!("{norm}num_batches_tracked"), count));
        }
        let shape = shape.to_vec();
        entries.push((
            key,
            Entry {
                dtype,
                shape,
                bytes,
            },
        ));
    }
    let second = |(key, entry): &(String, Entry)| {
        let alias = Names(&aliases).there(key);
        (alias != *key).then(|| (alias, entry.clone()))
    };
    let copies: Vec<_> = entries.iter().filter_map(second).collect();
    entries.extend(copies);
    Ok(entries)
}

#[derive(Clone)]
struct Entry {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Bytes,
}

impl View for Entry {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
