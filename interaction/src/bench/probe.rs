//! The error of a probe's reading against its price.

use std::path::Path;

use burn::tensor::Device;
use burn_interaction::training::Probe;
use burn_interaction::{Batch, Orders, Patches, Profile};
use burn_interaction_models::ResNetCifar;

use crate::error::Result;

use super::trained_resnet;

/// Seeds that each allocation is read with.
const SEEDS: u64 = 3;
/// Contexts of the reading that others are compared with, on the same samples and pairs.
const TRUTH: usize = 60;

/// Prints the mean absolute error of S at low, middle and high orders against 60 contexts of the same samples and pairs, in
/// units of the mean of S, for the default probe and for the default before it.
///
/// # Errors
///
/// Fails where a file is missing or the device fails.
pub fn run(trained: Option<(&Path, &Path)>, device: &Device) -> Result<()> {
    println!(
        "reading of a probe against {TRUTH} contexts of the same samples and pairs, ResNet-20"
    );
    let Some((weights, data)) = trained else {
        println!("  give --weights and --data for it\n");
        return Ok(());
    };
    let (net, batch) = trained_resnet(weights, data, 12, device)?;
    println!(
        "  samples pairs contexts  forwards   raw: low  mid  high   corrected: low  mid  high"
    );
    let allocations = [("default", Probe::new()), ("former default", former())];
    for (name, probe) in allocations {
        let errors = errors(&net, &batch, probe)?;
        println!("  {errors}  {name}");
    }
    println!();
    Ok(())
}

/// The probe that was the default before readings were corrected: more samples and orders, with two contexts for each.
fn former() -> Probe {
    let orders = Orders::ratios([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0]);
    let probe = Probe::new().samples(6).contexts(2);
    probe.orders(orders)
}

fn errors(
    net: &ResNetCifar,
    batch: &Batch<burn::tensor::Tensor<4>>,
    probe: Probe,
) -> Result<String> {
    let players = Patches::grid(16, 16);
    let read = |probe: Probe| -> Result<Profile> {
        let reading = probe.measure(net, &players, batch)?;
        reading.ok_or_else(|| crate::error::usage("the probe has no samples"))
    };
    let bands = [(0.0, 0.2), (0.4, 0.6), (0.8, 1.0)];
    let mut sums = [0.0; 6];
    let (mut forwards, mut shape) = (0, (0, 0, 0.0));
    for seed in 0..SEEDS {
        let reading = read(probe.clone().seed(seed))?;
        let truth = read(probe.clone().seed(seed).contexts(TRUTH))?.strength();
        forwards = reading.forwards();
        let strength = reading.strength();
        let level = truth.band(0.0, 1.0).map_or(f64::NAN, |(level, _)| level);
        for (k, (low, high)) in bands.into_iter().enumerate() {
            let inside = |ratio: f64| (low..=high).contains(&ratio);
            let points = || strength.points.iter().filter(|p| inside(p.ratio));
            let raw = points().map(|p| p.raw).sum::<f64>() / points().count().max(1) as f64;
            let value = |strength: &burn_interaction::Strength| {
                strength
                    .band(low, high)
                    .map_or(f64::NAN, |(value, _)| value)
            };
            let share = 1.0 / (SEEDS as f64 * level);
            sums[k] += share * (raw - value(&truth)).abs();
            sums[3 + k] += share * (value(&strength) - value(&truth)).abs();
        }
        let sample = &reading.samples()[0];
        let middle = &strength.points[strength.points.len() / 2];
        shape = (
            reading.samples().len(),
            sample.pairs().len(),
            middle.contexts,
        );
    }
    let (samples, pairs, contexts) = shape;
    let sums: Vec<String> = sums.iter().map(|sum| format!("{sum:5.2}")).collect();
    Ok(format!(
        "{samples:7} {pairs:5} {contexts:8.1} {forwards:9}       {}              {}",
        sums[..3].join(" "),
        sums[3..].join(" ")
    ))
}
