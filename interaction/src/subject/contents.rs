use std::path::{Path, PathBuf};

use super::names::data_set;
use super::{Seats, Spec};
use crate::error::{Result, usage};

/// A digest of the files that a set's name does not tell apart from others: the user's own data, and the labels whose areas are players.
/// `None` where there are none.
///
/// # Errors
///
/// Fails where a file cannot be read.
pub fn contents(spec: &Spec) -> Result<Option<String>> {
    let (name, place) = spec.data_and_folder();
    let mut files = match place {
        Some(place) => data_set(name)?.own_files(place)?,
        None => Vec::new(),
    };
    if let Some(Seats::Segments(path)) = &spec.players {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        return Ok(None);
    }
    let digest = |path: &PathBuf| -> Result<String> { Ok(burn_interaction::digest(path)?) };
    let digests: Vec<String> = files.iter().map(digest).collect::<Result<_>>()?;
    Ok(Some(super::digest_of(&digests)))
}

/// The files of a folder and of the folders in it, in the order of their names, or the file itself.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.into());
        return Ok(());
    }
    let fail = |e: std::io::Error| usage(format!("{}: {e}", path.display()));
    let entries = std::fs::read_dir(path).map_err(fail)?;
    let entries = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<std::io::Result<_>>().map_err(fail)?;
    entries.sort();
    entries.iter().try_for_each(|entry| collect(entry, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_contents_have_another_digest_and_generated_data_have_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        let spec = Spec::new("mlp5", format!("csv:{}", file.display()));
        let digest = |text: &str| {
            std::fs::write(&file, text).unwrap();
            contents(&spec).unwrap().unwrap()
        };
        let first = digest("x,y\n");
        assert_ne!(first, digest("x,z\n"));
        assert_eq!(first, digest("x,y\n"));
        assert_eq!(contents(&Spec::new("mlp5", "rules")).unwrap(), None);
        let labelled = Spec {
            players: Some(Seats::Segments(folder.path().into())),
            ..Spec::new("resnet20", "scenes")
        };
        assert!(contents(&labelled).unwrap().is_some());
        std::fs::remove_file(&file).unwrap();
        assert!(contents(&spec).is_err());
    }
}
