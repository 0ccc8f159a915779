//! A modulation term in a training loop of your own.
//!
//! `cargo run --release --example loss_in_your_step`

use burn::module::Module;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Tensor};
use burn_interaction::{Draw, Features, Measurement, Modulation, Orders, Pairs, Term};
use burn_interaction_datasets::rules;
use burn_interaction_models::{Mlp, MlpConfig};

fn train(modulation: &Modulation, device: &Device) -> Result<Mlp, burn_interaction::Error> {
    device.seed(1);
    let training = device.clone().autodiff();
    let table = rules(2048, 1);
    let mut net = MlpConfig::new(10, 2).init(&training);
    let mut optimizer = SgdConfig::new().init();
    for step in 0..400 {
        let rows: Vec<usize> = (0..128).map(|k| (step * 128 + k) % 2048).collect();
        let batch = table.batch(&rows, &training);
        // Every epoch of 16 batches draws other players for a row.
        let draw = Draw {
            seed: 1,
            epoch: step as u64 / 16,
        };
        // Cross entropy plus the terms; `loss.terms` has each of them by itself.
        let loss = modulation.loss(&|x: Tensor<2>| net.forward(x), &Features, batch, draw)?;
        let gradients = GradientsParams::from_grads(loss.total.backward(), &net);
        net = optimizer.step(0.1, net, gradients);
    }
    Ok(net.valid())
}

fn main() -> Result<(), burn_interaction::Error> {
    let device = Device::flex();
    let test = rules(100, 2);
    let batch = test.batch(&(0..100).collect::<Vec<_>>(), &device);
    let labels: Vec<usize> = test.rows().iter().map(|row| row.label).collect();
    let measurement = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .contexts(70);
    for (name, modulation) in [
        ("plain", Modulation::none()),
        (
            "high orders suppressed",
            Modulation::none().with(Term::suppress(0.7..1.0)),
        ),
        (
            "low orders suppressed",
            Modulation::none().with(Term::suppress(0.0..0.5)),
        ),
    ] {
        let net = train(&modulation, &device)?;
        let strength = measurement
            .run(&net, batch.inputs.clone(), labels.clone())?
            .strength();
        let curve: Vec<String> = strength
            .points
            .iter()
            .map(|p| format!("{:.2}", p.relative))
            .collect();
        println!("{name:24} J {}", curve.join(" "));
    }
    Ok(())
}
