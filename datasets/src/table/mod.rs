mod census;
mod commercial;
mod rules;
mod standard;

pub use census::*;
pub use commercial::*;
pub use rules::*;
pub use standard::*;

use std::collections::BTreeMap;

use burn::data::dataloader::batcher::Batcher;
use burn::data::dataset::{Dataset, DatasetError};
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::Batch;

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableItem {
    /// Its features.
    pub features: Vec<f32>,
    /// Its class.
    pub label: usize,
    /// Its place in the table, by which results name it.
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
    /// A table of these rows, features and class, numbered from 0.
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

    /// The values of categorical columns, by column: a value is numbered by its place here.
    pub fn categories(&self) -> &BTreeMap<String, Vec<String>> {
        &self.categories
    }

    /// The rows.
    pub fn rows(&self) -> &[TableItem] {
        &self.rows
    }

    /// The rows with these indices as tensors: `[rows, features]` and `[rows]`.
    pub fn batch(&self, indices: &[usize], device: &Device) -> Batch<Tensor<2>> {
        TableBatcher.batch(
            indices.iter().map(|i| self.rows[*i].clone()).collect(),
            device,
        )
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

/// Batches rows into `[rows, features]` and `[rows]` tensors.
#[derive(Debug, Clone, Copy, Default)]
pub struct TableBatcher;

impl Batcher<TableItem, Batch<Tensor<2>>> for TableBatcher {
    fn batch(&self, items: Vec<TableItem>, device: &Device) -> Batch<Tensor<2>> {
        let features = items.first().map_or(0, |item| item.features.len());
        let labels: Vec<i32> = items.iter().map(|item| item.label as i32).collect();
        let ids = items.iter().map(|item| item.id).collect();
        let rows = items.len();
        let values: Vec<f32> = items.into_iter().flat_map(|item| item.features).collect();
        let inputs = Tensor::from_data(TensorData::new(values, [rows, features]), device);
        let targets = Tensor::<1, Int>::from_data(TensorData::new(labels, [rows]), device);
        Batch::new(inputs, targets, ids)
    }
}
