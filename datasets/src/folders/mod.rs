//! Folders of files, read in the order of names, and files, read whole.

mod arrays;
mod files;
#[cfg(test)]
pub(crate) mod made;
mod numbers;
mod passed;

pub(crate) use arrays::{Array, Number, array, opened};
pub(crate) use files::{bytes, closed, separated, text, unmarked};
pub(crate) use numbers::{is_rounded, rounded};
pub(crate) use passed::{Passed, is_hidden};

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The entries of a folder, in the order of their names; hidden and system ones are counted alone.
pub(crate) fn entries(folder: &Path, passed: &mut Passed) -> Result<Vec<PathBuf>> {
    let fail = |e| Error::io(folder, e, "");
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        paths.push(entry.map_err(fail)?.path());
    }
    paths.sort();
    paths.retain(|path| {
        let hidden = is_hidden(path);
        if hidden {
            passed.hidden(path);
        }
        !hidden
    });
    Ok(paths)
}

/// The names of the folders in a folder, in order.
pub(crate) fn class_folders(root: &Path, passed: &mut Passed) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in entries(root, passed)? {
        if entry.is_dir() {
            names.extend(entry.file_name().map(|n| n.to_string_lossy().into_owned()));
        }
    }
    match names.is_empty() {
        true => Err(Error::file(
            root,
            "no class folders in it: each class has one",
        )),
        false => Ok(names),
    }
}

/// The files of a folder with one of these endings, in the order of their names; others are counted alone.
pub(crate) fn with_ending(
    folder: &Path,
    endings: &[&str],
    passed: &mut Passed,
) -> Result<Vec<PathBuf>> {
    let mut paths = entries(folder, passed)?;
    paths.retain(|path| {
        let ending = path.extension().and_then(|e| e.to_str());
        let fits = ending.is_some_and(|e| endings.contains(&e.to_ascii_lowercase().as_str()));
        if !fits {
            passed.other(path);
        }
        fits
    });
    Ok(paths)
}

/// Folders that are looked into for the one that fits, of each depth.
const MOST: usize = 1000;
/// The depth down to which folders are looked into, as of `ILSVRC/Data/CLS-LOC` in one more folder.
const DEEPEST: usize = 4;

/// The folder that fits: the given one, else the only one that does among its folders, or among theirs and so on, which a
/// note tells. Where none does it is the given one, of which its reader says what is missing.
///
/// # Errors
///
/// Fails where several fit.
pub(crate) fn home(
    folder: &Path,
    fits: impl Fn(&Path) -> bool,
    notes: &mut Vec<String>,
) -> Result<PathBuf> {
    if fits(folder) {
        return Ok(folder.into());
    }
    let mut level = vec![folder.to_path_buf()];
    for _ in 0..DEEPEST {
        level = level.iter().flat_map(|folder| folders(folder)).collect();
        level.truncate(MOST);
        let found: Vec<&PathBuf> = level.iter().filter(|folder| fits(folder)).collect();
        match found[..] {
            [] => {}
            [one] => {
                let inner = one.strip_prefix(folder).unwrap_or(one).display();
                notes.push(format!(
                    "{}: the data are in its folder {inner}, which is read",
                    folder.display()
                ));
                return Ok(one.clone());
            }
            [one, other, ..] => {
                let reason = format!(
                    "{} folders in it hold such data: give one of them, {} or {}",
                    found.len(),
                    one.display(),
                    other.display()
                );
                return Err(Error::file(folder, reason));
            }
        }
    }
    Ok(folder.into())
}

/// A note on data of which there are not as many as in the published set.
pub(crate) fn unlike(place: &Path, found: usize, published: usize, what: &str) -> String {
    format!(
        "{}: {found} of {published} {what}, which are read as they are",
        place.display()
    )
}

/// A folder and those around it, from it up to the given one, in which it was found.
pub(crate) fn upwards<'a>(found: &'a Path, given: &Path) -> Vec<&'a Path> {
    let inside = |folder: &&Path| folder.starts_with(given);
    found.ancestors().take_while(inside).collect()
}

/// The folders of a folder, in the order of their names; none where it cannot be read.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let is_folder = |entry: &std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
        Ok(kind) => kind.is_dir(),
        Err(_) => false,
    };
    let entries = entries.filter_map(|entry| entry.ok());
    let mut paths: Vec<PathBuf> = entries
        .filter(is_folder)
        .map(|entry| entry.path())
        .filter(|path| !is_hidden(path))
        .collect();
    paths.sort();
    paths
}

/// Whether a folder has an entry with this ending.
pub(crate) fn has_ending(folder: &Path, ending: &str) -> bool {
    let fits = |path: &Path| {
        path.extension()
            .is_some_and(|e| e.eq_ignore_ascii_case(ending))
    };
    std::fs::read_dir(folder).is_ok_and(|entries| {
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.any(|path| fits(&path) && !is_hidden(&path))
    })
}

/// The beginning of a text file, its first line or as much of it as is here; nothing where it cannot be read.
pub(crate) fn first_line(path: &Path) -> String {
    use std::io::Read;
    let mut start = Vec::new();
    if let Ok(file) = std::fs::File::open(path) {
        let _ = file.take(4096).read_to_end(&mut start);
    }
    let start = unmarked(&start);
    let line = start
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    String::from_utf8_lossy(line).trim_end().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_folder_that_fits_is_found_and_told() {
        let root = tempfile::tempdir().unwrap();
        let fits = |folder: &Path| folder.join("data.csv").is_file();
        let find = || {
            let mut notes = Vec::new();
            home(root.path(), fits, &mut notes).map(|found| (found, notes))
        };
        let none = (root.path().to_path_buf(), Vec::new());
        assert_eq!(find().unwrap(), none);
        for folder in ["__MACOSX/b", "glue/a", "glue/b", "glue/.b"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for folder in ["__MACOSX", "__MACOSX/b", "glue/.b", "glue/b"] {
            std::fs::write(root.path().join(folder).join("data.csv"), "").unwrap();
        }
        let (found, notes) = find().unwrap();
        assert_eq!(found, root.path().join("glue/b"));
        assert!(notes[0].contains("its folder glue/b"), "{notes:?}");
        std::fs::write(root.path().join("glue/a/data.csv"), "").unwrap();
        let error = find().unwrap_err().to_string();
        assert!(
            error.contains("2 folders") && error.contains("glue/a or"),
            "{error}"
        );
        std::fs::write(root.path().join("data.csv"), "").unwrap();
        assert_eq!(find().unwrap(), none);
    }

    #[test]
    fn hidden_and_other_entries_are_counted_with_examples() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["cat", ".ipynb_checkpoints", "__MACOSX", "@eaDir"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        for file in [
            "a.png",
            "._a.png",
            ".DS_Store",
            "Thumbs.db",
            "desktop.ini",
            "notes.txt",
        ] {
            std::fs::write(root.path().join("cat").join(file), "").unwrap();
        }
        let mut passed = Passed::new(root.path(), "images");
        assert_eq!(class_folders(root.path(), &mut passed).unwrap(), ["cat"]);
        let files = with_ending(&root.path().join("cat"), &["png"], &mut passed).unwrap();
        assert_eq!(files, [root.path().join("cat/a.png")]);
        let [hidden, other] = &passed.notes()[..] else {
            panic!("two notes")
        };
        assert!(hidden.contains("7 hidden or system entries"), "{hidden}");
        assert!(hidden.contains("such as .ipynb_checkpoints"), "{hidden}");
        assert!(
            other.contains("1 other entry is passed over, not among the images"),
            "{other}"
        );
        assert!(other.contains("cat/notes.txt"), "{other}");
    }
}
