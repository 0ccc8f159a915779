use std::fs::File;
use std::io::{Error as IoError, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use burn::store::bridge::deferred;
use burn::store::burn_pack::Error as PackError;
use burn::store::{ModuleStore, PytorchStore};
use burn::tensor::{DType, Shape, TensorData};
use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::Weight;

/// Largest plausible header: headers are a few kilobytes, and a file that claims more is no safetensors file.
const LARGEST_HEADER: u64 = 100_000_000;

/// Reads the tensors of a PyTorch checkpoint, leaving their bytes unread.
pub(super) fn pytorch(path: &Path) -> Result<Vec<Weight>, String> {
    let mut store = PytorchStore::from_file(path).map_indices_contiguous(false);
    let tensors = store.get_all_tensors().map_err(|e| e.to_string())?;
    Ok(tensors.values().cloned().collect())
}

/// Reads the tensors of a safetensors file, leaving their bytes unread. Burn's own store maps the whole file into memory,
/// which stays there while it is copied.
pub(super) fn safetensors(path: &Path) -> Result<Vec<Weight>, String> {
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
    let expected = 8 + size + ends.max().unwrap_or(0);
    if length < expected {
        return Err(format!("cut: {length} of {expected} bytes"));
    }
    let mut weights = Vec::with_capacity(tensors.len());
    for (name, info) in tensors {
        let dtype = dtype(info.dtype)
            .ok_or_else(|| format!("{name} has type {:?}, which is not read", info.dtype))?;
        let shape = Shape::from(info.shape.clone());
        let (start, end) = info.data_offsets;
        if end.checked_sub(start) != Some(shape.num_elements() * dtype.size()) {
            return Err(format!(
                "{name}: {start}..{end} are not the bytes of its shape"
            ));
        }
        let (path, from, count): (PathBuf, _, _) =
            (path.into(), 8 + size + start as u64, end - start);
        let declared = shape.clone();
        weights.push(deferred(name, dtype, shape, None, move || {
            let bytes = bytes(&path, from, count).map_err(|e| PackError::IoError(e.to_string()))?;
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
        Dtype::U8 => DType::U8,
        _ => return None,
    })
}
