use std::path::Path;

use super::CloudFiles;
use super::files::Form;
use crate::error::{Error, Result};
use crate::folders::{class_folders, entries, read, with_ending};
use crate::samples::Split;

/// ModelNet10 or ModelNet40, as meshes or as resampled points.
///
/// Meshes: a folder for each class, with the OFF files in its `train/` and `test/`. Resampled
/// (`modelnet40_normal_resampled`): `modelnetN_shape_names.txt`, `modelnetN_train.txt` and `modelnetN_test.txt`, and
/// `CLASS/ID.txt` with lines of `x,y,z,nx,ny,nz`, of which the coordinates are read. Where lists for 10 and for 40 classes
/// lie there, those for 40 are taken; [`modelnet_resampled`] chooses.
///
/// Classes are in the order of their names. A part without files is empty.
///
/// # Errors
///
/// Fails where a folder, list or file that is named is missing, or there are no files at all.
pub fn modelnet(root: impl AsRef<Path>) -> Result<Split<CloudFiles>> {
    let root = root.as_ref();
    for classes in [40, 10] {
        let names = root.join(format!("modelnet{classes}_shape_names.txt"));
        if names.is_file() {
            return modelnet_resampled(root, classes);
        }
    }
    let classes = class_folders(root)?;
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (label, class) in classes.iter().enumerate() {
        for (part, files) in [("train", &mut train), ("test", &mut test)] {
            let folder = root.join(class).join(part);
            if folder.is_dir() {
                let meshes = with_ending(&folder, &["off"])?;
                files.extend(meshes.into_iter().map(|path| (Form::Mesh(path), label)));
            }
        }
    }
    if train.is_empty() && test.is_empty() {
        let reason = "no CLASS/train/*.off or CLASS/test/*.off in it";
        return Err(Error::file(root, reason));
    }
    Ok(Split {
        train: CloudFiles::new(train, classes.clone()),
        test: CloudFiles::new(test, classes),
    })
}

/// The resampled points of ModelNet10 or ModelNet40, see [`modelnet`].
///
/// # Errors
///
/// Fails where a list or a file that it names is missing.
pub fn modelnet_resampled(root: impl AsRef<Path>, classes: usize) -> Result<Split<CloudFiles>> {
    let root = root.as_ref();
    let names = root.join(format!("modelnet{classes}_shape_names.txt"));
    let text = read(&names)?;
    let mut names: Vec<String> = text.split_whitespace().map(String::from).collect();
    names.sort();
    let part = |name: &str| {
        let list = root.join(format!("modelnet{classes}_{name}.txt"));
        let mut files = Vec::new();
        for (index, line) in read(&list)?.lines().enumerate() {
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
        Ok(CloudFiles::new(files, names.clone()))
    };
    Ok(Split {
        train: part("train")?,
        test: part("test")?,
    })
}

/// A folder of OFF files without classes, as one class of its name: for looking at meshes of one's own.
///
/// # Errors
///
/// Fails where the folder is missing or has no OFF files.
pub fn meshes(folder: impl AsRef<Path>) -> Result<CloudFiles> {
    let folder = folder.as_ref();
    let found = with_ending(folder, &["off"])?;
    if found.is_empty() {
        let others = entries(folder)?.len();
        let reason = format!("no OFF files among its {others} entries");
        return Err(Error::file(folder, reason));
    }
    let name = folder.file_name().unwrap_or_default();
    let files = found.into_iter().map(|path| (Form::Mesh(path), 0));
    let classes = vec![name.to_string_lossy().into_owned()];
    Ok(CloudFiles::new(files.collect(), classes))
}

#[cfg(test)]
mod tests {
    use super::super::CloudSet;
    use super::*;
    use burn::data::dataset::Dataset;

    const TRIANGLE: &str = "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n";

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

        std::fs::write(at("modelnet10_shape_names.txt"), "sofa\nnight_stand\n").unwrap();
        std::fs::write(at("modelnet10_train.txt"), "night_stand_0001\n\n").unwrap();
        std::fs::write(at("modelnet10_test.txt"), "").unwrap();
        let error = modelnet(root.path()).unwrap_err().to_string();
        assert!(
            error.contains("train.txt, line 1") && error.contains("0001.txt"),
            "{error}"
        );
        let points = at("night_stand/night_stand_0001.txt");
        std::fs::write(&points, "1,2,3,0,0,1\n4,5,6,0,0,1\n").unwrap();
        let split = modelnet(root.path()).unwrap();
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
