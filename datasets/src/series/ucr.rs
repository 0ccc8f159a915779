use std::path::{Path, PathBuf};

use super::SeriesSet;
use crate::error::{Error, Result};
use crate::folders::{self, home};
use crate::samples::{Classes, Split};

/// The page of the archive whose sets are in this form.
pub(crate) const UCR: &str = "https://www.cs.ucr.edu/~eamonn/time_series_data_2018/";

/// The endings of the two files of a set.
const ENDINGS: [&str; 2] = ["_TRAIN.tsv", "_TEST.tsv"];
/// The endings of training files in forms of other archives.
const OTHERS: [&str; 3] = ["_TRAIN.ts", "_TRAIN.arff", "_TRAIN.txt"];

/// A set of the UCR archive: `NAME_TRAIN.tsv` and `NAME_TEST.tsv` in a folder, each line a class and the values of one series of one channel
/// between tabulators. Series that are shorter than others end with `NaN`, so that all lines of a file have as many columns.
///
/// # Errors
///
/// Fails where a file is missing, a line has no values, other columns than the first or one that is no number, or the test part has a class of its own.
pub fn ucr(root: impl AsRef<Path>) -> Result<Split<SeriesSet>> {
    let mut notes = Vec::new();
    let fits = |root: &Path| names(root).is_some_and(|names| !names.is_empty());
    let root = &home(root.as_ref(), fits, &mut notes)?;
    let names = names(root).ok_or_else(|| {
        let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
        Error::io(root, std::fs::read_dir(root).err().unwrap_or(gone), "")
    })?;
    let [name] = &names[..] else {
        let reason = match names.is_empty() {
            true => missing(root),
            false => format!(
                "several sets in it, {}: give the folder of one",
                names.join(", ")
            ),
        };
        return Err(Error::file(root, reason));
    };
    let [train, test] = ENDINGS.map(|ending| root.join(format!("{name}{ending}")));
    let [train_series, test_series] = [read(&train)?, read(&test)?];
    let labels: Vec<&str> = train_series
        .iter()
        .map(|(_, label, _)| label.as_str())
        .collect();
    let classes = Classes::of(&train, "the first column", &labels)?;
    let set = |path: &Path, series: Vec<(Vec<f32>, String, u64)>| {
        let series = series.into_iter().map(|(values, label, line)| {
            let class = classes.place(&label);
            let class = class.map_err(|reason| Error::line(path, line, reason))?;
            Ok((values, class))
        });
        let series: Vec<(Vec<f32>, usize)> = series.collect::<Result<_>>()?;
        SeriesSet::new(vec!["value".into()], classes.names.clone(), series)
    };
    Ok(Split {
        train: set(&train, train_series)?.noting(notes),
        test: set(&test, test_series)?,
    })
}

/// The reason why a folder without a set is refused, which tells a set in another form.
fn missing(root: &Path) -> String {
    let [train, test] = ENDINGS;
    let found = home(root, |folder| other(folder).is_some(), &mut Vec::new());
    match found.ok().and_then(|folder| other(&folder)) {
        Some(file) => format!(
            "{file} is in another form than NAME{train}, which alone is read: take the set from {UCR}, or write each series as a line of its class and its values between tabulators"
        ),
        None => format!("no NAME{train} with its NAME{test} in it, as the sets of {UCR} have"),
    }
}

/// The first file in a folder that holds series in another form.
fn other(folder: &Path) -> Option<String> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let fits = |name: &String| {
        let ends = OTHERS.iter().any(|ending| name.ends_with(*ending));
        ends && !name.starts_with('.')
    };
    names.filter(fits).min()
}

/// The names of the sets of which a folder has both files; `None` where there is no such folder.
fn names(root: &Path) -> Option<Vec<String>> {
    let entries = std::fs::read_dir(root).ok()?.flatten();
    let name = |path: PathBuf| {
        let file = path.file_name()?.to_str()?;
        let name = file
            .strip_suffix(ENDINGS[0])
            .filter(|name| !name.starts_with('.'))?;
        let other = root.join(format!("{name}{}", ENDINGS[1]));
        (path.is_file() && other.is_file()).then(|| name.to_string())
    };
    let mut names: Vec<String> = entries.filter_map(|entry| name(entry.path())).collect();
    names.sort();
    Some(names)
}

/// The series of a file, each its values, its class and its line.
fn read(path: &Path) -> Result<Vec<(Vec<f32>, String, u64)>> {
    let text = folders::text(path, "")?;
    let (mut all, mut width) = (Vec::new(), None);
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let fail = |reason: String| Error::line(path, number, reason);
        let columns = line.split('\t').count();
        let (due, first) = *width.get_or_insert((columns, number));
        if columns != due {
            return Err(fail(format!(
                "{columns} columns, not {due} as line {first} has: the file is cut, or a shorter series lacks the NaN that fill it up"
            )));
        }
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
    use crate::folders::made;

    fn folder(train: &str, test: &str) -> tempfile::TempDir {
        made::folder([("Coffee_TRAIN.tsv", train), ("Coffee_TEST.tsv", test)])
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
    fn sets_in_another_form_are_named_with_the_one_to_take() {
        for ending in ["ts", "arff", "txt"] {
            let root = tempfile::tempdir().unwrap();
            let inner = root.path().join("Coffee");
            std::fs::create_dir(&inner).unwrap();
            std::fs::write(inner.join(format!("Coffee_TRAIN.{ending}")), "@data\n").unwrap();
            for folder in [root.path(), &inner] {
                let error = ucr(folder).unwrap_err().to_string();
                let file = format!("Coffee_TRAIN.{ending} is in another form");
                assert!(error.contains(&file) && error.contains(UCR), "{error}");
            }
        }
    }

    #[test]
    fn lines_that_mean_nothing_are_named() {
        for (train, what) in [
            ("1\t2\tNaN\t3\n", "line 1: a value within"),
            ("1\n", "line 1: a class and its values"),
            ("1\tNaN\n", "line 1: a class and its values"),
            ("1\tx\n", "\"x\" is no number"),
            ("\n", "no series"),
            ("1\t2\n2\t3\n", "TEST.tsv, line 1: the class \"5\""),
            ("1\t2\n1\t3\n", "1 classes"),
            ("1\t2\t3\n2\t4\n", "line 2: 2 columns, not 3 as line 1 has"),
        ] {
            let kept = folder(train, "5\t1\n");
            let error = ucr(kept.path()).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
        let empty = tempfile::tempdir().unwrap();
        let error = |folder: &Path| ucr(folder).unwrap_err().to_string();
        let reason = error(empty.path());
        assert!(
            reason.contains("NAME_TRAIN.tsv") && reason.contains("www.cs.ucr.edu"),
            "{reason}"
        );
        assert!(error(&empty.path().join("gone")).contains("gone"));
        // Files of two sets never make one, and macOS' files beside them are none.
        let kept = folder("1\t2\n2\t3\n", "1\t2\n");
        let write = |name: &str| std::fs::write(kept.path().join(name), "1\t2\n2\t3\n").unwrap();
        write("._Coffee_TRAIN.tsv");
        write("._Coffee_TEST.tsv");
        write("Beef_TEST.tsv");
        assert_eq!(ucr(kept.path()).unwrap().test.items().len(), 1);
        write("Beef_TRAIN.tsv");
        assert!(error(kept.path()).contains("several sets in it, Beef, Coffee"));
    }
}
