//! The progress of a run over its cells, and the time that is left.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::report::seconds;

/// The fate of a cell in a run.
pub enum Done {
    /// The cell was finished already.
    Before,
    /// The cell was computed, in so many seconds.
    Now(f64),
    /// Another process computes the cell.
    Elsewhere,
    /// The run was interrupted.
    Interrupted,
    /// The cell failed, which is said.
    Failed,
}

/// A cell and its price.
#[derive(Debug, Clone)]
pub struct Priced {
    /// The hash of the cell.
    pub hash: String,
    /// The price in seconds.
    pub seconds: f64,
    /// Whether it is finished already.
    pub finished: bool,
}

/// The progress of a run.
pub struct Progress {
    /// The prices of the cells that are not done, by hash.
    left: BTreeMap<String, f64>,
    all: usize,
    start: Instant,
    /// The prices of the cells that this process computed.
    computed: f64,
    waits: bool,
}

impl Progress {
    /// Says what the cells will cost, and begins to count.
    pub fn of(cells: &[Priced]) -> Self {
        let finished = cells.iter().filter(|cell| cell.finished).count();
        let left: BTreeMap<String, f64> = cells
            .iter()
            .filter(|cell| !cell.finished)
            .map(|cell| (cell.hash.clone(), cell.seconds))
            .collect();
        println!(
            "{} cells, {finished} of them finished; price of the others: about {} on one process",
            cells.len(),
            seconds(left.values().sum())
        );
        Self {
            left,
            all: cells.len(),
            start: Instant::now(),
            computed: 0.0,
            waits: false,
        }
    }

    /// Counts a cell, and prints a line where it was computed.
    pub fn tell(&mut self, hash: &str, done: &Done, words: &str) {
        let took = match done {
            Done::Elsewhere | Done::Interrupted => return,
            Done::Before | Done::Failed => None,
            Done::Now(took) => Some(*took),
        };
        let price = self.left.remove(hash);
        let Some(took) = took else {
            return;
        };
        self.computed += price.unwrap_or(0.0);
        // Prices are of a few steps: what was computed says how far they are off.
        let gone = self.start.elapsed().as_secs_f64();
        let factor = if self.computed > 0.0 {
            gone / self.computed
        } else {
            1.0
        };
        let left = factor * self.left.values().sum::<f64>();
        println!(
            "[{:>width$}/{}] {words}: {}, about {} left",
            self.all - self.left.len(),
            self.all,
            seconds(took),
            seconds(left),
            width = self.all.to_string().len()
        );
    }

    /// Says once that cells of another process are waited for.
    pub fn waits(&mut self, trainings: usize) {
        if !self.waits {
            println!(
                "waiting for {trainings} trainings and their measures, which another process computes"
            );
        }
        self.waits = true;
    }
}
