//! What each kind of data trains on.

use std::sync::Arc;

use burn::data::dataloader::DataLoaderBuilder;
use burn::data::dataset::Dataset;
use burn::tensor::Device;
use burn_interaction::coalition::{generator, sample_of_size};
use burn_interaction::{Features, Modulation};
use burn_interaction_datasets::{
    BagOfWords, CloudBatcher, CloudLoader, CloudSet, ImageLoader, ImageSet, SentenceLoader,
    SentenceSet, Split, Standardization, Table, TableBatcher, Texts,
};
use burn_interaction_models::registry::{image_network, point_network, table_network};

use super::{Inputs, finish, loader};
use crate::cli::TrainArgs;
use crate::data::{
    CloudSamples, CloudView, ImageSamples, ImageView, SentenceSamples, Statistics, TextView,
    patches,
};
use crate::error::{Result, usage};
use crate::fit::Loaders;
use crate::output::{Folder, TrainedWith};
use crate::parse;

pub(super) fn images(
    args: &TrainArgs,
    split: Split<Arc<dyn ImageSet>>,
    modulation: Modulation,
    folder: &Folder,
    device: &Device,
) -> Result<()> {
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
    let batcher = view.batcher().augmented(augmentation, args.place.seed);
    let loaders = Loaders {
        train: Arc::new(
            ImageLoader::new(train, batcher, args.batch, device)
                .only(&chosen)
                .shuffled(args.place.seed),
        ),
        valid: Arc::new(ImageLoader::new(
            split.test.clone(),
            view.batcher(),
            args.batch,
            device,
        )),
        batches: chosen.len().div_ceil(args.batch),
    };
    let test = ImageSamples::new(split.test, &view);
    let inputs = Inputs {
        statistics: Statistics::Images(view.normalization),
        framing: view.framing,
        ..Inputs::new(args)?
    };
    finish(
        args, net, players, loaders, &test, inputs, modulation, folder, device,
    )
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

pub(super) fn clouds(
    args: &TrainArgs,
    split: Split<Arc<dyn CloudSet>>,
    modulation: Modulation,
    folder: &Folder,
    device: &Device,
) -> Result<()> {
    let trained = TrainedWith::beside(args.weights.as_ref())?;
    let view = CloudView::new(&args.subject, trained.as_ref())?;
    let train = split.train;
    let classes = train.classes().len();
    let net = point_network(&args.subject.model, view.points, classes, device)?;
    let augmentation = match &args.augment {
        Some(text) => Some(parse::cloud_augmentation(text)?),
        None => None,
    };
    let chosen = chosen(args, train.len())?;
    let seed = args.place.seed;
    let batcher = CloudBatcher::new(view.points).augmented(augmentation, seed);
    let plain = CloudBatcher::new(view.points);
    let loaders = Loaders {
        train: Arc::new(
            CloudLoader::new(train, batcher, args.batch, device)
                .only(&chosen)
                .shuffled(seed),
        ),
        valid: Arc::new(CloudLoader::new(
            split.test.clone(),
            plain,
            args.batch,
            device,
        )),
        batches: chosen.len().div_ceil(args.batch),
    };
    let test = CloudSamples::new(split.test, &view);
    let inputs = Inputs {
        statistics: Statistics::Clouds {
            points: view.points,
        },
        framing: None,
        weights: args.weights.clone(),
        baseline: view.baseline(&args.subject)?,
        texts: None,
    };
    let players = view.training_players()?;
    finish(
        args, net, players, loaders, &test, inputs, modulation, folder, device,
    )
}

pub(super) fn table(
    args: &TrainArgs,
    mut split: Split<Table>,
    modulation: Modulation,
    folder: &Folder,
    device: &Device,
) -> Result<()> {
    let statistics = Standardization::fit(&split.train);
    statistics.apply(&mut split.train);
    statistics.apply(&mut split.test);
    let net = table_network(
        &args.subject.model,
        split.train.names().len(),
        split.train.classes().len(),
        device,
    )?;
    let batches = split.train.len().div_ceil(args.batch);
    let loaders = Loaders {
        train: loader(
            DataLoaderBuilder::new(TableBatcher).shuffle(args.place.seed),
            split.train,
            args.batch,
        ),
        valid: loader(
            DataLoaderBuilder::new(TableBatcher),
            split.test.clone(),
            args.batch,
        ),
        batches,
    };
    finish(
        args,
        net,
        Features,
        loaders,
        &split.test,
        Inputs {
            statistics: Statistics::Table(statistics),
            ..Inputs::new(args)?
        },
        modulation,
        folder,
        device,
    )
}

pub(super) fn texts(
    args: &TrainArgs,
    split: Split<Texts>,
    modulation: Modulation,
    folder: &Folder,
    device: &Device,
) -> Result<()> {
    let trained = TrainedWith::beside(args.weights.as_ref())?;
    let view = TextView::new(
        &args.subject,
        &split.train,
        args.weights.as_deref(),
        trained.as_ref(),
    )?;
    let [train, test] = [(split.train, "training"), (split.test, "test")]
        .map(|(texts, part)| view.sentences(texts, part).map(Arc::new));
    let (train, test) = (train?, test?);
    let bag = BagOfWords::fit(&train, view.vocabulary.size());
    println!(
        "a bag of these words, without their order, tells {:.1} % of the test sentences rightly (naive Bayes)",
        100.0 * bag.accuracy(&test)
    );
    let chosen = chosen(args, train.sentences().len())?;
    let loader = |set: &Arc<SentenceSet>| SentenceLoader::new(set.clone(), args.batch, device);
    let loaders = Loaders {
        train: Arc::new(loader(&train).only(&chosen).shuffled(args.place.seed)),
        valid: Arc::new(loader(&test)),
        batches: chosen.len().div_ceil(args.batch),
    };
    let net = view.config.init(device)?;
    let samples = SentenceSamples::new(test, &view);
    let inputs = Inputs {
        weights: view.weights.clone(),
        texts: Some(view.clone()),
        ..Inputs::new(args)?
    };
    finish(
        args,
        net,
        view.players,
        loaders,
        &samples,
        inputs,
        modulation,
        folder,
        device,
    )
}
