//! `interaction train`.

mod kinds;

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::module::ModuleDisplay;
use burn::tensor::Device;
use burn_interaction::modulation::Coefficient;
use burn_interaction::training::Probe;
use burn_interaction::{Baseline, Classifier, Modulation, Players, Term};
use burn_interaction_datasets::Framing;
use burn_interaction_models::{Reference, save};

use crate::checkpoints::Checkpoints;
use crate::cli::TrainArgs;
use crate::data::{Data, Samples, Statistics, TextView, open};
use crate::error::{Result, usage};
use crate::fit::{FALL, Fitted, Loaders, Recipe, fit};
use crate::output::{Existing, Folder, MEASUREMENT, TRAINING, TrainedWith, Weights, read_json};
use crate::{interrupt, measuring, parse};

/// Trains a network and writes its weights and settings.
///
/// # Errors
///
/// An argument, the data or the training is at fault.
pub fn run(args: &TrainArgs) -> Result<()> {
    let device = burn_interaction::device(&args.place.device)?;
    let modulation = modulation(args)?;
    if args.batch == 0 {
        return Err(usage("--batch 0: a batch has at least one sample"));
    }
    if !(args.lr.is_finite() && args.lr > 0.0) {
        return Err(usage(format!(
            "--lr {}: a rate is a positive number",
            args.lr
        )));
    }
    if !(args.weight_decay.is_finite() && args.weight_decay >= 0.0) {
        let decay = args.weight_decay;
        return Err(usage(format!(
            "--weight-decay {decay}: a decay is a number from 0 on"
        )));
    }
    let data = open(&args.subject.data)?;
    let existing = Existing::asked(args.force, args.resume);
    let folder = Folder::open(&args.out, existing, &[TRAINING, MEASUREMENT])?;
    let job = Job {
        earlier: earlier(args, &folder)?,
        finished: 0,
        args,
        modulation,
        folder,
        device,
    };
    let finished = match job.earlier {
        Some(_) => Checkpoints::new(job.logs()).finished(),
        None => 0,
    };
    let job = Job { finished, ..job };
    interrupt::listen();
    job.device.seed(args.place.seed);
    match data {
        Data::Images(split) => kinds::images(job, split),
        Data::Clouds(split) => kinds::clouds(job, split),
        Data::Table(split) => kinds::table(job, split),
        Data::Texts(split) => kinds::texts(job, split),
    }
}

/// The run that `--resume` goes on with, where there is one.
fn earlier(args: &TrainArgs, folder: &Folder) -> Result<Option<TrainedWith>> {
    let run = folder.file(RUN);
    if !args.resume {
        return Ok(None);
    }
    if run.exists() {
        return read_json(&run).map(Some);
    }
    let found = folder.results();
    match found.is_empty() {
        true => {
            println!(
                "nothing to go on from in {}: starting",
                folder.path().display()
            );
            Ok(None)
        }
        false => Err(usage(format!(
            "--resume: {} holds {} but no {RUN}, which tells what run it is of: give another --out, or --force to replace it",
            folder.path().display(),
            found.join(", ")
        ))),
    }
}

/// The settings of a run, from before its first step.
const RUN: &str = "training/run.json";

/// What the arguments say, whatever the kind of data.
struct Job<'a> {
    args: &'a TrainArgs,
    modulation: Modulation,
    folder: Folder,
    device: Device,
    /// The run to go on with.
    earlier: Option<TrainedWith>,
    /// The epochs that it finished.
    finished: usize,
}

impl Job<'_> {
    fn logs(&self) -> PathBuf {
        self.folder.file("training")
    }
}

fn modulation(args: &TrainArgs) -> Result<Modulation> {
    let mut terms = Vec::new();
    for (wanted, preset) in [
        (args.low_order, Modulation::low_order()),
        (args.mid_order, Modulation::mid_order()),
        (args.high_order, Modulation::high_order()),
    ] {
        if wanted {
            terms.extend_from_slice(preset.terms());
        }
    }
    for text in &args.encourage {
        terms.push(parse::term(text, Term::encourage)?);
    }
    for text in &args.suppress {
        terms.push(parse::term(text, Term::suppress)?);
    }
    let coefficient = match args.coefficient.as_str() {
        "sizes" => Coefficient::Sizes,
        "ratios" => Coefficient::Ratios,
        other => Coefficient::Fixed(other.parse().map_err(|_| {
            usage(format!(
                "--coefficient {other}: give sizes, ratios or a number"
            ))
        })?),
    };
    let terms = terms
        .into_iter()
        .map(|term| term.coefficient(coefficient).draws(args.draws));
    Ok(terms.fold(Modulation::none(), Modulation::with))
}

/// How samples became inputs, and what the network starts from.
struct Inputs {
    statistics: Statistics,
    framing: Option<Framing>,
    weights: Option<PathBuf>,
    baseline: Option<Baseline>,
    classes: Vec<String>,
    categories: BTreeMap<String, Vec<String>>,
    /// Training samples.
    samples: usize,
    /// Of texts: what is written beside the weights.
    texts: Option<TextView>,
}

impl Inputs {
    /// What the arguments say of any data; statistics and baseline are still to come.
    fn new(args: &TrainArgs, classes: &[String], samples: usize) -> Self {
        Self {
            statistics: Statistics::Texts,
            framing: None,
            weights: args.weights.clone(),
            baseline: None,
            classes: classes.to_vec(),
            categories: BTreeMap::new(),
            samples,
            texts: None,
        }
    }
}

impl Job<'_> {
    /// Trains, and writes what came of it.
    fn finish<M, P, S>(
        self,
        net: M,
        players: P,
        loaders: Loaders<P::Input>,
        test: &S,
        inputs: Inputs,
    ) -> Result<()>
    where
        M: Reference + ModuleDisplay + Classifier<P::Input> + 'static,
        P: Players + 'static,
        P::Input: 'static,
        S: Samples<Input = P::Input>,
    {
        let args = self.args;
        if test.count() == 0 {
            return Err(usage(format!(
                "{} has no test part: its accuracy and orders are watched on one",
                args.subject.data
            )));
        }
        let recipe = self.recipe(&players, test, &inputs)?;
        recipe.schedule(loaders.batches)?;
        let run = self.settings(&players, &inputs, &recipe)?;
        self.compare(&run)?;
        let net = match &inputs.weights {
            Some(path) => measuring::loaded(net, path, true)?,
            None => net,
        };
        self.folder.begin()?;
        let logs = self.logs();
        std::fs::create_dir_all(&logs)
            .map_err(|e| usage(format!("cannot write to {}: {e}", logs.display())))?;
        self.folder.write_json(RUN, &run)?;
        let fitted = fit(net.train(), players, loaders, &recipe)?;
        self.write(&fitted, test, &inputs, run)
    }

    fn recipe<P, S>(&self, players: &P, test: &S, inputs: &Inputs) -> Result<Recipe>
    where
        P: Players + 'static,
        S: Samples<Input = P::Input>,
    {
        let args = self.args;
        let first = test.batch(
            &(0..args.probe_samples.clamp(1, test.count())).collect::<Vec<_>>(),
            &self.device,
        )?;
        self.modulation.check(players.count(&first.inputs)?)?;
        let own = players.baseline();
        players.absent(&first.inputs, inputs.baseline.as_ref().unwrap_or(&own))?;
        let probe = (args.probe_samples > 0).then(|| {
            let probe = Probe::new()
                .samples(args.probe_samples)
                .contexts(args.probe_contexts);
            probe
                .baseline(inputs.baseline.clone())
                .seed(args.place.seed)
        });
        if let Some(probe) = &probe {
            let cost = probe.cost(players, &first.inputs)?;
            println!(
                "the probe measures {} samples each epoch: {} forwards",
                cost.samples, cost.forwards
            );
        }
        Ok(Recipe {
            epochs: args.epochs,
            learning_rate: args.lr,
            weight_decay: args.weight_decay,
            optimizer: args.optimizer,
            modulation: self.modulation.clone().baseline(inputs.baseline.clone()),
            probe,
            seed: args.place.seed,
            plain: args.plain,
            logs: self.logs(),
            finished: self.finished,
        })
    }

    /// What fixes the run, before it is trained.
    fn settings(
        &self,
        players: &impl Players,
        inputs: &Inputs,
        recipe: &Recipe,
    ) -> Result<TrainedWith> {
        let args = self.args;
        let start = inputs.weights.as_deref().map(Weights::of).transpose()?;
        Ok(TrainedWith {
            model: args.subject.model.clone(),
            data: args.subject.data.clone(),
            statistics: inputs.statistics.clone(),
            framing: inputs.framing,
            modulation: recipe.modulation.clone(),
            seed: recipe.seed,
            epochs: recipe.epochs,
            batch: args.batch,
            learning_rate: recipe.learning_rate,
            end_rate: Some(recipe.learning_rate / FALL),
            weight_decay: recipe.weight_decay,
            optimizer: Some(recipe.optimizer),
            augmentation: args.augment.clone(),
            training_samples: Some(inputs.samples),
            players: Some(players.describe()),
            probe: (args.probe_samples > 0).then_some([args.probe_samples, args.probe_contexts]),
            start,
            classes: inputs.classes.clone(),
            categories: inputs.categories.clone(),
            device: Some(args.place.device.clone()),
            version: Some(env!("CARGO_PKG_VERSION").into()),
            command: std::env::args().collect(),
            test_accuracy: None,
            complete: false,
        })
    }

    /// Refuses to go on with another run, and says where this one stands.
    fn compare(&self, run: &TrainedWith) -> Result<()> {
        let Some(earlier) = &self.earlier else {
            return Ok(());
        };
        let folder = self.folder.path().display();
        let differences = run.differences(earlier);
        if !differences.is_empty() {
            return Err(usage(format!(
                "--resume: the run in {folder} is another one: {}; give its settings (its command was: {}), another --out, or --force to replace it",
                differences.join("; "),
                earlier.command.join(" ")
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
        match self.finished {
            0 => println!("no epoch of the run in {folder} is finished: starting with the first"),
            finished => println!(
                "going on after epoch {finished} of {} in {folder}",
                run.epochs
            ),
        }
        Ok(())
    }

    fn write<M, S>(
        &self,
        fitted: &Fitted<M>,
        test: &S,
        inputs: &Inputs,
        run: TrainedWith,
    ) -> Result<()>
    where
        M: Reference + Classifier<S::Input>,
        S: Samples,
    {
        let folder = &self.folder;
        // First the weights: whoever sends SIGTERM may not wait for long.
        save(&fitted.net, folder.file("model.safetensors"))?;
        if let Some(texts) = &inputs.texts {
            texts.save(folder)?;
        }
        let test_accuracy = measuring::accuracy(&fitted.net, test, &self.device)?;
        let trained = TrainedWith {
            test_accuracy: Some(test_accuracy),
            complete: fitted.complete,
            ..run
        };
        folder.write_json("settings.json", &trained)?;
        println!("test accuracy {:.1} %", 100.0 * test_accuracy);
        println!("wrote {}", folder.list());
        if !fitted.complete {
            return Err(usage(
                "interrupted: the weights are those of a partial training; the same command with --resume goes on after its last finished epoch",
            ));
        }
        // A folder with a configuration is a network of its own.
        let (model, weights) = match inputs.texts {
            Some(_) => (folder.path().join("").display().to_string(), String::new()),
            None => {
                let weights = folder.file("model.safetensors");
                (trained.model, format!(" --weights {}", weights.display()))
            }
        };
        println!(
            "next: interaction discover --model {model} --data {}{weights} --control --out {}",
            trained.data,
            folder.path().display()
        );
        Ok(())
    }
}
