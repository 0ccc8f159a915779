use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::folders;

/// Endings of files that hold records.
pub(super) const ENDINGS: [&str; 4] = ["csv", "tsv", "jsonl", "ndjson"];

/// Records of named fields, read from a file.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) path: PathBuf,
    pub(super) names: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A record and the line of the file that it is on.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) fields: Vec<String>,
}

impl Records {
    /// Reads a file by its ending: values between commas, or between semicolons where the first line has no comma; values between tabulators,
    /// quotes being letters as in GLUE's files; or JSON objects, one a line.
    ///
    /// # Errors
    ///
    /// Fails where the file is missing, empty or of another kind, or a record has other fields than the first.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let text = |path| folders::text(path, "");
        let (names, rows) = match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
            "csv" => {
                let text = text(path)?;
                let first = text.lines().next().unwrap_or_default();
                let delimiter = match first.contains(';') && !first.contains(',') {
                    true => b';',
                    false => b',',
                };
                separated(path, &text, delimiter)?
            }
            "tsv" => separated(path, &text(path)?, b'\t')?,
            "jsonl" | "ndjson" => objects(path, &text(path)?)?,
            _ => {
                let reason = format!("records are .{}", ENDINGS.join(", ."));
                return Err(Error::file(path, reason));
            }
        };
        match rows.is_empty() {
            true => Err(Error::file(path, "no records in it")),
            false => Ok(Self {
                path: path.into(),
                names,
                rows,
            }),
        }
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Result<usize> {
        self.names
            .iter()
            .position(|own| own == name)
            .ok_or_else(|| {
                let reason = format!("no column {name}: there are {}", self.names.join(", "));
                Error::line(&self.path, 1, reason)
            })
    }

    /// The place of a column that is asked for by name, or has one of the usual names.
    pub(super) fn asked(&self, name: Option<&str>, usual: &[&str], flag: &str) -> Result<usize> {
        if let Some(name) = name {
            return self.column(name);
        }
        let found = usual.iter().find_map(|usual| self.column(usual).ok());
        found.ok_or_else(|| {
            let reason = format!(
                "no column named {}: give one of {} as {flag}",
                usual.join(" or "),
                self.names.join(", ")
            );
            Error::line(&self.path, 1, reason)
        })
    }

    /// The error of a row.
    pub(super) fn fail(&self, row: &Row, reason: impl Into<String>) -> Error {
        Error::line(&self.path, row.line, reason)
    }
}

fn separated(path: &Path, text: &str, delimiter: u8) -> Result<(Vec<String>, Vec<Row>)> {
    if delimiter != b'\t' {
        folders::closed(path, text, delimiter)?;
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(delimiter != b'\t')
        .from_reader(text.as_bytes());
    let fail = |e: csv::Error| Error::file(path, e.to_string());
    let trimmed = |record: &csv::StringRecord| -> Vec<String> {
        record
            .iter()
            .map(|field| field.trim().to_string())
            .collect()
    };
    let names = trimmed(reader.headers().map_err(fail)?);
    if let Some(twice) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
        let reason = format!("the column {} comes twice", names[twice]);
        return Err(Error::line(path, 1, reason));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fail)?;
        let mut fields = trimmed(&record);
        if delimiter == b';' {
            fields.iter_mut().for_each(with_point);
        }
        rows.push(Row {
            line: record.position().map_or(0, |position| position.line()),
            fields,
        });
    }
    Ok((names, rows))
}

/// Writes a number with a decimal comma with a point, as files with semicolons between values have it.
fn with_point(field: &mut String) {
    let parts = field.split_once(',');
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if parts
        .is_some_and(|(whole, rest)| digits(whole.trim_start_matches(['-', '+'])) && digits(rest))
    {
        *field = field.replace(',', ".");
    }
}

fn objects(path: &Path, text: &str) -> Result<(Vec<String>, Vec<Row>)> {
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let fail = |reason: String| Error::line(path, number, reason);
        let object: Map<String, Value> =
            serde_json::from_str(line).map_err(|e| fail(format!("no JSON object: {e}")))?;
        if rows.is_empty() {
            names = object.keys().cloned().collect();
        }
        if let Some(other) = object.keys().find(|key| !names.contains(key)) {
            return Err(fail(format!(
                "the field {other}, which the first record lacks"
            )));
        }
        let field = |name: &String| match object.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Null) | None => Ok(String::new()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string()),
            Some(_) => Err(fail(format!("{name} holds several values: give one"))),
        };
        rows.push(Row {
            line: number,
            fields: names.iter().map(field).collect::<Result<_>>()?,
        });
    }
    Ok((names, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<Records> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Records::read(&path)
    }

    fn fields(records: &Records) -> Vec<Vec<&str>> {
        let rows = records.rows.iter();
        rows.map(|row| row.fields.iter().map(String::as_str).collect())
            .collect()
    }

    #[test]
    fn records_are_the_same_in_every_form() {
        for (name, text) in [
            ("a.csv", "label,text\n1,\"one, two\"\n0,three\n"),
            ("a.CSV", "label; text\n1;one, two\n0;three\n"),
            ("a.tsv", "label\ttext\n1\tone, two\n0\tthree\n"),
            (
                "a.jsonl",
                "{\"label\": 1, \"text\": \"one, two\"}\n\n{\"text\": \"three\", \"label\": 0}\n",
            ),
        ] {
            let records = read(name, text).unwrap();
            assert_eq!(records.names, ["label", "text"], "{name}");
            assert_eq!(
                fields(&records),
                [["1", "one, two"], ["0", "three"]],
                "{name}"
            );
        }
        // A quote is a letter between tabulators.
        let records = read("a.tsv", "text\n\"so\n").unwrap();
        assert_eq!(fields(&records), [["\"so"]]);
    }

    #[test]
    fn files_that_hold_no_records_are_named() {
        for (name, text, what) in [
            ("a.txt", "label\n1\n", "records are .csv"),
            ("a.csv", "label,text\n", "no records"),
            ("a.csv", "a,a\n1,2\n", "comes twice"),
            ("a.csv", "a,b\n1\n", "1 field"),
            ("a.csv", "a,b\n1,\"so\n0,foo\n", "line 2: a quote"),
            ("a.jsonl", "[1]\n", "line 1: no JSON object"),
            ("a.jsonl", "{\"a\": 1}\n{\"b\": 1}\n", "line 2: the field b"),
            ("a.jsonl", "{\"a\": [1]}\n", "line 1: a holds several"),
        ] {
            let error = read(name, text).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }

    #[test]
    fn columns_are_found_by_name_or_by_a_usual_one() {
        let records = read("a.csv", "x,target\n1,2\n").unwrap();
        let label = |name| records.asked(name, &["label", "target"], "--label");
        assert_eq!((label(None).unwrap(), label(Some("x")).unwrap()), (1, 0));
        let error = label(Some("z")).unwrap_err().to_string();
        assert!(
            error.contains("no column z: there are x, target"),
            "{error}"
        );
        let error = records
            .asked(None, &["text"], "--input")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("give one of x, target as --input"),
            "{error}"
        );
    }
}
