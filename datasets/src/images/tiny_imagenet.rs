use std::path::Path;

use super::ImageFiles;
use super::files::{in_folders, passed};
use super::imagenet::{class_names, is_sorted, listed};
use crate::error::{Error, Result};
use crate::folders::{class_folders, home, text, unlike};
use crate::samples::Split;

/// Side of the set's images in pixels.
const SIDE: usize = 64;
/// Classes of the published set.
const CLASSES: usize = 200;

/// Tiny-ImageNet-200: 64x64 images of 200 classes, 500 of each to train on and 50 to validate.
///
/// The folder holds `wnids.txt` (the classes), `words.txt` (their names), `train/nXXXXXXXX/images/*.JPEG`, `val/images` and
/// `val/val_annotations.txt`, or `val/nXXXXXXXX` where the validation images were sorted into class folders. The test images have no labels and are not read. Classes are in the order of their
/// identifiers; a folder with fewer classes than the original is read as it is, which a [note](super::ImageSet::notes) tells, as one does of folders
/// of images that are in no list. The few grey images get three channels.
///
/// # Errors
///
/// Fails where a file or folder is missing, a class has no images, or the annotations name a file or class that is not
/// there, or a file twice.
pub fn tiny_imagenet(root: impl AsRef<Path>) -> Result<Split<ImageFiles>> {
    let mut notes = Vec::new();
    let fits = |root: &Path| root.join("wnids.txt").is_file();
    let root = &home(root.as_ref(), fits, &mut notes)?;
    let list = root.join("wnids.txt");
    let text = text(&list, ". The folder must be tiny-imagenet-200")?;
    let mut classes: Vec<String> = text.split_whitespace().map(String::from).collect();
    classes.sort();
    classes.dedup();
    if classes.is_empty() {
        return Err(Error::file(&list, "it lists no classes"));
    }
    if classes.len() != CLASSES {
        notes.push(unlike(&list, classes.len(), CLASSES, "classes"));
    }
    let names = class_names(&[root], &classes)?;
    let mut passed = passed(root);
    let train = in_folders(&root.join("train"), &classes, &mut passed)?;
    notes.extend(unlisted(&root.join("train"), &list, &classes)?);
    let val = root.join("val");
    let test = match is_sorted(&val, &classes) {
        true => in_folders(&val, &classes, &mut passed)?,
        false => listed(&val.join("val_annotations.txt"), &val, &classes, &mut notes)?,
    };
    notes.extend(passed.notes());
    let files = |files| {
        let set = ImageFiles::new(files, classes.clone())?.named(names.clone());
        Ok(set.sized([3, SIDE, SIDE]))
    };
    Ok(Split {
        train: files(train)?.noting(notes),
        test: files(test)?,
    })
}

/// A note on folders to train on that the list of classes lacks.
fn unlisted(train: &Path, list: &Path, classes: &[String]) -> Result<Option<String>> {
    let folders = class_folders(train, &mut passed(train))?;
    let mut others = folders.iter().filter(|name| !classes.contains(name));
    let Some(example) = others.next() else {
        return Ok(None);
    };
    Ok(Some(format!(
        "{} folders in {} are not in {}, such as {example}: they are left out",
        others.count() + 1,
        train.display(),
        list.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::super::ImageSet;
    use super::*;
    use burn::data::dataset::Dataset;

    #[test]
    fn the_folder_is_read_as_it_is_on_disk() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        assert!(
            tiny_imagenet(root.path())
                .unwrap_err()
                .to_string()
                .contains("wnids.txt")
        );
        std::fs::write(at("wnids.txt"), "n2\nn1\n").unwrap();
        std::fs::write(at("words.txt"), "n1\tstork, bird\nn2\tplate\n").unwrap();
        for folder in ["train/n1/images", "train/n2/images", "val/images"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        let image = image::GrayImage::from_pixel(64, 64, image::Luma([5]));
        for file in [
            "train/n1/images/n1_0.png",
            "train/n2/images/n2_0.png",
            "val/images/val_0.png",
        ] {
            image.save(at(file)).unwrap();
        }
        std::fs::write(at("val/val_annotations.txt"), "val_0.png\tn2\t0\t0\t1\t1\n").unwrap();
        let split = tiny_imagenet(root.path()).unwrap();
        assert_eq!(split.train.classes(), ["stork", "plate"]);
        let [count] = split.train.notes() else {
            panic!("{:?}", split.train.notes())
        };
        assert!(
            count.contains("wnids.txt: 2 of 200 classes, which are read as they are"),
            "{count}"
        );
        assert_eq!(
            (split.train.len(), split.test.len(), split.test.label(0)),
            (2, 1, 1)
        );
        assert_eq!(split.test.image(0).unwrap().pixels, [5; 3 * 64 * 64]);
        std::fs::write(at("val/val_annotations.txt"), "val_1.png\tn2\n").unwrap();
        let error = tiny_imagenet(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("val_annotations.txt, line 1") && error.contains("val_1.png"),
            "{error}"
        );
        for folder in ["val/n1", "val/n2/images"] {
            std::fs::create_dir_all(at(folder)).unwrap();
            image.save(at(folder).join("val_0.png")).unwrap();
        }
        std::fs::write(at("val/n2/images/._val_0.png"), "").unwrap();
        std::fs::write(at("wnids.txt"), "\u{feff}n2\nn1\n").unwrap();
        let split = tiny_imagenet(root.path()).unwrap();
        assert_eq!((split.test.len(), split.test.label(1)), (2, 1));
        let [_, hidden] = split.train.notes() else {
            panic!("{:?}", split.train.notes())
        };
        assert!(hidden.contains("val/n2/images/._val_0.png"), "{hidden}");
        std::fs::create_dir(at("train/n3")).unwrap();
        let split = tiny_imagenet(root.path()).unwrap();
        let note = &split.train.notes()[1];
        assert!(
            note.contains("1 folders in") && note.contains("such as n3: they are left out"),
            "{note}"
        );
        std::fs::remove_file(at("train/n2/images/n2_0.png")).unwrap();
        let error = tiny_imagenet(root.path()).unwrap_err().to_string();
        assert!(error.contains("n2"), "{error}");
    }
}
