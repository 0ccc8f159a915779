use std::path::{Path, PathBuf};

use super::SeriesSet;
use crate::error::{Error, Result};
use crate::folders::{self, home};
use crate::samples::{Split, sorted};

/// The endings of the two files of a set.
const ENDINGS: [&str; 2] = ["_TRAIN.tsv", "_TEST.tsv"];

/// A set of the UCR archive: `NAME_TRAIN.tsv` and `NAME_TEST.tsv` in a folder, each line a class and the values of one series of one channel
/// between tabulators. Series that are shorter than others end with `NaN`.
///
/// # Errors
///
/// Fails where a file is missing, a line has no values or one of them is no number, or the test part has a class of its own.
pub fn ucr(root: impl AsRef<Path>) -> Result<Split<SeriesSet>> {
    let mut notes = Vec::new();
    let fits = |root: &Path| ENDINGS.iter().all(|ending| find(root, ending).is_some());
    let root = &home(root.as_ref(), fits, &mut notes)?;
    let file = |ending: &str| {
        find(root, ending).ok_or_else(|| {
            let reason = format!("no file NAME{ending} of the UCR archive in it");
            match std::fs::read_dir(root) {
                Ok(_) => Error::file(root, reason),
                Err(e) => Error::io(root, e, ""),
            }
        })
    };
    let [train, test] = ENDINGS.map(file);
    let (train, test) = (train?, test?);
    let [train_series, test_series] = [read(&train)?, read(&test)?];
    let labels: Vec<&str> = train_series
        .iter()
        .map(|(_, label, _)| label.as_str())
        .collect();
    let classes = sorted(&labels);
    let set = |path: &Path, series: Vec<(Vec<f32>, String, u64)>| {
        let series = series.into_iter().map(|(values, label, line)| {
            let class = classes.iter().position(|class| *class == label);
            let class = class.ok_or_else(|| {
                let reason = format!("the class {label}, of which the training part has no series");
                Error::line(path, line, reason)
            })?;
            Ok((values, class))
        });
        let series: Vec<(Vec<f32>, usize)> = series.collect::<Result<_>>()?;
        SeriesSet::new(vec!["value".into()], classes.clone(), series)
    };
    Ok(Split {
        train: set(&train, train_series)?.noting(notes),
        test: set(&test, test_series)?,
    })
}

/// The first file of a folder, by name, that ends so.
fn find(root: &Path, ending: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(root).ok()?.flatten();
    let fits = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.ends_with(ending)) && path.is_file()
    };
    entries.map(|entry| entry.path()).filter(fits).min()
}

/// The series of a file, each its values, its class and its line.
fn read(path: &Path) -> Result<Vec<(Vec<f32>, String, u64)>> {
    let text = folders::text(path, "")?;
    let mut all = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let fail = |reason: String| Error::line(path, number, reason);
        let mut fields = line.split('\t').map(str::trim);
        let label = fields.next().unwrap_or_default().to_string();
        let value = |field: &str| {
            let value: f32 = field
                .parse()
                .map_err(|_| fail(format!("\"{field}\" is no number")))?;
            Ok(value)
        };
        let mut values: Vec<f32> = fields.map(value).collect::<Result<_>>()?;
        let steps = values
            .iter()
            .rposition(|value| !value.is_nan())
            .map_or(0, |last| last + 1);
        values.truncate(steps);
        if label.is_empty() || values.is_empty() {
            return Err(fail(
                "a class and its values should be here, between tabulators".into(),
            ));
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(fail(
                "a value within the series is missing: fill gaps before".into(),
            ));
        }
        all.push((values, label, number));
    }
    match all.is_empty() {
        true => Err(Error::file(path, "no series in it")),
        false => Ok(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(train: &str, test: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Coffee_TRAIN.tsv"), train).unwrap();
        std::fs::write(folder.path().join("Coffee_TEST.tsv"), test).unwrap();
        folder
    }

    #[test]
    fn lines_become_series_that_end_before_their_padding() {
        let kept = folder("2\t0.5\t1e-1\tNaN\tNaN\n-1\t1\t2\t3\t4\n", "2\t7\n");
        let split = ucr(kept.path()).unwrap();
        let items = split.train.items();
        assert_eq!((items[0].values.len(), items[1].values.len()), (2, 4));
        // The class -1 comes before 2.
        assert_eq!(
            (items[0].label, items[1].label, split.test.items()[0].label),
            (1, 0, 1)
        );
    }

    #[test]
    fn lines_that_mean_nothing_are_named() {
        for (train, what) in [
            ("1\t2\tNaN\t3\n", "line 1: a value within"),
            ("1\n", "line 1: a class and its values"),
            ("1\tNaN\n", "line 1: a class and its values"),
            ("1\tx\n", "\"x\" is no number"),
            ("\n", "no series"),
            ("1\t2\n", "TEST.tsv, line 1: the class 5"),
        ] {
            let kept = folder(train, "5\t1\n");
            let error = ucr(kept.path()).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
        let empty = tempfile::tempdir().unwrap();
        let error = ucr(empty.path()).unwrap_err().to_string();
        assert!(error.contains("NAME_TRAIN.tsv"), "{error}");
    }
}
