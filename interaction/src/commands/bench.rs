//! `interaction bench`: prints each figure beside its floor, both from the same run.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use burn_interaction_models::WeightFile;
use clap::Args;

use super::place::Place;
use crate::bench::{
    accuracy, attack, coverage, devices, exact, forward, load, merge, points, precision, probe,
    sentences, step, throughput, traffic, values,
};
use crate::error::{Result, usage};

/// Seeds of the precision benchmark unless another number is given, its error on the real network, and repetitions of the coverage
/// benchmark.
const SEEDS: usize = 20;
const ERROR: f64 = 0.1;
const COVERAGE_REPEATS: usize = 2000;

/// The settings of the benchmarks.
#[derive(Args, Debug, Clone)]
pub struct BenchArgs {
    #[command(flatten)]
    /// The device and the seed.
    pub place: Place,
    /// Benchmarks to run: throughput, traffic (bytes between host and device), devices (two devices beside one), values, exact, step, attack (PGD), forward
    /// (every network for images and texts), points (networks for point clouds), sentences (padding), load (memory), probe (how true its reading is) or accuracy. Default: all of
    /// these. Also coverage: how often bands hold the truth, and precision: forwards to an error, some minutes each, and on a
    /// real network three to six minutes a seed; merge: a thousand parts put together; and, in a build with the feature remote, remote: a device
    /// over loopback, what crosses and what it is asked for.
    #[arg(value_parser = ["throughput", "traffic", "devices", "values", "exact", "step", "attack", "forward", "points", "sentences", "load", "probe", "accuracy", "coverage", "precision", "merge", "remote"])]
    pub which: Vec<String>,
    /// ResNet-20 weights for the benchmarks of accuracy, precision and probe on a real network.
    #[arg(long, requires = "data")]
    pub weights: Option<PathBuf>,
    /// Folder of CIFAR-10 for the benchmarks of accuracy, precision and probe on a real network.
    #[arg(long, requires = "weights")]
    pub data: Option<PathBuf>,
    /// Repetitions of each timing; the fastest of each side counts.
    #[arg(long, default_value_t = 5)]
    pub repeats: usize,
    /// Networks of the forward benchmark by name, such as alexnet,bert. Default: all of them.
    #[arg(long = "network", value_name = "NAME", value_delimiter = ',')]
    pub networks: Vec<String>,
    /// Seeds of the precision benchmark. Default: 20.
    #[arg(long)]
    pub seeds: Option<usize>,
    /// Error that the precision benchmark wants on the real network, in units of the larger of 1 and J: a quarter of the
    /// forwards at twice of it. Default: 0.1.
    #[arg(long)]
    pub error: Option<f64>,
    /// Repetitions of each cell of the coverage benchmark. Default: 2000.
    #[arg(long)]
    pub coverage_repeats: Option<usize>,
}

/// Runs the benchmarks asked for.
///
/// # Errors
///
/// Fails where the device or an argument is at fault.
pub fn run(args: &BenchArgs) -> Result<()> {
    let wanted = |name: &str| args.which.is_empty() || args.which.iter().any(|w| w == name);
    check(args)?;
    let device = device(&args.place.device)?;
    if wanted("values") {
        values::run()?;
    }
    if wanted("throughput") {
        throughput::run(&device, args.repeats)?;
    }
    if wanted("traffic") {
        traffic::run(&device)?;
    }
    if wanted("devices") {
        devices::run(&device, args.repeats)?;
    }
    if wanted("exact") {
        exact::run(&device, args.repeats)?;
    }
    if wanted("step") {
        step::run(&device, args.repeats)?;
    }
    if wanted("attack") {
        attack::run(&device, args.repeats)?;
    }
    if wanted("forward") {
        forward::run(&args.networks, &device, args.repeats)?;
    }
    if wanted("points") {
        points::run(&device, args.repeats)?;
    }
    if wanted("sentences") {
        sentences::run(&device, args.repeats)?;
    }
    if wanted("load") {
        load::run(&device)?;
    }
    if wanted("probe") {
        probe::run(trained(args), &device)?;
    }
    if wanted("accuracy") {
        accuracy::run(trained(args), &device)?;
    }
    // Minutes long: only where they are named.
    let named = |name: &str| args.which.iter().any(|which| which == name);
    if named("precision") {
        let (first, count) = (args.place.seed, args.seeds.unwrap_or(SEEDS) as u64);
        precision::run(
            trained(args),
            args.error.unwrap_or(ERROR),
            first..first.saturating_add(count),
            &device,
        )?;
    }
    if named("coverage") {
        coverage::run(args.coverage_repeats.unwrap_or(COVERAGE_REPEATS))?;
    }
    if named("merge") {
        merge::run()?;
    }
    if named("remote") {
        remote()?;
    }
    Ok(())
}

/// Refuses arguments that none of the benchmarks asked for would heed, numbers of nothing, and files that are not there.
fn check(args: &BenchArgs) -> Result<()> {
    let named = |name: &str| args.which.iter().any(|which| which == name);
    let forward = args.which.is_empty() || named("forward");
    let of_precision = "only the benchmark precision heeds it: name that, bench precision";
    for (flag, given, heeded, remedy) in [
        (
            "--network",
            !args.networks.is_empty(),
            forward,
            "only the benchmark forward is of networks by name",
        ),
        (
            "--seeds",
            args.seeds.is_some(),
            named("precision"),
            of_precision,
        ),
        (
            "--error",
            args.error.is_some(),
            named("precision"),
            of_precision,
        ),
        (
            "--coverage-repeats",
            args.coverage_repeats.is_some(),
            named("coverage"),
            "only the benchmark coverage heeds it: name that, bench coverage",
        ),
    ] {
        if given && !heeded {
            return Err(usage(format!("{flag}: {remedy}")));
        }
    }
    for (flag, count) in [
        ("--repeats", Some(args.repeats)),
        ("--seeds", args.seeds),
        ("--coverage-repeats", args.coverage_repeats),
    ] {
        if count == Some(0) {
            return Err(usage(format!("{flag} 0: give at least 1")));
        }
    }
    let nothing = |error: &f64| error.is_nan() || *error <= 0.0;
    if let Some(error) = args.error.filter(nothing) {
        return Err(usage(format!(
            "--error {error}: give the error of J that is wanted, such as 0.1"
        )));
    }
    let Some((weights, data)) = trained(args) else {
        return Ok(());
    };
    let weights = WeightFile::parse(weights).path;
    for (flag, path) in [("--weights", weights.as_path()), ("--data", data)] {
        if !path.exists() {
            let path = path.display();
            return Err(usage(format!(
                "{flag} {path}: there is no such file or folder"
            )));
        }
    }
    Ok(())
}

/// The device of all benchmarks.
fn device(name: &str) -> Result<Device> {
    match name.contains(',') {
        true => Err(usage(format!("--device {name}: a benchmark is of one"))),
        false => Ok(burn_interaction::device(name)?),
    }
}

/// Weights of a ResNet-20 and the folder of CIFAR-10, where both are given.
fn trained(args: &BenchArgs) -> Option<(&Path, &Path)> {
    args.weights.as_deref().zip(args.data.as_deref())
}

#[cfg(feature = "remote")]
fn remote() -> Result<()> {
    crate::bench::remote::run()
}

#[cfg(not(feature = "remote"))]
fn remote() -> Result<()> {
    Err(crate::error::usage(
        "bench remote: this build has no feature remote",
    ))
}
