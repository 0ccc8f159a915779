//! Files that tests make.

use npyz::{Order, WriterBuilder};

/// The bytes of an array as NumPy's `save` writes it.
pub(crate) fn npy<T: npyz::AutoSerialize + Copy>(
    values: &[T],
    shape: &[u64],
    order: Order,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new().default_dtype();
    let writer = options.shape(shape).order(order).writer(&mut bytes);
    let mut writer = writer.begin_nd().unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A folder with these texts in files of these names.
pub(crate) fn folder(files: [(&str, &str); 2]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}
