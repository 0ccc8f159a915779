//! Streams the plans of all samples through an evaluator in batches of one size.

use std::collections::VecDeque;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::estimate::{Block, Plan};
use crate::game::{Evaluate, Row};
use crate::profile::{Accumulator, SampleProfile};

use super::packing::Packing;
use super::{Observer, Progress};

/// A block whose values are on their way.
struct Pending {
    sample: usize,
    block: Block,
    values: Vec<f64>,
}

/// What a run has made: complete samples only, and the number of forwards that went into them.
pub(super) struct Made {
    pub samples: Vec<SampleProfile>,
    pub forwards: u64,
}

/// Evaluates the plans of these samples.
pub(super) fn run(
    evaluate: &impl Evaluate,
    plan: impl Fn(usize) -> Result<Plan>,
    samples: &[usize],
    packing: Packing,
    observer: &mut impl Observer,
) -> Result<Made> {
    let mut stream = Stream {
        evaluate,
        packing,
        queue: VecDeque::new(),
        running: VecDeque::new(),
        made: Made {
            samples: Vec::new(),
            forwards: 0,
        },
        done: 0,
        batch: None,
        start: Instant::now(),
        samples: samples.len(),
    };
    for &sample in samples {
        let plan = plan(sample)?;
        stream
            .running
            .push_back((sample, Accumulator::new(plan.clone()), false));
        for block in plan.blocks() {
            if stream.offer(sample, block, observer)? {
                return Ok(stream.made);
            }
        }
        if let Some((_, _, ended)) = stream.running.back_mut() {
            *ended = true;
        }
        stream.finish_complete();
    }
    stream.rest(observer)?;
    Ok(stream.made)
}

struct Stream<'a, E> {
    evaluate: &'a E,
    /// The batch that the coalitions without a value make.
    packing: Packing,
    queue: VecDeque<Pending>,
    /// Samples under way, with whether all their blocks are known.
    running: VecDeque<(usize, Accumulator, bool)>,
    made: Made,
    done: u64,
    /// Rows of the last batch, and elements of each where they were alike.
    batch: Option<(usize, usize)>,
    start: Instant,
    samples: usize,
}

impl<E: Evaluate> Stream<'_, E> {
    /// Takes a block and evaluates as soon as there is a batch; tells whether the observer stops the run.
    fn offer(&mut self, sample: usize, block: Block, observer: &mut impl Observer) -> Result<bool> {
        let elements = self.evaluate.elements(sample);
        let rows = 0..block.coalitions.len();
        let ready: Vec<usize> = rows.filter_map(|_| self.packing.add(elements)).collect();
        self.queue.push_back(Pending {
            sample,
            block,
            values: Vec::new(),
        });
        for rows in ready {
            if self.evaluate_batch(rows, rows, observer)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Evaluates what is left.
    fn rest(&mut self, observer: &mut impl Observer) -> Result<()> {
        let rows = self.packing.rows();
        if rows == 0 {
            return Ok(());
        }
        // GPUs tune their kernels to a shape: the last batch is filled up to the size of the one before it.
        let shape = match (self.batch, self.queue.front(), self.queue.back()) {
            (Some((before, elements)), Some(front), Some(back))
                if [front, back].map(|p| self.evaluate.elements(p.sample)) == [elements; 2] =>
            {
                before.max(rows)
            }
            _ => rows,
        };
        self.evaluate_batch(rows, shape, observer).map(|_| ())
    }

    /// Evaluates the next coalitions, the last of them repeated up to `shape` rows.
    fn evaluate_batch(
        &mut self,
        real: usize,
        shape: usize,
        observer: &mut impl Observer,
    ) -> Result<bool> {
        let waiting = self.queue.iter().flat_map(|pending| {
            let coalitions = &pending.block.coalitions[pending.values.len()..];
            coalitions.iter().map(|coalition| Row {
                sample: pending.sample,
                coalition,
            })
        });
        let mut rows: Vec<Row<'_>> = waiting.take(real).collect();
        if let Some(last) = rows.last().copied() {
            rows.resize(shape, last);
        }
        let elements = |row: &Row<'_>| self.evaluate.elements(row.sample);
        let first = rows.first().map_or(0, elements);
        self.batch = rows
            .iter()
            .all(|row| elements(row) == first)
            .then_some((shape, first));
        let mut values = self.evaluate.values(&rows)?;
        values.truncate(real);
        for (value, row) in values.iter().zip(&rows) {
            if !value.is_finite() {
                let (sample, present) = (row.sample, row.coalition.len());
                return Err(Error::NotFinite {
                    sample,
                    present,
                    value: *value,
                });
            }
        }
        self.done += real as u64;
        self.distribute(values);
        let progress = Progress {
            forwards: self.done,
            samples: self.made.samples.len(),
            samples_total: self.samples,
            elapsed: self.start.elapsed(),
        };
        Ok(observer.update(&progress).is_break())
    }

    fn distribute(&mut self, values: Vec<f64>) {
        let mut values = values.into_iter();
        while let Some(front) = self.queue.front_mut() {
            let missing = front.block.coalitions.len() - front.values.len();
            front.values.extend(values.by_ref().take(missing));
            if front.values.len() < front.block.coalitions.len() {
                break;
            }
            let Some(done) = self.queue.pop_front() else {
                break;
            };
            // Blocks come in the order of their samples, and a sample is finished with its last block.
            if let Some((_, accumulator, _)) = self
                .running
                .iter_mut()
                .find(|(sample, ..)| *sample == done.sample)
            {
                accumulator.absorb(&done.block, &done.values);
            }
        }
        self.finish_complete();
    }

    /// A sample is complete once its blocks have ended and none of them waits.
    fn finish_complete(&mut self) {
        while self.running.front().is_some_and(|(sample, _, ended)| {
            *ended
                && self
                    .queue
                    .front()
                    .is_none_or(|pending| pending.sample != *sample)
        }) {
            if let Some((sample, accumulator, _)) = self.running.pop_front() {
                self.made.forwards += accumulator.forwards();
                self.made.samples.push(accumulator.finish(sample));
            }
        }
    }
}
