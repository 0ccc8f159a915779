//! Streams the plans of all samples through an evaluator in batches of one size.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use crate::coalition::Coalition;
use crate::error::{Error, Result};
use crate::estimate::{Accumulator, Block, Differences, Parts, Plan};
use crate::game::{Fingerprint, finite};
use crate::profile::{Birth, SampleProfile};

use super::exchange::{Batch, Engine, Evaluated, Exchange};
use super::packing::Packing;
use super::{Observer, Progress};

/// The samples of a run as it knows them, by their place in the batch.
pub(super) trait Subjects {
    /// The name of a sample in results.
    fn id(&self, place: usize) -> u64;
    /// The names of a sample's players, if they have any.
    fn names(&self, place: usize) -> Vec<String>;
    /// The plan of a sample.
    fn plan(&self, place: usize) -> Result<Plan>;
    /// The seed of the fingerprints' coalitions.
    fn seed(&self) -> u64;
    /// Whether samples are to be known pair by pair.
    fn parts(&self) -> bool;
}

/// Takes a finished sample, and the sample pair by pair where that was asked for.
pub(super) type Finished<'a> = dyn FnMut(SampleProfile, Option<Parts>) -> Result<()> + 'a;

/// Evaluates the plans of these samples, handing out each as soon as it is finished. An observer may end it after any batch:
/// samples under way are then left out.
pub(super) fn run(
    evaluate: &impl Engine,
    subjects: &impl Subjects,
    places: &[usize],
    packing: Packing,
    observer: &mut impl Observer,
    finished: &mut Finished<'_>,
) -> Result<()> {
    evaluate.exchange(&mut |exchange| {
        let mut stream = Stream {
            evaluate,
            subjects,
            exchange,
            packing,
            queue: VecDeque::new(),
            running: VecDeque::new(),
            finished,
            done: 0,
            complete: 0,
            batch: None,
            start: Instant::now(),
            samples: places.len(),
        };
        for &place in places {
            if stream.sample(place, observer)? {
                return Ok(());
            }
        }
        stream.rest(observer)
    })
}

/// Coalitions that are evaluated for a sample beside its plan: its fingerprint, and one of them again at the end.
pub(super) const BESIDES: u64 = 4;

/// The purpose of evaluating some coalitions.
enum Purpose {
    Fingerprint,
    Plan(Differences),
    Again,
}

/// Coalitions whose values are on their way.
struct Pending {
    place: usize,
    coalitions: Arc<[Coalition]>,
    purpose: Purpose,
    /// Coalitions that were handed in.
    sent: usize,
    values: Vec<f64>,
}

/// A sample under way.
struct Running {
    place: usize,
    accumulator: Accumulator,
    /// The coalition that is evaluated twice.
    half: Coalition,
    first: Vec<f64>,
    again: f64,
    /// Whether all its coalitions are in the queue or evaluated.
    ended: bool,
}

struct Stream<'a, 'f, E, S> {
    evaluate: &'a E,
    subjects: &'a S,
    exchange: &'a mut dyn Exchange,
    /// The batch that the coalitions without a value make.
    packing: Packing,
    queue: VecDeque<Pending>,
    running: VecDeque<Running>,
    finished: &'a mut Finished<'f>,
    /// Coalitions evaluated, and samples finished.
    done: u64,
    complete: usize,
    /// Rows of the last batch, and elements of each where they were alike.
    batch: Option<(usize, usize)>,
    start: Instant,
    samples: usize,
}

impl<E: Engine, S: Subjects> Stream<'_, '_, E, S> {
    /// Takes in all coalitions of a sample, evaluating whenever there is a batch. Returns whether the observer stops the run.
    fn sample(&mut self, place: usize, observer: &mut impl Observer) -> Result<bool> {
        let plan = self.subjects.plan(place)?;
        let (seed, id) = (self.subjects.seed(), self.subjects.id(place));
        let fingerprint = Fingerprint::coalitions(plan.players(), seed, id);
        let half = fingerprint[2].clone();
        self.running.push_back(Running {
            place,
            accumulator: Accumulator::new(plan.clone(), self.subjects.parts()),
            half: half.clone(),
            first: Vec::new(),
            again: f64::NAN,
            ended: false,
        });
        if self.offer(place, fingerprint.into(), Purpose::Fingerprint, observer)? {
            return Ok(true);
        }
        for Block {
            coalitions,
            differences,
        } in plan.blocks()
        {
            if self.offer(place, coalitions, Purpose::Plan(differences), observer)? {
                return Ok(true);
            }
        }
        if let Some(running) = self.running.back_mut() {
            running.ended = true;
        }
        self.offer(place, vec![half], Purpose::Again, observer)
    }

    /// Takes coalitions and evaluates as soon as there is a batch. Returns whether the observer stops the run.
    fn offer(
        &mut self,
        place: usize,
        coalitions: Vec<Coalition>,
        purpose: Purpose,
        observer: &mut impl Observer,
    ) -> Result<bool> {
        let elements = self.evaluate.elements(place);
        let rows = 0..coalitions.len();
        let ready: Vec<usize> = rows.filter_map(|_| self.packing.add(elements)).collect();
        self.queue.push_back(Pending {
            place,
            coalitions: coalitions.into(),
            purpose,
            sent: 0,
            values: Vec::new(),
        });
        for rows in ready {
            self.hand_in(rows, rows);
            while self.exchange.is_full() {
                if self.take_back(observer)?.is_none_or(|stops| stops) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Evaluates what is left.
    fn rest(&mut self, observer: &mut impl Observer) -> Result<()> {
        self.hand_in_rest();
        while self.take_back(observer)? == Some(false) {}
        Ok(())
    }

    /// Hands in the last batch.
    fn hand_in_rest(&mut self) {
        let rows = self.packing.rows();
        if rows == 0 {
            return;
        }
        // GPUs tune their kernels to a shape: the last batch is filled up to the size of the one before it.
        let shape = match (self.batch, self.queue.back()) {
            // Packing keeps rows of one size in a batch.
            (Some((before, elements)), Some(last))
                if self.evaluate.elements(last.place) == elements =>
            {
                before.max(rows)
            }
            _ => rows,
        };
        self.hand_in(rows, shape);
    }

    /// Hands in the next coalitions, the last of them repeated up to `shape` rows.
    fn hand_in(&mut self, rows: usize, shape: usize) {
        let mut batch = Batch::filled_to(shape);
        let mut left = rows;
        for pending in &mut self.queue {
            let next = left.min(pending.coalitions.len() - pending.sent);
            if next > 0 {
                let rows = pending.sent..pending.sent + next;
                batch.add(pending.place, &pending.coalitions, rows);
                pending.sent += next;
                left -= next;
            }
            if left == 0 {
                break;
            }
        }
        let alike = {
            let mut elements = batch.wanted().map(|row| self.evaluate.elements(row.sample));
            let first = elements.next().unwrap_or(0);
            elements.all(|e| e == first).then_some(first)
        };
        self.batch = alike.map(|elements| (shape, elements));
        self.exchange.put(batch);
    }

    /// Takes back the values of the earliest batch under way. Returns whether the observer stops the run; `None` where no batch is under
    /// way.
    fn take_back(&mut self, observer: &mut impl Observer) -> Result<Option<bool>> {
        let Some(evaluated) = self.exchange.take() else {
            return Ok(None);
        };
        let Evaluated {
            batch,
            values,
            warning,
        } = evaluated;
        if let Some(warning) = warning {
            observer.warn(&warning);
        }
        let values = values?;
        finite(&values, batch.wanted(), |sample| self.subjects.id(sample))?;
        self.done += values.len() as u64;
        self.distribute(values)?;
        let progress = Progress {
            forwards: self.done,
            samples: self.complete,
            samples_total: self.samples,
            elapsed: self.start.elapsed(),
            aim: None,
        };
        Ok(Some(observer.update(&progress).is_break()))
    }

    fn distribute(&mut self, values: Vec<f64>) -> Result<()> {
        let mut values = values.into_iter();
        while let Some(front) = self.queue.front_mut() {
            let missing = front.coalitions.len() - front.values.len();
            front.values.extend(values.by_ref().take(missing));
            if front.values.len() < front.coalitions.len() {
                break;
            }
            let Some(done) = self.queue.pop_front() else {
                break;
            };
            // Coalitions come in the order of their samples, and a sample is finished with its last one.
            let mut running = self.running.iter_mut();
            if let Some(running) = running.find(|running| running.place == done.place) {
                running.take(done);
            }
        }
        self.finish_complete()
    }

    /// Hands out the samples whose coalitions have all been evaluated.
    fn finish_complete(&mut self) -> Result<()> {
        while self.running.front().is_some_and(|running| {
            let waits = |pending: &Pending| pending.place == running.place;
            running.ended && !running.again.is_nan() && !self.queue.front().is_some_and(waits)
        }) {
            let Some(running) = self.running.pop_front() else {
                break;
            };
            let (sample, parts) = self.finish(running)?;
            self.done += self.evaluate.rounding_values();
            self.complete += 1;
            (self.finished)(sample, parts)?;
        }
        Ok(())
    }

    fn finish(&self, running: Running) -> Result<(SampleProfile, Option<Parts>)> {
        let Running { place, .. } = running;
        let id = self.subjects.id(place);
        let [empty, all, first] = running.first[..] else {
            unreachable!("a fingerprint has three values");
        };
        let largest = [empty, all, first]
            .iter()
            .fold(0.0_f64, |most, v| most.max(v.abs()));
        if (running.again - first).abs() > self.evaluate.tolerance() * largest.max(1.0) {
            let again = running.again;
            return Err(Error::NoFunction {
                sample: id,
                first,
                again,
            });
        }
        let birth = Birth {
            id,
            fingerprint: self.evaluate.fingerprint(place, [empty, all, first]),
            names: self.subjects.names(place),
            rounding: self.evaluate.rounding(place, &running.half, largest)?,
            forwards: BESIDES + self.evaluate.rounding_values(),
        };
        let mut found = running.accumulator.finish();
        let parts = found.parts.take();
        Ok((SampleProfile::new(birth, found), parts))
    }
}

impl Running {
    fn take(&mut self, done: Pending) {
        match done.purpose {
            Purpose::Fingerprint => self.first = done.values,
            Purpose::Again => self.again = done.values.first().copied().unwrap_or(f64::INFINITY),
            Purpose::Plan(differences) => {
                self.accumulator
                    .absorb(&done.coalitions, &differences, &done.values)
            }
        }
    }
}
