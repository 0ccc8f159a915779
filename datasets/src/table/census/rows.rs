use std::path::PathBuf;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::COLUMNS;
use crate::error::{Error, Result};
use crate::folders::separated;

/// Spellings of a value that is missing, in small letters.
const MISSING: [&str; 14] = [
    "", "?", "-", "--", ".", "na", "n/a", "<na>", "#n/a", "nan", "-nan", "null", "none", "nil",
];

/// Other names that files give to columns, and ours.
const ALIASES: [(&str, &str); 2] = [("gender", "sex"), ("educational-num", "education-num")];

const HINT: &str = ". The folder must hold adult.data and adult.test of UCI Adult, or an adult.csv";

/// Rows of a file in a part: of the test part every third.
const THIRD: usize = 3;

/// The rows of a file that have all their values, and the number of the others.
pub(super) struct Rows {
    pub path: PathBuf,
    pub rows: Vec<Row>,
    pub dropped: usize,
    /// Rows of the file, whole or not.
    all: usize,
}

/// A row with all its values known, and the line that it stands on.
pub(super) struct Row {
    pub line: u64,
    pub record: StringRecord,
}

fn is_missing(value: &str) -> bool {
    let mut known = MISSING.iter();
    known.any(|known| value.eq_ignore_ascii_case(known))
}

/// Whether a record names the columns; `Err` tells which name is another than is due.
fn is_header(record: &StringRecord) -> Result<bool, String> {
    let plain = |name: &str| {
        let name = name.to_ascii_lowercase().replace(['.', '_', ' '], "-");
        let mut aliases = ALIASES.iter();
        let ours = aliases.find(|(other, _)| *other == name);
        ours.map_or(name, |(_, ours)| (*ours).into())
    };
    let mut names = record.iter().map(plain).zip(COLUMNS);
    if names.next().is_none_or(|(name, (due, _))| name != due) {
        return Ok(false);
    }
    match names.find(|(name, (due, _))| name != due) {
        Some((name, (due, _))) => Err(format!(
            "a column is named \"{name}\" in the place of {due}: give the columns in the order of UCI Adult"
        )),
        None => Ok(true),
    }
}

impl Rows {
    pub fn read(path: PathBuf) -> Result<Self> {
        let text = separated(&path, HINT, b',')?;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .trim(Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let (mut rows, mut dropped) = (Vec::new(), 0);
        for (number, record) in reader.records().enumerate() {
            let record = record.map_err(|e| Error::file(&path, e.to_string()))?;
            let line = record.position().map_or(0, |p| p.line());
            // The test file begins with a comment.
            if record.get(0).is_some_and(|first| first.starts_with('|')) {
                continue;
            }
            if record.len() != COLUMNS.len() + 1 {
                let reason = format!(
                    "{} columns, not {}: the file is cut or of another kind",
                    record.len(),
                    COLUMNS.len() + 1
                );
                return Err(Error::line(&path, line, reason));
            }
            let told = |reason| Error::line(&path, line, reason);
            if number == 0 && is_header(&record).map_err(told)? {
                continue;
            }
            match record.iter().any(is_missing) {
                true => dropped += 1,
                false => rows.push(Row { line, record }),
            }
        }
        match rows.is_empty() {
            true => {
                let reason = match dropped {
                    0 => "no rows".into(),
                    _ => format!("all of its {dropped} rows have missing values"),
                };
                Err(Error::file(&path, reason))
            }
            false => Ok(Self {
                path,
                all: rows.len() + dropped,
                rows,
                dropped,
            }),
        }
    }

    /// The rows in two parts, the second with every third of them.
    pub fn divided(self) -> [Self; 2] {
        let path = self.path.clone();
        let mut parts = [Vec::new(), Vec::new()];
        for (number, row) in self.rows.into_iter().enumerate() {
            parts[usize::from(number % THIRD == THIRD - 1)].push(row);
        }
        let [train, test] = parts;
        let test = Self {
            path,
            all: test.len(),
            rows: test,
            dropped: 0,
        };
        [
            Self {
                rows: train,
                ..self
            },
            test,
        ]
    }

    /// A note on the rows that are left out, where some are.
    pub fn note(&self) -> Option<String> {
        (self.dropped > 0).then(|| {
            format!(
                "{}: {} of {} rows have missing values and are left out",
                self.path.display(),
                self.dropped,
                self.all
            )
        })
    }
}
