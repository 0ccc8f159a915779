use std::collections::BTreeMap;

use super::Table;
use crate::error::{Error, Result};

impl Table {
    /// Numbers the values of categorical columns as these lists do, by column: those of another table, such as the one that a
    /// network was trained on. The table must not be standardised yet.
    ///
    /// # Errors
    ///
    /// Fails where the lists are of other columns, or a row has a category that its column's list lacks.
    pub fn with_categories(mut self, categories: &BTreeMap<String, Vec<String>>) -> Result<Self> {
        if !self.categories.keys().eq(categories.keys()) {
            let names = |of: &BTreeMap<String, Vec<String>>| {
                let names: Vec<&str> = of.keys().map(String::as_str).collect();
                names.join(", ")
            };
            return Err(Error::Data(format!(
                "the categories are of the columns {}, but the categorical columns are {}: give those of a table of the same columns",
                names(categories),
                names(&self.categories)
            )));
        }
        for (name, given) in categories {
            let (own, column) = (&self.categories[name], self.column(name)?);
            let codes: Vec<Option<usize>> = own
                .iter()
                .map(|value| given.iter().position(|other| other == value))
                .collect();
            for row in &mut self.rows {
                let code = row.features[column];
                let place = (0..own.len()).find(|place| *place as f32 == code);
                let place = place.ok_or_else(|| {
                    Error::Data(format!(
                        "row {}: {name} is {code}, which is no category's number: give categories before the table is standardised",
                        row.id
                    ))
                })?;
                let code = codes[place].ok_or_else(|| {
                    Error::Data(format!(
                        "row {}: unknown category \"{}\" of {name}: there are {}",
                        row.id,
                        own[place],
                        given.join(", ")
                    ))
                })?;
                row.features[column] = code as f32;
            }
        }
        self.categories = categories.clone();
        Ok(self)
    }

    fn column(&self, name: &str) -> Result<usize> {
        let column = self.names.iter().position(|column| column == name);
        column.ok_or_else(|| Error::Data(format!("the table has no column {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Standardization, rules};

    fn table(values: &[&str], codes: &[usize]) -> Table {
        let names = ["age", "colour"].map(String::from).into();
        let rows = codes.iter().map(|code| (vec![7.0, *code as f32], 0));
        let mut table = Table::new(names, vec!["no".into()], rows).unwrap();
        table.categories = lists("colour", values);
        table
    }

    fn lists(column: &str, values: &[&str]) -> BTreeMap<String, Vec<String>> {
        let values = values.iter().map(|value| value.to_string()).collect();
        BTreeMap::from([(column.to_string(), values)])
    }

    #[test]
    fn rows_are_numbered_by_the_categories_that_are_given() {
        let given = lists("colour", &["blue", "grey", "red"]);
        let own = table(&["red", "blue", "pink"], &[0, 1, 0]);
        let other = own.clone().with_categories(&given).unwrap();
        let codes: Vec<f32> = other.rows().iter().map(|row| row.features[1]).collect();
        assert_eq!(codes, [2.0, 0.0, 2.0]);
        assert_eq!(
            (other.rows()[0].features[0], other.categories()),
            (7.0, &given)
        );
        assert_eq!(own.clone().with_categories(own.categories()).unwrap(), own);
        let plain = rules(3, 1);
        assert_eq!(
            plain.clone().with_categories(&BTreeMap::new()).unwrap(),
            plain
        );
    }

    #[test]
    fn what_the_categories_lack_is_named() {
        let given = lists("colour", &["blue", "red"]);
        let own = table(&["blue", "pink"], &[0, 1]);
        let error = |table: &Table, given: &BTreeMap<String, Vec<String>>| {
            let coded = table.clone().with_categories(given);
            coded.unwrap_err().to_string()
        };
        let unknown = error(&own, &given);
        assert!(
            unknown.contains("row 1: unknown category \"pink\" of colour"),
            "{unknown}"
        );
        let columns = error(&own, &lists("shape", &["round"]));
        assert!(
            columns.contains("shape") && columns.contains("colour"),
            "{columns}"
        );
        let mut standardised = own;
        Standardization::fit(&standardised.clone()).apply(&mut standardised);
        let code = error(&standardised, &given);
        assert!(
            code.contains("colour is -1") && code.contains("before"),
            "{code}"
        );
    }
}
