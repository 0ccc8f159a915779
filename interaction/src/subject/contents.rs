use std::path::{Path, PathBuf};

use burn_interaction_datasets::registry::Source;

use super::names::data_set;
use super::{Seats, Spec};
use crate::error::{Result, usage};

/// Bytes of a published set up to which its files are read for a digest; of larger sets their names and sizes count.
const READ_BYTES: u64 = 1 << 29;
/// Files of a published set up to which they are read for a digest.
const READ_FILES: usize = 2000;
/// Endings of files beside a published set that are no part of it: archives, halves of downloads, and notes.
const BESIDE: [&str; 10] = [
    "gz", "tgz", "tar", "zip", "7z", "rar", "part", "lock", "md", "pdf",
];

/// A digest of the files that are the user's own: data, and the labels whose areas are players. `None` where there are none.
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

/// A digest of the files of a published set, whose name does not tell whether all of it is there; of many or large files that of their
/// names and sizes. `None` of other sets, and where there is no such folder. Hidden files, archives, notes beside the data and what cannot
/// be read do not count.
///
/// # Errors
///
/// Fails where there is no such set.
pub fn published_contents(spec: &Spec) -> Result<Option<String>> {
    let (name, place) = spec.data_and_folder();
    let published = matches!(
        data_set(name)?.source,
        Source::Archive { .. } | Source::Page(_)
    );
    let Some(place) = place.filter(|place| published && place.is_dir()) else {
        return Ok(None);
    };
    let mut files = Vec::new();
    found(place, DEEPEST, &mut files);
    // The names of the folders that a file is in, below the set's, and its own.
    let names = |file: &Path| -> Vec<String> {
        let parts = file.strip_prefix(place).unwrap_or(file).iter();
        parts
            .map(|part| part.to_string_lossy().into_owned())
            .collect()
    };
    files.retain(|file| is_data(&names(file)));
    let size = |file: &PathBuf| std::fs::metadata(file).map_or(0, |about| about.len());
    let bytes: u64 = files.iter().map(size).sum();
    let read = bytes <= READ_BYTES && files.len() <= READ_FILES;
    let told = files.iter().map(|file| {
        let name = names(file).join("/");
        let digest = read.then(|| burn_interaction::digest(file).ok()).flatten();
        match digest {
            Some(digest) => format!("{name} {digest}"),
            None => format!("{name} {}", size(file)),
        }
    });
    let told: Vec<String> = told.collect();
    Ok((!told.is_empty()).then(|| super::digest_of(&told)))
}

/// Whether a file by these names of folders and its own may be part of a published set.
fn is_data(names: &[String]) -> bool {
    let ending = names.last().and_then(|name| name.rsplit_once('.'));
    let ending = ending.map_or("", |(_, ending)| ending).to_lowercase();
    !names.iter().any(|name| name.starts_with('.')) && !BESIDE.contains(&ending.as_str())
}

/// Folders in folders of a published set that are looked into: links may lead round.
const DEEPEST: usize = 8;

/// The files of a folder, and of the folders in it down to this depth, in the order of their names; those that cannot be read are
/// passed over.
fn found(folder: &Path, deep: usize, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_file() {
            files.push(entry);
        } else if deep > 0 && entry.is_dir() {
            found(&entry, deep - 1, files);
        }
    }
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

    #[test]
    fn a_published_set_of_other_files_has_another_digest_wherever_it_lies() {
        let root = tempfile::tempdir().unwrap();
        let set = |name: &str| {
            let folder = root.path().join(name);
            std::fs::create_dir_all(folder.join("deep")).unwrap();
            std::fs::write(folder.join("adult.data"), "1, 2\n").unwrap();
            std::fs::write(folder.join("deep/adult.test"), "3, 4\n").unwrap();
            folder
        };
        let of = |folder: &Path| {
            let spec = Spec::new("mlp5", format!("census:{}", folder.display()));
            assert_eq!(contents(&spec).unwrap(), None);
            published_contents(&spec).unwrap()
        };
        let [here, there] = [set("here"), set("there")];
        let first = of(&here);
        assert!(first.is_some());
        for beside in [".DS_Store", "adult.zip", "README.md"] {
            std::fs::write(there.join(beside), "beside").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("/nowhere", there.join("broken")).unwrap();
        assert_eq!(first, of(&there));
        std::fs::write(there.join("deep/adult.test"), "3, 5\n").unwrap();
        assert_ne!(first, of(&there));
        std::fs::rename(here.join("adult.data"), here.join("adult.old")).unwrap();
        assert_ne!(first, of(&here));
        assert_eq!(of(&root.path().join("nowhere")), None);
    }
}
