//! Data sets from their public addresses: fetched with resume, checked, unpacked.

mod fetch;
mod unpack;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::registry::{DataSet, Source};

/// An archive at a public address, and the folder it becomes.
#[derive(Debug, Clone)]
pub struct Archive {
    /// The data set's name.
    pub name: String,
    /// Where it is: an address that ends in `.tar.gz`, `.tgz` or `.zip`.
    pub url: String,
    /// Its MD5 checksum, in hexadecimal digits.
    pub md5: String,
}

/// What a download is at, with bytes done and bytes in all, the latter zero where the server does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Receiving bytes.
    Fetch(u64, u64),
    /// Comparing checksums.
    Check(u64, u64),
    /// Unpacking: entries done, and in all where the archive says.
    Unpack(u64, u64),
}

impl Archive {
    /// The archive of a data set; `None` where it has none at a public address.
    pub fn of(set: &DataSet) -> Option<Self> {
        match set.source {
            Source::Archive { folder, url, md5 } => Some(Self {
                name: folder.into(),
                url: url.into(),
                md5: md5.into(),
            }),
            _ => None,
        }
    }

    /// Fetches the archive and unpacks it to a folder of the data set's name in `folder`, which is returned. Bytes of an
    /// earlier attempt are kept and the rest is fetched; a broken connection is taken up again a few times. The folder
    /// appears when it is whole. Where it is already there, nothing is fetched.
    ///
    /// # Errors
    ///
    /// The server cannot be reached, or has no such file; its bytes have another checksum; the archive cannot be
    /// unpacked; or a folder cannot be written.
    pub fn fetch(
        &self,
        folder: impl AsRef<Path>,
        mut observer: impl FnMut(Step),
    ) -> Result<PathBuf> {
        let folder = folder.as_ref();
        let whole = folder.join(&self.name);
        if whole.exists() {
            return Ok(whole);
        }
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e, ""))?;
        let file = self.url.rsplit('/').next().unwrap_or_default();
        let kind = unpack::Kind::of(file)?;
        let archive = folder.join(format!("{file}.part"));
        fetch::fetch(&self.url, &archive, &mut observer)?;
        let found = fetch::md5(&archive, &mut observer)?;
        if !found.eq_ignore_ascii_case(&self.md5) {
            // What does not match cannot be taken up again.
            std::fs::remove_file(&archive).map_err(|e| Error::io(&archive, e, ""))?;
            return Err(Error::Download {
                url: self.url.clone(),
                reason: format!(
                    "checksum {found}, not {}: what came was deleted; try again, or another address",
                    self.md5
                ),
            });
        }
        let half = folder.join(format!("{}.part", self.name));
        if half.exists() {
            std::fs::remove_dir_all(&half).map_err(|e| Error::io(&half, e, ""))?;
        }
        unpack::unpack(kind, &archive, &half, &mut observer)?;
        std::fs::rename(&half, &whole).map_err(|e| Error::io(&whole, e, ""))?;
        std::fs::remove_file(&archive).map_err(|e| Error::io(&archive, e, ""))?;
        Ok(whole)
    }
}

#[cfg(test)]
mod tests;
