use std::path::{Path, PathBuf};

use burn_interaction_datasets::registry::Source;

use super::names::data_set;
use super::{Seats, Spec};
use crate::error::{Result, usage};

/// The names of the parts in a folder of the user's own.
const PARTS: [&str; 6] = ["train", "test", "validation", "valid", "val", "dev"];

/// A digest of the files that a set's name does not tell apart from others: the user's own data, and the labels whose areas are players.
/// `None` where there are none.
///
/// # Errors
///
/// Fails where a file cannot be read.
pub fn contents(spec: &Spec) -> Result<Option<String>> {
    let (name, place) = spec.data_and_folder();
    let own = place.filter(|_| data_set(name).is_ok_and(|set| set.source == Source::Own));
    let labels = match &spec.players {
        Some(Seats::Segments(path)) => Some(path.as_path()),
        _ => None,
    };
    let mut files = Vec::new();
    if let Some(path) = own {
        // Of a folder the parts count, and not what else lies there.
        let part = |file: &PathBuf| {
            let stem = file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            stem.is_some_and(|stem| PARTS.contains(&stem.as_str()))
        };
        match path.is_dir() {
            true => files.extend(
                entries(path)?
                    .into_iter()
                    .filter(part)
                    .filter(|f| f.is_file()),
            ),
            false => files.push(path.into()),
        }
    }
    if let Some(path) = labels {
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
    entries(path)?
        .iter()
        .try_for_each(|entry| collect(entry, files))
}

/// The entries of a folder, in the order of their names.
fn entries(path: &Path) -> Result<Vec<PathBuf>> {
    let fail = |e: std::io::Error| usage(format!("{}: {e}", path.display()));
    let entries = std::fs::read_dir(path).map_err(fail)?;
    let entries = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<std::io::Result<_>>().map_err(fail)?;
    entries.sort();
    Ok(entries)
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
