//! How many rows go into a batch.

use crate::error::{Error, Result};

/// Elements in a batch by default: as many rows as give the network about this many input values.
const BATCH_ELEMENTS: usize = 1 << 19;
/// Rows in a batch by default, whatever their elements.
const ROWS: (usize, usize) = (8, 4096);

/// A batch that rows of one size are put into one after the other: a row beside longer ones would be padded, and a padded row
/// rounds in another way than one that is not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packing {
    /// Rows of a batch, if the caller says how many.
    most: Option<usize>,
    rows: usize,
    elements: usize,
}

impl Packing {
    pub fn new(rows: Option<usize>) -> Result<Self> {
        match rows {
            Some(0) => Err(Error::setting("batch", 0, "a batch has at least one row")),
            most => Ok(Self {
                most,
                rows: 0,
                elements: 0,
            }),
        }
    }

    /// Adds a row. Returns `Some(rows)` of the batch just closed if this row did not fit.
    pub fn add(&mut self, elements: usize) -> Option<usize> {
        let elements = elements.max(1);
        let closed = (!self.has_room(elements)).then(|| std::mem::take(&mut self.rows));
        self.rows += 1;
        self.elements = elements;
        closed
    }

    fn has_room(&self, elements: usize) -> bool {
        self.rows == 0 || self.rows < self.most(elements) && elements == self.elements
    }

    /// The rows of a full batch of rows that have so many elements.
    pub fn most(&self, elements: usize) -> usize {
        let fitting = BATCH_ELEMENTS / elements.max(1);
        self.most.unwrap_or(fitting.clamp(ROWS.0, ROWS.1))
    }

    /// Rows in the batch that is being filled.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the batches that these sizes make.
    fn batches(rows: Option<usize>, sizes: &[usize]) -> Vec<usize> {
        let mut packing = Packing::new(rows).unwrap();
        let mut closed: Vec<usize> = sizes.iter().filter_map(|size| packing.add(*size)).collect();
        closed.push(packing.rows());
        closed
    }

    #[test]
    fn rows_of_one_size_fill_batches_of_one_size() {
        assert_eq!(batches(None, &[3072; 400]), [170, 170, 60]);
        assert_eq!(batches(None, &[1; 5000]), [4096, 904]);
        assert_eq!(batches(None, &[1 << 20; 10]), [8, 2]);
        assert_eq!(batches(Some(3), &[1 << 20; 7]), [3, 3, 1]);
        assert!(Packing::new(Some(0)).is_err());
    }

    #[test]
    fn rows_of_two_sizes_never_share_a_batch() {
        assert_eq!(batches(None, &[7, 7, 5, 5, 5, 7]), [2, 3, 1]);
        assert_eq!(batches(Some(2), &[7, 7, 7, 5]), [2, 1, 1]);
    }
}
