//! One program, any device: the same seed draws the same coalitions everywhere.
//!
//! `cargo run --release --example switch_backends` on the CPU, or with a GPU
//! `cargo run --release --features wgpu --example switch_backends -- wgpu`

use burn::module::Module;
use burn::tensor::Tensor;
use burn_interaction::{Measurement, Orders, Pairs, Patches, device, devices};
use burn_interaction_datasets::{Normalization, scenes};
use burn_interaction_models::ResNetCifarConfig;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for known in devices() {
        println!("{:10} {}", known.name, known.description);
    }
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = device(&name)?;

    let images = scenes(4, 1);
    let batch = images.batch(&[0, 1, 2, 3], &Normalization::fit(&images)?, &device);
    let net = ResNetCifarConfig::new(4)
        .with_width(8)
        .init(&device)
        .valid();
    let measurement = Measurement::new(Patches::grid(8, 8)).orders(Orders::ratios([0.0, 0.5, 1.0]));
    let measurement = measurement.pairs(Pairs::stars(Some(2), 4, 3)).contexts(4);
    let profile = measurement.run(
        &|x: Tensor<4>| net.forward(x),
        batch.inputs,
        vec![0, 1, 2, 3],
    )?;
    println!("{} forwards on {name}", profile.forwards());
    for point in profile.strength().points {
        println!("m/(n-2) {:.2}: S {:.6}", point.ratio, point.raw);
    }
    Ok(())
}
