//! What each kind of data trains on.

use std::sync::Arc;

use burn_interaction::Features;
use burn_interaction::coalition::{generator, sample_of_size};
use burn_interaction_datasets::{
    self as datasets, BagOfWords, CloudSet, ImageSet, Loader, SentenceSet, Split, Standardization,
    Table, Texts,
};
use burn_interaction_models::registry::{image_network, point_network, table_network};

use super::{Inputs, Job};
use crate::cli::TrainArgs;
use crate::data::{
    CloudSamples, CloudView, ImageSamples, ImageView, SentenceSamples, Statistics, TextView,
    mean_of_table, patches,
};
use crate::error::{Result, usage};
use crate::fit::Loaders;
use crate::output::TrainedWith;
use crate::parse::{self, Absent};

pub(super) fn images(job: Job, split: Split<Arc<dyn ImageSet>>) -> Result<()> {
    let (args, device) = (job.args, &job.device);
    let trained = TrainedWith::beside(args.weights.as_ref())?;
    let train = split.train;
    let pretrained = args.weights.is_some();
    let view = ImageView::new(&args.subject, train.as_ref(), trained.as_ref(), pretrained)?;
    let net = image_network(
        &args.subject.model,
        view.size,
        train.classes().len(),
        device,
    )?;
    let augmentation = match &args.augment {
        Some(text) => Some(parse::augmentation(text, view.size)?),
        None => None,
    };
    let players = patches(&args.subject, view.size)?;
    let chosen = chosen(args, train.len())?;
    let inputs = Inputs {
        statistics: Statistics::Images(view.normalization.clone()),
        framing: view.framing,
        baseline: Some(absent(args)?.or_mean(|| view.mean(train.as_ref()))?),
        ..Inputs::new(args, train.classes(), chosen.len())
    };
    let samples = view.samples(train).augmented(augmentation, args.place.seed);
    let loaders = Loaders {
        train: Arc::new(
            Loader::new(Arc::new(samples), args.batch, device)
                .only(&chosen)
                .shuffled(args.place.seed)
                .starting(job.finished as u64),
        ),
        valid: Arc::new(Loader::new(
            Arc::new(view.samples(split.test.clone())),
            args.batch,
            device,
        )),
        batches: chosen.len().div_ceil(args.batch),
    };
    let test = ImageSamples::new(split.test, &view);
    job.finish(net, players, loaders, &test, inputs)
}

/// What absent players look like, as the arguments say.
fn absent(args: &TrainArgs) -> Result<Absent> {
    parse::baseline(args.subject.baseline.as_deref())
}

/// The samples to train on: all, or `--train-samples` drawn from the set, which may be in the order of its classes or
/// have them in turn.
fn chosen(args: &TrainArgs, all: usize) -> Result<Vec<usize>> {
    match args.train_samples.unwrap_or(all).min(all) {
        0 => Err(usage("no training samples: train on at least one")),
        count if count == all => Ok((0..all).collect()),
        count => {
            let mut rng = generator(args.place.seed, 0);
            Ok(sample_of_size(all, count, &[], &mut rng)
                .members()
                .collect())
        }
    }
}

pub(super) fn clouds(job: Job, split: Split<Arc<dyn CloudSet>>) -> Result<()> {
    let (args, device) = (job.args, &job.device);
    let trained = TrainedWith::beside(args.weights.as_ref())?;
    let view = CloudView::new(&args.subject, trained.as_ref())?;
    let train = split.train;
    let classes = train.classes().to_vec();
    let net = point_network(&args.subject.model, view.points, classes.len(), device)?;
    let augmentation = match &args.augment {
        Some(text) => Some(parse::cloud_augmentation(text)?),
        None => None,
    };
    let chosen = chosen(args, train.len())?;
    let seed = args.place.seed;
    let inputs = Inputs {
        statistics: Statistics::Clouds {
            points: view.points,
        },
        baseline: view.baseline(&args.subject)?,
        ..Inputs::new(args, &classes, chosen.len())
    };
    let samples = datasets::CloudSamples::new(train, view.points).augmented(augmentation, seed);
    let plain = datasets::CloudSamples::new(split.test.clone(), view.points);
    let loaders = Loaders {
        train: Arc::new(
            Loader::new(Arc::new(samples), args.batch, device)
                .only(&chosen)
                .shuffled(seed)
                .starting(job.finished as u64),
        ),
        valid: Arc::new(Loader::new(Arc::new(plain), args.batch, device)),
        batches: chosen.len().div_ceil(args.batch),
    };
    let test = CloudSamples::new(split.test, &view);
    let players = view.training_players()?;
    job.finish(net, players, loaders, &test, inputs)
}

pub(super) fn table(job: Job, mut split: Split<Table>) -> Result<()> {
    let (args, device) = (job.args, &job.device);
    let statistics = Standardization::fit(&split.train);
    let baseline = absent(args)?.or_mean(|| Ok(mean_of_table(&split.train, &statistics)))?;
    statistics.apply(&mut split.train);
    statistics.apply(&mut split.test);
    let net = table_network(
        &args.subject.model,
        split.train.names().len(),
        split.train.classes().len(),
        device,
    )?;
    let chosen = chosen(args, split.train.rows().len())?;
    let inputs = Inputs {
        statistics: Statistics::Table(statistics),
        baseline: Some(baseline),
        categories: split.train.categories().clone(),
        ..Inputs::new(args, split.train.classes(), chosen.len())
    };
    let loader = |table| Loader::new(Arc::new(table), args.batch, device);
    let loaders = Loaders {
        train: Arc::new(
            loader(split.train)
                .only(&chosen)
                .shuffled(args.place.seed)
                .starting(job.finished as u64),
        ),
        valid: Arc::new(loader(split.test.clone())),
        batches: chosen.len().div_ceil(args.batch),
    };
    job.finish(net, Features, loaders, &split.test, inputs)
}

pub(super) fn texts(job: Job, split: Split<Texts>) -> Result<()> {
    let (args, device) = (job.args, &job.device);
    let trained = TrainedWith::beside(args.weights.as_ref())?;
    let view = TextView::new(
        &args.subject,
        &split.train,
        args.weights.as_deref(),
        trained.as_ref(),
    )?;
    let classes = split.train.classes().to_vec();
    let [train, test] = [(split.train, "training"), (split.test, "test")]
        .map(|(texts, part)| view.sentences(texts, part).map(Arc::new));
    let (train, test) = (train?, test?);
    let bag = BagOfWords::fit(&train, view.vocabulary.size());
    println!(
        "a bag of these words, without their order, tells {:.1} % of the test sentences rightly (naive Bayes)",
        100.0 * bag.accuracy(&test)
    );
    let chosen = chosen(args, train.sentences().len())?;
    let loader = |set: &Arc<SentenceSet>| Loader::new(set.clone(), args.batch, device);
    let loaders = Loaders {
        train: Arc::new(
            loader(&train)
                .only(&chosen)
                .shuffled(args.place.seed)
                .starting(job.finished as u64),
        ),
        valid: Arc::new(loader(&test)),
        batches: chosen.len().div_ceil(args.batch),
    };
    let net = view.config.init(device)?;
    let samples = SentenceSamples::new(test, &view);
    let inputs = Inputs {
        weights: view.weights.clone(),
        baseline: absent(args)?.without_mean("texts")?,
        texts: Some(view.clone()),
        ..Inputs::new(args, &classes, chosen.len())
    };
    job.finish(net, view.players, loaders, &samples, inputs)
}
