use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::records::{ENDINGS, Records, Row};
use crate::error::{Error, Result};

/// The number of samples of which one is tested on, where a file has no test part.
const ONE_IN: usize = 5;
/// The names of test parts, the first of which is taken.
const TESTS: [&str; 5] = ["test", "validation", "valid", "val", "dev"];

/// The records of the two parts of a set.
pub(super) struct Parts {
    pub(super) train: Records,
    pub(super) test: Records,
    /// Notes for a user on how the parts were made.
    pub(super) notes: Vec<String>,
    /// Whether both are parts of one file, drawn here: classes and categories are then those of the whole file.
    divided: bool,
}

impl Parts {
    /// Reads a file, a fifth of whose records become the test part, or the files `train` and `test` of a folder.
    ///
    /// # Errors
    ///
    /// Fails where a file is missing, or the parts have other columns.
    pub(super) fn read(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            let mut train = Records::read(path)?;
            let count = train.rows.len();
            let tested = tested(path, count)?;
            let mut place = 0..;
            let (test_rows, rows) = std::mem::take(&mut train.rows)
                .into_iter()
                .partition(|_| tested[place.next().unwrap_or(0)]);
            train.rows = rows;
            return Ok(Self {
                test: Records {
                    path: train.path.clone(),
                    names: train.names.clone(),
                    rows: test_rows,
                },
                train,
                notes: vec![divided(path)],
                divided: true,
            });
        }
        let [train, test] = files(path)?;
        let (train, test) = (Records::read(&train)?, Records::read(&test)?);
        match train.names == test.names {
            true => Ok(Self {
                train,
                test,
                notes: Vec::new(),
                divided: false,
            }),
            false => {
                let reason = format!(
                    "the columns {}, and {} has {}: give both the same",
                    test.names.join(", "),
                    train.path.display(),
                    train.names.join(", ")
                );
                Err(Error::line(&test.path, 1, reason))
            }
        }
    }

    /// The values of a column down each file that the parts are of.
    pub(super) fn down(&self, column: usize) -> Vec<Vec<&str>> {
        let [train, test] = [&self.train.rows, &self.test.rows];
        let mut files: Vec<Vec<&Row>> = match self.divided {
            true => vec![train.iter().chain(test).collect()],
            false => vec![train.iter().collect(), test.iter().collect()],
        };
        let mut columns = Vec::with_capacity(files.len());
        for rows in &mut files {
            // Two runs in order, which are merged at once.
            rows.sort_by_key(|row| row.line);
            let values = rows.iter().copied().map(|row| row.fields[column].as_str());
            columns.push(values.collect());
        }
        columns
    }

    /// The values of a column by which classes and categories are known: those of the training part, or of the whole file.
    pub(super) fn known(&self, column: usize) -> Vec<&str> {
        let test = self
            .divided
            .then_some(&self.test.rows)
            .into_iter()
            .flatten();
        let rows = self.train.rows.iter().chain(test);
        rows.map(|row| row.fields[column].as_str()).collect()
    }
}

/// The files of the two parts in a folder.
///
/// # Errors
///
/// Fails where one is missing.
pub(super) fn files(folder: &Path) -> Result<[PathBuf; 2]> {
    let file = |names: &[&str]| {
        let mut files = names
            .iter()
            .flat_map(|name| ENDINGS.map(|ending| folder.join(format!("{name}.{ending}"))));
        files.find(|file| file.is_file()).ok_or_else(|| {
            let name = names.join(" or ");
            let reason = format!("no file {name} with an ending .{}", ENDINGS.join(", ."));
            Error::file(folder, reason)
        })
    };
    Ok([file(&["train"])?, file(&TESTS)?])
}

/// A note on a file without a test part.
pub(super) fn divided(path: &Path) -> String {
    format!(
        "{} has no test part: one sample in {ONE_IN}, drawn from a fixed seed, is tested on",
        path.display()
    )
}

/// Which of so many samples are tested on.
///
/// # Errors
///
/// Fails where there are less than two.
pub(super) fn tested(path: &Path, count: usize) -> Result<Vec<bool>> {
    if count < 2 {
        return Err(Error::file(
            path,
            format!("{count} sample(s), too few for two parts"),
        ));
    }
    let mut tested: Vec<bool> = (0..count).map(|k| k < (count / ONE_IN).max(1)).collect();
    tested.shuffle(&mut ChaCha8Rng::seed_from_u64(0));
    Ok(tested)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_of_a_file_is_tested_on_and_the_same_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        let rows: String = (0..50).map(|k| format!("{k}\n")).collect();
        std::fs::write(&path, format!("x\n{rows}")).unwrap();
        let lines = || {
            let parts = Parts::read(&path).unwrap();
            let lines = |records: &Records| records.rows.iter().map(|row| row.line).collect();
            (lines(&parts.train), lines(&parts.test))
        };
        let (train, test): (Vec<u64>, Vec<u64>) = lines();
        assert_eq!((train.len(), test.len()), (40, 10));
        assert_eq!(lines(), (train.clone(), test.clone()));
        assert!(test.iter().all(|line| !train.contains(line)));
        assert!(tested(&path, 1).is_err());
        // Down the file, they stand as they stood in it.
        let rows: Vec<String> = (0..50).map(|k| k.to_string()).collect();
        assert_eq!(Parts::read(&path).unwrap().down(0), [rows]);
    }

    #[test]
    fn a_folder_has_two_parts_of_the_same_columns() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("train.csv", "x,y\n1,2\n");
        let error = Parts::read(folder.path()).err().unwrap().to_string();
        assert!(error.contains("no file test or validation"), "{error}");
        write("dev.tsv", "x\ty\n1\t2\n");
        assert_eq!(Parts::read(folder.path()).unwrap().test.rows.len(), 1);
        write("test.csv", "x,z\n1,2\n");
        let error = Parts::read(folder.path()).err().unwrap().to_string();
        assert!(error.contains("the columns x, z"), "{error}");
    }
}
