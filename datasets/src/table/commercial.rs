use std::path::{Path, PathBuf};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::error::{Error, Result};
use crate::folders::{Passed, first_line, home, text, unlike, with_ending};
use crate::samples::Split;

use super::Table;

/// The features of the papers, by their libsvm index.
const FEATURES: [(usize, &str); 10] = [
    (1, "shot length"),
    (2, "motion mean"),
    (4, "frame difference mean"),
    (6, "short-time energy mean"),
    (8, "zero crossing mean"),
    (10, "spectral centroid mean"),
    (12, "spectral roll-off mean"),
    (14, "spectral flux mean"),
    (16, "fundamental frequency mean"),
    (4124, "edge change ratio mean"),
];

/// The channels of the published set.
const CHANNELS: [&str; 5] = ["BBC", "CNN", "CNNIBN", "NDTV", "TIMESNOW"];

/// The share of rows to train on.
const TRAIN: f64 = 0.8;

/// TV News Channel Commercial Detection (UCI): every `.txt` file of a folder, one a channel, in libsvm format; the
/// papers' 10 attributes, commercial or not.
///
/// A feature that a line does not name is 0, as the format has it. The rows of all channels are shuffled with a fixed seed
/// and split 80 to 20. Other channels than those of the published set are read as they are, which a [note](Table::notes) tells. The table is not standardised yet, see [`Standardization`](crate::Standardization).
///
/// # Errors
///
/// Fails where there is no such file, or a line is not `label index:value ...` with label 1 or -1 and finite values.
pub fn commercial(folder: impl AsRef<Path>) -> Result<Split<Table>> {
    const HINT: &str = ". The folder must hold the channels of UCI TV News Channel Commercial Detection, such as BBC.txt";
    let mut notes = Vec::new();
    let folder = &home(folder.as_ref(), has_channels, &mut notes)?;
    if !folder.is_dir() {
        return Err(Error::file(folder, format!("no such folder{HINT}")));
    }
    let mut passed = Passed::new(folder, "channels, .txt");
    let files = with_ending(folder, &["txt"], &mut passed)?;
    notes.extend(passed.notes());
    notes.extend(other_channels(folder, &files));
    let mut rows = Vec::new();
    for file in &files {
        read(file, &mut rows)?;
    }
    if rows.len() < 2 {
        return Err(Error::file(
            folder,
            format!(
                "{} row(s) in {} .txt file(s){HINT}",
                rows.len(),
                files.len()
            ),
        ));
    }
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(0));
    let train = (rows.len() as f64 * TRAIN).round() as usize;
    let test = rows.split_off(train.clamp(1, rows.len() - 1));
    let table = |rows: Vec<(Vec<f32>, usize)>| {
        let names = FEATURES.iter().map(|(_, name)| name.to_string()).collect();
        Table::of(names, vec!["programme".into(), "commercial".into()], rows)
    };
    Ok(Split {
        train: Table {
            notes,
            ..table(rows)
        },
        test: table(test),
    })
}

/// A note on files that are not those of the published channels.
fn other_channels(folder: &Path, files: &[PathBuf]) -> Option<String> {
    let name = |file: &PathBuf| file.file_stem().map(|stem| stem.display().to_string());
    let names: Vec<String> = files.iter().filter_map(name).collect();
    let what = format!("channels ({})", names.join(", "));
    (names != CHANNELS).then(|| unlike(folder, names.len(), CHANNELS.len(), &what))
}

/// Whether a folder has a text file that begins as a channel does, `label index:value ...`.
fn has_channels(folder: &Path) -> bool {
    let begins = |path: &Path| {
        let line = first_line(path);
        let mut words = line.split_whitespace();
        let label = words
            .next()
            .is_some_and(|word| ["1", "+1", "-1"].contains(&word));
        label && words.next().is_some_and(|word| word.contains(':'))
    };
    let mut passed = Passed::new(folder, "");
    let files = with_ending(folder, &["txt"], &mut passed);
    files.is_ok_and(|files| files.iter().any(|path| begins(path)))
}

fn read(path: &Path, rows: &mut Vec<(Vec<f32>, usize)>) -> Result<()> {
    for (index, line) in text(path, "")?.lines().enumerate() {
        let fail = |reason: String| Error::line(path, index as u64 + 1, reason);
        let mut words = line.split_whitespace();
        let label = match words.next() {
            None => continue,
            Some("1" | "+1") => 1,
            Some("-1") => 0,
            Some(other) => return Err(fail(format!("label \"{other}\" is neither 1 nor -1"))),
        };
        let mut features = vec![0.0; FEATURES.len()];
        for word in words {
            let pair = word
                .split_once(':')
                .and_then(|(k, v)| Some((k.parse::<usize>().ok()?, v.parse::<f32>().ok()?)));
            let (feature, value) =
                pair.ok_or_else(|| fail(format!("\"{word}\" is not index:value")))?;
            if !value.is_finite() {
                return Err(fail(format!(
                    "feature {feature} is {value}: values must be finite"
                )));
            }
            if let Some(place) = FEATURES.iter().position(|(known, _)| *known == feature) {
                features[place] = value;
            }
        }
        rows.push((features, label));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Split<Table>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("BBC.txt"), text).unwrap();
        commercial(folder.path())
    }

    #[test]
    fn ten_attributes_are_read_and_absent_ones_are_zero() {
        let split = load(&"1  1:123 2:1.5 3:9 4124:0.25\n-1 16:4 17:8\n".repeat(50)).unwrap();
        assert_eq!((split.train.rows.len(), split.test.rows.len()), (80, 20));
        let row = split.train.rows.iter().find(|row| row.label == 1).unwrap();
        assert_eq!(
            row.features,
            [123.0, 1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25]
        );
        let row = split.train.rows.iter().find(|row| row.label == 0).unwrap();
        assert_eq!(row.features[8], 4.0);
    }

    #[test]
    fn byte_order_marks_other_files_and_folders_around_the_data_are_no_matter() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("tv");
        std::fs::create_dir(&inner).unwrap();
        for (name, text) in [
            ("BBC.txt", "\u{feff}1 1:2\n-1 1:3\n"),
            ("._BBC.txt", "\0"),
            ("readme.md", "channels"),
        ] {
            std::fs::write(inner.join(name), text).unwrap();
        }
        let split = commercial(folder.path()).unwrap();
        assert_eq!((split.train.rows.len(), split.test.rows.len()), (1, 1));
        let notes = split.train.notes().join("\n");
        for what in [
            "its folder tv",
            "1 hidden",
            "._BBC.txt",
            "readme.md",
            "tv: 1 of 5 channels (BBC), which are read as they are",
        ] {
            assert!(notes.contains(what), "{notes}");
        }
        for name in CHANNELS {
            std::fs::write(inner.join(format!("{name}.txt")), "1 1:2\n").unwrap();
        }
        let notes = commercial(folder.path()).unwrap().train.notes().join("\n");
        assert!(!notes.contains("channels ("), "{notes}");
    }

    #[test]
    fn bad_lines_are_refused_with_their_number() {
        for (text, what) in [
            ("1 1:2\n2 1:2\n", "BBC.txt, line 2: label \"2\""),
            ("1 1:2\n1 1:nan\n", "line 2: feature 1 is NaN"),
            ("1 1:2\n1 1:2 3\n", "line 2: \"3\" is not index:value"),
            ("", "0 row(s)"),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
        assert!(commercial("/nowhere").is_err());
    }
}
