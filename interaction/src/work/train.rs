use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::module::Module;
use burn_interaction::training::Probe;
use burn_interaction::{Baseline, Players};
use burn_interaction_datasets::{Loader, Samples};
use burn_interaction_models::{save, save_image, save_text};

use super::board::Board;
use super::diverged::sound;
use super::fit::{Fitted, Loaders, Run, Shown, fit};
use super::price::suggested;
use super::samples::{accuracy, drawn, loaded};
use super::{
    Checkpoints, FALL, Place, Recipe, TrainedWith, Weights, interrupt, read_json, write_history,
    write_page,
};
use crate::error::{Result, usage};
use crate::report::shell_line;
use crate::subject::{About, FolderSettings, Job, Part, Spec, Subject, contents};

/// The file that holds the settings of a run, from before its first step.
const RUN: &str = "training/run.json";

/// Trains a network, and writes its weights and settings.
pub struct Training<'a> {
    /// The network and its data by name.
    pub spec: &'a Spec,
    /// The settings.
    pub recipe: &'a Recipe,
    /// Where to compute and to write.
    pub place: Place<'a>,
    /// Whether to go on with the run in the folder.
    pub resume: bool,
    /// How the progress is shown.
    pub shown: Shown,
    /// Epochs whose weights are kept for good, besides those at the end.
    pub kept: &'a [usize],
    /// Whether the network's weights are random even where the subject has others.
    pub untrained: bool,
    /// Folder for TensorBoard's files of events; none where there is no path.
    pub tensorboard: Option<&'a Path>,
    /// Whether to find a measurement of the network that takes minutes at most.
    pub suggest: bool,
}

/// The outcome of a training.
pub struct Trained {
    /// The settings and the accuracy.
    pub settings: TrainedWith,
    /// Whether the folder is a network by itself, as Hugging Face folders are.
    pub folder_is_network: bool,
    /// Arguments with which a measurement of the network takes minutes at most; `None` where it cannot be measured.
    pub suggested: Option<String>,
}

/// Samples and players of a training, ready to start.
struct Ready<S: Subject> {
    test: Arc<S::Samples>,
    /// Whether there is a test part; the network is else checked on the training part.
    tested: bool,
    loaders: Loaders<S::Input>,
    /// Training samples.
    samples: usize,
    players: S::Players,
    baseline: Option<Baseline>,
}

impl Job for Training<'_> {
    type Output = Trained;

    fn run<S: Subject>(self, subject: S) -> Result<Trained> {
        let earlier = self.earlier()?;
        let finished = match earlier {
            Some(_) => Checkpoints::new(self.logs()).finished(),
            None => 0,
        };
        interrupt::listen();
        self.place.device().seed(self.recipe.seed);
        let about = subject.about();
        about.notes.iter().for_each(|note| self.say(note));
        let ready = self.ready(&subject, finished)?;
        let run = self.run_of(&ready, finished)?;
        self.recipe.schedule(ready.loaders.batches)?;
        let settings = self.settings(&subject, &ready, &run)?;
        if let Some(earlier) = &earlier {
            self.compare(&settings, earlier, finished)?;
        }
        let net = subject.init(self.place.device())?;
        let net = match self.start(about) {
            Some(path) => loaded(net, path, true)?,
            None => net,
        };
        if let Some(board) = &run.tensorboard {
            board.check(self.place.folder)?;
        }
        self.place.folder.begin()?;
        let logs = self.logs();
        std::fs::create_dir_all(&logs)
            .map_err(|e| usage(format!("cannot write to {}: {e}", logs.display())))?;
        self.place.folder.write_json(RUN, &settings)?;
        let Ready {
            test,
            tested,
            loaders,
            players,
            ..
        } = ready;
        let fitted = fit(net.train(), players, loaders, self.recipe, &run)?;
        if fitted.complete && self.recipe.epochs > 0 {
            sound(self.place.folder, &settings, &fitted.net)?;
        }
        self.write(&subject, &fitted, (&test, tested), settings)
    }
}

impl Training<'_> {
    /// Prints a line, unless nothing is to be shown.
    fn say(&self, line: &str) {
        if self.shown != Shown::Nothing {
            println!("{line}");
        }
    }

    /// The weights that training starts from.
    fn start<'b>(&self, about: &'b About) -> Option<&'b Path> {
        about.weights.as_deref().filter(|_| !self.untrained)
    }

    fn logs(&self) -> PathBuf {
        self.place.folder.file("training")
    }

    /// The run that `--resume` goes on with, where there is one.
    fn earlier(&self) -> Result<Option<TrainedWith>> {
        let folder = self.place.folder;
        let run = folder.file(RUN);
        if !self.resume {
            return Ok(None);
        }
        if run.exists() {
            return read_json(&run).map(Some);
        }
        let found = folder.results();
        match found.is_empty() {
            true => {
                self.say(&format!(
                    "nothing to go on from in {}: starting",
                    folder.path().display()
                ));
                Ok(None)
            }
            false => Err(usage(format!(
                "--resume: {} holds {} but no {RUN}, which tells what run it is of: give another --out, or --force to replace it",
                folder.path().display(),
                found.join(", ")
            ))),
        }
    }

    /// Makes the loaders of both parts, and the samples that the network is tested on.
    fn ready<S: Subject>(&self, subject: &S, finished: usize) -> Result<Ready<S>> {
        let (recipe, device) = (self.recipe, self.place.device());
        let train = subject.training(recipe.augmentation.as_deref(), recipe.seed)?;
        let test = subject.samples(Part::Test)?;
        for (samples, part) in [(&train, Part::Train), (&test, Part::Test)] {
            if let Some(note) = subject.cut(samples, part) {
                eprintln!("warning: {note}");
            }
        }
        let tested = test.count() > 0;
        if !tested && recipe.epochs > 0 {
            return Err(usage(format!(
                "{} has no test part: its accuracy and orders are watched on one",
                self.spec.data
            )));
        }
        // A network that is not trained is checked on the part that there is.
        let test = if tested {
            test
        } else {
            subject.samples(Part::Train)?
        };
        if let Some(yardstick) = subject.yardstick(&train, &test) {
            self.say(&yardstick);
        }
        let chosen = drawn(recipe.samples, recipe.seed, train.count())?;
        let devices = self.place.devices.len();
        if recipe.batch.min(chosen.len()) < devices {
            return Err(usage(format!(
                "--batch {}, of {} training samples: {devices} devices share a batch, give each at least one sample",
                recipe.batch,
                chosen.len()
            )));
        }
        let loader = Loader::new(train, recipe.batch, device)
            .only(&chosen)
            .shuffled(recipe.seed)
            .starting(finished as u64)
            .among(devices);
        Ok(Ready {
            loaders: Loaders {
                train: Arc::new(loader),
                valid: Arc::new(Loader::new(test.clone(), recipe.batch, device)),
                batches: chosen.len().div_ceil(recipe.batch),
            },
            test,
            tested,
            samples: chosen.len(),
            players: subject.players()?,
            baseline: subject.baseline()?,
        })
    }

    /// Makes the settings of a run: probe and terms with their baseline, checked on the first test samples.
    fn run_of<S: Subject>(&self, ready: &Ready<S>, finished: usize) -> Result<Run> {
        let (recipe, players) = (self.recipe, &ready.players);
        let count = recipe.probe.map_or(1, |probe| probe.samples);
        let inputs = |count: usize| -> Result<S::Input> {
            let first: Vec<usize> = (0..count.clamp(1, ready.test.count())).collect();
            Ok(ready.test.read(&first, 0, self.place.device())?.inputs)
        };
        // One sentence may be too short for a term, where hardly all of sixteen are.
        let some = inputs(count.max(16))?;
        let mut counts = players.counts(&some)?.into_iter();
        if !counts.any(|players| recipe.modulation.check(players).is_ok()) {
            recipe.modulation.check(players.count(&some)?)?;
        }
        let first = inputs(count)?;
        let own = players.baseline();
        players.absent(&first, ready.baseline.as_ref().unwrap_or(&own))?;
        let probe = recipe.probe.map(|probe| {
            let probe = Probe::new().samples(probe.samples).contexts(probe.contexts);
            probe.baseline(ready.baseline.clone()).seed(recipe.seed)
        });
        if let Some(probe) = &probe {
            let cost = probe.cost(players, &first)?;
            self.say(&format!(
                "the probe measures {} samples each epoch: {} forwards",
                cost.samples, cost.forwards
            ));
        }
        Ok(Run {
            modulation: recipe.modulation.clone().baseline(ready.baseline.clone()),
            probe,
            shown: self.shown,
            kept: self.kept.to_vec(),
            logs: self.logs(),
            tensorboard: self.tensorboard.map(|folder| Board {
                folder: folder.into(),
                resume: self.resume,
            }),
            devices: self.place.devices.to_vec(),
            finished,
        })
    }

    /// The settings that define the run, before it is trained.
    fn settings<S: Subject>(
        &self,
        subject: &S,
        ready: &Ready<S>,
        run: &Run,
    ) -> Result<TrainedWith> {
        let (recipe, about) = (self.recipe, subject.about());
        Ok(TrainedWith {
            model: self.spec.model.clone(),
            data: self.spec.data.clone(),
            columns: self.spec.columns.clone(),
            statistics: about.statistics.clone(),
            inputs: Some(about.inputs.clone()),
            framing: about.framing,
            modulation: run.modulation.clone(),
            seed: recipe.seed,
            epochs: recipe.epochs,
            batch: recipe.batch,
            learning_rate: recipe.learning_rate,
            end_rate: Some(recipe.learning_rate / FALL),
            weight_decay: recipe.weight_decay,
            optimizer: Some(recipe.optimizer),
            augmentation: recipe.augmentation.clone(),
            training_samples: Some(ready.samples),
            players: Some(ready.players.describe()),
            probe: recipe.probe.map(|probe| [probe.samples, probe.contexts]),
            start: self.start(about).map(Weights::of).transpose()?,
            classes: about.classes.clone(),
            features: about.features.clone(),
            contents: contents(self.spec)?,
            categories: about.categories.clone(),
            device: Some(self.place.name.into()),
            version: Some(env!("CARGO_PKG_VERSION").into()),
            command: self.place.command.to_vec(),
            test_accuracy: None,
            complete: false,
        })
    }

    /// Refuses to go on with another run, and says where this one stands.
    fn compare(&self, run: &TrainedWith, earlier: &TrainedWith, finished: usize) -> Result<()> {
        let folder = self.place.folder.path().display();
        let differences = run.differences(earlier);
        if !differences.is_empty() {
            return Err(usage(format!(
                "--resume: the run in {folder} is another one: {}; give its settings (its command was: {}), another --out, or --force to replace it",
                differences.join("; "),
                shell_line(&earlier.command)
            )));
        }
        for (what, then, now) in [
            ("device", &earlier.device, &run.device),
            ("version", &earlier.version, &run.version),
        ] {
            if let (Some(then), Some(now)) = (then, now)
                && then != now
            {
                eprintln!(
                    "warning: the {what} was {then} and is {now} now: weights may differ in their last digits from those of a run in one go"
                );
            }
        }
        match finished {
            0 => self.say(&format!(
                "no epoch of the run in {folder} is finished: starting with the first"
            )),
            finished => self.say(&format!(
                "going on after epoch {finished} of {} in {folder}",
                run.epochs
            )),
        }
        Ok(())
    }

    fn write<S: Subject>(
        &self,
        subject: &S,
        fitted: &Fitted<S::Net>,
        (test, tested): (&S::Samples, bool),
        settings: TrainedWith,
    ) -> Result<Trained> {
        let folder = self.place.folder;
        // First the weights: whoever sends SIGTERM may not wait for long.
        let settings_beside = subject.settings();
        match &settings_beside {
            Some(FolderSettings::Texts(config, vocabulary)) => {
                save_text(&fitted.net, config, folder.path())?;
                vocabulary.save(folder.path())?;
            }
            Some(FolderSettings::Images(config)) => {
                save_image(&fitted.net, config, folder.path())?;
            }
            None => save(&fitted.net, folder.file("model.safetensors"))?,
        }
        let accuracy = || accuracy(&fitted.net, test, self.place.device());
        let test_accuracy = tested.then(accuracy).transpose()?;
        let settings = TrainedWith {
            test_accuracy,
            complete: fitted.complete,
            ..settings
        };
        folder.write_json("settings.json", &settings)?;
        self.draw()?;
        if let Some(accuracy) = test_accuracy {
            self.say(&format!("test accuracy {:.1} %", 100.0 * accuracy));
        }
        let suggested = match fitted.complete && self.suggest {
            // A network that cannot be measured so is still trained.
            true => suggested(subject, &fitted.net, test, self.place.device())
                .ok()
                .flatten(),
            false => None,
        };
        Ok(Trained {
            settings,
            folder_is_network: settings_beside.is_some(),
            suggested,
        })
    }

    /// Writes the page and draws the epochs, where somebody sees them.
    fn draw(&self) -> Result<()> {
        if self.shown == Shown::Nothing {
            return Ok(());
        }
        let data = self.spec.data.split(':').next().unwrap_or_default();
        let title = format!("{} on {data}: training", self.spec.model);
        write_page(self.place.folder.path())?;
        write_history(self.place.folder.path(), title, self.recipe.probe)
    }
}
