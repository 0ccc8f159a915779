use std::path::{Path, PathBuf};

use super::CloudFiles;
use super::files::Form;
use crate::error::{Error, Result};
use crate::folders::{Passed, class_folders, entries, has_ending, home, text, with_ending};
use crate::samples::Split;

/// Resampled points stand on their second axis, about which PointNet++ turns them.
const RESAMPLED_UP: usize = 1;

/// ModelNet10 or ModelNet40, as meshes or as resampled points.
///
/// Meshes: a folder for each class, with the OFF files in its `train/` and `test/`. Resampled
/// (`modelnet40_normal_resampled`): `modelnetN_shape_names.txt`, `modelnetN_train.txt` and `modelnetN_test.txt`, and
/// `CLASS/ID.txt` with lines of `x,y,z,nx,ny,nz`, of which the coordinates are read. Where lists for 10 and for 40 classes
/// lie there, those for 40 are taken; [`modelnet_resampled`] chooses.
///
/// Classes are in the order of their names. A part without files is empty. Meshes stand on their third axis, resampled
/// points on their second.
///
/// # Errors
///
/// Fails where a folder, list or file that is named is missing, or there are no files at all.
pub fn modelnet(root: impl AsRef<Path>) -> Result<Split<CloudFiles>> {
    let mut notes = Vec::new();
    let fits = |root: &Path| resampled(root).is_some() || has_meshes(root);
    let root = &home(root.as_ref(), fits, &mut notes)?;
    if let Some(classes) = resampled(root) {
        let split = modelnet_resampled(root, classes)?;
        return Ok(Split {
            train: split.train.noting(notes),
            test: split.test,
        });
    }
    if !has_meshes(root) {
        let packed = home(root, |root| has_ending(root, "h5"), &mut Vec::new())?;
        if has_ending(&packed, "h5") {
            let reason = "these are HDF5 files, which are not read: take the meshes of https://modelnet.cs.princeton.edu, or the points of modelnet40_normal_resampled";
            return Err(Error::file(&packed, reason));
        }
    }
    let mut passed = Passed::new(root, "OFF files");
    let classes = class_folders(root, &mut passed)?;
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (label, class) in classes.iter().enumerate() {
        for (part, files) in [("train", &mut train), ("test", &mut test)] {
            let folder = root.join(class).join(part);
            if folder.is_dir() {
                let meshes = with_ending(&folder, &["off"], &mut passed)?;
                files.extend(meshes.into_iter().map(|path| (Form::Mesh(path), label)));
            }
        }
    }
    if train.is_empty() && test.is_empty() {
        let reason = "no CLASS/train/*.off or CLASS/test/*.off in it";
        return Err(Error::file(root, reason));
    }
    notes.extend(passed.notes());
    Ok(Split {
        train: CloudFiles::new(train, classes.clone()).noting(notes),
        test: CloudFiles::new(test, classes),
    })
}

/// The number of classes of which there are lists of resampled points.
fn resampled(root: &Path) -> Option<usize> {
    let listed = |classes: &usize| root.join(shape_names(*classes)).is_file();
    [40, 10].into_iter().find(listed)
}

fn shape_names(classes: usize) -> String {
    format!("modelnet{classes}_shape_names.txt")
}

/// Whether a folder has class folders with meshes.
fn has_meshes(root: &Path) -> bool {
    let has = |class: &PathBuf| {
        let parts = ["train", "test"].map(|part| class.join(part));
        parts.iter().any(|part| has_ending(part, "off"))
    };
    entries(root, &mut Passed::new(root, "")).is_ok_and(|classes| classes.iter().any(has))
}

/// The resampled points of ModelNet10 or ModelNet40, see [`modelnet`].
///
/// # Errors
///
/// Fails where a list or a file that it names is missing, or neither list names one.
pub fn modelnet_resampled(root: impl AsRef<Path>, classes: usize) -> Result<Split<CloudFiles>> {
    let root = root.as_ref();
    let listed = text(&root.join(shape_names(classes)), "")?;
    let mut names: Vec<String> = listed.split_whitespace().map(String::from).collect();
    names.sort();
    let part = |name: &str| {
        let list = root.join(format!("modelnet{classes}_{name}.txt"));
        let mut files = Vec::new();
        for (index, line) in text(&list, "")?.lines().enumerate() {
            let id = line.trim();
            if id.is_empty() {
                continue;
            }
            let fail = |reason: String| Error::line(&list, index as u64 + 1, reason);
            let class = id.rsplit_once('_').map_or(id, |(class, _)| class);
            let label = names
                .iter()
                .position(|name| name == class)
                .ok_or_else(|| fail(format!("\"{class}\" is none of the {classes} classes")))?;
            let path = root.join(class).join(format!("{id}.txt"));
            if !path.is_file() {
                return Err(fail(format!("there is no {}", path.display())));
            }
            files.push((Form::Normals(path), label));
        }
        Ok(files)
    };
    let [train, test] = [part("train")?, part("test")?];
    if train.is_empty() && test.is_empty() {
        let reason = format!("modelnet{classes}_train.txt and its test list name no clouds");
        return Err(Error::file(root, reason));
    }
    let set = |files| CloudFiles::new(files, names.clone()).standing_on(RESAMPLED_UP);
    Ok(Split {
        train: set(train),
        test: set(test),
    })
}

/// A folder of OFF files without classes, as one class of its name: for looking at meshes of one's own.
///
/// # Errors
///
/// Fails where the folder is missing or has no OFF files.
pub fn meshes(folder: impl AsRef<Path>) -> Result<CloudFiles> {
    let folder = folder.as_ref();
    let mut passed = Passed::new(folder, "OFF files");
    let found = with_ending(folder, &["off"], &mut passed)?;
    if found.is_empty() {
        let others = entries(folder, &mut passed)?.len();
        let reason = format!("no OFF files among its {others} entries");
        return Err(Error::file(folder, reason));
    }
    let name = folder.file_name().unwrap_or_default();
    let files = found.into_iter().map(|path| (Form::Mesh(path), 0));
    let classes = vec![name.to_string_lossy().into_owned()];
    Ok(CloudFiles::new(files.collect(), classes).noting(passed.notes()))
}

#[cfg(test)]
mod tests {
    use super::super::CloudSet;
    use super::*;
    use burn::data::dataset::Dataset;

    const TRIANGLE: &str = "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n";

    #[test]
    fn other_entries_folders_around_the_data_and_hdf5_are_told() {
        let around = tempfile::tempdir().unwrap();
        let at = |path: &str| around.path().join(path);
        for folder in [
            "ModelNet10/bed/train",
            "__MACOSX/ModelNet10/bed/train",
            "packed",
        ] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        std::fs::write(at("packed/ply_data_train0.h5"), "").unwrap();
        for folder in [around.path(), &at("packed")] {
            let error = modelnet(folder).unwrap_err().to_string();
            assert!(
                error.contains("packed: these are HDF5") && error.contains("resampled"),
                "{error}"
            );
        }
        std::fs::write(at("ModelNet10/bed/train/a.off"), TRIANGLE).unwrap();
        for other in [
            ".DS_Store",
            "bed/.DS_Store",
            "bed/train/._a.off",
            "bed/train/a.txt",
        ] {
            std::fs::write(at("ModelNet10").join(other), "").unwrap();
        }
        std::fs::create_dir(at("ModelNet10/.ipynb_checkpoints")).unwrap();
        std::fs::write(at("__MACOSX/ModelNet10/bed/train/._a.off"), "").unwrap();
        let train = modelnet(around.path()).unwrap().train;
        assert_eq!((train.len(), train.classes().len()), (1, 1));
        let [home, hidden, other] = train.notes() else {
            panic!("{:?}", train.notes())
        };
        assert!(home.contains("its folder ModelNet10"), "{home}");
        assert!(hidden.contains("3 hidden or system"), "{hidden}");
        assert!(other.contains("bed/train/a.txt"), "{other}");
        let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n";
        std::fs::write(at("ModelNet10/bed/train/a.off"), lfs).unwrap();
        let error = train.cloud(0, 3, None).unwrap_err().to_string();
        assert!(error.contains("Git LFS pointer"), "{error}");
    }

    #[test]
    fn meshes_in_class_folders_and_resampled_points_are_read() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        for folder in ["sofa/train", "bed/train", "bed/test", "night_stand"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        let error = modelnet(root.path()).unwrap_err().to_string();
        assert!(error.contains("*.off"), "{error}");
        for file in ["sofa/train/sofa_1.off", "bed/train/b.off", "bed/test/c.OFF"] {
            std::fs::write(at(file), TRIANGLE).unwrap();
        }
        let split = modelnet(root.path()).unwrap();
        assert_eq!(split.train.classes(), ["bed", "night_stand", "sofa"]);
        assert_eq!(
            (split.train.len(), split.test.len(), split.train.label(1)),
            (2, 1, 2)
        );
        let cloud = split.train.cloud(0, 100, None).unwrap();
        assert_eq!(cloud, split.train.cloud(0, 100, Some(0)).unwrap());
        assert_ne!(cloud, split.train.cloud(0, 100, Some(1)).unwrap());
        assert_eq!(
            (cloud.points.len(), cloud.label, cloud.parts),
            (100, 0, None)
        );
        assert_eq!(meshes(at("sofa/train")).unwrap().classes(), ["train"]);

        std::fs::write(
            at("modelnet10_shape_names.txt"),
            "\u{feff}sofa\nnight_stand\n",
        )
        .unwrap();
        std::fs::write(at("modelnet10_train.txt"), "\u{feff}night_stand_0001\n\n").unwrap();
        std::fs::write(at("modelnet10_test.txt"), "").unwrap();
        let error = modelnet(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("train.txt, line 1") && error.contains("0001.txt"),
            "{error}"
        );
        let points = at("night_stand/night_stand_0001.txt");
        std::fs::write(&points, "\u{feff}1,2,3,0,0,1\n4,5,6,0,0,1\n").unwrap();
        let split = modelnet(root.path()).unwrap();
        assert_eq!(split.train.up(), 1);
        let cloud = split.train.cloud(0, 3, None).unwrap();
        assert_eq!(
            cloud.points,
            [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [1.0, 2.0, 3.0]]
        );
        assert_eq!((cloud.label, split.test.len()), (0, 0));
        std::fs::write(&points, "1,2,3,0,0,1\n4,5,NaN,0,0,1\n").unwrap();
        let again = modelnet(root.path()).unwrap();
        let error = again.train.cloud(0, 3, None).unwrap_err().to_string();
        assert!(error.contains("0001.txt, line 2"), "{error}");
    }
}
