//! `interaction discover`.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::Device;
use burn_interaction::{
    Baseline, Batch, Classifier, Curves, Estimator, Features, Measurement, Pairs, Players,
    Progress, Strength, Targets,
};
use burn_interaction_datasets::Split;
use burn_interaction_models::Reference;
use burn_interaction_models::registry::{image_network, point_network, table_network};

use crate::cli::DiscoverArgs;
use crate::data::{
    CloudSamples, CloudView, Data, ImageSamples, ImageView, Samples, SentenceSamples, Statistics,
    TextView, open, open_unlabelled, patches,
};
use crate::error::{Result, usage};
use crate::output::{Folder, TrainedWith};
use crate::{interrupt, measuring, parse};

/// Players up to which everything is enumerated by default.
const EXACT_BY_DEFAULT: usize = 12;
/// The same for sentences, whose pairs would need more values than there are up to here.
const EXACT_OF_SENTENCES: usize = 14;
/// Players up to which all pairs are measured by default.
const ALL_PAIRS_BY_DEFAULT: usize = 16;
/// The same for players that lie on no grid.
const ALL_PAIRS_OFF_GRID: usize = 64;

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
    let folder = Folder::open(&args.out)?;
    interrupt::listen();
    let own = || parse::baseline(args.subject.baseline.as_deref());
    let run = |baseline| Run {
        args,
        weights: args.weights.clone(),
        baseline,
        exact: EXACT_BY_DEFAULT,
        fewest: 2,
        folder: &folder,
        device: &device,
    };
    match data {
        Data::Images(split) => {
            let pretrained = args.weights.is_some();
            let train = split.train.as_ref();
            let view = ImageView::new(&args.subject, train, trained.as_ref(), pretrained)?;
            let classes = train.classes().len();
            let players = patches(&args.subject, view.size)?;
            let images = if args.split == "train" {
                split.train
            } else {
                split.test
            };
            let samples = ImageSamples::new(images, &view);
            let init = || {
                Ok(image_network(
                    &args.subject.model,
                    view.size,
                    classes,
                    &device,
                )?)
            };
            run(own()?).discover(init, players, &samples)
        }
        Data::Clouds(split) => {
            let view = CloudView::new(&args.subject, trained.as_ref())?;
            let classes = split.train.classes().len();
            let clouds = match args.split.as_str() {
                "train" => split.train,
                _ => split.test,
            };
            let samples = CloudSamples::new(clouds, &view);
            let model = &args.subject.model;
            let init = || Ok(point_network(model, view.points, classes, &device)?);
            let baseline = view.baseline(&args.subject)?;
            run(baseline).discover(init, view.players(), &samples)
        }
        Data::Table(Split {
            mut train,
            mut test,
        }) => {
            let trained = trained.map(|trained| trained.statistics);
            let standardization = Statistics::of_table(trained, &train)?;
            standardization.apply(&mut train);
            standardization.apply(&mut test);
            let (inputs, classes) = (train.names().len(), train.classes().len());
            let init = || {
                Ok(table_network(
                    &args.subject.model,
                    inputs,
                    classes,
                    &device,
                )?)
            };
            let samples = if args.split == "train" { train } else { test };
            run(own()?).discover(init, Features, &samples)
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
            let run = Run {
                weights: view.weights.clone(),
                exact: EXACT_OF_SENTENCES,
                fewest: args.min_players,
                ..run(own()?)
            };
            let init = || Ok(view.config.init(&device)?);
            run.discover(init, view.players.clone(), &samples)
        }
    }
}

/// What a measurement is made with, whatever the data.
struct Run<'a> {
    args: &'a DiscoverArgs,
    weights: Option<PathBuf>,
    baseline: Option<Baseline>,
    /// Players up to which samples are enumerated unless the arguments say otherwise.
    exact: usize,
    /// Players below which samples are left out.
    fewest: usize,
    folder: &'a Folder,
    device: &'a Device,
}

impl Run<'_> {
    fn discover<M, S>(
        &self,
        init: impl Fn() -> Result<M>,
        players: S::Players,
        samples: &S,
    ) -> Result<()>
    where
        M: Reference + Classifier<S::Input>,
        S: Samples,
    {
        let Self {
            args,
            weights,
            folder,
            device,
            ..
        } = self;
        // Always made anew, with the same weights: clones of a Burn module share the running statistics of its batch
        // normalisation, and loading writes to those.
        let untrained = || {
            device.seed(args.place.seed);
            init().map(|net| net.valid())
        };
        let net = match weights {
            // Random weights are drawn when they are first used: loaded ones take their place.
            Some(path) => measuring::loaded(init()?, path, false)?.valid(),
            None => {
                println!("no --weights: measuring an untrained network");
                untrained()?
            }
        };
        if samples.count() == 0 {
            return Err(usage(format!(
                "nothing to measure in the {} part of {}: take another with --split",
                args.split, args.subject.data
            )));
        }
        let right = weights.is_some() && !args.any && args.split != "unlabelled";
        let chosen = measuring::choose(&net, samples, args.samples, right, device)?;
        if chosen.len() < args.samples {
            println!(
                "{} samples, not {}: there are no more{}",
                chosen.len(),
                args.samples,
                if right {
                    " rightly classified ones"
                } else {
                    ""
                }
            );
        }
        let (players, chosen) = samples.players(&players, chosen)?;
        let batch = samples.batch(&chosen, device)?;
        let counts = players.counts(&batch.inputs)?;
        let mut measurement = self.measurement(players.clone(), &counts)?;
        if args.resume {
            measurement = measurement.resume_from(folder.file("profile.json"))?;
        }
        let cost = measurement.cost(&batch.inputs)?;
        let targets = || measuring::targets(samples, &chosen, args.target == "predicted");
        let probe = timing(&measurement, &net, batch.clone(), targets());
        println!(
            "{} players, {} samples: {} forwards in {} batches, about {}",
            range(&counts),
            cost.samples,
            cost.forwards,
            cost.batches,
            seconds(probe * cost.forwards as f64)
        );
        let start = std::time::Instant::now();
        let profile = measuring::measure(&measurement, &net, batch.clone(), targets(), cost)?;
        let strength = profile.strength();
        println!(
            "measured {} of {} samples in {}",
            profile.samples().len(),
            profile.requested(),
            seconds(start.elapsed().as_secs_f64())
        );
        folder.write_profile(&profile)?;
        samples.write_pictures(&players, &chosen, &profile, folder, device)?;
        let name = if weights.is_some() {
            "trained"
        } else {
            "untrained"
        };
        let title = format!(
            "{} on {}",
            args.subject.model.trim_end_matches('/'),
            args.subject.data.split(':').next().unwrap_or_default()
        );
        let mut curves = Curves::new(title).with(name, strength);
        if args.control && weights.is_some() && !interrupt::requested() {
            println!("measuring the same network untrained");
            let control = measuring::measure(&measurement, &untrained()?, batch, targets(), cost)?;
            curves = curves.with("untrained", control.strength());
        }
        folder.write_curves(&curves)?;
        report(&curves);
        println!("wrote {}", folder.list());
        match profile.is_complete() {
            true => Ok(()),
            false => Err(usage(
                "interrupted: the results are partial; the same command with --resume goes on",
            )),
        }
    }

    fn measurement<P: Players>(&self, players: P, counts: &[usize]) -> Result<Measurement<P>> {
        let args = self.args;
        let count = counts.iter().copied().max().unwrap_or(0);
        let differ = counts.iter().any(|other| *other != count);
        let grid = players.grid();
        let pairs = match &args.pairs {
            Some(text) => parse::pairs(text)?,
            None if count <= ALL_PAIRS_BY_DEFAULT => Pairs::all(),
            None if grid.is_some() => Pairs::windows(3, 200),
            // Toggling all pairs costs less than toggling two in five of them alone.
            None if count <= ALL_PAIRS_OFF_GRID => Pairs::all(),
            None => Pairs::random(200),
        };
        let estimator = parse::estimator(&args.estimator)?.unwrap_or_else(|| {
            let exact = self.exact;
            let (chosen, name) = match (count <= exact, differ) {
                (true, _) => (Estimator::Exact, "exact".into()),
                (false, false) => (Estimator::toggled(), "toggled".into()),
                (false, true) => {
                    let name = format!("exact up to {exact} players, toggled above");
                    (Estimator::Auto { exact }, name)
                }
            };
            println!("estimator: {name}");
            chosen
        });
        let measurement = Measurement::new(players)
            .orders(parse::orders(&args.orders)?)
            .pairs(pairs)
            .estimator(estimator)
            .contexts(args.contexts)
            .fewest(self.fewest)
            .reward(parse::reward(&args.reward)?)
            .seed(args.place.seed);
        let measurement = match self.baseline.clone() {
            Some(baseline) => measurement.baseline(baseline),
            None => measurement,
        };
        Ok(match args.batch {
            Some(rows) => measurement.batch(rows),
            None => measurement,
        })
    }
}

/// The number of players, or the fewest and the most.
fn range(counts: &[usize]) -> String {
    let fewest = counts.iter().min().copied().unwrap_or(0);
    match counts.iter().max() {
        Some(most) if *most > fewest => format!("{fewest} to {most}"),
        _ => fewest.to_string(),
    }
}

/// Seconds a forward, from the first batches of the run itself: three seconds of them, or sixteen, after two that warm
/// up; of fewer where there are no more.
fn timing<P: Players>(
    measurement: &Measurement<P>,
    net: &impl Classifier<P::Input>,
    batch: Batch<P::Input>,
    targets: Targets,
) -> f64 {
    let mut seen: Vec<(f64, u64)> = Vec::new();
    let mut observer = |progress: &Progress| {
        seen.push((progress.elapsed.as_secs_f64(), progress.forwards));
        let gone = progress.elapsed.as_secs_f64() - seen[0].0;
        match gone > 3.0 || seen.len() > 18 || interrupt::requested() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    // What is wrong with the run, the run itself will say.
    let _ = measurement.run_observed(net, batch.inputs, targets, &mut observer);
    let warm = if seen.len() > 4 { 1 } else { 0 };
    match (seen.get(warm), seen.last()) {
        (Some(first), Some(last)) if last.1 > first.1 => {
            (last.0 - first.0) / (last.1 - first.1) as f64
        }
        (Some(only), _) => only.0 / only.1.max(1) as f64,
        _ => 0.0,
    }
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
