use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use burn::store::{BurnToPyTorchAdapter, BurnpackStore, ModuleSnapshot};
use burn::tensor::{Bytes, DType};
use safetensors::{Dtype, View, serialize_to_file};

use super::{Reference, names::Names};
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
        Some("safetensors") => {
            let entries = entries(net).map_err(fail)?;
            // The library renames a file that only its owner may read; a fresh one has the usual permissions.
            let io = |e: std::io::Error| fail(e.to_string());
            let permissions = File::create(path)
                .and_then(|file| file.metadata())
                .map_err(io)?
                .permissions();
            // Which PyTorch's libraries ask for.
            let format = HashMap::from([("format".to_string(), "pt".to_string())]);
            serialize_to_file(entries, Some(format), path).map_err(|e| fail(e.to_string()))?;
            std::fs::set_permissions(path, permissions).map_err(io)
        }
        Some("bpk") => {
            let mut store = BurnpackStore::from_file(path).overwrite(true);
            net.save_into(&mut store).map_err(|e| fail(e.to_string()))
        }
        _ => Err(Error::UnknownFormat { path: path.into() }),
    }
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
