use std::fs::File;
use std::io::BufReader;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

use super::Step;
use crate::error::{Error, Result};

/// The way an archive is packed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    TarGz,
    Zip,
}

impl Kind {
    pub(super) fn of(file: &str) -> Result<Self> {
        match file {
            _ if file.ends_with(".tar.gz") || file.ends_with(".tgz") => Ok(Self::TarGz),
            _ if file.ends_with(".zip") => Ok(Self::Zip),
            _ => Err(Error::Data(format!(
                "\"{file}\" is no archive that is unpacked here: give an address that ends in .tar.gz, .tgz or .zip"
            ))),
        }
    }
}

/// Unpacks an archive, whose files lie in one folder, to `folder` without that folder.
pub(super) fn unpack(
    kind: Kind,
    archive: &Path,
    folder: &Path,
    observer: &mut dyn FnMut(Step),
) -> Result<()> {
    let file = BufReader::new(File::open(archive).map_err(|e| Error::io(archive, e, ""))?);
    let bad = |reason: String| Error::file(archive, format!("cannot be unpacked: {reason}"));
    let write = |from: &mut dyn std::io::Read, path: PathBuf| {
        let to = folder.join(path);
        let parent = to.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(|e| Error::io(parent, e, ""))?;
        let mut file = File::create(&to).map_err(|e| Error::io(&to, e, ""))?;
        std::io::copy(from, &mut file).map_err(|e| bad(format!("{}: {e}", to.display())))?;
        Ok(())
    };
    match kind {
        Kind::TarGz => {
            let mut tar = tar::Archive::new(GzDecoder::new(file));
            for (number, entry) in tar.entries().map_err(|e| bad(e.to_string()))?.enumerate() {
                let mut entry = entry.map_err(|e| bad(e.to_string()))?;
                let path = entry.path().map_err(|e| bad(e.to_string()))?.into_owned();
                if entry.header().entry_type().is_file() {
                    write(
                        &mut entry,
                        inside(&path).ok_or_else(|| bad(outside(&path)))?,
                    )?;
                }
                observer(Step::Unpack(number as u64 + 1, 0));
            }
        }
        Kind::Zip => {
            let mut zip = zip::ZipArchive::new(file).map_err(|e| bad(e.to_string()))?;
            let total = zip.len();
            for number in 0..total {
                let mut entry = zip.by_index(number).map_err(|e| bad(e.to_string()))?;
                let name = entry.name().map_err(|e| bad(e.to_string()))?;
                let path = PathBuf::from(name.as_ref());
                if entry.is_file() {
                    write(
                        &mut entry,
                        inside(&path).ok_or_else(|| bad(outside(&path)))?,
                    )?;
                }
                observer(Step::Unpack(number as u64 + 1, total as u64));
            }
        }
    }
    Ok(())
}

/// A path of an archive without its first folder; `None` where it would lead out of the folder.
fn inside(path: &Path) -> Option<PathBuf> {
    let parts: Vec<Component> = path
        .components()
        .filter(|c| *c != Component::CurDir)
        .collect();
    let normal = parts
        .iter()
        .all(|part| matches!(part, Component::Normal(_)));
    (normal && parts.len() > 1).then(|| parts[1..].iter().collect())
}

fn outside(path: &Path) -> String {
    format!(
        "the entry {} is in no folder, or leads out of it",
        path.display()
    )
}
