//! Benchmarks: what the library costs beside the bare network, how accurate its estimators
//! are at equal cost, and how often its bands hold.

pub mod accuracy;
pub mod attack;
pub mod coverage;
pub mod devices;
pub mod exact;
pub mod forward;
pub mod load;
pub mod merge;
pub mod points;
pub mod precision;
pub mod probe;
#[cfg(feature = "remote")]
pub mod remote;
pub mod sentences;
pub mod step;
pub mod throughput;
pub mod traffic;
pub mod values;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use burn_interaction::Batch;
use burn_interaction_datasets::{Cifar10, ImageSamples, Normalization, Samples};
use burn_interaction_models::{ResNetCifar, ResNetCifarConfig, load};

use crate::error::Result;
use crate::work;

/// A ResNet-20 with the weights of a file, and CIFAR-10 images that it classifies rightly.
fn trained_resnet(
    weights: &Path,
    data: &Path,
    images: usize,
    device: &Device,
) -> Result<(ResNetCifar, Batch<Tensor<4>>)> {
    let net = ResNetCifarConfig::resnet20(10).init(device).valid();
    let (net, _) = load(net, weights)?;
    let samples = ImageSamples::new(Arc::new(Cifar10::test(data)?), Normalization::imagenet());
    let all: Vec<usize> = (0..samples.count()).collect();
    let chosen = work::choose(&net, &samples, &all, images, true, device)?;
    Ok((net, samples.read(&chosen, 0, device)?))
}

/// The fastest of `repeats` runs of each of two things, taken in turn so that both see the same machine.
fn in_turn(repeats: usize, mut first: impl FnMut(), mut second: impl FnMut()) -> [Duration; 2] {
    let mut best = [Duration::MAX; 2];
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    // One round to warm up.
    first();
    second();
    for _ in 0..repeats.max(1) {
        best[0] = best[0].min(time(&mut first));
        best[1] = best[1].min(time(&mut second));
    }
    best
}
