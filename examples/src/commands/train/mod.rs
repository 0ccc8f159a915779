//! `interaction train`.

mod kinds;

use std::path::PathBuf;
use std::sync::Arc;

use burn::data::dataloader::{DataLoader, DataLoaderBuilder};
use burn::data::dataset::Dataset;
use burn::module::ModuleDisplay;
use burn::tensor::Device;
use burn_interaction::modulation::Coefficient;
use burn_interaction::training::Probe;
use burn_interaction::{Baseline, Batch, Classifier, Modulation, Players, Term};
use burn_interaction_datasets::Framing;
use burn_interaction_models::{Reference, save};

use crate::cli::TrainArgs;
use crate::data::{Data, Samples, Statistics, TextView, open};
use crate::error::{Result, usage};
use crate::fit::{Loaders, Recipe, fit};
use crate::output::{Folder, TrainedWith};
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
    let data = open(&args.subject.data)?;
    let folder = Folder::open(&args.out)?;
    interrupt::listen();
    device.seed(args.place.seed);
    match data {
        Data::Images(split) => kinds::images(args, split, modulation, &folder, &device),
        Data::Clouds(split) => kinds::clouds(args, split, modulation, &folder, &device),
        Data::Table(split) => kinds::table(args, split, modulation, &folder, &device),
        Data::Texts(split) => kinds::texts(args, split, modulation, &folder, &device),
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

/// Batches of a data set.
pub fn loader<I, B>(
    builder: DataLoaderBuilder<I, Batch<B>>,
    dataset: impl Dataset<I> + 'static,
    batch: usize,
) -> Arc<dyn DataLoader<Batch<B>>>
where
    I: Clone + Send + Sync + std::fmt::Debug + 'static,
    B: Clone + Send + std::fmt::Debug + 'static,
{
    builder.batch_size(batch).build(dataset)
}

/// How samples became inputs, and what the network starts from.
struct Inputs {
    statistics: Statistics,
    framing: Option<Framing>,
    weights: Option<PathBuf>,
    baseline: Option<Baseline>,
    /// Of texts: what is written beside the weights.
    texts: Option<TextView>,
}

impl Inputs {
    /// What the arguments say of any data; statistics are still to come.
    fn new(args: &TrainArgs) -> Result<Self> {
        Ok(Self {
            statistics: Statistics::Texts,
            framing: None,
            weights: args.weights.clone(),
            baseline: parse::baseline(args.subject.baseline.as_deref())?
                .without_mean("training")?,
            texts: None,
        })
    }
}

#[allow(clippy::too_many_arguments)]
fn finish<M, P, S>(
    args: &TrainArgs,
    net: M,
    players: P,
    loaders: Loaders<P::Input>,
    test: &S,
    inputs: Inputs,
    modulation: Modulation,
    folder: &Folder,
    device: &Device,
) -> Result<()>
where
    M: Reference + ModuleDisplay + Classifier<P::Input> + 'static,
    P: Players + 'static,
    P::Input: 'static,
    S: Samples<Input = P::Input>,
{
    let net = match &inputs.weights {
        Some(path) => measuring::loaded(net, path, true)?,
        None => net,
    };
    let net = net.train();
    if test.count() == 0 {
        return Err(usage(format!(
            "{} has no test part: its accuracy and orders are watched on one",
            args.subject.data
        )));
    }
    let baseline = inputs.baseline;
    let first = test.batch(
        &(0..args.probe_samples.clamp(1, test.count())).collect::<Vec<_>>(),
        device,
    )?;
    modulation.check(players.count(&first.inputs)?)?;
    let probe = (args.probe_samples > 0).then(|| {
        let probe = Probe::new()
            .samples(args.probe_samples)
            .contexts(args.probe_contexts);
        probe.baseline(baseline.clone()).seed(args.place.seed)
    });
    if let Some(probe) = &probe {
        let cost = probe.cost(&players, &first.inputs)?;
        println!(
            "the probe measures {} samples each epoch: {} forwards",
            cost.samples, cost.forwards
        );
    }
    let recipe = Recipe {
        epochs: args.epochs,
        learning_rate: args.lr,
        weight_decay: args.weight_decay,
        optimizer: args.optimizer,
        modulation: modulation.baseline(baseline),
        probe,
        seed: args.place.seed,
        plain: args.plain,
        logs: folder.file("training"),
    };
    let fitted = fit(net, players, loaders, &recipe)?;
    let test_accuracy = measuring::accuracy(&fitted.net, test, device)?;
    save(&fitted.net, folder.file("model.safetensors"))?;
    if let Some(texts) = &inputs.texts {
        texts.save(folder)?;
    }
    let trained = TrainedWith {
        model: args.subject.model.clone(),
        data: args.subject.data.clone(),
        statistics: inputs.statistics,
        framing: inputs.framing,
        modulation: recipe.modulation,
        seed: args.place.seed,
        epochs: args.epochs,
        batch: args.batch,
        learning_rate: args.lr,
        weight_decay: args.weight_decay,
        test_accuracy,
        complete: fitted.complete,
    };
    folder.write_json("settings.json", &trained)?;
    println!("test accuracy {:.1} %", 100.0 * test_accuracy);
    println!("wrote {}", folder.list());
    if !fitted.complete {
        return Err(usage(
            "interrupted: the weights are those of a partial training",
        ));
    }
    // A folder with a configuration is a network of its own.
    let (model, weights) = match inputs.texts {
        Some(_) => (folder.path().join("").display().to_string(), String::new()),
        None => {
            let weights = folder.file("model.safetensors");
            (
                args.subject.model.clone(),
                format!(" --weights {}", weights.display()),
            )
        }
    };
    println!(
        "next: interaction discover --model {model} --data {}{weights} --control",
        args.subject.data
    );
    Ok(())
}
