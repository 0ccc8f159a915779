use std::collections::BTreeMap;
use std::path::Path;

use super::Columns;
use super::labels::{Labels, USUAL};
use super::parts::Parts;
use super::records::Records;
use crate::error::{Error, Result};
use crate::samples::{Split, sorted};
use crate::table::Table;

/// Values that stand for no value.
const MISSING: [&str; 13] = [
    "", "?", "NA", "N/A", "na", "n/a", "nan", "NaN", "NULL", "null", "None", "-", r"\N",
];
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
/// value are left out and counted. The table is not standardised yet, see [`Standardization`](crate::Standardization).
///
/// # Errors
///
/// Fails where a file or a column is missing, no row is whole, there are less than two features or classes, or the test part has a
/// class or a category of its own.
pub fn own_table(path: impl AsRef<Path>, columns: &Columns) -> Result<Split<Table>> {
    let mut parts = Parts::read(path.as_ref())?;
    let train = &parts.train;
    let label = train.asked(columns.label.as_deref(), &USUAL, "--label")?;
    let features: Vec<usize> = match columns.inputs.is_empty() {
        true => (0..train.names.len())
            .filter(|column| *column != label)
            .collect(),
        false => {
            let each = columns.inputs.iter().map(|name| train.column(name));
            let each: Vec<usize> = each.collect::<Result<_>>()?;
            if let Some(twice) = (1..each.len()).find(|at| each[..*at].contains(&each[*at])) {
                let reason = format!("the feature {} twice", train.names[each[twice]]);
                return Err(Error::line(&train.path, 1, reason));
            }
            each
        }
    };
    if features.len() < 2 || features.contains(&label) {
        let reason = format!(
            "{} feature(s) besides the class {}: a table needs two or more others",
            features.len(),
            train.names[label]
        );
        return Err(Error::line(&train.path, 1, reason));
    }
    let mut used = features.clone();
    used.push(label);
    let dropped = [
        whole(&mut parts.train, &used)?,
        whole(&mut parts.test, &used)?,
    ];
    let mut notes = std::mem::take(&mut parts.notes);
    for (records, dropped) in [&parts.train, &parts.test].into_iter().zip(dropped) {
        if dropped > 0 {
            let path = records.path.display();
            notes.push(format!(
                "{path}: left out {dropped} rows with a missing value"
            ));
        }
    }
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
        train: table(&parts.train, &labels, &features)?.noting(notes, dropped[0]),
        test: table(&parts.test, &labels, &features)?.noting(Vec::new(), dropped[1]),
    })
}

/// A note on a column of categories that may be none.
fn strange(parts: &Parts, feature: &Feature) -> Option<String> {
    let categories = feature.categories.as_ref()?;
    let name = &parts.train.names[feature.column];
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

/// Leaves out rows with a missing value in one of these columns, and counts them.
fn whole(records: &mut Records, columns: &[usize]) -> Result<usize> {
    let before = records.rows.len();
    let missing = |field: &String| MISSING.contains(&field.as_str());
    records
        .rows
        .retain(|row| !columns.iter().any(|column| missing(&row.fields[*column])));
    match records.rows.is_empty() {
        true => Err(Error::file(&records.path, "every row has a missing value")),
        false => Ok(before - records.rows.len()),
    }
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
        assert!(split.train.notes()[0].contains("left out 1 rows"));
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
        assert!(error("a,b,kind\n1,,no\n", kind()).contains("every row"));
    }
}
