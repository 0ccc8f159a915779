//! Batches under way: handed in one after the other, given back with their values in the same order.

use std::ops::Range;
use std::sync::Arc;

use crate::coalition::Coalition;
use crate::error::Result;
use crate::game::{Evaluate, Row};

/// Coalitions that are evaluated together.
pub(crate) struct Batch {
    pieces: Vec<Piece>,
    /// Rows with those that only fill the batch up, which repeat the last.
    shape: usize,
}

/// Some of the coalitions of one sample.
struct Piece {
    sample: usize,
    coalitions: Arc<[Coalition]>,
    rows: Range<usize>,
}

impl Batch {
    /// A batch that is filled up to so many rows, where it has fewer.
    pub fn filled_to(shape: usize) -> Self {
        Self {
            pieces: Vec::new(),
            shape,
        }
    }

    /// Adds coalitions of a sample.
    pub fn add(&mut self, sample: usize, coalitions: &Arc<[Coalition]>, rows: Range<usize>) {
        self.pieces.push(Piece {
            sample,
            coalitions: coalitions.clone(),
            rows,
        });
    }

    /// The coalitions whose values are wanted.
    pub fn wanted(&self) -> impl Iterator<Item = Row<'_>> {
        self.pieces.iter().flat_map(|piece| {
            let coalitions = &piece.coalitions[piece.rows.clone()];
            coalitions.iter().map(|coalition| Row {
                sample: piece.sample,
                coalition,
            })
        })
    }

    /// All rows.
    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = self.wanted().collect();
        if let Some(last) = rows.last().copied() {
            rows.resize(self.shape.max(rows.len()), last);
        }
        rows
    }

    /// The values of the coalitions that are wanted.
    pub fn evaluated(
        &self,
        evaluate: impl FnOnce(&[Row<'_>]) -> Result<Vec<f64>>,
    ) -> Result<Vec<f64>> {
        let mut values = evaluate(&self.rows())?;
        values.truncate(self.wanted().count());
        Ok(values)
    }
}

/// A batch that was evaluated.
pub(crate) struct Evaluated {
    pub batch: Batch,
    pub values: Result<Vec<f64>>,
    /// A warning for whoever watches.
    pub warning: Option<String>,
}

/// A place where batches are handed in and given back.
pub(crate) trait Exchange {
    /// Hands in a batch.
    fn put(&mut self, batch: Batch);
    /// Waits for the earliest batch that was not given back yet; `None` where there is none.
    fn take(&mut self) -> Option<Evaluated>;
    /// Whether a batch is to be taken before another is handed in.
    fn is_full(&self) -> bool;
}

/// Games whose batches can be under way while others are drawn.
pub(crate) trait Engine: Evaluate {
    /// Does some work that hands in batches.
    fn exchange(&self, work: &mut dyn FnMut(&mut dyn Exchange) -> Result<()>) -> Result<()>;
}

/// An exchange that evaluates a batch as soon as it is handed in.
pub(crate) struct AtOnce<'a, E> {
    evaluate: &'a E,
    done: Option<Evaluated>,
}

impl<'a, E: Evaluate> AtOnce<'a, E> {
    pub fn new(evaluate: &'a E) -> Self {
        Self {
            evaluate,
            done: None,
        }
    }
}

impl<E: Evaluate> Exchange for AtOnce<'_, E> {
    fn put(&mut self, batch: Batch) {
        self.done = Some(Evaluated {
            values: batch.evaluated(|rows| self.evaluate.values(rows)),
            batch,
            warning: None,
        });
    }

    fn take(&mut self) -> Option<Evaluated> {
        self.done.take()
    }

    fn is_full(&self) -> bool {
        self.done.is_some()
    }
}
