use super::parts::Parts;
use super::records::{Records, Row};
use crate::error::Result;
use crate::samples::Classes;

/// The usual names of the column of the class.
pub(super) const USUAL: [&str; 4] = ["label", "class", "target", "y"];

/// The classes of a set, and the column that they stand in.
pub(super) struct Labels {
    column: usize,
    classes: Classes,
}

impl Labels {
    /// The classes in the column of this name, or of a usual one.
    ///
    /// # Errors
    ///
    /// Fails where there is no such column, a class is empty, or there are too many or less than two.
    pub(super) fn of(parts: &Parts, name: Option<&str>) -> Result<Self> {
        let train = &parts.train;
        let column = train.asked(name, &USUAL, "--label")?;
        for part in [train, &parts.test] {
            if let Some(empty) = part.rows.iter().find(|row| row.fields[column].is_empty()) {
                return Err(part.fail(empty, "no class"));
            }
        }
        let what = format!("the column {}", train.names[column]);
        Ok(Self {
            classes: Classes::of(&train.path, &what, &parts.known(column))?,
            column,
        })
    }

    /// The column of the class.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    /// The names of the classes.
    pub(super) fn names(&self) -> Vec<String> {
        self.classes.names.clone()
    }

    /// The class of a record.
    ///
    /// # Errors
    ///
    /// Fails where no record of the training part has the class.
    pub(super) fn label(&self, records: &Records, row: &Row) -> Result<usize> {
        let label = self.classes.place(&row.fields[self.column]);
        label.map_err(|reason| records.fail(row, reason))
    }
}
