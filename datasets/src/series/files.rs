use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::SeriesSet;
use crate::error::{Error, Result};
use crate::folders::{self, home, is_rounded, rounded};
use crate::samples::{Classes, Split};

/// The columns that say which series a step is of, and the class of that series.
const SERIES: &str = "series";
const LABEL: &str = "label";

/// Steps that the longest series has at least where a note tells of a channel that counts them.
const FEWEST: usize = 3;

const HINT: &str = ". The folder must hold train.csv and test.csv";

/// A series of a file: the values of each channel, the name of its class and its first line.
struct Read {
    channels: Vec<Vec<f32>>,
    label: String,
    line: u64,
}

/// Time series from `train.csv` and `test.csv` in a folder, a row for each step.
///
/// The column `series` names the series, `label` its class, and every other column is a channel. The steps of a series stand below one
/// another in the order of time; series may differ in length. Classes are sorted by name, numbers by size. [Notes](SeriesSet::notes) tell channels
/// that count the steps or are rounded.
///
/// # Errors
///
/// Fails where a file is missing, has no such columns or other channels than the first, or a row is not as it should be; the message
/// names the line.
pub fn series_csv(root: impl AsRef<Path>) -> Result<Split<SeriesSet>> {
    let mut notes = Vec::new();
    let [train, test] = series_files(root.as_ref(), &mut notes)?;
    let (channels, train_series) = read(&train, &mut notes)?;
    let (others, test_series) = read(&test, &mut notes)?;
    if channels != others {
        let reason = format!(
            "channels {}, but train.csv has {}: name the same",
            others.join(", "),
            channels.join(", ")
        );
        return Err(Error::file(&test, reason));
    }
    notes.extend(counting(&channels, [&train_series[..], &test_series[..]]));
    let labels: Vec<&str> = train_series
        .iter()
        .map(|read| read.label.as_str())
        .collect();
    let classes = Classes::of(&train, "the column label", &labels)?;
    let set = |path: &Path, series: Vec<Read>| {
        let series = series.into_iter().map(|read| {
            let label = classes.place(&read.label);
            let label = label.map_err(|reason| Error::line(path, read.line, reason))?;
            Ok((read.channels.concat(), label))
        });
        SeriesSet::new(
            channels.clone(),
            classes.names.clone(),
            series.collect::<Result<Vec<_>>>()?,
        )
    };
    Ok(Split {
        train: set(&train, train_series)?.noting(notes),
        test: set(&test, test_series)?,
    })
}

/// The files of the two parts in a folder, or in the only one in it that has both.
///
/// # Errors
///
/// Fails where several folders have both.
pub(crate) fn series_files(root: &Path, notes: &mut Vec<String>) -> Result<[PathBuf; 2]> {
    let files = ["train.csv", "test.csv"];
    let fits = |root: &Path| files.iter().all(|name| root.join(name).is_file());
    let root = home(root, fits, notes)?;
    Ok(files.map(|name| root.join(name)))
}

/// A note on each channel that counts the steps alike in every series.
fn counting(channels: &[String], parts: [&[Read]; 2]) -> Vec<String> {
    let all = || parts.into_iter().flatten();
    let Some(longest) = all().max_by_key(|read| read.channels[0].len()) else {
        return Vec::new();
    };
    let counts = |channel: usize| {
        let steps = &longest.channels[channel];
        let rises = steps
            .windows(2)
            .all(|pair| pair[0] < pair[1] && pair[1] - pair[0] == steps[1] - steps[0]);
        let alike = all().all(|read| steps.starts_with(&read.channels[channel]));
        steps.len() >= FEWEST && rises && alike
    };
    let note = |(channel, name): (usize, &String)| {
        counts(channel).then(|| {
            format!("the channel {name} counts the steps alike in every series: take its column out of both files")
        })
    };
    channels.iter().enumerate().filter_map(note).collect()
}

/// The places of the columns of the series and of its class, and those of the channels.
fn places(path: &Path, header: &csv::StringRecord) -> Result<([usize; 2], Vec<usize>)> {
    let place = |name: &str| {
        let mut columns = header.iter();
        columns.position(|own| own.trim() == name).ok_or_else(|| {
            let columns: Vec<&str> = header.iter().collect();
            let reason = format!("no column {name} among {}", columns.join(", "));
            Error::line(path, 1, reason)
        })
    };
    let own = [place(SERIES)?, place(LABEL)?];
    let channels: Vec<usize> = (0..header.len())
        .filter(|column| !own.contains(column))
        .collect();
    if channels.is_empty() {
        return Err(Error::line(
            path,
            1,
            "no column besides series and label is a channel",
        ));
    }
    Ok((own, channels))
}

/// The names of the channels and the series of a file.
fn read(path: &Path, notes: &mut Vec<String>) -> Result<(Vec<String>, Vec<Read>)> {
    let text = folders::separated(path, HINT, b',')?;
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let fail = |e: csv::Error| Error::file(path, e.to_string());
    let header = reader.headers().map_err(fail)?.clone();
    let ([series_column, label_column], columns) = places(path, &header)?;
    let mut told = HashSet::new();
    let (mut all, mut finished, mut last) = (Vec::<Read>::new(), HashSet::new(), None);
    for record in reader.records() {
        let record = record.map_err(fail)?;
        let line = record.position().map_or(0, |position| position.line());
        let fail = |reason: String| Err(Error::line(path, line, reason));
        let (series, label) = (&record[series_column], record[label_column].trim());
        if last.as_deref() != Some(series) {
            if !finished.insert(series.to_string()) {
                return fail(format!(
                    "series {series} again: its steps stand below one another"
                ));
            }
            last = Some(series.to_string());
            all.push(Read {
                channels: vec![Vec::new(); columns.len()],
                label: label.into(),
                line,
            });
        }
        let Some(own) = all.last_mut() else { continue };
        if own.label != label || label.is_empty() {
            return fail(format!(
                "the label \"{label}\" of series {series}, which has \"{}\"",
                own.label
            ));
        }
        for (channel, column) in own.channels.iter_mut().zip(&columns) {
            let text = record[*column].trim();
            if is_rounded(text) && told.insert(*column) {
                let what = format!("{}: the channel {}", path.display(), header[*column].trim());
                notes.push(rounded(&what, text));
            }
            match text.parse::<f32>() {
                Ok(value) if value.is_finite() => channel.push(value),
                _ => {
                    let (value, name) = (&record[*column], &header[*column]);
                    return fail(format!(
                        "\"{value}\" in {name} is no number: fill gaps before"
                    ));
                }
            }
        }
    }
    let names = columns
        .iter()
        .map(|column| header[*column].trim().to_string());
    match all.is_empty() {
        true => Err(Error::file(path, "no series in it")),
        false => Ok((names.collect(), all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folders::made;

    fn folder(train: &str, test: &str) -> tempfile::TempDir {
        made::folder([("train.csv", train), ("test.csv", test)])
    }

    const TRAIN: &str = "series,label,x,y\na,up,1,10\na,up,2,20\nb,down,3,30\n";

    #[test]
    fn steps_become_series_of_channels() {
        let folder = folder(TRAIN, "label,y,series,x\nup,7,1,8\n")
            .path()
            .to_path_buf();
        // Other columns first are other channels.
        assert!(series_csv(&folder).is_err());
        let kept = self::folder(TRAIN, "label,x,series,y\nup,8,1,7\n");
        let split = series_csv(kept.path()).unwrap();
        assert_eq!(split.train.channels(), ["x", "y"]);
        assert_eq!(split.train.items()[0].values, [1.0, 2.0, 10.0, 20.0]);
        assert_eq!(split.test.items()[0].values, [8.0, 7.0]);
        let class = |set: &SeriesSet, index: usize| {
            use crate::samples::Samples;
            set.classes()[set.label(index)].clone()
        };
        assert_eq!(
            (class(&split.train, 1), class(&split.test, 0)),
            ("down".into(), "up".into())
        );
    }

    #[test]
    fn channels_that_count_the_steps_or_are_rounded_are_told() {
        let text = "series,label,time,x\na,up,0,16777215\na,up,10,16777217\na,up,20,16777219\n\
            b,down,0,5\nb,down,10,7\n";
        let kept = folder(text, text);
        let split = series_csv(kept.path()).unwrap();
        let [train, test, time] = split.train.notes() else {
            panic!("{:?}", split.train.notes())
        };
        for (note, file) in [(train, "train.csv"), (test, "test.csv")] {
            assert!(
                note.contains(file) && note.contains("the channel x has 16777217"),
                "{note}"
            );
        }
        assert!(
            time.contains("the channel time counts the steps alike"),
            "{time}"
        );
        // A clock that starts elsewhere in another series is a channel of its own.
        let text = text.replace("b,down,0,5", "b,down,5,5");
        let kept = folder(&text, &text);
        let split = series_csv(kept.path()).unwrap();
        assert_eq!(split.train.notes().len(), 2, "{:?}", split.train.notes());
    }

    #[test]
    fn rows_that_mean_nothing_are_named() {
        for (train, test, what) in [
            ("series,x\na,1\n", TRAIN, "no column label"),
            ("series,label\na,up\n", TRAIN, "a channel"),
            ("series,label,x,y\n", TRAIN, "no series"),
            ("series,label,x,y\na,up,1,\n", TRAIN, "line 2: \"\" in y"),
            (
                "series,label,x,y\na,up,1,2\na,down,1,2\n",
                TRAIN,
                "line 3: the label",
            ),
            (
                "series,label,x,y\na,up,1,2\nb,up,1,2\na,up,1,2\n",
                TRAIN,
                "line 4: series a again",
            ),
            (
                TRAIN,
                "series,label,x,y\nc,left,1,2\n",
                "test.csv, line 2: the class \"left\"",
            ),
            (TRAIN, "series,label,x,z\nc,up,1,2\n", "channels x, z"),
        ] {
            let kept = folder(train, test);
            let error = series_csv(kept.path()).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }
}
