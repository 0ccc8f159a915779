//! `interaction discover`.

mod job;

use std::sync::Arc;

use burn_interaction::{Curves, Features, Strength};
use burn_interaction_datasets::Split;
use burn_interaction_models::registry::{image_network, point_network, table_network};
use sha2::Digest;

use crate::cli::DiscoverArgs;
use crate::data::{
    CloudSamples, CloudView, Data, ImageSamples, ImageView, SentenceSamples, Statistics, TextView,
    mean_of_table, open, open_unlabelled, patches,
};
use crate::error::{Result, usage};
use crate::output::{Existing, Folder, MEASUREMENT, TrainedWith};
use crate::{interrupt, parse};

use job::Job;

/// Players up to which everything is enumerated by default.
const EXACT_BY_DEFAULT: usize = 12;
/// Sentences of up to 14 players are enumerated: below that, sampling all pairs costs more than 2^n forwards.
const EXACT_OF_SENTENCES: usize = 14;

/// Measures a network and writes its curve.
///
/// # Errors
///
/// An argument, the data, the weights or the measurement is at fault.
pub fn run(args: &DiscoverArgs) -> Result<()> {
    let device = burn_interaction::device(&args.place.device)?;
    let trained = TrainedWith::beside(args.weights.as_ref())?;
    let data = open(&args.subject.data)?;
    if args.split == "unlabelled" {
        if args.target != "predicted" {
            let remedy = "these samples have no labels, add --target predicted";
            return Err(usage(format!("--split unlabelled: {remedy}")));
        }
        if !matches!(data, Data::Texts(_)) {
            open_unlabelled(&args.subject.data, &[])?;
        }
    }
    let folder = Folder::open(
        &args.out,
        Existing::asked(args.force, args.resume),
        &[MEASUREMENT],
    )?;
    interrupt::listen();
    let absent = parse::baseline(args.subject.baseline.as_deref());
    let job = |baseline, inputs: String| Job {
        args,
        inputs,
        weights: args.weights.clone(),
        baseline,
        exact: EXACT_BY_DEFAULT,
        fewest: 2,
        folder: &folder,
        device: &device,
    };
    let model = &args.subject.model;
    match data {
        Data::Images(split) => {
            let pretrained = args.weights.is_some();
            let train = split.train.as_ref();
            let view = ImageView::new(&args.subject, train, trained.as_ref(), pretrained)?;
            let classes = train.classes().len();
            let players = patches(&args.subject, view.size)?;
            let baseline = absent?.or_mean(|| view.mean(train))?;
            let images = match args.split.as_str() {
                "train" => split.train,
                _ => split.test,
            };
            let samples = ImageSamples::new(images, &view);
            let init = || Ok(image_network(model, view.size, classes, &device)?);
            let inputs = fingerprint(&(&view.normalization, view.framing, view.size.height));
            job(Some(baseline), inputs).run(init, players, &samples)
        }
        Data::Clouds(split) => {
            let view = CloudView::new(&args.subject, trained.as_ref())?;
            let classes = split.train.classes().len();
            let clouds = match args.split.as_str() {
                "train" => split.train,
                _ => split.test,
            };
            let samples = CloudSamples::new(clouds, &view);
            let init = || Ok(point_network(model, view.points, classes, &device)?);
            let inputs = format!("{} points", view.points);
            job(view.baseline(&args.subject)?, inputs).run(init, view.players(), &samples)
        }
        Data::Table(Split {
            mut train,
            mut test,
        }) => {
            let trained = trained.map(|trained| trained.statistics);
            let standardization = Statistics::of_table(trained, &train)?;
            let baseline = absent?.or_mean(|| Ok(mean_of_table(&train, &standardization)))?;
            let statistics = standardization.clone();
            standardization.apply(&mut train);
            standardization.apply(&mut test);
            let (inputs, classes) = (train.names().len(), train.classes().len());
            let init = || Ok(table_network(model, inputs, classes, &device)?);
            let samples = if args.split == "train" { train } else { test };
            job(Some(baseline), fingerprint(&statistics)).run(init, Features, &samples)
        }
        Data::Texts(split) => {
            let weights = args.weights.as_deref();
            let view = TextView::new(&args.subject, &split.train, weights, trained.as_ref())?;
            let part = match args.split.as_str() {
                "train" => split.train,
                "unlabelled" => open_unlabelled(&args.subject.data, split.train.classes())?,
                _ => split.test,
            };
            let set = Arc::new(view.sentences(part, &args.split)?);
            let samples =
                SentenceSamples::new(set, &view).of_at_least(args.min_players, &device)?;
            let pieces: Vec<String> = (0..view.vocabulary.size() as u32)
                .map(|piece| view.vocabulary.piece(piece))
                .collect();
            let inputs = fingerprint(&pieces);
            let job = Job {
                weights: view.weights.clone(),
                exact: EXACT_OF_SENTENCES,
                fewest: args.min_players,
                ..job(absent?.without_mean("texts")?, inputs)
            };
            job.run(
                || Ok(view.config.init(&device)?),
                view.players.clone(),
                &samples,
            )
        }
    }
}

/// A digest of what samples become inputs by.
fn fingerprint(made_by: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(made_by).unwrap_or_default();
    let digest = sha2::Sha256::digest(text.as_bytes());
    digest[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Seconds as a person says them.
pub fn seconds(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Four decimals, or one significant place more where they would show nothing.
fn number(value: f64) -> String {
    match value {
        v if v == 0.0 || v >= 0.01 => format!("{v:.4}"),
        v => format!("{v:.2e}"),
    }
}

/// Prints the curves as a chart and as a table.
pub fn report(curves: &Curves) {
    println!("\n{}: relative strength J of each order\n", curves.title);
    println!("{}", curves.text(12));
    for curve in &curves.curves {
        let Strength {
            points,
            samples,
            complete,
            ..
        } = &curve.strength;
        println!(
            "{} ({samples} samples{})",
            curve.name,
            if *complete { "" } else { ", partial" }
        );
        println!(
            "  order  ratio          S  corrected   +- error  noise floor         J  J corrected   +- error"
        );
        for p in points {
            let known = |value: Option<f64>| value.map_or("-".into(), number);
            let share = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.3}"));
            let [corrected, error, floor] = [p.corrected, p.error, p.noise_floor].map(known);
            let [j, j_error] = [p.relative_corrected, p.relative_error].map(share);
            let order = p.order.map_or("-".into(), |order| order.to_string());
            println!(
                "  {order:>5}  {:5.2}  {:>9}  {corrected:>9}  {error:>9}  {floor:>11}  {:8.3}  {j:>11}  {j_error:>9}{}",
                p.ratio,
                number(p.raw),
                p.relative,
                if p.below_noise { "  below noise" } else { "" }
            );
        }
        if let Some(why) = curve.strength.no_band {
            println!("  no bands: {why}");
        }
        if points.iter().all(|p| p.raw == 0.0) {
            println!(
                "  no interaction at all: this network's output does not depend on the players\n"
            );
        } else if curve.strength.is_rounding() {
            println!(
                "  no more than the rounding of 32-bit values, {}: this curve says nothing\n",
                number(curve.strength.rounding)
            );
        } else {
            println!("  {}\n", curve.strength.verdict());
        }
    }
}
