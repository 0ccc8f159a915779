//! Forwards of the paper's networks for images and texts against bare matrix products of as many multiplications.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use burn_interaction::{Classifier, Sentences};
use burn_interaction_models::registry::{ImageSize, image_network, text_config};

use crate::error::{Result, usage};

use super::in_turn;

/// Images in a batch.
const BATCH: usize = 8;

/// Networks for images: name, side of an image, and multiplications for one image in thousand millions, as published.
const NETWORKS: [(&str, usize, f64); 16] = [
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
    ("pvt-v2-b2", 224, 4.0),
    ("tnt-small", 224, 5.2),
    ("tnt-small-legacy", 224, 5.2),
    ("swin-tiny", 224, 4.5),
];

/// Pieces of the sentence that networks for texts are timed on.
const LENGTH: usize = 32;

/// Networks for texts: name, and multiplications for one sentence of `LENGTH` pieces in thousand millions, which are 85
/// million for each piece in 12 layers of width 768, and attention between pieces.
const TEXTS: [(&str, f64); 4] = [
    ("bert", 2.74),
    ("distilbert", 1.37),
    ("albert", 2.74),
    ("xlnet", 2.83),
];

/// Side of the square matrices whose bare products are the floor.
const SIDE: usize = 1024;

/// Prints images and sentences a second of each network, or of those named, and its time over that of as many multiplications in
/// bare matrix products.
///
/// # Errors
///
/// Fails where a name is none of these networks, or the device fails.
pub fn run(names: &[String], device: &Device, repeats: usize) -> Result<()> {
    let all = NETWORKS.map(|(name, ..)| name);
    let all: Vec<&str> = all.into_iter().chain(TEXTS.map(|(name, _)| name)).collect();
    if let Some(name) = names.iter().find(|name| !all.contains(&name.as_str())) {
        let known = all.join(", ");
        return Err(usage(format!(
            "bench forward: no network {name}, but {known}"
        )));
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    println!(
        "forwards of {BATCH} images, over bare matrix products of as many multiplications (floor 1)"
    );
    for (name, side, billions) in NETWORKS.into_iter().filter(|(name, ..)| wanted(name)) {
        let net = image_network(name, ImageSize::square(side), 1000, device)?.valid();
        let images = Tensor::<4>::random([BATCH, 3, side, side], Distribution::Default, device);
        let forward = || {
            let _ = net.logits(images.clone()).into_data();
        };
        report(
            &format!("{name:20} {side}x{side}"),
            "images",
            billions,
            repeats,
            device,
            forward,
        );
    }
    println!("forwards of {BATCH} sentences of {LENGTH} word pieces, the same");
    for (name, billions) in TEXTS.into_iter().filter(|(name, _)| wanted(name)) {
        let classes = ["no".to_string(), "yes".to_string()];
        let net = text_config(name, 30_000, &classes)?.init(device)?.valid();
        let range = Distribution::Uniform(0.0, 30_000.0);
        let pieces = Tensor::<2>::random([BATCH, LENGTH], range, device).int();
        let sentences = Sentences::new(pieces);
        let forward = || {
            let _ = net.logits(sentences.clone()).into_data();
        };
        report(
            &format!("{name:28}"),
            "sentences",
            billions,
            repeats,
            device,
            forward,
        );
    }
    println!();
    Ok(())
}

fn report(
    name: &str,
    unit: &str,
    billions: f64,
    repeats: usize,
    device: &Device,
    forward: impl FnMut(),
) {
    let matrix = Tensor::<2>::random([SIDE, SIDE], Distribution::Default, device);
    let product = || {
        let _ = matrix.clone().matmul(matrix.clone()).into_data();
    };
    let [forward, product] = in_turn(repeats, forward, product);
    let floor = product.as_secs_f64() * BATCH as f64 * billions * 1e9 / (SIDE as f64).powi(3);
    let seconds = forward.as_secs_f64();
    println!(
        "  {name}: {:8.1} {unit}/s, {:5.1} of the floor's time",
        BATCH as f64 / seconds,
        seconds / floor
    );
}
