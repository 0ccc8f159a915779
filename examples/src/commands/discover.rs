//! `interaction discover`.

use burn::tensor::Device;
use burn_interaction::{
    Classifier, Curves, Estimator, Features, Measurement, Pairs, Players, Strength,
};
use burn_interaction_datasets::{Normalization, Split, Standardization};
use burn_interaction_models::registry::{ImageSize, image_network, table_network};
use burn_interaction_models::{Reference, load};

use crate::cli::DiscoverArgs;
use crate::data::{Data, ImageSamples, Samples, Statistics, open};
use crate::error::{Result, usage};
use crate::output::{Folder, TrainedWith, read_json};
use crate::{interrupt, measuring, parse};

use super::train::patches;

/// Players up to which everything is enumerated by default.
const EXACT_BY_DEFAULT: usize = 12;
/// Players up to which all pairs are measured by default.
const ALL_PAIRS_BY_DEFAULT: usize = 16;

/// Measures a network and writes its curve.
///
/// # Errors
///
/// An argument, the data, the weights or the measurement is at fault.
pub fn run(args: &DiscoverArgs) -> Result<()> {
    let device = burn_interaction::device(&args.place.device)?;
    let statistics = statistics(args)?;
    let data = open(&args.subject.data)?;
    let folder = Folder::open(&args.out)?;
    interrupt::listen();
    match data {
        Data::Images(split) => {
            let [channels, height, width] = split.train.size();
            let size = ImageSize {
                channels,
                height,
                width,
            };
            let classes = split.train.classes().len();
            let normalization = match statistics {
                Some(Statistics::Images(normalization)) => normalization,
                Some(Statistics::Table(_)) => {
                    return Err(usage(
                        "the settings beside the weights are those of a table network",
                    ));
                }
                // Published CIFAR weights expect the statistics of ImageNet.
                None if args.weights.is_some() && channels == 3 => Normalization::imagenet(),
                None => Normalization::fit(&split.train),
            };
            let players = patches(&args.subject, split.train.size())?;
            let images = if args.split == "train" {
                split.train
            } else {
                split.test
            };
            let samples = ImageSamples {
                images,
                normalization,
            };
            let init = || Ok(image_network(&args.subject.model, size, classes, &device)?);
            discover(args, init, players, &samples, &folder, &device)
        }
        Data::Table(Split {
            mut train,
            mut test,
        }) => {
            let standardization = match statistics {
                Some(Statistics::Table(standardization)) => standardization,
                Some(Statistics::Images(_)) => {
                    return Err(usage(
                        "the settings beside the weights are those of an image network",
                    ));
                }
                None => Standardization::fit(&train),
            };
            if standardization.mean.len() != train.names().len() {
                return Err(usage(
                    "the settings beside the weights are those of a table with other features",
                ));
            }
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
            discover(args, init, Features, &samples, &folder, &device)
        }
    }
}

/// The statistics in the `settings.json` beside the weights, where there is one.
fn statistics(args: &DiscoverArgs) -> Result<Option<Statistics>> {
    let Some(weights) = &args.weights else {
        return Ok(None);
    };
    let settings = weights.with_file_name("settings.json");
    match settings.exists() {
        false => Ok(None),
        true => Ok(Some(read_json::<TrainedWith>(&settings)?.statistics)),
    }
}

fn discover<M, S>(
    args: &DiscoverArgs,
    init: impl Fn() -> Result<M>,
    players: S::Players,
    samples: &S,
    folder: &Folder,
    device: &Device,
) -> Result<()>
where
    M: Reference + Classifier<S::Input>,
    S: Samples,
{
    // Always made anew, with the same weights: clones of a Burn module share the running statistics of its batch
    // normalisation, and loading writes to those.
    let untrained = || {
        device.seed(args.place.seed);
        init().map(|net| net.valid())
    };
    let net = match &args.weights {
        Some(path) => {
            let (net, report) = load(untrained()?, path)?;
            println!("loaded {} tensors from {}", report.loaded, path.display());
            net
        }
        None => {
            println!("no --weights: measuring an untrained network");
            untrained()?
        }
    };
    let right = args.weights.is_some() && !args.any;
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
    let batch = samples.batch(&chosen, device);
    let count = players.count(&batch.inputs)?;
    let mut measurement = measurement(args, players, count)?;
    if args.resume {
        measurement = measurement.resume_from(folder.file("profile.json"))?;
    }
    let cost = measurement.cost(&batch.inputs)?;
    let probe = timing(
        &net,
        samples,
        &chosen,
        cost.forwards.div_ceil(cost.batches.max(1)) as usize,
        device,
    );
    println!(
        "{} players, {} samples: {} forwards in {} batches, about {}",
        count,
        cost.samples,
        cost.forwards,
        cost.batches,
        seconds(probe * cost.forwards as f64)
    );
    let targets = || measuring::targets(samples, &chosen, args.target == "predicted");
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
    let name = if args.weights.is_some() {
        "trained"
    } else {
        "untrained"
    };
    let title = format!(
        "{} on {}",
        args.subject.model,
        args.subject.data.split(':').next().unwrap_or_default()
    );
    let mut curves = Curves::new(title).with(name, strength);
    if args.control && args.weights.is_some() && !interrupt::requested() {
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

fn measurement<P: Players>(
    args: &DiscoverArgs,
    players: P,
    count: usize,
) -> Result<Measurement<P>> {
    let grid = players.grid();
    let pairs = match &args.pairs {
        Some(text) => parse::pairs(text)?,
        None if count <= ALL_PAIRS_BY_DEFAULT => Pairs::all(),
        None if grid.is_some() => Pairs::windows(3, 200),
        None => Pairs::random(200),
    };
    let estimator = parse::estimator(&args.estimator)?.unwrap_or_else(|| {
        let chosen = if count <= EXACT_BY_DEFAULT {
            Estimator::Exact
        } else {
            Estimator::toggled()
        };
        println!(
            "estimator: {}",
            if chosen == Estimator::Exact {
                "exact"
            } else {
                "toggled"
            }
        );
        chosen
    });
    let measurement = Measurement::new(players)
        .orders(parse::orders(&args.orders)?)
        .pairs(pairs)
        .estimator(estimator)
        .contexts(args.contexts)
        .reward(parse::reward(&args.reward)?)
        .baseline(parse::baseline(&args.subject.baseline)?)
        .seed(args.place.seed);
    Ok(match args.batch {
        Some(rows) => measurement.batch(rows),
        None => measurement,
    })
}

/// Seconds a forward, from two batches of the size that will run; the first warms up.
fn timing<S: Samples>(
    net: &impl Classifier<S::Input>,
    samples: &S,
    chosen: &[usize],
    rows: usize,
    device: &Device,
) -> f64 {
    let rows: Vec<usize> = chosen.iter().copied().cycle().take(rows.max(1)).collect();
    let mut best = f64::INFINITY;
    for _ in 0..2 {
        let inputs = samples.batch(&rows, device).inputs;
        let start = std::time::Instant::now();
        // Reading back waits for the device.
        let _ = net.logits(inputs).try_into_data();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best / rows.len() as f64
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
        println!("  order  ratio          S  corrected  noise floor         J  J corrected");
        for p in points {
            let [raw, corrected, floor] = [p.raw, p.corrected, p.noise_floor].map(number);
            println!(
                "  {:5}  {:5.2}  {raw:>9}  {corrected:>9}  {floor:>11}  {:8.3}  {:8.3}",
                p.order, p.ratio, p.relative, p.relative_corrected
            );
        }
        if let Some(depth) = curve.strength.depth() {
            println!("  depth of the bottleneck {depth:.2}\n");
        }
    }
}
