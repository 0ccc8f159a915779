//! Measurement against the raw forwards of the same network and batch.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use burn_interaction::{Classifier, Measurement, Orders, Pairs, Patches};
use burn_interaction_models::registry::{ImageSize, image_network};

use crate::error::Result;

use super::in_turn;

/// Prints the time of bare forwards over that of a measurement of as many batches (floor: 1). On the CPU a measurement
/// computes parts of a batch side by side, and may take less time than bare forwards.
///
/// # Errors
///
/// Fails where the device fails.
pub fn run(device: &Device, repeats: usize) -> Result<()> {
    println!("time of the bare forwards of a measurement, as a share of its own time (aim 0.95)");
    for (name, side, contexts) in [
        ("resnet20", 32, 3),
        ("resnet20-slim", 16, 30),
        ("alexnet-cifar", 32, 1),
        ("vit-tiny/8", 64, 1),
        ("pvt-tiny", 64, 1),
    ] {
        let size = ImageSize::square(side);
        let net = image_network(name, size, 10, device)?.valid();
        let images = Tensor::<4>::random([2, 3, side, side], Distribution::Default, device);
        let grid = Patches::grid(side / 2, side / 2);
        let measurement = Measurement::new(grid).orders(Orders::ratios([0.1, 0.5, 0.9]));
        let measurement = measurement
            .pairs(Pairs::windows(3, 36))
            .contexts(contexts)
            .batch(128);
        let cost = measurement.cost(&images)?;
        let batch = Tensor::<4>::random([128, 3, side, side], Distribution::Default, device);
        let raw = || {
            for _ in 0..cost.batches {
                let _ = net.logits(batch.clone()).into_data();
            }
        };
        let measured = || {
            measurement
                .run(&net, images.clone(), vec![0, 1])
                .expect("a measurement that was priced");
        };
        let [raw, measured] = in_turn(repeats, raw, measured);
        println!(
            "  {name:14} {side}x{side}, {} batches: {raw:8.1?} bare, {measured:8.1?} measured: {:.3}",
            cost.batches,
            raw.as_secs_f64() / measured.as_secs_f64()
        );
    }
    println!();
    Ok(())
}
