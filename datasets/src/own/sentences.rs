use std::path::Path;

use super::Columns;
use super::labels::Labels;
use super::parts::Parts;
use super::records::Records;
use crate::error::{Error, Result};
use crate::samples::Split;
use crate::text::{TextItem, Texts};

/// Sentences of the user's own, or pairs of them, with a first line of names: a file, a fifth of whose records become the test part, or a folder
/// with `train` and `test`; CSV, TSV or JSON lines.
///
/// The text stands in the first of the input columns, by default `text` or `sentence`; the second text of a pair in the second.
///
/// # Errors
///
/// Fails where a file or a column is missing, a text is empty, there are less than two classes, or the test part has a class of its own.
pub fn own_sentences(path: impl AsRef<Path>, columns: &Columns) -> Result<Split<Texts>> {
    let parts = Parts::read(path.as_ref())?;
    let labels = Labels::of(&parts, columns.label.as_deref())?;
    let Parts {
        train, test, notes, ..
    } = parts;
    let place = |name: Option<&str>| train.asked(name, &["text", "sentence"], "--input");
    let inputs = match &columns.inputs[..] {
        [] => vec![place(None)?],
        [text] => vec![place(Some(text))?],
        [first, second] if first != second => vec![place(Some(first))?, place(Some(second))?],
        more => {
            let reason = format!(
                "{} columns of texts: give one, or two different ones for pairs",
                more.len()
            );
            return Err(Error::file(&train.path, reason));
        }
    };
    if inputs.contains(&labels.column()) {
        return Err(Error::file(
            &train.path,
            "the column of the class is no text",
        ));
    }
    Ok(Split {
        train: texts(&train, &labels, &inputs)?.noting(notes),
        test: texts(&test, &labels, &inputs)?,
    })
}

fn texts(records: &Records, labels: &Labels, inputs: &[usize]) -> Result<Texts> {
    let mut items = Vec::with_capacity(records.rows.len());
    for row in &records.rows {
        let text = |column: &usize| match row.fields[*column].as_str() {
            "" => Err(records.fail(row, format!("{} is empty", records.names[*column]))),
            text => Ok(text.to_string()),
        };
        let label = labels.label(records, row)?;
        let item = TextItem::new(text(&inputs[0])?, label);
        items.push(match inputs.get(1) {
            Some(second) => item.with_second(text(second)?),
            None => item,
        });
    }
    Texts::new(items, labels.names())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, columns: Columns) -> Result<Split<Texts>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("train.jsonl"), text).unwrap();
        std::fs::write(folder.path().join("test.jsonl"), text).unwrap();
        own_sentences(folder.path(), &columns)
    }

    const PAIRS: &str = "{\"a\": \"It rains.\", \"b\": \"It is wet.\", \"label\": \"follows\"}\n\
        {\"a\": \"It rains.\", \"b\": \"It is dry.\", \"label\": \"contradicts\"}\n";

    #[test]
    fn sentences_and_pairs_are_read() {
        let split = read(PAIRS, Columns::default().inputs(["b"])).unwrap();
        let first = &split.test.items()[0];
        assert_eq!(
            (first.text.as_str(), &first.second, first.label),
            ("It is wet.", &None, 1)
        );
        let split = read(PAIRS, Columns::default().inputs(["a", "b"])).unwrap();
        assert_eq!(split.train.items()[1].second.as_deref(), Some("It is dry."));
        assert_eq!(split.train.classes(), ["contradicts", "follows"]);
    }

    #[test]
    fn an_empty_class_is_refused_in_whichever_part_it_falls() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        for empty in 0..10 {
            let row = |k: usize| match k == empty {
                true => format!(",text {k}\n"),
                false => format!("{},text {k}\n", k % 2),
            };
            let rows: String = (0..10).map(row).collect();
            std::fs::write(&path, format!("label,text\n{rows}")).unwrap();
            let error = own_sentences(&path, &Columns::default()).unwrap_err();
            let error = error.to_string();
            let line = format!("line {}: no class", empty + 2);
            assert!(error.contains(&line), "{error}");
        }
    }

    #[test]
    fn texts_that_cannot_be_used_are_named() {
        let error = |columns: Columns| read(PAIRS, columns).unwrap_err().to_string();
        assert!(error(Columns::default()).contains("no column named text or sentence"));
        assert!(error(Columns::default().inputs(["a", "b", "label"])).contains("3 columns"));
        assert!(error(Columns::default().inputs(["label"])).contains("no text"));
        let empty = "{\"text\": \"\", \"y\": 0}\n{\"text\": \"x\", \"y\": 1}\n";
        let error = read(empty, Columns::default()).unwrap_err().to_string();
        assert!(
            error.contains("train.jsonl, line 1: text is empty"),
            "{error}"
        );
    }
}
