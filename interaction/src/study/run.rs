//! Runs the cells of a study that are not finished yet.

use std::path::Path;
use std::time::{Duration, Instant};

use burn::tensor::Device;

use super::cells::{Cells, MeasureCell, TrainingCell};
use super::failures::{Failures, at_fault, failure};
use super::progress::{Done, Priced, Progress};
use super::store::{Finished, OUTCOME, Store};
use crate::error::Result;
use crate::subject::{Spec, open};
use crate::work::{
    Evaluating, Evaluation, Existing, Folder, Outcome, Place, Prices, Pricing, Share, Shown,
    TRAINING, Training, interrupt, weights_digest,
};

/// The pause between two looks at cells that another process computes.
const PAUSE: Duration = Duration::from_millis(500);

/// A run of a study.
pub struct Run<'a> {
    /// The cells.
    pub cells: &'a Cells,
    /// The store of finished cells.
    pub store: &'a Store,
    /// The devices, of one kind: all measure, and the first trains.
    pub devices: &'a [Device],
    /// The devices as the user named them.
    pub name: &'a str,
    /// The command line, for results to say.
    pub command: &'a [String],
    /// The trainings that this process computes, with their measures; all where absent.
    pub share: Option<Share>,
}

/// The end of a run.
pub struct Ended {
    /// Whether the run went through all cells of its share: it was not interrupted.
    pub complete: bool,
    /// The cells that failed, each with the reason.
    pub failed: Vec<String>,
}

/// A cell in words, with the name of the device that computes it, and the digest of a published set that it trains on.
struct AboutCell<'a> {
    words: String,
    device: &'a str,
    data: Option<String>,
}

/// An outcome with the digest of the weights that it is of, or why there is none.
type Computed = std::result::Result<(Outcome, Option<String>), Done>;

impl Run<'_> {
    /// Computes every cell of the share that is not finished, the measures of a training right after it, and goes on with the
    /// others where one fails.
    ///
    /// # Errors
    ///
    /// Fails where a measure is one that no network can have, or no other cell could be computed either.
    pub fn all(&self) -> Result<Ended> {
        interrupt::listen();
        let all = self.cells.trainings.len();
        let places = self
            .share
            .map_or((0..all).collect(), |share| share.places(all));
        let mut failures = Failures::new();
        let complete = self.through(places, &mut failures)?;
        Ok(Ended {
            complete,
            failed: failures.into_iter().map(|(_, reason)| reason).collect(),
        })
    }

    /// Computes the cells of these trainings. Returns whether it went through all of them.
    fn through(&self, mut waiting: Vec<usize>, failures: &mut Failures) -> Result<bool> {
        let Some(prices) = self.prices(&waiting, failures)? else {
            return Ok(false);
        };
        let mut progress = Progress::of(&prices);
        while !waiting.is_empty() {
            let mut elsewhere = Vec::new();
            for place in std::mem::take(&mut waiting) {
                match self.one(place, &mut progress, failures)? {
                    Done::Elsewhere => elsewhere.push(place),
                    Done::Interrupted => return Ok(false),
                    _ => {}
                }
            }
            if !elsewhere.is_empty() {
                progress.waits(elsewhere.len());
                std::thread::sleep(PAUSE);
                if interrupt::requested() {
                    return Ok(false);
                }
            }
            waiting = elsewhere;
        }
        Ok(true)
    }

    /// The price of every cell of these trainings that is not finished, said before anything is computed; `None` where that
    /// was interrupted. A training that cannot be priced failed, and costs nothing.
    fn prices(&self, places: &[usize], failures: &mut Failures) -> Result<Option<Vec<Priced>>> {
        let mut priced: Vec<Priced> = Vec::new();
        // Seeds cost the same.
        let mut known: Vec<(&str, &str, Prices)> = Vec::new();
        for place in places {
            if interrupt::requested() {
                return Ok(None);
            }
            let training = &self.cells.trainings[*place];
            let measures: Vec<&MeasureCell> = self.measures(*place).collect();
            let finished = Store::finished(&self.store.training(training)).is_some()
                && !self.store.lacks(training, &self.epochs(*place));
            let left = measures.iter();
            let left = left.map(|cell| self.store.measured(training, cell).is_none());
            let left: Vec<bool> = left.collect();
            let of = (training.subject.as_str(), training.variant.as_str());
            let nothing = || Prices {
                training: 0.0,
                evaluations: vec![0.0; measures.len()],
            };
            let prices = match known.iter().find(|(s, v, _)| (*s, *v) == of) {
                Some((_, _, prices)) => prices.clone(),
                None if finished && !left.contains(&true) => nothing(),
                None => match self.price(training, &measures, failures)? {
                    Some(prices) => {
                        known.push((of.0, of.1, prices.clone()));
                        prices
                    }
                    None => nothing(),
                },
            };
            priced.push(Priced {
                hash: training.hash.clone(),
                seconds: prices.training,
                finished,
            });
            let cells = measures.iter().zip(prices.evaluations).zip(left);
            priced.extend(cells.map(|((cell, seconds), left)| Priced {
                hash: cell.hash.clone(),
                seconds,
                finished: !left,
            }));
        }
        Ok(Some(priced))
    }

    /// The prices of a training and its measures; `None` where it cannot be opened or priced, which is kept as its failure.
    fn price(
        &self,
        training: &TrainingCell,
        measures: &[&MeasureCell],
        failures: &mut Failures,
    ) -> Result<Option<Prices>> {
        let pricing = Pricing {
            recipe: &training.recipe,
            evaluations: measures.iter().map(|cell| worded(training, cell)).collect(),
            device: &self.devices[0],
        };
        match open(&training.spec).and_then(|subject| subject.visit(pricing)) {
            Ok(prices) => prices.map(Some),
            Err(error) => {
                let words = format!("price {}", training.words());
                let folder = self.store.training(training);
                failure(&training.hash, &words, error, &folder, failures)?;
                Ok(None)
            }
        }
    }

    /// The epochs after which unfinished measures of a training are made.
    fn epochs(&self, place: usize) -> Vec<usize> {
        let training = &self.cells.trainings[place];
        let left = self.measures(place);
        let left = left.filter(|cell| self.store.measured(training, cell).is_none());
        left.filter_map(|cell| cell.epoch).collect()
    }

    /// The measures of a training.
    fn measures(&self, training: usize) -> impl Iterator<Item = &MeasureCell> {
        let measures = self.cells.measures.iter();
        measures.filter(move |cell| cell.training == training)
    }

    /// A training and its measures, each unless it failed before.
    fn one(&self, place: usize, progress: &mut Progress, failures: &mut Failures) -> Result<Done> {
        let training = &self.cells.trainings[place];
        let failed = |failures: &Failures, hash: &String| failures.iter().any(|(of, _)| of == hash);
        if failed(failures, &training.hash) {
            self.fails(place, progress);
            return Ok(Done::Failed);
        }
        let words = training.words();
        let folder = self.store.training(training);
        if !self.store.reopen(training, &self.epochs(place))? {
            return Ok(Done::Elsewhere);
        }
        let mut done = match self.train(training) {
            Ok(done) => done,
            Err(error) => failure(
                &training.hash,
                &format!("train {words}"),
                error,
                &folder,
                failures,
            )?,
        };
        progress.tell(&training.hash, &done, &format!("train   {words}"));
        if let Done::Failed = done {
            self.fails(place, progress);
            return Ok(done);
        }
        for cell in self.measures(place) {
            if let Done::Elsewhere | Done::Interrupted = done {
                break;
            }
            if interrupt::requested() {
                return Ok(Done::Interrupted);
            }
            if failed(failures, &cell.hash) {
                continue;
            }
            let words = format!("measure {words}, {}", cell.words());
            done = match self.measure(training, cell) {
                Ok(done) => done,
                Err(error) => {
                    let own = self.store.measure(cell);
                    let at_fault = at_fault(&error, &folder, &own);
                    failure(&cell.hash, &words, error, at_fault, failures)?
                }
            };
            progress.tell(&cell.hash, &done, &words);
        }
        Ok(done)
    }

    /// Counts a training that failed, with its measures.
    fn fails(&self, place: usize, progress: &mut Progress) {
        progress.tell(&self.cells.trainings[place].hash, &Done::Failed, "");
        for cell in self.measures(place) {
            progress.tell(&cell.hash, &Done::Failed, "");
        }
    }

    /// A cell in this folder, computed unless it is `finished` or another process computes it.
    fn cell(
        folder: &Path,
        finished: impl Fn() -> bool,
        about: AboutCell<'_>,
        compute: impl FnOnce() -> Result<Computed>,
    ) -> Result<Done> {
        if finished() {
            return Ok(Done::Before);
        }
        let Some(_claimed) = Store::claim(folder)? else {
            return Ok(Done::Elsewhere);
        };
        // Another process may have finished it since.
        if finished() {
            return Ok(Done::Before);
        }
        let start = Instant::now();
        let computed = compute()?;
        // An interrupted cell goes on from what it has, which took its time too.
        let seconds = Store::spent(folder) + start.elapsed().as_secs_f64();
        let (outcome, weights) = match computed {
            Ok(computed) => computed,
            Err(done) => {
                if let Done::Interrupted = done {
                    Store::spend(folder, seconds)?;
                }
                return Ok(done);
            }
        };
        let finished = Finished {
            cell: about.words,
            seconds,
            version: Some(env!("CARGO_PKG_VERSION").into()),
            device: Some(about.device.into()),
            weights,
            data: about.data,
            form: OUTCOME,
            outcome,
        };
        Store::finish(folder, &finished)?;
        Ok(Done::Now(seconds))
    }

    fn train(&self, cell: &TrainingCell) -> Result<Done> {
        let path = self.store.training(cell);
        let finished = || Store::finished(&path).is_some();
        let device = self.name.split(',').next().unwrap_or_default();
        let about = AboutCell {
            words: cell.words(),
            device,
            data: cell.data.clone(),
        };
        let done = Self::cell(&path, finished, about, || {
            let folder = Folder::open(&path, Existing::Resume, &[TRAINING])?;
            let trained = open(&cell.spec)?.visit(Training {
                spec: &cell.spec,
                recipe: &cell.recipe,
                place: Place {
                    devices: &self.devices[..1],
                    name: device,
                    folder: &folder,
                    command: self.command,
                },
                resume: true,
                shown: Shown::Nothing,
                kept: &cell.kept,
                untrained: cell.start.is_none(),
                tensorboard: None,
                suggest: false,
            })?;
            let weights = || weights_digest(&path.join("model.safetensors")).ok();
            Ok(match trained.settings.complete {
                true => Ok((Outcome::default(), weights())),
                false => Err(Done::Interrupted),
            })
        })?;
        if let Done::Now(_) = done {
            // The state of the optimizer is of no use any more.
            std::fs::remove_dir_all(path.join("training").join("checkpoint")).ok();
        }
        Ok(done)
    }

    fn measure(&self, training: &TrainingCell, cell: &MeasureCell) -> Result<Done> {
        let path = self.store.measure(cell);
        let finished = || self.store.measured(training, cell).is_some();
        let about = AboutCell {
            words: format!("{}, {}", training.words(), cell.words()),
            device: self.name,
            data: None,
        };
        Self::cell(&path, finished, about, || {
            let folder = self.store.training(training);
            // Another process may train it again, whose weights are half made until it is finished.
            let trained = || Store::finished(&folder).map(|trained| trained.weights);
            let Some(weights) = trained() else {
                return Ok(Err(Done::Elsewhere));
            };
            let spec = Spec {
                weights: Some(folder.clone()),
                ..training.spec.clone()
            };
            let outcome = open(&spec)?.visit(Evaluating {
                evaluation: &cell.evaluation,
                weights: &self.store.weights(training, cell),
                training: &folder,
                devices: self.devices,
                folder: &path,
            })?;
            Ok(match outcome {
                None => Err(Done::Interrupted),
                Some(_) if trained().as_ref() != Some(&weights) => Err(Done::Elsewhere),
                Some(outcome) => Ok((outcome, weights)),
            })
        })
    }
}

/// The evaluation of a measure, with the cell in words.
fn worded<'a>(training: &TrainingCell, cell: &'a MeasureCell) -> (String, &'a Evaluation) {
    let words = format!("measure {}, {}", training.words(), cell.words());
    (words, &cell.evaluation)
}

impl TrainingCell {
    /// The training in words.
    pub fn words(&self) -> String {
        format!(
            "{} {} seed {}",
            self.subject, self.variant, self.recipe.seed
        )
    }
}

impl MeasureCell {
    /// The measure in words.
    pub fn words(&self) -> String {
        match self.epoch {
            Some(epoch) => format!("{} after epoch {epoch}", self.measure),
            None => self.measure.clone(),
        }
    }
}
