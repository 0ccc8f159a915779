use std::path::Path;

use crate::error::{Error, Result};
use crate::samples::Split;

use super::Images;

const SIZE: [usize; 3] = [3, 32, 32];
const RECORD: usize = 1 + 3 * 32 * 32;
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
/// pixel bytes. Files with fewer records than the original are read as they are.
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

fn read(folder: &Path, names: &[String]) -> Result<Images> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for name in names {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(|e| {
            Error::io(
                &path,
                e,
                ". The folder must hold the binary version of CIFAR-10",
            )
        })?;
        if bytes.is_empty() || bytes.len() % RECORD != 0 {
            let reason = format!(
                "{} bytes are not a whole number of {RECORD}-byte records: cut, or not CIFAR-10",
                bytes.len()
            );
            return Err(Error::file(&path, reason));
        }
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
    Ok(Images {
        size: SIZE,
        classes: CLASSES.map(String::from).into(),
        pixels,
        labels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert!(
            Cifar10::train(folder.path())
                .unwrap_err()
                .to_string()
                .contains("data_batch_1.bin")
        );
    }
}
