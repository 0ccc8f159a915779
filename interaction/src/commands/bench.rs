//! `interaction bench`: prints each figure beside its floor, both from the same run.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use clap::Args;

use super::place::Place;
use crate::bench::{
    accuracy, attack, coverage, devices, exact, forward, load, merge, points, precision, probe,
    sentences, step, throughput, traffic, values,
};
use crate::error::{Result, usage};

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
    /// Seeds of the precision benchmark.
    #[arg(long, default_value_t = 20)]
    pub seeds: usize,
    /// Error that the precision benchmark wants on the real network, in units of the larger of 1 and J: a quarter of the
    /// forwards at twice of it.
    #[arg(long, default_value_t = 0.1)]
    pub error: f64,
    /// Repetitions of each cell of the coverage benchmark.
    #[arg(long, default_value_t = 2000)]
    pub coverage_repeats: usize,
}

/// Runs the benchmarks asked for.
///
/// # Errors
///
/// Fails where the device or an argument is at fault.
pub fn run(args: &BenchArgs) -> Result<()> {
    let wanted = |name: &str| args.which.is_empty() || args.which.iter().any(|w| w == name);
    let device = device(args, wanted("forward"))?;
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
        precision::run(
            trained(args),
            args.error,
            args.place.seed..args.place.seed.saturating_add(args.seeds as u64),
            &device,
        )?;
    }
    if named("coverage") {
        coverage::run(args.coverage_repeats)?;
    }
    if named("merge") {
        merge::run()?;
    }
    if named("remote") {
        remote()?;
    }
    Ok(())
}

/// The device of all benchmarks; refuses arguments that none of those asked for would heed.
fn device(args: &BenchArgs, forward: bool) -> Result<Device> {
    let name = &args.place.device;
    if name.contains(',') {
        return Err(usage(format!("--device {name}: a benchmark is of one")));
    }
    if !args.networks.is_empty() && !forward {
        let remedy = "only the benchmark forward is of networks by name";
        return Err(usage(format!("--network: {remedy}")));
    }
    Ok(burn_interaction::device(name)?)
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
