use super::records::{Records, Row};
use crate::error::{Error, Result};
use crate::samples::sorted;

/// The usual names of the column of the class.
pub(super) const USUAL: [&str; 4] = ["label", "class", "target", "y"];
/// Classes of a set at most: a column with more is no class.
const MOST: usize = 1000;

/// The classes of a set, as the training part has them.
pub(super) struct Labels {
    column: usize,
    pub(super) classes: Vec<String>,
}

impl Labels {
    /// The classes in the column of this name, or of a usual one.
    ///
    /// # Errors
    ///
    /// Fails where there is no such column, a class is empty, or there are too many or less than two.
    pub(super) fn of(train: &Records, name: Option<&str>) -> Result<Self> {
        let column = train.asked(name, &USUAL, "--label")?;
        let labels: Vec<&str> = train
            .rows
            .iter()
            .map(|row| row.fields[column].as_str())
            .collect();
        if let Some(empty) = train.rows.iter().find(|row| row.fields[column].is_empty()) {
            return Err(train.fail(empty, "no class"));
        }
        let classes = sorted(&labels);
        match classes.len() {
            2..=MOST => Ok(Self { column, classes }),
            count => {
                let name = &train.names[column];
                let reason = format!(
                    "{count} classes in the column {name}, for 2 to {MOST}: is it that of the class?"
                );
                Err(Error::file(&train.path, reason))
            }
        }
    }

    /// The column of the class.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    /// The class of a record.
    ///
    /// # Errors
    ///
    /// Fails where no record of the training part has the class.
    pub(super) fn label(&self, records: &Records, row: &Row) -> Result<usize> {
        let label = &row.fields[self.column];
        let place = self.classes.iter().position(|class| class == label);
        place.ok_or_else(|| {
            records.fail(
                row,
                format!("the class \"{label}\", which no training sample has"),
            )
        })
    }
}
