mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::{Error, Result};
use crate::folders::home;
use crate::samples::Split;

use super::Table;
use rows::{Row, Rows};

/// The file of both parts, as Kaggle distributes it.
const WHOLE: &str = "adult.csv";

/// The columns of `adult.data`, as the papers use them; a column with `None` is left out.
const COLUMNS: [(&str, Option<Kind>); 14] = [
    ("age", Some(Kind::Number)),
    ("workclass", Some(Kind::Category)),
    ("fnlwgt", None),
    ("education", None),
    ("education-num", Some(Kind::Number)),
    ("marital-status", Some(Kind::Category)),
    ("occupation", Some(Kind::Category)),
    ("relationship", Some(Kind::Category)),
    ("race", Some(Kind::Category)),
    ("sex", Some(Kind::Category)),
    ("capital-gain", Some(Kind::Number)),
    ("capital-loss", Some(Kind::Number)),
    ("hours-per-week", Some(Kind::Number)),
    ("native-country", Some(Kind::Category)),
];

const LABELS: [&str; 2] = ["<=50K", ">50K"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Category,
}

/// Census Income (UCI Adult): `adult.data` and `adult.test` of a folder, 12 attributes, income above 50K or not.
///
/// The rows are prepared as in the papers: `fnlwgt` and `education` are left out, rows with an unknown value (`?`, or another
/// usual spelling such as `NA` or nothing) are dropped and [counted](Table::dropped), and categories are numbered in
/// alphabetical order of those in the training file, or in the only one ([`Table::with_categories`] numbers them as another table does). The
/// table is not standardised yet, see [`Standardization`](crate::Standardization).
///
/// A line of column names may come first. Where the folder has an `adult.csv` in place of both files, as Kaggle distributes
/// the set, every third of its complete rows is the test part, which a [note](Table::notes) tells.
///
/// # Errors
///
/// Fails where a file is missing, a row has another number of columns, a number is none, or a category or label of the test
/// file is not in the training file.
pub fn census(folder: impl AsRef<Path>) -> Result<Split<Table>> {
    let mut notes = Vec::new();
    let has = |folder: &Path, name: &str| folder.join(name).is_file();
    let fits = |folder: &Path| has(folder, "adult.data") || has(folder, WHOLE);
    let folder = home(folder.as_ref(), fits, &mut notes)?;
    let published = ["adult.data", "adult.test"].map(|name| has(&folder, name));
    let (known, [train, test]) = match published == [false; 2] && has(&folder, WHOLE) {
        true => {
            let path = folder.join(WHOLE);
            notes.push(format!(
                "{} has no test part: every third row is tested on; adult.data and adult.test of UCI Adult are the published parts",
                path.display()
            ));
            let whole = Rows::read(path)?;
            (Some(Codes::fit(&whole.rows)), whole.divided())
        }
        false => (
            None,
            [
                Rows::read(folder.join("adult.data"))?,
                Rows::read(folder.join("adult.test"))?,
            ],
        ),
    };
    // The parts of one file know the categories of all of it: a rare one may stand in either.
    let codes = known.unwrap_or_else(|| Codes::fit(&train.rows));
    Ok(Split {
        train: codes.table(&train, notes)?,
        test: codes.table(&test, Vec::new())?,
    })
}

/// The categories of each column, in the order by which they are numbered.
struct Codes(BTreeMap<usize, Vec<String>>);

impl Codes {
    fn fit(rows: &[Row]) -> Self {
        let categories = COLUMNS
            .iter()
            .enumerate()
            .filter(|(_, (_, kind))| *kind == Some(Kind::Category));
        let codes = categories.map(|(column, _)| {
            let values: BTreeSet<&str> = rows.iter().map(|row| &row.record[column]).collect();
            (column, values.into_iter().map(str::to_string).collect())
        });
        Self(codes.collect())
    }

    fn table(&self, read: &Rows, mut notes: Vec<String>) -> Result<Table> {
        let item =
            |row: &Row| {
                let fail = |reason: String| Error::line(&read.path, row.line, reason);
                let mut features = Vec::with_capacity(12);
                for (column, (name, kind)) in COLUMNS.iter().enumerate() {
                    let value = &row.record[column];
                    match kind {
                        None => {}
                        Some(Kind::Number) => {
                            let number = value.parse::<f32>().ok().filter(|v| v.is_finite());
                            features.push(number.ok_or_else(|| {
                                fail(format!("{name} is \"{value}\", not a number"))
                            })?);
                        }
                        Some(Kind::Category) => {
                            let code = self.0[&column].iter().position(|known| known == value);
                            let code = code.ok_or_else(|| {
                                fail(format!(
                                    "unknown category \"{value}\" of {name}: no training row has it"
                                ))
                            })?;
                            features.push(code as f32);
                        }
                    }
                }
                // Labels of the test file end in a full stop.
                let label = row.record[COLUMNS.len()].trim_end_matches('.');
                let label = LABELS.iter().position(|known| *known == label);
                let label = label.ok_or_else(|| {
                    fail(format!(
                        "label \"{}\" is neither <=50K nor >50K",
                        &row.record[COLUMNS.len()]
                    ))
                })?;
                Ok((features, label))
            };
        let kept = COLUMNS.iter().filter(|(_, kind)| kind.is_some());
        let names = kept.map(|(name, _)| name.to_string()).collect();
        let rows = read.rows.iter().map(item).collect::<Result<Vec<_>>>()?;
        notes.extend(read.note());
        let named = |(column, values): (&usize, &Vec<String>)| {
            (COLUMNS[*column].0.to_string(), values.clone())
        };
        Ok(Table {
            categories: self.0.iter().map(named).collect(),
            dropped: read.dropped,
            notes,
            ..Table::of(names, LABELS.map(String::from).into(), rows)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAIN: &str = "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, United-States, <=50K\n\
        50, Private, 83311, Bachelors, 13, Divorced, Sales, Husband, Black, Female, 0, 0, 13, Cuba, >50K\n\
        20, ?, 1, HS-grad, 9, Divorced, Sales, Husband, Black, Female, 0, 0, 13, Cuba, >50K\n";
    const TEST: &str = "|1x3 Cross validator\n\
        25, Private, 226802, 11th, 7, Never-married, Sales, Husband, Black, Male, 0, 0, 40, Cuba, <=50K.\n";

    fn load(train: &str, test: &str) -> Result<Split<Table>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("adult.data"), train).unwrap();
        std::fs::write(folder.path().join("adult.test"), test).unwrap();
        census(folder.path())
    }

    #[test]
    fn twelve_attributes_are_read_and_rows_with_unknown_values_dropped() {
        let split = load(TRAIN, TEST).unwrap();
        assert_eq!((split.train.rows.len(), split.train.names.len()), (2, 12));
        let categories = split.train.categories();
        assert_eq!(categories["workclass"], ["Private", "State-gov"]);
        assert!(!categories.contains_key("age"));
        let first = &split.train.rows[0];
        assert_eq!(
            first.features,
            [
                39.0, 1.0, 13.0, 1.0, 0.0, 1.0, 1.0, 1.0, 2174.0, 0.0, 40.0, 1.0
            ]
        );
        assert_eq!((first.label, split.train.rows[1].label), (0, 1));
        assert_eq!(split.test.rows[0].features[..3], [25.0, 0.0, 7.0]);
    }

    #[test]
    fn every_spelling_of_a_missing_value_drops_the_row_which_is_counted() {
        for missing in [
            "", "?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "--", "<NA>",
        ] {
            for place in ["39,", "Never-married,", " <=50K\n"] {
                let end = place.trim_start_matches(|c| c != ',' && c != '\n');
                let gap = TRAIN.replacen(place, &format!("{missing}{end}"), 1);
                let rest = "25, Private, 1, 11th, 7, Divorced, Sales, Husband, Black, Male, 0, 0, 40, Cuba, <=50K\n";
                let split = load(
                    &format!("{gap}{rest}"),
                    TEST.trim_start_matches("|1x3 Cross validator\n"),
                );
                // The row of TEST has a marital status that only the dropped row has.
                let error = split.unwrap_err().to_string();
                assert!(
                    error.contains("\"Never-married\""),
                    "{missing:?} {place:?}: {error}"
                );
                let test = TEST.replace("Never-married", "Divorced");
                let split = load(&format!("{gap}{rest}"), &test).unwrap();
                assert_eq!((split.train.rows.len(), split.train.dropped()), (2, 2));
                assert_eq!(split.test.dropped(), 0);
                let note = &split.train.notes()[0];
                assert!(note.contains("adult.data: 2 of 4 rows"), "{note}");
                assert!(split.test.notes().is_empty());
            }
        }
    }

    #[test]
    fn byte_order_marks_and_folders_around_the_data_are_no_matter() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("adult");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("adult.data"), format!("\u{feff}{TRAIN}")).unwrap();
        std::fs::write(inner.join("adult.test"), format!("\u{feff}{TEST}")).unwrap();
        let split = census(folder.path()).unwrap();
        assert_eq!((split.train.rows.len(), split.test.rows.len()), (2, 1));
        let note = &split.train.notes()[0];
        assert!(note.contains("its folder adult"), "{note}");
    }

    #[test]
    fn a_file_of_both_parts_with_names_of_columns_is_divided_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("archive");
        std::fs::create_dir(&inner).unwrap();
        for header in [
            "age,workclass,fnlwgt,education,educational-num,marital-status,occupation,relationship,race,gender,capital-gain,capital-loss,hours-per-week,native-country,income\n",
            "\"age\",\"workclass\",\"fnlwgt\",\"education\",\"education.num\",\"marital.status\",\"occupation\",\"relationship\",\"race\",\"sex\",\"capital.gain\",\"capital.loss\",\"hours.per.week\",\"native.country\",\"income\"\n",
            "",
        ] {
            let third = TRAIN.lines().next().unwrap();
            std::fs::write(inner.join("adult.csv"), format!("{header}{TRAIN}{third}\n")).unwrap();
            let split = census(folder.path()).unwrap();
            assert_eq!((split.train.rows.len(), split.test.rows.len()), (2, 1));
            assert_eq!(split.test.rows[0].features, split.train.rows[0].features);
            let [nested, parts, missing] = split.train.notes() else {
                panic!("{:?}", split.train.notes())
            };
            assert!(nested.contains("its folder archive"), "{nested}");
            assert!(parts.contains("every third row is tested on"), "{parts}");
            assert!(missing.contains("1 of 4 rows"), "{missing}");
            // A category that the test row alone has is known, as it is one of the file.
            let rare = third.replace("United-States", "Holand-Netherlands");
            let (first, second) = TRAIN.split_once('\n').unwrap();
            let rows = format!("{header}{first}\n{second}{rare}\n");
            std::fs::write(inner.join("adult.csv"), rows).unwrap();
            let split = census(folder.path()).unwrap();
            assert_ne!(split.test.rows[0].features, split.train.rows[0].features);
            // The published parts may have a header too, and come first.
            let both = tempfile::tempdir().unwrap();
            std::fs::write(both.path().join("adult.csv"), "none").unwrap();
            std::fs::write(both.path().join("adult.data"), format!("{header}{TRAIN}")).unwrap();
            std::fs::write(both.path().join("adult.test"), format!("{header}{TEST}")).unwrap();
            let split = census(both.path()).unwrap();
            assert_eq!((split.train.rows.len(), split.test.rows.len()), (2, 1));
        }
        let turned = "age,sex,fnlwgt,a,b,c,d,e,f,g,h,i,j,k,l\n";
        std::fs::write(inner.join("adult.csv"), turned).unwrap();
        let error = census(folder.path()).unwrap_err().to_string();
        assert!(
            error
                .contains("adult.csv, line 1: a column is named \"sex\" in the place of workclass"),
            "{error}"
        );
    }

    #[test]
    fn bad_rows_are_refused_with_their_line() {
        let refuse = |train: &str, test: &str, what: &str| {
            let error = load(train, test).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        };
        refuse(
            TRAIN,
            &TEST.replace("Cuba", "Atlantis"),
            "adult.test, line 2: unknown category \"Atlantis\"",
        );
        refuse(
            &TRAIN.replace("39,", "inf,"),
            TEST,
            "adult.data, line 1: age is \"inf\"",
        );
        refuse(&TRAIN[..200], TEST, "line 2");
        refuse(TRAIN, &TEST.replace("<=50K.", "rich"), "label \"rich\"");
        refuse("", TEST, "no rows");
        let nowhere = census("/nowhere").unwrap_err().to_string();
        assert!(
            nowhere.contains("/nowhere/adult.data") && nowhere.contains("UCI Adult"),
            "{nowhere}"
        );
    }
}
