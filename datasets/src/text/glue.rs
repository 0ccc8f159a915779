use std::path::{Path, PathBuf};

use super::lines::lines;
use super::{TextItem, Texts};
use crate::error::{Error, Result};
use crate::folders::{first_line, home};
use crate::samples::Split;

const HINT: &str = ". The folder must hold train.tsv and dev.tsv of GLUE";

const SST2_HEADER: &str = "sentence\tlabel";

/// SST-2, film reviews that are negative or positive, in GLUE's files: `train.tsv`, and `dev.tsv` for the test part as
/// `test.tsv` has no labels (see [`unlabelled`]). Both begin with the line `sentence label`.
///
/// # Errors
///
/// Fails where a file is missing, or a line is not as it should be; the message names the line.
pub fn sst2(root: impl AsRef<Path>) -> Result<Split<Texts>> {
    let mut notes = Vec::new();
    let root = sst2_home(root.as_ref(), &mut notes)?;
    let part = |name: &str| {
        let path = root.join(name);
        let mut lines = lines(&path, HINT)?.into_iter();
        match lines.next() {
            Some((_, header)) if header == SST2_HEADER => (),
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
        train: Texts {
            notes,
            ..part("train.tsv")?
        },
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
    let mut notes = Vec::new();
    let root = cola_home(root.as_ref(), &mut notes)?;
    let part = |name: &str| {
        let path = root.join(name);
        let lines = lines(&path, HINT)?.into_iter();
        texts(&path, lines, ["unacceptable", "acceptable"], cola_fields)
    };
    Ok(Split {
        train: Texts {
            notes,
            ..part("train.tsv")?
        },
        test: part("dev.tsv")?,
    })
}

/// The sentence and the label of a line of CoLA.
fn cola_fields(line: &str) -> Option<(&str, &str)> {
    let columns: Vec<&str> = line.split('\t').collect();
    match columns[..] {
        [_, label, _, text] => Some((text, label)),
        _ => None,
    }
}

/// The folder of SST-2: the given one, or the only one in it whose `train.tsv` begins as SST-2's does.
pub(crate) fn sst2_home(folder: &Path, notes: &mut Vec<String>) -> Result<PathBuf> {
    let fits = |folder: &Path| first_line(&folder.join("train.tsv")) == SST2_HEADER;
    home(folder, fits, notes)
}

/// The folder of CoLA: the given one, or the only one in it whose `train.tsv` begins as CoLA's does.
pub(crate) fn cola_home(folder: &Path, notes: &mut Vec<String>) -> Result<PathBuf> {
    let fits = |folder: &Path| {
        let line = first_line(&folder.join("train.tsv"));
        cola_fields(&line).is_some_and(|(_, label)| ["0", "1"].contains(&label))
    };
    home(folder, fits, notes)
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
        items.push(TextItem::new(text, label));
    }
    match items.is_empty() {
        true => Err(Error::file(path, "no sentences in it")),
        false => Ok(Texts {
            items,
            classes: classes.map(String::from).into(),
            pieces: None,
            notes: Vec::new(),
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
        let item = |text: &str, label| TextItem::new(text, label);
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
    fn each_set_is_found_in_the_folder_of_all() {
        let glue = tempfile::tempdir().unwrap();
        for (folder, train) in [
            ("glue/SST-2", "\u{feff}sentence\tlabel\r\na fine film\t1\n"),
            ("glue/CoLA", "\u{feff}gj04\t1\t\tShe ran.\n"),
            (
                "glue/QNLI",
                "index\tquestion\tsentence\tlabel\n0\ta\tb\tentailment\n",
            ),
        ] {
            let folder = glue.path().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            for name in ["train.tsv", "dev.tsv"] {
                std::fs::write(folder.join(name), train).unwrap();
            }
            let test = "\u{feff}index\tsentence\n0\ta film .\n";
            std::fs::write(folder.join("test.tsv"), test).unwrap();
        }
        for root in [glue.path(), &glue.path().join("glue")] {
            let (film, ran) = (sst2(root).unwrap(), cola(root).unwrap());
            assert_eq!(film.test.items()[0].text, "a fine film");
            assert_eq!(ran.train.items()[0].text, "She ran.");
            let (film, ran) = (&film.train.notes()[0], &ran.train.notes()[0]);
            assert!(
                film.contains("SST-2") && ran.contains("CoLA"),
                "{film} {ran}"
            );
        }
        let test = glue.path().join("glue/CoLA/test.tsv");
        assert_eq!(unlabelled(test).unwrap(), ["a film ."]);
        let page = "<!DOCTYPE html>\n<html>";
        std::fs::write(glue.path().join("glue/CoLA/dev.tsv"), page).unwrap();
        let error = cola(glue.path()).unwrap_err().to_string();
        assert!(error.contains("dev.tsv: this is a web page"), "{error}");
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
