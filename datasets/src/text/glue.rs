use std::path::Path;

use super::lines::lines;
use super::{TextItem, Texts};
use crate::error::{Error, Result};
use crate::samples::Split;

const HINT: &str = ". The folder must hold train.tsv and dev.tsv of GLUE";

/// SST-2, film reviews that are negative or positive, in GLUE's files: `train.tsv`, and `dev.tsv` for the test part as
/// `test.tsv` has no labels (see [`unlabelled`]). Both begin with the line `sentence label`.
///
/// # Errors
///
/// Fails where a file is missing, or a line is not as it should be; the message names the line.
pub fn sst2(root: impl AsRef<Path>) -> Result<Split<Texts>> {
    let part = |name: &str| {
        let path = root.as_ref().join(name);
        let mut lines = lines(&path, HINT)?.into_iter();
        match lines.next() {
            Some((_, header)) if header == "sentence\tlabel" => (),
            Some((number, header)) => {
                let reason = format!("\"sentence label\" should be here, not \"{header}\"");
                return Err(Error::line(&path, number, reason));
            }
            None => return Err(Error::line(&path, 1, "nothing in it")),
        }
        texts(&path, lines, ["negative", "positive"], |line| {
            line.rsplit_once('\t')
        })
    };
    Ok(Split {
        train: part("train.tsv")?,
        test: part("dev.tsv")?,
    })
}

/// CoLA, sentences that linguists judged acceptable or not, in GLUE's files: `train.tsv`, and `dev.tsv` for the test part
/// as `test.tsv` has no labels (see [`unlabelled`]). Lines are source, label, the authors' mark and sentence, without a
/// header.
///
/// # Errors
///
/// Fails where a file is missing, or a line is not as it should be; the message names the line.
pub fn cola(root: impl AsRef<Path>) -> Result<Split<Texts>> {
    let part = |name: &str| {
        let path = root.as_ref().join(name);
        fn fields(line: &str) -> Option<(&str, &str)> {
            let columns: Vec<&str> = line.split('\t').collect();
            match columns[..] {
                [_, label, _, text] => Some((text, label)),
                _ => None,
            }
        }
        let lines = lines(&path, HINT)?;
        texts(
            &path,
            lines.into_iter(),
            ["unacceptable", "acceptable"],
            fields,
        )
    };
    Ok(Split {
        train: part("train.tsv")?,
        test: part("dev.tsv")?,
    })
}

/// The sentences of one of GLUE's test files, which have no labels: `index sentence` on the first line.
///
/// # Errors
///
/// Fails where the file is missing, has labels, or a line is not as it should be; the message names the fault.
pub fn unlabelled(path: impl AsRef<Path>) -> Result<Vec<String>> {
    let path = path.as_ref();
    let mut lines = lines(path, "")?.into_iter();
    let header = lines.next();
    if header
        .as_ref()
        .is_none_or(|(_, line)| line != "index\tsentence")
    {
        let reason = "\"index sentence\" should be here, as in GLUE's test files";
        return Err(Error::line(path, 1, reason));
    }
    lines
        .map(|(number, line)| match line.split_once('\t') {
            Some((_, sentence)) => Ok(sentence.to_string()),
            None => Err(Error::line(
                path,
                number,
                "an index and a sentence should be here",
            )),
        })
        .collect()
}

/// Makes texts of lines; `fields` gives a line's text and label.
fn texts(
    path: &Path,
    lines: impl Iterator<Item = (u64, String)>,
    classes: [&str; 2],
    fields: fn(&str) -> Option<(&str, &str)>,
) -> Result<Texts> {
    let mut items = Vec::new();
    for (number, line) in lines {
        let fail = |reason: String| Error::line(path, number, reason);
        let (text, label) = fields(&line).ok_or_else(|| {
            fail(format!(
                "a sentence and a label should be here, not \"{line}\""
            ))
        })?;
        let label = match label {
            "0" => 0,
            "1" => 1,
            other => return Err(fail(format!("the label is \"{other}\", not 0 or 1"))),
        };
        let text = text.trim().to_string();
        if text.is_empty() {
            return Err(fail("the sentence is empty".into()));
        }
        items.push(TextItem { text, label });
    }
    match items.is_empty() {
        true => Err(Error::file(path, "no sentences in it")),
        false => Ok(Texts {
            items,
            classes: classes.map(String::from).into(),
            pieces: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sets_are_read_with_their_headers_or_without() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "train.tsv",
            "sentence\tlabel\na fine film \t1\n\nnot fine\t0\r\n",
        );
        write("dev.tsv", "sentence\tlabel\nfine\t1\n");
        write("test.tsv", "index\tsentence\n0\ta film .\n1\tanother\n");
        let split = sst2(folder.path()).unwrap();
        let item = |text: &str, label| TextItem {
            text: text.into(),
            label,
        };
        assert_eq!(
            split.train.items(),
            [item("a fine film", 1), item("not fine", 0)]
        );
        assert_eq!(split.test.classes(), ["negative", "positive"]);
        let test = folder.path().join("test.tsv");
        assert_eq!(unlabelled(&test).unwrap(), ["a film .", "another"]);
        assert!(unlabelled(folder.path().join("dev.tsv")).is_err());

        write(
            "train.tsv",
            "gj04\t1\t\tShe ran.\nclc95\t0\t*\tRan she the.\n",
        );
        write("dev.tsv", "gj04\t1\t\tThey left.\n");
        let split = cola(folder.path()).unwrap();
        assert_eq!(split.train.items()[1], item("Ran she the.", 0));
        assert_eq!(split.test.items(), [item("They left.", 1)]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let write = |bytes: &[u8]| std::fs::write(folder.path().join("train.tsv"), bytes).unwrap();
        for (bytes, expected) in [
            (&b""[..], "line 1"),
            (
                b"index\tsentence\n0\ta film\n",
                "line 1: \"sentence label\"",
            ),
            (
                b"sentence\tlabel\nfine\t1\nno label\n",
                "line 3: a sentence and a label",
            ),
            (b"sentence\tlabel\nfine\t2\n", "line 2: the label is \"2\""),
            (b"sentence\tlabel\n \t1\n", "line 2: the sentence is empty"),
            (
                b"sentence\tlabel\nfin\xff\t1\n",
                "line 2: no UTF-8 at its byte 4",
            ),
            (b"sentence\tlabel\n", "no sentences"),
        ] {
            write(bytes);
            let error = sst2(folder.path()).unwrap_err().to_string();
            assert!(
                error.contains("train.tsv") && error.contains(expected),
                "{expected}: {error}"
            );
        }
        write(b"gj04\t1\tShe ran.\n");
        let error = cola(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
        let error = cola(folder.path().join("nowhere")).unwrap_err().to_string();
        assert!(
            error.contains("nowhere") && error.contains("GLUE"),
            "{error}"
        );
    }
}
