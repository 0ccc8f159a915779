//! Three variants of one network for images, from the same weights: trained plainly, and towards low and high orders.
//!
//! `cargo run --release --example image_variants`, with another device and seed `-- DEVICE SEED` behind it.
//!
//! The generated images show their class twice, in small strokes that lie about and in two blobs far apart, so that a network may rely on
//! either. One should see the plain curve as a U; the low-order curve fall to the end, to some two thirds of the plain one; and the high-order
//! curve rise to a quarter more than it. All three find 85 to 89 % of the classes. It takes a minute or two.

use std::sync::Arc;

use burn::data::dataloader::DataLoader;
use burn::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::module::Module;
use burn::optim::{SgdConfig, momentum::MomentumConfig};
use burn::tensor::Device;
use burn::train::Learner;
use burn_interaction::figures::Chart;
use burn_interaction::modulation::Coefficient;
use burn_interaction::training::{Epoch, Modulated};
use burn_interaction::{
    Curves, Measurement, Modulation, Orders, Pairs, Patches, Result, Strength, Term,
};
use burn_interaction_datasets::{ImageSamples, Loader, Normalization, Samples, scenes};
use burn_interaction_models::{ResNetCifar, ResNetCifarConfig};

const IMAGES: usize = 1000;
const BATCH: usize = 32;
const EPOCHS: usize = 10;
/// New images to count right classes of, and those that are measured.
const TESTED: (usize, usize) = (400, 40);

/// The variants, with settings that were found with seed 1 and hold with others.
///
/// The paper's low-order term asks v(all) to be 10/7 of v(S), for one S of each image; with coefficient 1 and the mean of four it asks the last
/// three tenths of the patches to tell nothing, and a weight of 10 makes that felt. The high-order term without v(S1) asks small
/// coalitions to tell nothing at all; with v(S1) a network can tell as much by no patch as by half of them.
pub fn variants() -> [(&'static str, Modulation); 3] {
    let low = Term::suppress(0.7..1.0)
        .coefficient(Coefficient::Fixed(1.0))
        .weight(10.0)
        .draws(4);
    let high = Term::suppress(0.0..0.5).coefficient(Coefficient::Fixed(0.0));
    [
        ("plain", Modulation::none()),
        ("low-order", Modulation::none().with(low)),
        ("high-order", Modulation::none().with(high)),
    ]
}

/// The players: patches of two by two pixels.
fn players() -> Patches {
    Patches::grid(8, 8)
}

/// Generated images, standardised.
fn images(count: usize, seed: u64) -> Arc<ImageSamples> {
    let images = scenes(count, seed);
    let normalization = Normalization::fit(&images).expect("images of three channels");
    Arc::new(ImageSamples::new(Arc::new(images), normalization))
}

/// Trains a copy of the network.
pub fn train(net: &ResNetCifar, modulation: Modulation, seed: u64, device: &Device) -> ResNetCifar {
    let batches =
        Loader::new(images(IMAGES, seed), BATCH, &device.clone().autodiff()).shuffled(seed);
    let epoch = Epoch::new();
    let model = Modulated::new(net.clone().train(), players())
        .modulation(modulation)
        .epoch(epoch.clone())
        .seed(seed);
    let steps = EPOCHS * IMAGES.div_ceil(BATCH);
    let rate = ExponentialLrSchedulerConfig::new(0.05, 0.1_f64.powf(1.0 / steps as f64));
    let momentum = MomentumConfig::new().with_dampening(0.0);
    let optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
    let mut learner = Learner::new(model, optimizer, rate.init().expect("a rate below 1"));
    for number in 0..EPOCHS {
        epoch.set(number as u64);
        for batch in batches.iter() {
            learner.lr_step();
            let step = learner.train_step(batch.expect("a batch of images"));
            learner.optimizer_step(step.grads);
        }
    }
    learner.model().net.valid()
}

/// The share of new images whose class a network finds, and the strength of orders in some of them.
pub fn measure(net: &ResNetCifar, device: &Device) -> Result<(f32, Strength)> {
    let images = images(TESTED.0, u64::MAX);
    let all: Vec<usize> = (0..TESTED.0).collect();
    let batch = images.read(&all, 0, device).expect("generated images");
    let labels: Vec<usize> = all.iter().map(|index| images.label(*index)).collect();
    let found = burn_interaction::game::predictions(net.forward(batch.inputs.clone()))?;
    let right = found
        .iter()
        .zip(&labels)
        .filter(|(found, label)| found == label)
        .count();
    let measurement = Measurement::new(players())
        .orders(Orders::ratios([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0]))
        .pairs(Pairs::neighbours(2, 40))
        .contexts(4);
    let profile = measurement.run(
        net,
        batch.inputs.narrow(0, 0, TESTED.1),
        labels[..TESTED.1].to_vec(),
    )?;
    Ok((right as f32 / TESTED.0 as f32, profile.strength()))
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    let seed = std::env::args().nth(2).map_or(Ok(1), |seed| seed.parse())?;
    device.seed(seed);
    let net = ResNetCifarConfig::new(4)
        .with_blocks(1)
        .with_width(8)
        .init(&device);
    let mut curves = Curves::new("One network for images towards low and high orders");
    for (name, modulation) in variants() {
        let (right, strength) = measure(&train(&net, modulation, seed, &device), &device)?;
        let points = strength
            .points
            .iter()
            .map(|p| format!("{:.2}", p.relative_corrected.unwrap_or(f64::NAN)));
        let points: Vec<String> = points.collect();
        println!("{name:10}  accuracy {right:.3}  J {}", points.join(" "));
        curves = curves.with(name, strength);
    }
    println!("\n{}", curves.text(16));
    std::fs::create_dir_all("interaction-out")?;
    Chart::from(&curves).save_svg("interaction-out/image-variants.svg")?;
    Chart::from(&curves).save_png("interaction-out/image-variants.png")?;
    println!("wrote interaction-out/image-variants.{{svg,png}}");
    Ok(())
}
