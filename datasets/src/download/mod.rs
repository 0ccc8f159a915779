//! A way to fetch data sets and single files from their public addresses, with resume and checks, and to unpack archives.

mod fetch;
mod unpack;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::registry::{DataSet, Source};

/// An archive at a public address, and the folder that it becomes.
#[derive(Debug, Clone)]
pub struct Archive {
    /// The data set's name.
    pub name: String,
    /// The address of the archive, which ends in `.tar.gz`, `.tgz` or `.zip`.
    pub url: String,
    /// The MD5 checksum of the archive, in hexadecimal digits.
    pub md5: String,
}

/// The step that a download is at, with bytes done and bytes in all, the latter zero where the server does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Bytes are received.
    Fetch(u64, u64),
    /// Checksums are compared.
    Check(u64, u64),
    /// Entries are unpacked: the number done, and in all where the archive says.
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
    /// appears when it is whole. Where it is already there, with anything in it, nothing is fetched.
    ///
    /// # Errors
    ///
    /// Fails where the server cannot be reached, or has no such file; where another process is fetching it; where the bytes have
    /// another checksum; where the archive cannot be unpacked; or where a folder cannot be written.
    pub fn fetch(
        &self,
        folder: impl AsRef<Path>,
        mut observer: impl FnMut(Step),
    ) -> Result<PathBuf> {
        let folder = folder.as_ref();
        let whole = folder.join(&self.name);
        if is_there(&whole) {
            return Ok(whole);
        }
        let link = whole
            .symlink_metadata()
            .is_ok_and(|about| about.is_symlink());
        if link {
            let reason = "a link to a folder with nothing in it, or to none: take the link away";
            return Err(Error::file(&whole, reason));
        }
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e, ""))?;
        let file = self.url.rsplit('/').next().unwrap_or_default();
        let kind = unpack::Kind::of(file)?;
        let archive = folder.join(format!("{file}.part"));
        let _hold = fetch::Hold::take(&archive, &self.url)?;
        if is_there(&whole) {
            // Another process made it in the meantime.
            return Ok(whole);
        }
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
        if whole.exists() {
            // The folder is empty: on some systems none is renamed to it.
            std::fs::remove_dir(&whole).map_err(|e| Error::io(&whole, e, ""))?;
        }
        std::fs::rename(&half, &whole).map_err(|e| Error::io(&whole, e, ""))?;
        std::fs::remove_file(&archive).map_err(|e| Error::io(&archive, e, ""))?;
        Ok(whole)
    }
}

/// Whether a set is there: not a folder with nothing in it, such as one that was made for it.
fn is_there(whole: &Path) -> bool {
    let is_empty = std::fs::read_dir(whole).is_ok_and(|mut entries| entries.next().is_none());
    whole.exists() && !is_empty
}

/// Fetches a file whose SHA-256 begins with these hexadecimal digits. Bytes of an earlier attempt, in a `.part` beside it, are kept and the rest is fetched;
/// the file appears when it is whole and checked. Where it is already there, nothing is fetched.
///
/// # Errors
///
/// Fails where the server cannot be reached, or has no such file; where another process is fetching it; where the bytes have another
/// checksum; or where the file cannot be written.
pub fn fetch_file(
    url: &str,
    path: impl AsRef<Path>,
    sha256_start: &str,
    mut observer: impl FnMut(Step),
) -> Result<()> {
    let path = path.as_ref();
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e, ""))?;
    let mut part = path.as_os_str().to_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let _hold = fetch::Hold::take(&part, url)?;
    if path.exists() {
        // Another process made it in the meantime.
        return Ok(());
    }
    fetch::fetch(url, &part, &mut observer)?;
    let digest = burn_interaction::digest(&part);
    let digest = digest.map_err(|e| Error::file(&part, e.to_string()))?;
    if !digest.starts_with(&sha256_start.to_ascii_lowercase()) {
        std::fs::remove_file(&part).map_err(|e| Error::io(&part, e, ""))?;
        return Err(Error::Download {
            url: url.into(),
            reason: format!(
                "its SHA-256 begins with {}, not {sha256_start}: what came was deleted; try again, or another address",
                &digest[..sha256_start.len().min(digest.len())]
            ),
        });
    }
    std::fs::rename(&part, path).map_err(|e| Error::io(path, e, ""))
}

#[cfg(test)]
mod tests;
