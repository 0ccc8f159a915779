use std::path::Path;

use super::{TextItem, Texts};
use crate::error::{Error, Result};
use crate::samples::Split;

const CLASSES: [&str; 4] = ["World", "Sports", "Business", "Sci/Tech"];

/// AG News, articles in four classes: `train.csv` and `test.csv`, each line `"class","title","description"` in quotes with
/// classes from 1 and no header. A text is the title and the description, whose line breaks are backslashes in the files.
///
/// # Errors
///
/// Fails where a file is missing, or a record is not as it should be; the message names the record's line.
pub fn ag_news(root: impl AsRef<Path>) -> Result<Split<Texts>> {
    let root = root.as_ref();
    Ok(Split {
        train: part(&root.join("train.csv"))?,
        test: part(&root.join("test.csv"))?,
    })
}

fn part(path: &Path) -> Result<Texts> {
    let bytes = std::fs::read(path)
        .map_err(|e| Error::io(path, e, ". The folder must hold train.csv and test.csv"))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes.as_slice());
    let mut items = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(|e| Error::file(path, e.to_string()))?;
        let line = record.position().map_or(0, |position| position.line());
        let fail = |reason: &str| Error::line(path, line, reason);
        let field = |index: usize| {
            let bytes = record.get(index).unwrap_or_default();
            std::str::from_utf8(bytes).map_err(|_| fail("no UTF-8 in it"))
        };
        if record.len() != 3 {
            return Err(fail("a class, a title and a description should be here"));
        }
        let label = match field(0)?.parse::<usize>() {
            Ok(class @ 1..=4) => class - 1,
            _ => return Err(fail("the class should be a number from 1 to 4")),
        };
        let text = format!("{} {}", field(1)?.trim(), field(2)?.trim()).replace('\\', " ");
        let text = text.trim().to_string();
        if text.is_empty() {
            return Err(fail("the text is empty"));
        }
        items.push(TextItem { text, label });
    }
    match items.is_empty() {
        true => Err(Error::file(path, "no articles in it")),
        false => Ok(Texts {
            items,
            classes: CLASSES.map(String::from).into(),
            pieces: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_read_and_bad_records_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        };
        write(
            "test.csv",
            b"\"4\",\"A \"\"new\"\" chip\",\"It\\is fast, they say\"\n",
        );
        write(
            "train.csv",
            b"\"1\",\"One\",\"two\nlines\"\n\"2\",\"Three\",\"four\"\n",
        );
        let split = ag_news(folder.path()).unwrap();
        let chip = &split.test.items()[0];
        assert_eq!(
            (chip.text.as_str(), chip.label),
            ("A \"new\" chip It is fast, they say", 3)
        );
        assert_eq!(split.train.items()[1].label, 1);
        assert_eq!(split.train.classes()[0], "World");
        for (bytes, expected) in [
            (
                &b"\"1\",\"a\",\"b\"\n\"5\",\"a\",\"b\"\n"[..],
                "line 2: the class",
            ),
            (
                b"\"1\",\"two\nlines\",\"b\"\n\"1\",\"a\"\n",
                "line 3: a class",
            ),
            (b"\"1\",\"a\xff\",\"b\"\n", "line 1: no UTF-8"),
            (b"\"1\",\"\",\" \"\n", "line 1: the text is empty"),
            (b"", "no articles"),
        ] {
            write("train.csv", bytes);
            let error = ag_news(folder.path()).unwrap_err().to_string();
            assert!(
                error.contains("train.csv") && error.contains(expected),
                "{expected}: {error}"
            );
        }
    }
}
