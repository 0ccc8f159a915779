//! Devices that evaluate batches side by side, while the next ones are drawn.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;

use crate::coalition::Coalition;
use crate::device::{is_cpu, name_of};
use crate::error::{Error, Result};
use crate::game::{Evaluate, Fingerprint, Row};

use super::exchange::{Batch, Engine, Evaluated, Exchange};
use super::lanes::Lanes;

/// Workers of a device that computes by itself: while one reads values back, the batch of the other is queued.
const WORKERS: usize = 2;

/// The games of a network on one device or on several of one kind. Batches go to whichever is free; rows are independent, so that the
/// numbers are those of one device.
pub(crate) struct Team<E> {
    members: Vec<Member<E>>,
}

/// The games on one device.
struct Member<E> {
    device: Device,
    games: Lanes<E>,
    workers: usize,
    /// The most rows that have found room on the device.
    most: AtomicUsize,
}

impl<E> Team<E> {
    /// The games on these devices, at least one.
    pub fn new(games: Vec<(Device, E)>) -> Self {
        let cpus = games.iter().filter(|(device, _)| is_cpu(device)).count();
        let member = |(device, games): (Device, E)| Member {
            workers: if is_cpu(&device) { 1 } else { WORKERS },
            games: Lanes::shared(games, &device, cpus),
            device,
            most: AtomicUsize::new(usize::MAX),
        };
        Self {
            members: games.into_iter().map(member).collect(),
        }
    }

    fn first(&self) -> &Member<E> {
        &self.members[0]
    }
}

impl<E: Evaluate + Sync> Member<E> {
    /// The values of a batch, in halves where the device has not enough memory for it. What a backend throws becomes an error.
    fn evaluate(&self, batch: Batch) -> Evaluated {
        let mut warning = None;
        let values = batch.evaluated(|rows| self.values(rows, &mut warning));
        Evaluated {
            batch,
            values,
            warning,
        }
    }

    fn values(&self, rows: &[Row<'_>], warning: &mut Option<String>) -> Result<Vec<f64>> {
        let mut values = Vec::with_capacity(rows.len());
        while values.len() < rows.len() {
            let left = &rows[values.len()..];
            let rows = &left[..left.len().min(self.most.load(Ordering::Relaxed))];
            match self.guarded(|games| games.values(rows)) {
                Ok(found) => {
                    values.extend(found);
                    continue;
                }
                Err(error) if rows.len() == 1 || !is_of_memory(&error) => return Err(error),
                Err(_) => {}
            }
            let half = rows.len().div_ceil(2);
            self.most.fetch_min(half, Ordering::Relaxed);
            *warning = Some(format!(
                "{} has not enough memory for {} rows: batches of {half} from here on",
                name_of(&self.device),
                rows.len()
            ));
        }
        Ok(values)
    }
}

/// Does something on a device: what a backend throws, and what it says where values are read back, names the device.
pub(super) fn guarded<T>(device: &Device, ask: impl FnOnce() -> Result<T>) -> Result<T> {
    let reason = match catch_unwind(AssertUnwindSafe(ask)) {
        Ok(Err(Error::Execution(reason))) => reason,
        Ok(result) => return result,
        Err(panic) => said(&*panic),
    };
    // Looked up here: to list the devices of a machine takes time.
    let device = name_of(device);
    Err(Error::DeviceFailed { device, reason })
}

impl<E> Member<E> {
    /// Asks the games for something.
    fn guarded<T>(&self, ask: impl FnOnce(&Lanes<E>) -> Result<T>) -> Result<T> {
        guarded(&self.device, || ask(&self.games))
    }
}

/// The words of a panic.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked without a word").into()
}

/// Whether a device says that it lacks memory, in the words of Burn's backends.
fn is_of_memory(error: &Error) -> bool {
    let Error::DeviceFailed { reason, .. } = error else {
        return false;
    };
    let reason = reason.to_lowercase();
    [
        "out of memory",
        "out-of-memory",
        "out of device memory",
        "can't allocate buffer",
    ]
    .iter()
    .any(|words| reason.contains(words))
}

impl<E: Evaluate + Sync> Engine for Team<E> {
    fn exchange(&self, work: &mut dyn FnMut(&mut dyn Exchange) -> Result<()>) -> Result<()> {
        let (jobs, waiting) = channel::<(usize, Batch)>();
        let waiting = Mutex::new(waiting);
        let (done, finished) = channel();
        std::thread::scope(|scope| {
            let mut workers = 0;
            for member in &self.members {
                for _ in 0..member.workers {
                    workers += 1;
                    let (waiting, done) = (&waiting, done.clone());
                    scope.spawn(move || work_off(member, waiting, &done));
                }
            }
            drop(done);
            // Dropped with the exchange, the jobs end and the workers with them.
            work(&mut UnderWay {
                jobs,
                finished,
                early: BTreeMap::new(),
                put: 0,
                taken: 0,
                // One for each worker, and one that is ready for whoever is done first.
                most: workers + 1,
            })
        })
    }
}

/// Evaluates batches until there are no more. A device that has failed takes none any more.
fn work_off<E: Evaluate + Sync>(
    member: &Member<E>,
    waiting: &Mutex<Receiver<(usize, Batch)>>,
    done: &Sender<(usize, Evaluated)>,
) {
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok((number, batch)) = next else {
            return;
        };
        let evaluated = member.evaluate(batch);
        let failed = evaluated.values.is_err();
        if done.send((number, evaluated)).is_err() || failed {
            return;
        }
    }
}

/// Batches that workers evaluate.
struct UnderWay {
    jobs: Sender<(usize, Batch)>,
    finished: Receiver<(usize, Evaluated)>,
    /// Evaluated before an earlier one was.
    early: BTreeMap<usize, Evaluated>,
    put: usize,
    taken: usize,
    most: usize,
}

impl UnderWay {
    /// The answer where every worker has left.
    fn nobody(&mut self) -> Evaluated {
        self.taken = self.put;
        Evaluated {
            batch: Batch::filled_to(0),
            values: Err(Error::DeviceFailed {
                device: "every device".into(),
                reason: "no worker is left".into(),
            }),
            warning: None,
        }
    }
}

impl Exchange for UnderWay {
    fn put(&mut self, batch: Batch) {
        // Nobody receives only where all devices have failed, which the earliest batch under way says.
        self.jobs.send((self.put, batch)).ok();
        self.put += 1;
    }

    fn take(&mut self) -> Option<Evaluated> {
        if self.taken == self.put {
            return None;
        }
        loop {
            if let Some(evaluated) = self.early.remove(&self.taken) {
                self.taken += 1;
                return Some(evaluated);
            }
            match self.finished.recv() {
                Ok((number, evaluated)) => self.early.insert(number, evaluated),
                Err(_) => return Some(self.nobody()),
            };
        }
    }

    fn is_full(&self) -> bool {
        self.put - self.taken >= self.most
    }
}

impl<E: Evaluate + Sync> Evaluate for Team<E> {
    fn values(&self, rows: &[Row<'_>]) -> Result<Vec<f64>> {
        self.first().guarded(|games| games.values(rows))
    }

    fn players(&self) -> &[usize] {
        self.first().games.players()
    }

    fn elements(&self, sample: usize) -> usize {
        self.first().games.elements(sample)
    }

    fn fingerprint(&self, sample: usize, values: [f64; 3]) -> Fingerprint {
        self.first().games.fingerprint(sample, values)
    }

    fn rounding(&self, sample: usize, at: &Coalition, largest: f64) -> Result<f64> {
        self.first()
            .guarded(|games| games.rounding(sample, at, largest))
    }

    fn rounding_values(&self) -> u64 {
        self.first().games.rounding_values()
    }

    fn tolerance(&self) -> f64 {
        self.first().games.tolerance()
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use burn::tensor::Tensor;

    use super::*;
    use crate::estimate::{Orders, Pairs};
    use crate::game::{Classifier, Copies};
    use crate::measure::{Measurement, Observer, Progress, Silent};
    use crate::players::Features;
    use crate::profile::Profile;

    fn net(rows: Tensor<2>) -> Tensor<2> {
        let sum = rows.clone().sum_dim(1).tanh();
        Tensor::cat(vec![rows.prod_dim(1), sum], 1)
    }

    fn rows() -> Tensor<2> {
        let value = |k: usize| ((7 * k) % 13) as f32 / 10.0 + 0.3;
        let values: Vec<f32> = (0..60).map(value).collect();
        Tensor::<1>::from_floats(&values[..], &Device::flex()).reshape([6, 10])
    }

    fn measurement() -> Measurement<Features> {
        Measurement::new(Features)
            .orders(Orders::all())
            .pairs(Pairs::random(20))
            .batch(16)
    }

    fn measured(net: &impl Classifier<Tensor<2>>, observer: &mut impl Observer) -> Result<Profile> {
        measurement().run_observed(net, rows(), vec![0, 1, 0, 1, 0, 1], observer)
    }

    #[test]
    fn several_devices_give_the_bits_of_one() {
        let one = measured(&net, &mut Silent).unwrap();
        for count in [1, 2, 5] {
            let asked: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
            let mut each = asked.iter();
            let copies = Copies::made(&vec![Device::flex(); count], |_| {
                let own = each.next().unwrap();
                move |rows: Tensor<2>| {
                    own.fetch_add(1, Ordering::Relaxed);
                    // Long enough for the others to come to their turn.
                    std::thread::sleep(std::time::Duration::from_micros(200));
                    net(rows)
                }
            });
            assert_eq!(measured(&copies.unwrap(), &mut Silent).unwrap(), one);
            let asked = asked.iter().map(|asked| asked.load(Ordering::Relaxed));
            assert!(asked.min() > Some(5), "{count} devices");
        }
    }

    #[test]
    fn batches_for_which_there_is_no_memory_are_halved() {
        #[derive(Default)]
        struct Heard(Vec<String>);

        impl Observer for Heard {
            fn update(&mut self, _: &Progress) -> ControlFlow<()> {
                ControlFlow::Continue(())
            }

            fn warn(&mut self, warning: &str) {
                self.0.push(warning.into());
            }
        }

        let small = |rows: Tensor<2>| {
            let [count, _] = rows.dims();
            assert!(count <= 8, "out of device memory allocating {count} rows");
            net(rows)
        };
        let mut heard = Heard::default();
        let devices = vec![Device::flex(); 16];
        let copies = Copies::made(&devices, |_| small).unwrap();
        assert_eq!(
            measured(&copies, &mut heard).unwrap(),
            measured(&net, &mut Silent).unwrap()
        );
        let last = heard.0.last().unwrap();
        assert!(last.starts_with("flex has not enough memory for"), "{last}");
        let none = |rows: Tensor<2>| -> Tensor<2> { panic!("out of memory for {rows}") };
        let refused = measured(&none, &mut Silent).unwrap_err().to_string();
        assert!(refused.contains("out of memory"), "{refused}");
    }

    #[test]
    fn a_device_that_fails_is_named_and_what_was_finished_is_kept() {
        let whole = measured(&net, &mut Silent).unwrap();
        let journal = std::env::temp_dir().join(format!("team-{}.jsonl", std::process::id()));
        let calls = AtomicUsize::new(0);
        let lost = |rows: Tensor<2>| {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            assert!(call < 200, "the server is gone");
            net(rows)
        };
        let targets = || vec![0, 1, 0, 1, 0, 1];
        let copies = Copies::made(&[Device::flex(), Device::flex()], |_| lost).unwrap();
        let kept = measurement().journal(&journal);
        let error = kept.run(&copies, rows(), targets()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("failed on flex: the server is gone"),
            "{error}"
        );
        let earlier = Profile::load_json(&journal).unwrap();
        assert!((1..6).contains(&earlier.samples().len()));
        let resumed = measurement().resume(earlier);
        let resumed = resumed.run(&net, rows(), targets()).unwrap();
        assert_eq!(resumed, whole);
        std::fs::remove_file(journal).unwrap();
    }
}
