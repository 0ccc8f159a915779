use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::ImageFiles;
use super::files::{images, in_folders, inner, passed};
use super::set::Labelled;
use crate::error::{Error, Result};
use crate::folders::{class_folders, home, text, upwards};
use crate::samples::Split;

/// Files that may list the classes of validation images.
const LISTS: [&str; 3] = ["val_annotations.txt", "val.txt", "LOC_val_solution.csv"];
/// The list that is not part of a published set, and therefore never left over from before images were sorted.
const OWN: &str = "val.txt";
/// Files that may name the classes.
const NAMES: [&str; 2] = ["words.txt", "LOC_synset_mapping.txt"];

/// ImageNet, and any set of images in class folders.
///
/// `train/` has a folder of images for each class, whose order is that of the folders' names. `val/` (or `test/`) has
/// the same folders, or all its images in one place (`val/` or `val/images/`) and a list of their classes beside them or
/// above: lines of a file name and a class, the latter a folder's name or an index from 0, as in `val.txt`,
/// `val_annotations.txt` or `LOC_val_solution.csv`; the latter two, which come with published sets, are not read beside
/// class folders. `words.txt` or `LOC_synset_mapping.txt`, where there, name the classes: by their first words where these differ. Images that a
/// list leaves out are not read, which the [notes](super::ImageSet::notes) tell.
///
/// # Errors
///
/// Fails where a folder or list is missing, a class has no images, validation images lie in the folder of a class that no training image has, or a
/// list names a file or class that is not there, or an image twice.
pub fn imagenet(root: impl AsRef<Path>) -> Result<Split<ImageFiles>> {
    let mut notes = Vec::new();
    let fits = |root: &Path| root.join("train").is_dir();
    let given = root.as_ref();
    let root = &home(given, fits, &mut notes)?;
    // Kaggle keeps the lists beside the folder that the images are deep in.
    let around = upwards(root, given);
    let train = root.join("train");
    if !train.is_dir() {
        let reason = "no such folder: train/ and val/ belong there, each with a folder of images for each class";
        return Err(Error::file(&train, reason));
    }
    let mut passed = passed(root);
    let classes = class_folders(&train, &mut passed)?;
    let names = class_names(&around, &classes)?;
    let held_out = ["val", "test"].map(|name| root.join(name));
    let test = held_out
        .iter()
        .find(|folder| folder.is_dir())
        .ok_or_else(|| {
            Error::file(
                &held_out[0],
                "no such folder: validation images belong there",
            )
        })?;
    let sorted = is_sorted(test, &classes);
    let test = match first(&[&[test.as_path()][..], &around].concat(), &LISTS) {
        Some(list) if list.ends_with(OWN) || !sorted => listed(&list, test, &classes, &mut notes)?,
        None if !sorted => {
            let reason = format!(
                "no folders of the classes in it, such as {}, and no list of them beside it: {}; where a list is further up, give the folder that holds both",
                classes[0],
                LISTS.join(", ")
            );
            return Err(Error::file(test, reason));
        }
        _ => {
            check_known(test, &classes)?;
            in_folders(test, &classes, &mut passed)?
        }
    };
    let files = |files| Ok(ImageFiles::new(files, classes.clone())?.named(names.clone()));
    let train = files(in_folders(&train, &classes, &mut passed)?)?;
    notes.extend(passed.notes());
    Ok(Split {
        train: train.noting(notes),
        test: files(test)?,
    })
}

/// Whether a folder has folders of these classes.
pub(super) fn is_sorted(folder: &Path, classes: &[String]) -> bool {
    classes.iter().any(|class| folder.join(class).is_dir())
}

/// The first of these files that is in one of these folders.
fn first(folders: &[&Path], names: &[&str]) -> Option<PathBuf> {
    let candidates = folders
        .iter()
        .flat_map(|folder| names.iter().map(|name| folder.join(name)));
    candidates.into_iter().find(|path| path.is_file())
}

/// A name for each class: the first word of its line in the list of names where no other class has that, else the whole line; the name of the
/// folder of a class that the list lacks, or has without a name.
pub(super) fn class_names(folders: &[&Path], classes: &[String]) -> Result<Vec<String>> {
    let Some(path) = first(folders, &NAMES) else {
        return Ok(classes.to_vec());
    };
    let text = text(&path, "")?;
    let named: HashMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once(['\t', ' ']))
        .collect();
    let lines: Vec<&str> = classes
        .iter()
        .map(|class| named.get(class.as_str()).copied().unwrap_or(class).trim())
        .collect();
    let words: Vec<&str> = lines.iter().copied().map(first_word).collect();
    let times = times(&words);
    let mut names = Vec::with_capacity(classes.len());
    for (class, (word, line)) in classes.iter().zip(words.iter().zip(&lines)) {
        names.push(match (*word, *line) {
            (_, "") => class.clone(),
            (word, _) if !word.is_empty() && times[word] == 1 => word.to_string(),
            (_, line) => line.to_string(),
        });
    }
    Ok(names)
}

/// The part of a line before its first comma.
fn first_word(line: &str) -> &str {
    line.split(',').next().unwrap_or(line).trim()
}

/// The number of times that each name comes.
fn times<'a>(names: &[&'a str]) -> HashMap<&'a str, usize> {
    let mut times = HashMap::new();
    for name in names {
        *times.entry(*name).or_insert(0) += 1;
    }
    times
}

/// The images that a list names, with the class it gives them; images that it leaves out are told in a note.
///
/// # Errors
///
/// Fails where the list names no image, one that is not there or one twice, or no class.
pub(super) fn listed(
    list: &Path,
    folder: &Path,
    classes: &[String],
    notes: &mut Vec<String>,
) -> Result<Vec<Labelled>> {
    let text = text(list, "")?;
    let folder = inner(folder);
    // Other files than images are no matter, as the list says what is read.
    let all = images(&folder, &mut passed(&folder))?;
    // Names with and without ending, as lists have both.
    let mut there: HashMap<String, &PathBuf> = HashMap::new();
    for path in &all {
        for name in [path.file_name(), path.file_stem()].into_iter().flatten() {
            there.insert(name.to_string_lossy().into_owned(), path);
        }
    }
    let mut listed: HashMap<&PathBuf, u64> = HashMap::new();
    let mut files = Vec::new();
    for (line, name, class) in classed(list, &text, classes)? {
        let wrong = |reason: String| Error::line(list, line, reason);
        let path: &PathBuf = there
            .get(name)
            .copied()
            .ok_or_else(|| wrong(format!("{} has no image \"{name}\"", folder.display())))?;
        if let Some(before) = listed.insert(path, line) {
            return Err(wrong(format!(
                "the image \"{name}\", which line {before} lists too: take one of the two lines out"
            )));
        }
        files.push((path.clone(), class));
    }
    let mut left = all.iter().filter(|path| !listed.contains_key(path));
    if let Some(example) = left.next() {
        notes.push(format!(
            "{} images in {} are not in {}, such as {}: they are left out",
            left.count() + 1,
            folder.display(),
            list.display(),
            example.file_name().unwrap_or_default().display()
        ));
    }
    match files.is_empty() {
        true => Err(Error::file(list, "it lists no images")),
        false => Ok(files),
    }
}

/// The lines of a list: the number of each, the name of an image and the place of its class.
fn classed<'a>(
    list: &Path,
    text: &'a str,
    classes: &[String],
) -> Result<Vec<(u64, &'a str, usize)>> {
    let index: HashMap<&str, usize> = classes.iter().map(String::as_str).zip(0..).collect();
    let lines = lines(list, text)?;
    // Folders may be named by numbers: one reading is that of all lines.
    let number = |class: &str| class.parse().ok().filter(|index| *index < classes.len());
    let mut each = lines.iter();
    let unnamed = each.find(|(_, _, class)| !index.contains_key(class));
    let numbered = lines.iter().all(|(_, _, class)| number(class).is_some());
    if let Some((line, _, class)) = unnamed.filter(|_| !numbered) {
        let most = classes.len();
        let reason = match number(class) {
            None => format!("\"{class}\" is no class folder and no index below {most}"),
            Some(_) => format!(
                "\"{class}\" is no class folder, and other lines are no indices below {most}"
            ),
        };
        return Err(Error::line(list, *line, reason));
    }
    let named = unnamed.is_none();
    let mut all = Vec::with_capacity(lines.len());
    for (line, name, class) in lines {
        let class = match (named, number(class)) {
            (false, Some(number)) => number,
            _ => index[class],
        };
        all.push((line, name, class));
    }
    Ok(all)
}

/// The lines of a list: the number of each, the name of an image and its class.
fn lines<'a>(list: &Path, text: &'a str) -> Result<Vec<(u64, &'a str, &'a str)>> {
    let mut lines = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let mut words = line.split([' ', '\t', ',']).filter(|word| !word.is_empty());
        match (words.next(), words.next()) {
            (None, _) => {}
            // The header of a CSV file.
            (Some("ImageId"), _) if number == 1 => {}
            (Some(name), Some(class)) => lines.push((number, name, class)),
            (Some(name), None) => {
                let reason = format!("no class after \"{name}\"");
                return Err(Error::line(list, number, reason));
            }
        }
    }
    Ok(lines)
}

/// Refuses images in folders of a part that are of no class of the training part.
fn check_known(folder: &Path, classes: &[String]) -> Result<()> {
    let ignored = || passed(folder);
    for name in class_folders(folder, &mut ignored())? {
        let own = folder.join(&name);
        // All images may lie in images/, left over from before they were sorted.
        let known = name == "images" || classes.contains(&name);
        if !known && !images(&inner(&own), &mut ignored())?.is_empty() {
            let reason = "images of a class that no training image has: add its folder to train/, or take it out";
            return Err(Error::file(&own, reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::ImageSet;
    use super::*;
    use burn::data::dataset::Dataset;

    fn set() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (folder, file) in [
            ("train/n01", "a.JPEG"),
            ("train/n02", "b.JPEG"),
            ("val", "x_1.JPEG"),
            ("val", "x_2.JPEG"),
        ] {
            let folder = root.path().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(file), "").unwrap();
        }
        root
    }

    #[test]
    fn validation_lists_are_read_in_every_form() {
        let root = set();
        std::fs::write(root.path().join("words.txt"), "n02\tdog, hound\nn03\tcat\n").unwrap();
        for (name, text) in [
            ("val.txt", "x_2.JPEG 1\nx_1.JPEG 0\n"),
            (
                "val/val_annotations.txt",
                "x_2.JPEG\tn02\t0\t0\t9\t9\nx_1.JPEG\tn01\t1\t1\t2\t2\n",
            ),
            (
                "LOC_val_solution.csv",
                "ImageId,PredictionString\nx_2,n02 1 2 3 4\nx_1,n01 5 6 7 8 \n",
            ),
        ] {
            std::fs::write(root.path().join(name), text).unwrap();
            let split = imagenet(root.path()).unwrap();
            assert_eq!(split.train.len(), 2);
            assert_eq!(split.test.classes(), ["n01", "dog"]);
            assert_eq!((split.test.label(0), split.test.label(1)), (1, 0));
            assert!(split.test.path(0).ends_with("val/x_2.JPEG"));
            std::fs::remove_file(root.path().join(name)).unwrap();
        }
    }

    #[test]
    fn folders_named_by_numbers_are_told_from_indices_by_all_lines() {
        let root = tempfile::tempdir().unwrap();
        let image = |path: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        for class in 1..=3 {
            image(&format!("train/{class}/a.jpg"));
            image(&format!("val/{class}.jpg"));
        }
        let labels = |list: &str| {
            std::fs::write(root.path().join("val.txt"), list).unwrap();
            let split = imagenet(root.path());
            split.map(|split| [0, 1, 2].map(|index| split.test.label(index)))
        };
        let indices = labels("1.jpg 0\n2.jpg 1\n3.jpg 2\n").unwrap();
        let names = labels("1.jpg 1\n2.jpg 2\n3.jpg 3\n").unwrap();
        assert_eq!([indices, names], [[0, 1, 2]; 2]);
        let error = labels("1.jpg 3\n2.jpg 0\n3.jpg 3\n").unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("line 2: \"0\" is no class folder, and"),
            "{error}"
        );
    }

    #[test]
    fn classes_with_the_same_first_word_keep_their_whole_lines() {
        let root = tempfile::tempdir().unwrap();
        let text = "n1\tcrane, bird\nn2\tcrane, machine \nn3\tbass\nn4\tbass\nn5\ttench, Tinca tinca\nn6\t\n";
        std::fs::write(root.path().join("words.txt"), text).unwrap();
        let classes = ["n1", "n2", "n3", "n4", "n5", "n6", "n7"].map(String::from);
        let names = class_names(&[root.path()], &classes).unwrap();
        assert_eq!(
            names,
            [
                "crane, bird",
                "crane, machine",
                "bass",
                "bass",
                "tench",
                "n6",
                "n7"
            ]
        );
    }

    #[test]
    fn images_that_are_listed_twice_are_refused_and_those_that_are_not_are_told() {
        let root = set();
        let list = |text: &str| std::fs::write(root.path().join("val.txt"), text).unwrap();
        list("x_1.JPEG 0\nx_2 1\nx_1 1\n");
        let error = imagenet(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("val.txt, line 3") && error.contains("line 1 lists too"),
            "{error}"
        );
        list("x_2.JPEG 1\n");
        let split = imagenet(root.path()).unwrap();
        assert_eq!(split.test.len(), 1);
        let note = &split.train.notes()[0];
        assert!(
            note.contains("1 images in") && note.contains("such as x_1.JPEG: they are left out"),
            "{note}"
        );
    }

    #[test]
    fn a_class_of_validation_images_alone_is_refused() {
        let root = set();
        for folder in ["val/n01", "val/n02", "val/n03", "val/notes"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        for folder in ["n01", "n02"] {
            std::fs::write(root.path().join("val").join(folder).join("c.JPEG"), "").unwrap();
        }
        assert_eq!(imagenet(root.path()).unwrap().test.len(), 2);
        std::fs::write(root.path().join("val/n03/c.JPEG"), "").unwrap();
        let error = imagenet(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("n03") && error.contains("no training image"),
            "{error}"
        );
    }

    #[test]
    fn images_are_found_deep_in_the_folder_that_kaggle_distributes() {
        let root = tempfile::tempdir().unwrap();
        for deep in ["ILSVRC/Data/CLS-LOC", "challenge/ILSVRC/Data/CLS-LOC"] {
            let deep = root.path().join(deep);
            std::fs::create_dir_all(deep.parent().unwrap()).unwrap();
            std::fs::rename(set().keep(), &deep).unwrap();
            std::fs::create_dir_all(deep.join("test")).unwrap();
            let error = imagenet(root.path()).unwrap_err().to_string();
            assert!(
                error.contains("val: no folders of the classes in it, such as n01")
                    && error.contains("LOC_val_solution.csv"),
                "{error}"
            );
            // The lists are beside the folder, and not in it.
            let beside = deep.ancestors().nth(3).unwrap();
            std::fs::write(
                beside.join("LOC_val_solution.csv"),
                "ImageId,PredictionString\nx_2,n02 1 2 3 4\nx_1,n01 5 6 7 8 \n",
            )
            .unwrap();
            std::fs::write(beside.join("LOC_synset_mapping.txt"), "n02 dog, hound\n").unwrap();
            let split = imagenet(root.path()).unwrap();
            assert_eq!(split.test.classes(), ["n01", "dog"]);
            assert_eq!((split.test.label(0), split.test.label(1)), (1, 0));
            let note = &split.train.notes()[0];
            assert!(
                note.contains("ILSVRC/Data/CLS-LOC, which is read"),
                "{note}"
            );
            std::fs::remove_dir_all(root.path()).unwrap();
            std::fs::create_dir(root.path()).unwrap();
        }
    }

    #[test]
    fn validation_folders_have_the_classes_of_training() {
        let root = set();
        let error = imagenet(root.path()).unwrap_err().to_string();
        assert!(error.contains("val") && error.contains("n01"), "{error}");
        for class in ["n01", "n02"] {
            std::fs::create_dir(root.path().join("val").join(class)).unwrap();
        }
        let error = imagenet(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("n01") && error.contains("no image"),
            "{error}"
        );
        for class in ["n01", "n02"] {
            std::fs::write(root.path().join("val").join(class).join("v.png"), "").unwrap();
        }
        assert_eq!(imagenet(root.path()).unwrap().test.label(1), 1);
    }

    #[test]
    fn validation_that_was_sorted_into_folders_is_read_beside_its_old_list() {
        let root = set();
        std::fs::write(
            root.path().join("LOC_val_solution.csv"),
            "gone,n01 1 2 3 4\n",
        )
        .unwrap();
        for folder in ["val/n01/images", "val/n02"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
            std::fs::write(root.path().join(folder).join("v.bmp"), "").unwrap();
        }
        for hidden in [
            "train/.ipynb_checkpoints",
            "val/.ipynb_checkpoints",
            "__MACOSX",
        ] {
            std::fs::create_dir(root.path().join(hidden)).unwrap();
        }
        let split = imagenet(root.path()).unwrap();
        assert_eq!((split.test.len(), split.train.classes().len()), (2, 2));
        let notes = split.train.notes();
        assert!(notes[0].contains("1 hidden or system entry"), "{notes:?}");
        let around = tempfile::tempdir().unwrap();
        std::fs::rename(root.path(), around.path().join("set")).unwrap();
        let split = imagenet(around.path()).unwrap();
        assert_eq!(split.test.label(1), 1);
        std::fs::write(around.path().join("set/val.txt"), "gone.JPEG 0\n").unwrap();
        let error = imagenet(around.path()).unwrap_err().to_string();
        assert!(error.contains("val.txt, line 1"), "{error}");
        let notes = split.train.notes();
        assert!(notes[0].contains("its folder set"), "{notes:?}");
    }

    #[test]
    fn lists_that_name_what_is_not_there_are_refused() {
        for (text, what) in [
            ("x_1.JPEG 0\ny.JPEG 1\n", "line 2: "),
            ("y.JPEG 1\n", "no image \"y.JPEG\""),
            ("x_1.JPEG 2\n", "\"2\" is no class folder"),
            ("x_1.JPEG n09\n", "\"n09\""),
            ("x_1.JPEG\n", "no class after"),
            ("\n", "no images"),
        ] {
            let root = set();
            std::fs::write(root.path().join("val.txt"), text).unwrap();
            let error = imagenet(root.path()).unwrap_err().to_string();
            assert!(error.contains("val.txt") && error.contains(what), "{error}");
        }
        let root = set();
        std::fs::remove_dir_all(root.path().join("val")).unwrap();
        assert!(
            imagenet(root.path())
                .unwrap_err()
                .to_string()
                .contains("validation images")
        );
        assert!(imagenet(root.path().join("train/n01")).is_err());
    }
}
