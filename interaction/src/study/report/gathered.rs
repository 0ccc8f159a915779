//! The numbers of several studies gathered in one table, from the summaries of their reports.

use std::fmt::Write;
use std::path::PathBuf;

use super::numbers::Spread;
use super::summaries::{Measured, Number, Summary, read, row};
use crate::error::{Result, usage};

/// The numbers and words of these summaries, files or folders of reports, as a table in Markdown: a row for each network and variant of
/// each study, a column for each of these values, or for all that there are where none is named. Numbers are means over seeds with
/// their standard deviations, words such as shapes are counted. Measures have a column where a network has several.
///
/// # Errors
///
/// Fails where there is no summary, one cannot be read, or none has a value of this name.
pub fn gathered(paths: &[PathBuf], values: &[String]) -> Result<String> {
    let summaries = paths.iter().map(|path| read(path));
    let summaries = summaries.collect::<Result<Vec<Summary>>>()?;
    let known = known(&summaries);
    if let Some(unknown) = values.iter().find(|value| !known.contains(&value.as_str())) {
        return Err(usage(format!(
            "no report has a value \"{unknown}\": there are {}",
            known.join(", ")
        )));
    }
    let values: Vec<&str> = match values {
        [] => known,
        values => values.iter().map(String::as_str).collect(),
    };
    let rows = summaries.iter().map(|summary| rows(summary, &values));
    let rows: Vec<Vec<Row>> = rows.collect();
    let several = rows.iter().any(|rows| {
        let mut pairs = rows.windows(2);
        pairs.any(|pair| pair[0].0.is_network(pair[1].0))
    });
    let mut header = vec!["study", "network", "variant"];
    header.extend(several.then_some("measure"));
    header.extend(&values);
    let mut text = row(header.iter().copied());
    let _ = writeln!(text, "|{}", "---|".repeat(header.len()));
    for (summary, rows) in summaries.iter().zip(&rows) {
        let study = summary.name();
        for (of, cells) in rows {
            let mut all = vec![study.as_str(), &of.subject, &of.variant];
            all.extend(several.then_some(of.measure.as_str()));
            all.extend(cells.iter().map(String::as_str));
            text.push_str(&row(all));
        }
    }
    Ok(text)
}

/// A network as one measure of a study took it, with the values of the columns.
type Row<'a> = (&'a Measured, Vec<String>);

/// The names of all values, in the order of the summaries, words before numbers.
fn known(summaries: &[Summary]) -> Vec<&str> {
    let mut known: Vec<&str> = Vec::new();
    let words = summaries.iter().flat_map(|summary| &summary.words);
    let numbers = summaries.iter().flat_map(|summary| &summary.numbers);
    let names = words.map(|word| &word.value);
    for name in names.chain(numbers.map(|number| &number.value)) {
        if !known.contains(&name.as_str()) {
            known.push(name);
        }
    }
    known
}

/// The rows of a summary that have one of the values at least, the measures of a network side by side.
fn rows<'a>(summary: &'a Summary, values: &[&str]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    let most = summary.numbers.iter().map(|number| number.seeds).max();
    let numbers = summary.numbers.iter();
    let numbers = numbers.map(|number| (&number.of, &number.value, cell(number, most)));
    let words = summary.words.iter();
    let words = words.map(|word| (&word.of, &word.value, word.found.clone()));
    for (of, value, found) in numbers.chain(words) {
        let place = rows.iter().position(|(known, _)| *known == of);
        let place = place.unwrap_or_else(|| {
            let last = rows.iter().rposition(|(known, _)| known.is_network(of));
            let place = last.map_or(rows.len(), |last| last + 1);
            rows.insert(place, (of, vec![String::new(); values.len()]));
            place
        });
        let cells = rows[place].1.iter_mut().zip(values);
        for (cell, _) in cells.filter(|(_, name)| *name == value) {
            cell.clone_from(&found);
        }
    }
    rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
    rows
}

/// A number with its deviation, and with its seeds where others of the report have more.
fn cell(number: &Number, most: Option<usize>) -> String {
    let spread = Spread {
        seeds: number.seeds,
        mean: number.mean.unwrap_or(f64::NAN),
        deviation: number.deviation,
    };
    let text = spread.rounded();
    match number.seeds {
        seeds if Some(seeds) == most || seeds == 0 => text,
        1 => format!("{text} (1 seed)"),
        seeds => format!("{text} ({seeds} seeds)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A summary with these numbers and words.
    fn summary(numbers: &str, words: &str) -> String {
        format!(
            r#"{{"study": "mine", "scale": "laptop", "numbers": [{numbers}], "words": [{words}], "claims": []}}"#
        )
    }

    fn number(subject: &str, measure: &str, value: &str, rest: &str) -> String {
        format!(
            r#"{{"subject": "{subject}", "variant": "normal", "measure": "{measure}", "value": "{value}", {rest}}}"#
        )
    }

    #[test]
    fn each_network_has_a_row_with_the_values_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("summary.json");
        let depth = r#""seeds": 3, "mean": 0.4703, "deviation": 0.0226"#;
        let one = r#""seeds": 1, "mean": 115.0, "deviation": null"#;
        let two = r#""seeds": 2, "mean": 0.25, "deviation": 0.02"#;
        let none = r#""seeds": 3, "mean": null, "deviation": null"#;
        let numbers = [
            number("one", "orders", "depth", depth),
            number("one", "orders", "samples", one),
            number("two", "orders", "depth", none),
            number("three", "orders", "samples", one),
            number("three", "orders", "depth", two),
        ];
        let word = number("one", "orders", "shape", r#""found": "U 2, falling 1""#);
        std::fs::write(&file, summary(&numbers.join(", "), &word)).unwrap();
        let all = gathered(&[folder.path().into()], &[]).unwrap();
        assert_eq!(
            all.lines().collect::<Vec<_>>(),
            [
                "| study | network | variant | shape | depth | samples |",
                "|---|---|---|---|---|---|",
                "| mine | one | normal | U 2, falling 1 | 0.470 +- 0.023 | 115 (1 seed) |",
                "| mine | two | normal |  | - |  |",
                "| mine | three | normal |  | 0.250 +- 0.020 (2 seeds) | 115 (1 seed) |",
            ]
        );
        // Networks keep their order where the first of them has words alone, and a name that is given twice has two columns.
        let chosen = ["shape", "samples", "shape"].map(String::from);
        let chosen = gathered(std::slice::from_ref(&file), &chosen).unwrap();
        assert_eq!(
            chosen.lines().skip(2).collect::<Vec<_>>(),
            [
                "| mine | one | normal | U 2, falling 1 | 115 (1 seed) | U 2, falling 1 |",
                "| mine | three | normal |  | 115 (1 seed) |  |",
            ]
        );
        let error = gathered(&[file], &["width".into()]).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("\"width\"") && error.contains("shape, depth, samples"),
            "{error}"
        );
    }

    #[test]
    fn measures_of_one_network_stand_below_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("summary.json");
        let one = r#""seeds": 1, "mean": 0.5, "deviation": null"#;
        let numbers = [
            number("one", "early", "depth", one),
            number("two", "early", "depth", one),
            number("one", "late", "depth", one),
        ];
        std::fs::write(&file, summary(&numbers.join(", "), "")).unwrap();
        let table = gathered(&[file], &[]).unwrap();
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| mine | one | normal | early | 0.5000 |",
                "| mine | one | normal | late | 0.5000 |",
                "| mine | two | normal | early | 0.5000 |",
            ]
        );
    }
}
