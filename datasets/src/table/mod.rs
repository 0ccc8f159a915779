mod census;
mod commercial;
mod rules;
mod standard;

pub use census::*;
pub use commercial::*;
pub use rules::*;
pub use standard::*;

use std::collections::BTreeMap;

use burn::data::dataset::{Dataset, DatasetError};
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::Batch;

use crate::samples::Samples;

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
}

impl Table {
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
        }
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

    fn read(&self, indices: &[usize], _: u64, device: &Device) -> crate::Result<Batch<Tensor<2>>> {
        Ok(self.batch(indices, device))
    }
}
