use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use super::Columns;
use super::labels::{Labels, USUAL};
use super::parts::Parts;
use super::records::{Records, Row};
use crate::error::{Error, Result};
use crate::folders::{is_rounded, rounded};
use crate::samples::{Split, sorted};
use crate::table::Table;

/// Values that stand for no value.
const MISSING: [&str; 13] = [
    "", "?", "NA", "N/A", "na", "n/a", "nan", "NaN", "NULL", "null", "None", "-", r"\N",
];
/// The value among them that may be the name of a class.
const CLASS: &str = "None";
/// Rows that a file has at least where a note tells of a column that counts them.
const FEWEST: usize = 3;
/// Categories of a column beyond which a note asks whether it is one of categories.
const MANY: usize = 100;

/// A column of features.
struct Feature {
    column: usize,
    /// The values that are numbered; `None` for a column of numbers.
    categories: Option<Vec<String>>,
}

/// A table of the user's own with a first line of names: a file, a fifth of whose rows become the test part, or a folder with `train` and `test`;
/// CSV, TSV or JSON lines.
///
/// A column of numbers only is a feature as it is; another is one of categories, which are numbered in the order of their names. Rows with a missing
/// value are left out and counted, and a column without a name is no feature. [Notes](Table::notes) tell columns that may be meant otherwise. The
/// table is not standardised yet, see [`Standardization`](crate::Standardization).
///
/// # Errors
///
/// Fails where a file or a column is missing, no row is whole, there are less than two features or classes, or the test part has a
/// class or a category of its own.
pub fn own_table(path: impl AsRef<Path>, columns: &Columns) -> Result<Split<Table>> {
    let mut parts = Parts::read(path.as_ref())?;
    let train = &parts.train;
    let label = train.asked(columns.label.as_deref(), &USUAL, "--label")?;
    let mut notes = parts.notes.clone();
    let features = chosen(train, columns, label, &mut notes)?;
    if columns.inputs.is_empty() {
        // A user who names such a column means it.
        notes.extend(features.iter().filter_map(|own| counting(&parts, *own)));
    }
    let [(dropped, note), (dropped_test, note_test)] = [
        whole(&mut parts.train, &features, label)?,
        whole(&mut parts.test, &features, label)?,
    ];
    notes.extend([note, note_test].into_iter().flatten());
    let labels = Labels::of(&parts, columns.label.as_deref())?;
    let features: Vec<Feature> = features
        .into_iter()
        .map(|column| feature(&parts, column))
        .collect();
    notes.extend(
        features
            .iter()
            .filter_map(|feature| strange(&parts, feature)),
    );
    Ok(Split {
        train: table(&parts.train, &labels, &features)?.noting(notes, dropped),
        test: table(&parts.test, &labels, &features)?.noting(Vec::new(), dropped_test),
    })
}

/// The columns of the features: those that the user names, else all besides that of the class that have a name.
///
/// # Errors
///
/// Fails where a column is missing or named twice, or there are less than two, or the class is among them.
fn chosen(
    train: &Records,
    columns: &Columns,
    label: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>> {
    let mut features: Vec<usize> = Vec::new();
    for name in &columns.inputs {
        let column = train.column(name)?;
        if features.contains(&column) {
            let reason = format!("the feature {name} twice");
            return Err(Error::line(&train.path, 1, reason));
        }
        features.push(column);
    }
    if columns.inputs.is_empty() {
        features.extend((0..train.names.len()).filter(|column| *column != label));
        if let Some(at) = features.iter().position(|own| train.names[*own].is_empty()) {
            notes.push(format!(
                "{}: column {} has no name, as one that counts the rows, and is left out: name it where it is a feature",
                train.path.display(),
                features.remove(at) + 1
            ));
        }
    }
    if features.len() < 2 || features.contains(&label) {
        let nameless = match columns.inputs.is_empty() && train.names.iter().any(String::is_empty) {
            true => ", each with a name",
            false => "",
        };
        let reason = format!(
            "{} feature(s) besides the class {}: a table needs two or more others{nameless}",
            features.len(),
            train.names[label]
        );
        return Err(Error::line(&train.path, 1, reason));
    }
    Ok(features)
}

/// A note on a column that counts the rows: of whole numbers that rise by the same step from each row of a file to the next.
fn counting(parts: &Parts, column: usize) -> Option<String> {
    // Most columns are told by their first value.
    let first = parts.train.rows.first()?;
    first.fields[column].parse::<i64>().ok()?;
    for values in parts.down(column) {
        let numbers = values.into_iter().map(str::parse::<i64>);
        let numbers: Vec<i64> = numbers.collect::<std::result::Result<_, _>>().ok()?;
        let step = |pair: &[i64]| i128::from(pair[1]) - i128::from(pair[0]);
        let mut steps = numbers.windows(2).map(step);
        let due = steps.next()?;
        if numbers.len() < FEWEST || due < 1 || steps.any(|step| step != due) {
            return None;
        }
    }
    Some(format!(
        "the column {} counts the rows: name the features with --input to leave it out",
        parts.train.names[column]
    ))
}

/// A note on a column of categories that may be none, or of numbers that are rounded.
fn strange(parts: &Parts, feature: &Feature) -> Option<String> {
    let name = &parts.train.names[feature.column];
    let Some(categories) = &feature.categories else {
        let mut rows = parts.train.rows.iter().chain(&parts.test.rows);
        let row = rows.find(|row| is_rounded(&row.fields[feature.column]))?;
        let what = format!("the column {name}");
        return Some(rounded(&what, &row.fields[feature.column]));
    };
    let words: Vec<&String> = categories
        .iter()
        .filter(|value| number(value).is_none())
        .collect();
    if 2 * words.len() < categories.len() {
        return Some(format!(
            "the column {name} is one of categories, as \"{}\" is no number: mend such values where it should be one of numbers",
            words.first().map_or("", |word| word.as_str())
        ));
    }
    (categories.len() > MANY).then(|| {
        format!(
            "the column {name} has {} categories, numbered by name: name the features with --input to leave it out",
            categories.len()
        )
    })
}

/// Leaves out rows that lack a feature or the class, and counts them; a note on them names the column that most of them lack.
///
/// # Errors
///
/// Fails where no row is left.
fn whole(
    records: &mut Records,
    features: &[usize],
    label: usize,
) -> Result<(usize, Option<String>)> {
    let missing = |row: &Row, column: usize| {
        let field = row.fields[column].as_str();
        MISSING.contains(&field) && !(column == label && field == CLASS)
    };
    let before = records.rows.len();
    let mut lacking = Vec::with_capacity(features.len() + 1);
    for column in features.iter().copied().chain([label]) {
        let rows = records.rows.iter().filter(|row| missing(row, column));
        lacking.push((rows.count(), Reverse(column)));
    }
    let (most, Reverse(column)) = lacking.into_iter().max().unwrap_or((0, Reverse(label)));
    records.rows.retain(|row| {
        let mut used = features.iter().copied().chain([label]);
        !used.any(|column| missing(row, column))
    });
    let dropped = before - records.rows.len();
    if dropped == 0 {
        return Ok((0, None));
    }
    let remedy = match column == label {
        true => "give these rows a class",
        false => "name the features with --input, without it, to keep more rows",
    };
    let name = &records.names[column];
    let worst = format!("{most} of them in the column {name}: {remedy}");
    if records.rows.is_empty() {
        let reason = format!("every row has a missing value, {worst}");
        return Err(Error::file(&records.path, reason));
    }
    let path = records.path.display();
    let note = format!("{path}: left out {dropped} rows with a missing value, {worst}");
    Ok((dropped, Some(note)))
}

/// A column by the values that are known of it.
fn feature(parts: &Parts, column: usize) -> Feature {
    let values = parts.known(column);
    let numbers = values.iter().all(|value| number(value).is_some());
    Feature {
        column,
        categories: (!numbers).then(|| sorted(&values)),
    }
}

fn number(value: &str) -> Option<f32> {
    value.parse().ok().filter(|value: &f32| value.is_finite())
}

fn table(records: &Records, labels: &Labels, features: &[Feature]) -> Result<Table> {
    let mut rows = Vec::with_capacity(records.rows.len());
    for row in &records.rows {
        let value = |feature: &Feature| {
            let value = &row.fields[feature.column];
            let place = match &feature.categories {
                None => number(value),
                Some(known) => known.iter().position(|own| own == value).map(|p| p as f32),
            };
            place.ok_or_else(|| {
                let name = &records.names[feature.column];
                records.fail(
                    row,
                    format!("{name} is \"{value}\", which no training row has"),
                )
            })
        };
        let values: Vec<f32> = features.iter().map(value).collect::<Result<_>>()?;
        rows.push((values, labels.label(records, row)?));
    }
    let name = |feature: &Feature| records.names[feature.column].clone();
    let names = features.iter().map(name).collect();
    let categories: BTreeMap<String, Vec<String>> = features
        .iter()
        .filter_map(|feature| Some((name(feature), feature.categories.clone()?)))
        .collect();
    Ok(Table::new(names, labels.names(), rows)?.of_categories(categories))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folders::made;

    fn folder(train: &str, test: &str) -> tempfile::TempDir {
        made::folder([("train.csv", train), ("test.csv", test)])
    }

    const TRAIN: &str = "age,colour,id,kind\n30,red,a,no\n?,red,b,no\n20.5,blue,c,yes\n";

    #[test]
    fn numbers_and_categories_become_features() {
        let folder = folder(TRAIN, "age,colour,id,kind\n1,red,z,yes\n");
        let columns = Columns::labelled("kind").inputs(["age", "colour"]);
        let split = own_table(folder.path(), &columns).unwrap();
        let features: Vec<_> = split
            .train
            .rows()
            .iter()
            .map(|row| row.features.clone())
            .collect();
        assert_eq!(features, [[30.0, 1.0], [20.5, 0.0]]);
        assert_eq!(
            (split.train.dropped(), split.train.classes()),
            (1, &["no".into(), "yes".into()][..])
        );
        assert_eq!(split.test.rows()[0].features, [1.0, 1.0]);
        let note = &split.train.notes()[0];
        assert!(
            note.contains("left out 1 rows with a missing value, 1 of them in the column age: name the features with --input"),
            "{note}"
        );
        // The column id has categories that the test part does not know.
        let error = own_table(folder.path(), &Columns::labelled("kind"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("test.csv, line 2: id is \"z\""), "{error}");
    }

    #[test]
    fn a_value_that_comes_once_is_known_whichever_part_it_falls_into() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        let rows = |rare: usize| -> String {
            let row = |k: usize| {
                let colour = if k == rare {
                    "rare"
                } else {
                    ["red", "blue"][k % 2]
                };
                format!("{k};{k},5;{colour};{}\n", ["no", "yes"][k / 2 % 2])
            };
            (0..20).map(row).collect()
        };
        for rare in 0..20 {
            std::fs::write(&path, format!("id;size;colour;kind\n{}", rows(rare))).unwrap();
            let split = own_table(&path, &Columns::labelled("kind")).unwrap();
            assert_eq!(split.train.categories()["colour"], ["blue", "rare", "red"]);
            // Numbers with a comma are numbers where semicolons part them.
            assert_eq!(split.train.categories().len(), 1);
            assert_eq!(split.train.rows()[0].features[1].fract(), 0.5);
        }
    }

    #[test]
    fn a_class_may_be_called_none_and_by_no_other_word_for_no_value() {
        let train = "a,b,kind\n1,2,None\n3,None,mild\n5,7,mild\n6,5,NaN\n6,5,?\n";
        let folder = folder(train, train);
        let split = own_table(folder.path(), &Columns::labelled("kind")).unwrap();
        assert_eq!(split.train.classes(), ["None", "mild"]);
        assert_eq!((split.train.rows().len(), split.train.dropped()), (2, 3));
        let folder = self::folder("a,b,kind\n1,2,?\n1,2,\n1,2,no\n", train);
        let error = own_table(folder.path(), &Columns::labelled("kind")).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("1 classes"), "{error}");
    }

    #[test]
    fn columns_that_count_the_rows_are_left_out_or_told() {
        let row = |k: usize| format!("{k},{},{},{}\n", 100 + 5 * k, k * k % 7, k % 2);
        let rows: String = (0..20).map(row).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        std::fs::write(&path, format!(",id,size,kind\n{rows}")).unwrap();
        let columns = Columns::labelled("kind");
        let split = own_table(&path, &columns);
        // Without the column that has no name, two features are left.
        let split = split.unwrap();
        assert_eq!(split.train.names(), ["id", "size"]);
        let [_, unnamed, counts] = split.train.notes() else {
            panic!("{:?}", split.train.notes())
        };
        assert!(
            unnamed.contains("column 1 has no name") && unnamed.contains("left out"),
            "{unnamed}"
        );
        assert!(
            counts.contains("the column id counts the rows: name the features with --input"),
            "{counts}"
        );
        // Whoever names the column means it.
        let split = own_table(&path, &columns.inputs(["id", "size"])).unwrap();
        assert_eq!(split.train.notes().len(), 1, "{:?}", split.train.notes());
    }

    #[test]
    fn numbers_that_are_rounded_are_told() {
        let train = "time,size,kind\n1700000001,16777216,a\n1700000003,1,b\n1700000002,2,b\n";
        let folder = folder(train, train);
        let split = own_table(folder.path(), &Columns::labelled("kind")).unwrap();
        let [note] = split.train.notes() else {
            panic!("{:?}", split.train.notes())
        };
        assert!(
            note.contains("the column time has 1700000001: values beyond 16,777,216 are rounded"),
            "{note}"
        );
    }

    #[test]
    fn tables_that_cannot_be_used_are_named() {
        let error = |train: &str, columns: Columns| {
            let folder = folder(train, train);
            own_table(folder.path(), &columns).unwrap_err().to_string()
        };
        let kind = || Columns::labelled("kind");
        assert!(error(TRAIN, Columns::default()).contains("no column named label or class"));
        assert!(error(TRAIN, Columns::labelled("kin")).contains("no column kin"));
        assert!(error(TRAIN, kind().inputs(["age"])).contains("1 feature(s)"));
        assert!(error(TRAIN, kind().inputs(["age", "kind"])).contains("two or more others"));
        assert!(error(TRAIN, kind().inputs(["age", "age"])).contains("age twice"));
        assert!(error("a,b,kind\n1,2,no\n", kind()).contains("1 classes"));
        let gaps = error("a,b,kind\n1,,no\n,NA,yes\n", kind());
        assert!(
            gaps.contains("every row has a missing value, 2 of them in the column b: name the features with --input, without it"),
            "{gaps}"
        );
    }
}
