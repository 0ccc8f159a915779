use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::folders::{bytes, home, unlike};
use crate::samples::Split;

use super::Images;

const SIZE: [usize; 3] = [3, 32, 32];
const RECORD: usize = 1 + 3 * 32 * 32;
/// Records in each of the published files.
const RECORDS: usize = 10_000;
const CLASSES: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// CIFAR-10 in its binary version.
///
/// A folder holds `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`; a record is one label byte and 3,072
/// pixel bytes. Files with fewer records than the original are read as they are, which a [note](super::ImageSet::notes) tells.
#[derive(Debug, Clone, Copy)]
pub struct Cifar10;

impl Cifar10 {
    /// Reads both parts of a folder.
    ///
    /// # Errors
    ///
    /// Fails where a file is missing or cut, or a label is above 9.
    pub fn split(folder: impl AsRef<Path>) -> Result<Split<Images>> {
        let folder = folder.as_ref();
        Ok(Split {
            train: Self::train(folder)?,
            test: Self::test(folder)?,
        })
    }

    /// Reads the five training files of a folder.
    ///
    /// # Errors
    ///
    /// Fails where a file is missing or cut, or a label is above 9.
    pub fn train(folder: impl AsRef<Path>) -> Result<Images> {
        let names: Vec<String> = (1..=5).map(|k| format!("data_batch_{k}.bin")).collect();
        read(folder.as_ref(), &names)
    }

    /// Reads the test file of a folder.
    ///
    /// # Errors
    ///
    /// Fails where the file is missing or cut, or a label is above 9.
    pub fn test(folder: impl AsRef<Path>) -> Result<Images> {
        read(folder.as_ref(), &["test_batch.bin".into()])
    }
}

/// Whether a folder holds files of the binary version.
fn is_binary(folder: &Path) -> bool {
    ["data_batch_1.bin", "test_batch.bin"]
        .iter()
        .any(|name| folder.join(name).is_file())
}

/// Whether a folder holds files of the version for Python.
fn is_pickled(folder: &Path) -> bool {
    folder.join("data_batch_1").is_file()
}

/// The folder of the binary version in or around the one that is given.
///
/// # Errors
///
/// Fails where the version for Python is there instead, or several folders fit.
fn find(folder: &Path, notes: &mut Vec<String>) -> Result<PathBuf> {
    let found = home(folder, is_binary, notes)?;
    let python = match is_binary(&found) {
        true => None,
        false => Some(home(folder, is_pickled, &mut Vec::new())?),
    };
    match python.filter(|folder| is_pickled(folder)) {
        None => Ok(found),
        Some(python) => {
            let reason = "this is CIFAR-10 for Python, in pickles, which are not read: fetch the binary version, cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html";
            Err(Error::file(&python, reason))
        }
    }
}

fn read(folder: &Path, names: &[String]) -> Result<Images> {
    const HINT: &str =
        ". The folder must hold the binary version of CIFAR-10, data_batch_1.bin to test_batch.bin";
    let mut notes = Vec::new();
    let folder = find(folder, &mut notes)?;
    let (mut pixels, mut labels, mut is_whole) = (Vec::new(), Vec::new(), true);
    for name in names {
        let path = folder.join(name);
        let bytes = bytes(&path, HINT)?;
        if bytes.is_empty() || bytes.len() % RECORD != 0 {
            let reason = format!(
                "{} bytes are not a whole number of {RECORD}-byte records: cut, or not CIFAR-10",
                bytes.len()
            );
            return Err(Error::file(&path, reason));
        }
        is_whole &= bytes.len() == RECORDS * RECORD;
        for (index, record) in bytes.chunks_exact(RECORD).enumerate() {
            if usize::from(record[0]) >= CLASSES.len() {
                return Err(Error::file(
                    &path,
                    format!(
                        "record {index} has label {}, above 9: not CIFAR-10",
                        record[0]
                    ),
                ));
            }
            labels.push(record[0]);
            pixels.extend_from_slice(&record[1..]);
        }
    }
    if !is_whole {
        let what = format!("records in {}", names.join(", "));
        let published = names.len() * RECORDS;
        notes.push(unlike(&folder, labels.len(), published, &what));
    }
    Ok(Images {
        size: SIZE,
        classes: CLASSES.map(String::from).into(),
        pixels,
        labels,
        notes,
        numbers: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageSet;
    use burn::data::dataset::Dataset;

    #[test]
    fn records_are_read_and_cut_or_foreign_files_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test_batch.bin");
        let mut bytes = vec![3; RECORD];
        bytes.extend([9; RECORD]);
        std::fs::write(&path, &bytes).unwrap();
        let images = Cifar10::test(folder.path()).unwrap();
        assert_eq!(
            (
                images.len(),
                images.label(0),
                images.label(1),
                images.pixels(1)[0]
            ),
            (2, 3, 9, 9)
        );
        for (bytes, what) in [
            (&bytes[..4000], "4000 bytes"),
            (&[], "0 bytes"),
            (&[200; RECORD], "label 200"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let error = Cifar10::test(folder.path()).unwrap_err().to_string();
            assert!(
                error.contains("test_batch.bin") && error.contains(what),
                "{error}"
            );
        }
        std::fs::write(&path, [3; RECORD]).unwrap();
        let around = tempfile::tempdir().unwrap();
        let inner = around.path().join("cifar-10-batches-py");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("data_batch_1"), "\u{80}").unwrap();
        for folder in [around.path(), &inner] {
            let error = Cifar10::test(folder).unwrap_err().to_string();
            assert!(
                error.contains("for Python") && error.contains("cifar-10-binary"),
                "{error}"
            );
        }
        let inner = around.path().join("cifar-10-batches-bin");
        std::fs::create_dir(&inner).unwrap();
        std::fs::copy(&path, inner.join("test_batch.bin")).unwrap();
        let images = Cifar10::test(around.path()).unwrap();
        let [inner, count] = images.notes() else {
            panic!("{:?}", images.notes())
        };
        assert!(inner.contains("cifar-10-batches-bin"), "{inner}");
        assert!(
            count.contains("1 of 10000 records in test_batch.bin, which are read as they are"),
            "{count}"
        );
        std::fs::write(&path, vec![3_u8; RECORDS * RECORD]).unwrap();
        assert!(Cifar10::test(folder.path()).unwrap().notes().is_empty());
        std::fs::write(&path, "version https://git-lfs.github.com/spec/v1\n").unwrap();
        let error = Cifar10::test(folder.path()).unwrap_err().to_string();
        assert!(error.contains("Git LFS"), "{error}");
        assert!(
            Cifar10::train(folder.path())
                .unwrap_err()
                .to_string()
                .contains("data_batch_1.bin")
        );
    }
}
