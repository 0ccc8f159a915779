//! Runs the cells of a study that are not finished yet.

use std::path::Path;
use std::time::{Duration, Instant};

use burn::tensor::Device;

use super::cells::{Cells, MeasureCell, TrainingCell};
use super::store::{Finished, Store};
use crate::error::{Result, usage};
use crate::report::seconds;
use crate::subject::{Spec, data_set, open, origin};
use crate::work::{
    Evaluating, Existing, Folder, Outcome, Place, Share, Shown, TRAINING, Training, interrupt,
};

/// The pause between two looks at cells that another process computes.
const PAUSE: Duration = Duration::from_millis(500);

/// A run of a study.
pub struct Run<'a> {
    /// The cells.
    pub cells: &'a Cells,
    /// The store of finished cells.
    pub store: &'a Store,
    /// The device to compute on.
    pub device: &'a Device,
    /// The device as the user named it.
    pub name: &'a str,
    /// The command line, for results to say.
    pub command: &'a [String],
    /// The trainings that this process computes, with their measures; all where absent.
    pub share: Option<Share>,
}

/// What became of a cell.
enum Done {
    /// It was finished already.
    Before,
    /// It was computed, in so many seconds.
    Now(f64),
    /// Another process computes it.
    Elsewhere,
    /// The run was interrupted.
    Interrupted,
}

impl Run<'_> {
    /// Computes every cell of the share that is not finished, the measures of a training right after it. Returns whether all
    /// are finished.
    ///
    /// # Errors
    ///
    /// Fails where a cell does.
    pub fn all(&self) -> Result<bool> {
        interrupt::listen();
        let all = self.cells.trainings.len();
        let places = self
            .share
            .map_or((0..all).collect(), |share| share.places(all));
        let mut waiting = places;
        let mut progress = Progress::of(self, &waiting)?;
        while !waiting.is_empty() {
            let mut elsewhere = Vec::new();
            for place in std::mem::take(&mut waiting) {
                match self.one(place, &mut progress)? {
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

    /// A training and its measures.
    fn one(&self, place: usize, progress: &mut Progress) -> Result<Done> {
        let training = &self.cells.trainings[place];
        let measures = self.cells.measures.iter().filter(|m| m.training == place);
        let mut done = self.train(training)?;
        progress.tell(&done, &format!("train   {}", training.words()));
        for cell in measures {
            if let Done::Elsewhere | Done::Interrupted = done {
                break;
            }
            done = self.measure(training, cell)?;
            progress.tell(
                &done,
                &format!("measure {}, {}", training.words(), cell.words()),
            );
        }
        Ok(done)
    }

    fn train(&self, cell: &TrainingCell) -> Result<Done> {
        let path = self.store.training(cell);
        if Store::finished(&path)?.is_some() {
            return Ok(Done::Before);
        }
        let Some(_claimed) = Store::claim(&path)? else {
            return Ok(Done::Elsewhere);
        };
        // Another process may have finished it since.
        if Store::finished(&path)?.is_some() {
            return Ok(Done::Before);
        }
        let start = Instant::now();
        let folder = Folder::open(&path, Existing::Resume, &[TRAINING])?;
        let trained = open(&cell.spec)?.visit(Training {
            spec: &cell.spec,
            recipe: &cell.recipe,
            place: Place {
                device: self.device,
                name: self.name,
                folder: &folder,
                command: self.command,
            },
            resume: true,
            shown: Shown::Nothing,
            kept: &cell.kept,
            suggest: false,
        })?;
        if !trained.settings.complete || interrupt::requested() {
            return Ok(Done::Interrupted);
        }
        // The state of the optimizer is of no use any more.
        std::fs::remove_dir_all(path.join("training").join("checkpoint")).ok();
        let seconds = start.elapsed().as_secs_f64();
        let finished = Finished {
            cell: cell.words(),
            seconds,
            outcome: Outcome::default(),
        };
        Store::finish(&path, &finished)?;
        Ok(Done::Now(seconds))
    }

    fn measure(&self, training: &TrainingCell, cell: &MeasureCell) -> Result<Done> {
        let path = self.store.measure(cell);
        if Store::finished(&path)?.is_some() {
            return Ok(Done::Before);
        }
        let Some(_claimed) = Store::claim(&path)? else {
            return Ok(Done::Elsewhere);
        };
        if Store::finished(&path)?.is_some() {
            return Ok(Done::Before);
        }
        let start = Instant::now();
        let folder = self.store.training(training);
        let spec = Spec {
            weights: Some(folder.clone()),
            ..training.spec.clone()
        };
        let outcome = open(&spec)?.visit(Evaluating {
            evaluation: &cell.evaluation,
            weights: &self.store.weights(training, cell),
            training: &folder,
            device: self.device,
            folder: &path,
        })?;
        let (Some(outcome), false) = (outcome, interrupt::requested()) else {
            return Ok(Done::Interrupted);
        };
        let seconds = start.elapsed().as_secs_f64();
        let finished = Finished {
            cell: format!("{}, {}", training.words(), cell.words()),
            seconds,
            outcome,
        };
        Store::finish(&path, &finished)?;
        Ok(Done::Now(seconds))
    }
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

/// The progress over cells.
struct Progress {
    done: usize,
    all: usize,
    start: Instant,
    computed: usize,
    waits: bool,
}

impl Progress {
    fn of(run: &Run<'_>, places: &[usize]) -> Result<Self> {
        let measures = run.cells.measures.iter();
        let measures = measures.filter(|m| places.contains(&m.training)).count();
        Ok(Self {
            done: 0,
            all: places.len() + measures,
            start: Instant::now(),
            computed: 0,
            waits: false,
        })
    }

    fn tell(&mut self, done: &Done, words: &str) {
        match done {
            Done::Before => self.done += 1,
            Done::Now(took) => {
                self.done += 1;
                self.computed += 1;
                let gone = self.start.elapsed().as_secs_f64();
                let left = gone / self.computed as f64 * (self.all - self.done) as f64;
                println!(
                    "[{:>width$}/{}] {words}: {}, about {} left",
                    self.done,
                    self.all,
                    seconds(*took),
                    seconds(left),
                    width = self.all.to_string().len()
                );
            }
            Done::Elsewhere | Done::Interrupted => {}
        }
    }

    fn waits(&mut self, cells: usize) {
        if !self.waits {
            println!("waiting for {cells} cells that another process computes");
        }
        self.waits = true;
    }
}

/// The error for data that are missing, with the way to get them.
pub fn lacking(missing: &[(String, std::path::PathBuf)], root: &Path) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let each = missing.iter().map(|(name, folder)| {
        let from = data_set(name).ok().and_then(origin);
        let from = from.map_or(String::new(), |from| format!(" (from: {from})"));
        format!("there is no folder {} with {name}{from}", folder.display())
    });
    let each: Vec<String> = each.collect();
    Err(usage(format!(
        "{}: give the folder that holds such folders as --data-root (it was {}), or try --scale smoke, which needs no files",
        each.join("; "),
        root.display()
    )))
}
