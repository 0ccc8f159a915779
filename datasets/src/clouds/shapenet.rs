use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::CloudFiles;
use super::files::Form;
use crate::error::{Error, Result};
use crate::folders::{Passed, home, text, with_ending};
use crate::samples::Split;

/// ShapeNet's objects stand on their second axis.
const UP: usize = 1;

/// Files that name the categories.
const CATEGORIES: &str = "synsetoffset2category.txt";

const HINT: &str =
    ". The folder must be the ShapeNet part annotation, with a folder for each category";

/// The ShapeNet part annotation, as classification by category, with the labelled parts of each object.
///
/// `synsetoffset2category.txt` names the categories; the objects lie in their folders, as `points/ID.pts` with
/// `points_label/ID.seg` (version 0) or as `ID.txt` with lines of `x y z nx ny nz part`
/// (`shapenetcore_partanno_segmentation_benchmark_v0_normal`). The lists in `train_test_split/` say which object is in
/// which part: those for training and for validation are for training here. Without lists all objects are; a list that
/// is not there leaves its part empty.
///
/// # Errors
///
/// Fails where the categories, a folder or a file that a list names is missing, or the lists name no objects.
pub fn shapenet(root: impl AsRef<Path>) -> Result<Split<CloudFiles>> {
    let mut notes = Vec::new();
    let fits = |root: &Path| root.join(CATEGORIES).is_file();
    let root = &home(root.as_ref(), fits, &mut notes)?;
    let list = root.join(CATEGORIES);
    let mut categories = Vec::new();
    for (index, line) in text(&list, HINT)?.lines().enumerate() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some(name), Some(synset)) => categories.push((name.to_string(), synset.to_string())),
            (None, _) => (),
            _ => {
                let reason = "a category's name and its folder should be here";
                return Err(Error::line(&list, index as u64 + 1, reason));
            }
        }
    }
    if categories.is_empty() {
        return Err(Error::file(&list, "it names no categories"));
    }
    categories.sort();
    let labels: HashMap<&str, usize> = categories
        .iter()
        .enumerate()
        .map(|(label, (_, synset))| (synset.as_str(), label))
        .collect();
    let lists = root.join("train_test_split");
    let (train, test) = match lists.is_dir() {
        false => (everything(root, &categories, &mut notes)?, Vec::new()),
        true => {
            let part = |name: &str| listed(root, &lists, name, &labels);
            let mut train = part("train")?;
            train.extend(part("val")?);
            (train, part("test")?)
        }
    };
    if train.is_empty() && test.is_empty() {
        let reason =
            "no list in it names an object: there are shuffled_train_file_list.json and its kin";
        return Err(Error::file(&lists, reason));
    }
    let classes: Vec<String> = categories.into_iter().map(|(name, _)| name).collect();
    Ok(Split {
        train: CloudFiles::new(train, classes.clone())
            .standing_on(UP)
            .noting(notes),
        test: CloudFiles::new(test, classes).standing_on(UP),
    })
}

/// The objects that a list names, as `shape_data/SYNSET/ID`.
fn listed(
    root: &Path,
    lists: &Path,
    name: &str,
    labels: &HashMap<&str, usize>,
) -> Result<Vec<(Form, usize)>> {
    let path = lists.join(format!("shuffled_{name}_file_list.json"));
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let entries: Vec<String> = serde_json::from_str(&text(&path, "")?)
        .map_err(|e| Error::file(&path, format!("no list of names: {e}")))?;
    let object = |entry: String| {
        let mut words = entry.rsplit('/');
        let (id, synset) = (words.next().unwrap_or_default(), words.next());
        let synset = synset.unwrap_or_default();
        let label = labels.get(synset).copied();
        let form = form(&root.join(synset), id);
        match (label, form) {
            (Some(label), Some(form)) => Ok((form, label)),
            (None, _) => {
                let reason = format!("\"{entry}\" is of none of the categories");
                Err(Error::file(&path, reason))
            }
            (_, None) => {
                let reason = format!("it names \"{entry}\", of which there are no points");
                Err(Error::file(&path, reason))
            }
        }
    };
    entries.into_iter().map(object).collect()
}

/// The form in which an object is there, if it is there at all.
fn form(folder: &Path, id: &str) -> Option<Form> {
    let points = folder.join("points").join(format!("{id}.pts"));
    let parts = folder.join("points_label").join(format!("{id}.seg"));
    let text: PathBuf = folder.join(format!("{id}.txt"));
    match (points.is_file(), text.is_file()) {
        (true, _) => Some(Form::PointsAndParts(points, parts)),
        (_, true) => Some(Form::Parts(text)),
        _ => None,
    }
}

/// All objects of all categories that have a folder.
fn everything(
    root: &Path,
    categories: &[(String, String)],
    notes: &mut Vec<String>,
) -> Result<Vec<(Form, usize)>> {
    let mut passed = Passed::new(root, "lists of points");
    let mut files = Vec::new();
    for (label, (_, synset)) in categories.iter().enumerate() {
        let folder = root.join(synset);
        let points = folder.join("points");
        let found = match points.is_dir() {
            true => with_ending(&points, &["pts"], &mut passed)?,
            false if folder.is_dir() => with_ending(&folder, &["txt"], &mut passed)?,
            false => continue,
        };
        let stems = found.iter().filter_map(|path| path.file_stem()?.to_str());
        files.extend(stems.filter_map(|id| Some((form(&folder, id)?, label))));
    }
    notes.extend(passed.notes());
    match files.is_empty() {
        true => Err(Error::file(root, "no points of any category in it")),
        false => Ok(files),
    }
}

#[cfg(test)]
mod tests {
    use super::super::CloudSet;
    use super::*;
    use burn::data::dataset::Dataset;

    #[test]
    fn both_forms_are_read_with_their_parts_and_lists() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        for folder in ["02/points", "02/points_label", "01", "train_test_split"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        std::fs::write(at(CATEGORIES), "\u{feff}Table\t01\nBag\t02\n\n").unwrap();
        std::fs::write(at("02/points/a.pts"), "\u{feff}0 0 1\n0 1 0\n1 0 0\n").unwrap();
        std::fs::write(at("02/points_label/a.seg"), "\u{feff}3\n1\n3\n").unwrap();
        std::fs::write(at("01/b.txt"), "0 0 1 0 0 1 47.000000\n0 1 0 0 0 1 48.0\n").unwrap();
        let lists = at("train_test_split");
        let train = lists.join("shuffled_train_file_list.json");
        let test = lists.join("shuffled_test_file_list.json");
        std::fs::write(&train, "\u{feff}[\"shape_data/02/a\"]").unwrap();
        std::fs::write(&test, "[\"shape_data/01/b\"]").unwrap();
        let split = shapenet(root.path()).unwrap();
        assert_eq!(split.train.classes(), ["Bag", "Table"]);
        let bag = split.train.cloud(0, 3, None).unwrap();
        assert_eq!((bag.label, bag.parts.clone()), (0, Some(vec![3, 1, 3])));
        assert_eq!(bag.regions(), Some(vec![1, 0, 1]));
        let table = split.test.cloud(0, 2, None).unwrap();
        assert_eq!((table.label, table.parts), (1, Some(vec![47, 48])));

        std::fs::write(at("02/points_label/a.seg"), "3\n1\n").unwrap();
        let cut = shapenet(root.path()).unwrap();
        let error = cut.train.cloud(0, 3, None).unwrap_err().to_string();
        assert!(error.contains("a.seg: 2 parts of 3 points"), "{error}");
        std::fs::write(at("02/points_label/a.seg"), "3\nx\n3\n").unwrap();
        let error = cut.train.cloud(0, 3, None).unwrap_err().to_string();
        assert!(error.contains("a.seg, line 2"), "{error}");
        std::fs::write(&train, "[\"shape_data/02/c\"]").unwrap();
        let error = shapenet(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("train_file_list.json") && error.contains("02/c"),
            "{error}"
        );
        std::fs::remove_dir_all(&lists).unwrap();
        std::fs::write(at("02/points/._a.pts"), "").unwrap();
        std::fs::write(at("01/notes.md"), "").unwrap();
        let all = shapenet(root.path()).unwrap();
        assert_eq!((all.train.len(), all.test.len()), (2, 0));
        let notes = all.train.notes().join("\n");
        assert!(
            notes.contains("._a.pts") && notes.contains("01/notes.md"),
            "{notes}"
        );
        let outside = root.path().parent().unwrap().join("no such folder");
        let error = shapenet(outside).unwrap_err().to_string();
        assert!(error.contains("part annotation"), "{error}");
    }
}
