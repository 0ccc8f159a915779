//! Forwards of the paper's vision networks against bare matrix products of as many multiplications.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use burn_interaction::Classifier;
use burn_interaction_models::registry::{ImageSize, image_network};

use crate::error::Result;

use super::in_turn;

/// Images in a batch.
const BATCH: usize = 8;

/// Network, side of its images, and its multiplications for one image in thousand millions, as published.
const NETWORKS: [(&str, usize, f64); 15] = [
    ("alexnet", 224, 0.714),
    ("vgg16", 224, 15.47),
    ("vgg16-bn", 224, 15.47),
    ("resnet18", 224, 1.814),
    ("resnet50", 224, 4.089),
    ("resnet20", 32, 0.041),
    ("resnet56", 32, 0.126),
    ("googlenet", 224, 1.498),
    ("vit-tiny", 224, 1.258),
    ("deit-small", 224, 4.608),
    ("deit-small-distilled", 224, 4.63),
    ("pvt-small", 224, 3.8),
    ("tnt-small", 224, 5.2),
    ("tnt-small-legacy", 224, 5.2),
    ("swin-tiny", 224, 4.5),
];

/// Side of the square matrices of the floor.
const SIDE: usize = 1024;

/// Prints images a second of each network, and the time of as many multiplications in bare matrix products as a share
/// of the network's.
///
/// # Errors
///
/// The device fails.
pub fn run(device: &Device, repeats: usize) -> Result<()> {
    println!(
        "forwards of {BATCH} images, over bare matrix products of as many multiplications (floor 1)"
    );
    let matrix = Tensor::<2>::random([SIDE, SIDE], Distribution::Default, device);
    let product = || {
        let _ = matrix.clone().matmul(matrix.clone()).into_data();
    };
    for (name, side, billions) in NETWORKS {
        let net = image_network(name, ImageSize::square(side), 1000, device)?.valid();
        let images = Tensor::<4>::random([BATCH, 3, side, side], Distribution::Default, device);
        let forward = || {
            let _ = net.logits(images.clone()).into_data();
        };
        let [forward, product] = in_turn(repeats, forward, product);
        let floor = product.as_secs_f64() * BATCH as f64 * billions * 1e9 / (SIDE as f64).powi(3);
        let seconds = forward.as_secs_f64();
        println!(
            "  {name:20} {side}x{side}: {:8.1} images/s, {:5.1} of the floor's time",
            BATCH as f64 / seconds,
            seconds / floor
        );
    }
    println!();
    Ok(())
}
