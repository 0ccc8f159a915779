use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::error::{Error, Result};

/// The arrays of a file that NumPy's `savez` wrote, read one by one.
pub(super) struct Npz {
    pub(super) path: PathBuf,
    archive: ZipArchive<BufReader<File>>,
}

impl Npz {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// Fails where the file is missing or no archive.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::io(path, e, ""))?;
        let fail = |e| Error::file(path, format!("no .npz of NumPy, or cut: {e}"));
        Ok(Self {
            path: path.into(),
            archive: ZipArchive::new(BufReader::new(file)).map_err(fail)?,
        })
    }

    /// The names of the arrays.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.archive.file_names().flatten();
        names
            .filter_map(|name| Some(name.strip_suffix(".npy")?.to_string()))
            .collect()
    }

    /// The first bytes of an array, which hold its header, or all of them.
    ///
    /// # Errors
    ///
    /// Fails where there is no such array, or it cannot be unpacked.
    pub(super) fn bytes(&mut self, name: &str, most: u64) -> Result<Vec<u8>> {
        let fail = |reason: String| Error::file(&self.path, format!("the array {name}: {reason}"));
        let entry = self.archive.by_name(&format!("{name}.npy"));
        let entry = entry.map_err(|e| fail(e.to_string()))?;
        let mut bytes = Vec::new();
        let read = entry.take(most).read_to_end(&mut bytes);
        read.map_err(|e| fail(format!("cannot be unpacked: {e}")))?;
        Ok(bytes)
    }
}
