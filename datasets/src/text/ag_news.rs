use std::path::Path;

use super::{TextItem, Texts};
use crate::error::{Error, Result};
use crate::folders::{self, home};
use crate::samples::Split;

const CLASSES: [&str; 4] = ["World", "Sports", "Business", "Sci/Tech"];

/// The first column's name, in files with a header.
const HEADER: &str = "Class Index";

/// AG News, articles in four classes: `train.csv` and `test.csv`, each line `"class","title","description"` in quotes with
/// classes from 1, without a header or with Kaggle's (`Class Index,Title,Description`). A text is the title and the description, whose line breaks are backslashes in the files.
///
/// # Errors
///
/// Fails where a file is missing, or a record is not as it should be; the message names the record's line.
pub fn ag_news(root: impl AsRef<Path>) -> Result<Split<Texts>> {
    let mut notes = Vec::new();
    let fits = |root: &Path| {
        ["train.csv", "test.csv"]
            .iter()
            .all(|name| root.join(name).is_file())
    };
    let root = &home(root.as_ref(), fits, &mut notes)?;
    Ok(Split {
        train: Texts {
            notes,
            ..part(&root.join("train.csv"))?
        },
        test: part(&root.join("test.csv"))?,
    })
}

fn part(path: &Path) -> Result<Texts> {
    let hint = ". The folder must hold train.csv and test.csv of AG News";
    let text = folders::separated(path, hint, b',')?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut items = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|e| Error::file(path, e.to_string()))?;
        let line = record.position().map_or(0, |position| position.line());
        let fail = |reason: &str| Error::line(path, line, reason);
        let field = |index: usize| record.get(index).unwrap_or_default().trim();
        if index == 0 && field(0).eq_ignore_ascii_case(HEADER) {
            continue;
        }
        if record.len() != 3 {
            return Err(fail("a class, a title and a description should be here"));
        }
        let label = match field(0).parse::<usize>() {
            Ok(class @ 1..=4) => class - 1,
            _ => return Err(fail("the class should be a number from 1 to 4")),
        };
        let text = format!("{} {}", field(1), field(2)).replace('\\', " ");
        let text = text.trim().to_string();
        if text.is_empty() {
            return Err(fail("the text is empty"));
        }
        items.push(TextItem::new(text, label));
    }
    match items.is_empty() {
        true => Err(Error::file(path, "no articles in it")),
        false => Ok(Texts {
            items,
            classes: CLASSES.map(String::from).into(),
            pieces: None,
            notes: Vec::new(),
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
        // As Kaggle has them, with a byte order mark, in a folder of the one that is given.
        let around = tempfile::tempdir().unwrap();
        let inner = around.path().join("archive");
        std::fs::create_dir(&inner).unwrap();
        for name in ["train.csv", "test.csv"] {
            let text = "\u{feff}Class Index,Title,Description\n3,Oil up,\"Prices, again\"\n";
            std::fs::write(inner.join(name), text).unwrap();
        }
        let split = ag_news(around.path()).unwrap();
        assert_eq!(
            (split.train.items().len(), split.test.items()[0].label),
            (1, 2)
        );
        assert_eq!(split.train.items()[0].text, "Oil up Prices, again");
        assert!(split.train.notes()[0].contains("its folder archive"));
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
            (
                b"\"1\",\"a\",\"b\"\n\"3\",\"Oil\",\"Pric",
                "line 2: a quote",
            ),
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
