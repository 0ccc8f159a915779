//! `interaction bench`: prints each figure beside its floor, both from the same run.

use std::path::Path;

use super::args::BenchArgs;
use crate::bench::{
    accuracy, attack, coverage, exact, forward, load, points, precision, probe, sentences, step,
    throughput, traffic, values,
};
use crate::error::Result;

/// Runs the benchmarks asked for.
///
/// # Errors
///
/// Fails where the device or an argument is at fault.
pub fn run(args: &BenchArgs) -> Result<()> {
    let device = burn_interaction::device(&args.place.device)?;
    let wanted = |name: &str| args.which.is_empty() || args.which.iter().any(|w| w == name);
    if wanted("values") {
        values::run()?;
    }
    if wanted("throughput") {
        throughput::run(&device, args.repeats)?;
    }
    if wanted("traffic") {
        traffic::run(&device)?;
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
        forward::run(&device, args.repeats)?;
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
    if args.which.iter().any(|which| which == "precision") {
        precision::run(trained(args), args.error, args.seeds, &device)?;
    }
    if args.which.iter().any(|which| which == "coverage") {
        coverage::run(args.coverage_repeats)?;
    }
    Ok(())
}

/// Weights of a ResNet-20 and the folder of CIFAR-10, where both are given.
fn trained(args: &BenchArgs) -> Option<(&Path, &Path)> {
    args.weights.as_deref().zip(args.data.as_deref())
}
