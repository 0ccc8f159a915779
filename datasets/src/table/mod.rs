mod census;
mod codes;
mod commercial;
mod rules;
mod standardized;

pub use census::*;
pub use commercial::*;
pub use rules::*;

use std::collections::BTreeMap;

use burn::data::dataset::{Dataset, DatasetError};
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::Batch;

use crate::samples::{Labelled, Relabel, Samples, renumber};

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableItem {
    /// The features of the row.
    pub features: Vec<f32>,
    /// The class of the row.
    pub label: usize,
    /// The place of the row in the table, by which results name it.
    pub id: u64,
}

/// Rows of numeric features with class labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    names: Vec<String>,
    classes: Vec<String>,
    categories: BTreeMap<String, Vec<String>>,
    rows: Vec<TableItem>,
    dropped: usize,
    notes: Vec<String>,
}

impl Table {
    /// A table of rows of its own, each its features and its class, numbered from 0 in their order.
    ///
    /// # Errors
    ///
    /// Fails where a row has another number of features than there are names, a feature is not finite, or a class has no
    /// name.
    pub fn new(
        names: Vec<String>,
        classes: Vec<String>,
        rows: impl IntoIterator<Item = (Vec<f32>, usize)>,
    ) -> crate::error::Result<Self> {
        let table = Self::of(names, classes, rows);
        let (columns, classes) = (table.names.len(), table.classes.len());
        for TableItem {
            features,
            label,
            id,
        } in &table.rows
        {
            let reason = if features.len() != columns {
                format!("{} features, not {columns}", features.len())
            } else if let Some(value) = features.iter().find(|value| !value.is_finite()) {
                format!("the feature {value}: give finite numbers")
            } else if *label >= classes {
                format!("class {label}, but there are {classes} classes")
            } else {
                continue;
            };
            return Err(crate::error::Error::Data(format!("row {id} has {reason}")));
        }
        Ok(table)
    }

    /// Makes a table of these rows, features and class, numbered from 0.
    fn of(
        names: Vec<String>,
        classes: Vec<String>,
        rows: impl IntoIterator<Item = (Vec<f32>, usize)>,
    ) -> Self {
        let rows = rows.into_iter().zip(0..);
        let item = |((features, label), id)| TableItem {
            features,
            label,
            id,
        };
        Self {
            names,
            classes,
            categories: BTreeMap::new(),
            rows: rows.map(item).collect(),
            dropped: 0,
            notes: Vec::new(),
        }
    }

    /// Adds notes on how the files were read, and the number of rows that were left out.
    pub(crate) fn noting(mut self, notes: Vec<String>, dropped: usize) -> Self {
        self.notes.extend(notes);
        self.dropped += dropped;
        self
    }

    /// Says which values the numbers of categorical columns stand for.
    pub(crate) fn of_categories(self, categories: BTreeMap<String, Vec<String>>) -> Self {
        Self { categories, ..self }
    }

    /// The names of the features.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The values of categorical columns, by column: a row holds the place of its value in this list.
    pub fn categories(&self) -> &BTreeMap<String, Vec<String>> {
        &self.categories
    }

    /// The rows of the table.
    pub fn rows(&self) -> &[TableItem] {
        &self.rows
    }

    /// The number of rows that were left out, as a value is missing.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Notes for a user on how the files were read, such as the number of rows that were left out.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The rows with these indices as tensors: `[rows, features]` and `[rows]`.
    pub fn batch(&self, indices: &[usize], device: &Device) -> Batch<Tensor<2>> {
        let (mut values, mut labels, mut ids) = (Vec::new(), Vec::<i32>::new(), Vec::new());
        for item in indices.iter().map(|index| &self.rows[*index]) {
            values.extend_from_slice(&item.features);
            labels.push(item.label as i32);
            ids.push(item.id);
        }
        let rows = indices.len();
        let inputs = TensorData::new(values, [rows, self.names.len()]);
        let targets = Tensor::<1, Int>::from_data(TensorData::new(labels, [rows]), device);
        Batch::new(Tensor::from_data(inputs, device), targets, ids)
    }
}

impl Labelled for TableItem {
    fn label_mut(&mut self) -> &mut usize {
        &mut self.label
    }
}

impl Relabel for Table {
    fn class_names(&self) -> &[String] {
        &self.classes
    }

    fn relabelled(mut self, labels: &[usize], classes: &[String]) -> crate::error::Result<Self> {
        renumber(&mut self.classes, &mut self.rows, labels, classes)?;
        Ok(self)
    }
}

impl Dataset<TableItem> for Table {
    fn get(&self, index: usize) -> Result<TableItem, DatasetError> {
        Ok(self.rows[index].clone())
    }

    fn len(&self) -> usize {
        self.rows.len()
    }
}

impl Samples for Table {
    type Input = Tensor<2>;

    fn count(&self) -> usize {
        self.rows.len()
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> usize {
        self.rows[index].label
    }

    fn elements(&self) -> usize {
        self.names.len()
    }

    fn unit(&self) -> &'static str {
        "rows"
    }

    fn read(
        &self,
        indices: &[usize],
        _: u64,
        device: &Device,
    ) -> crate::error::Result<Batch<Tensor<2>>> {
        Ok(self.batch(indices, device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_do_not_fit_a_table_are_named() {
        let table = |features: Vec<f32>, label| {
            let names = ["a", "b"].map(String::from).to_vec();
            let rows = [(vec![1.0, 2.0], 0), (features, label)];
            Table::new(names, vec!["no".into()], rows)
        };
        assert_eq!(table(vec![3.0, 4.0], 0).unwrap().rows()[1].id, 1);
        for (features, label, what) in [
            (vec![1.0], 0, "row 1 has 1 features, not 2"),
            (vec![1.0, f32::NAN], 0, "row 1 has the feature NaN"),
            (vec![1.0, 2.0], 1, "row 1 has class 1"),
        ] {
            let error = table(features, label).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }
}
