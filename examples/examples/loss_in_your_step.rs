//! A modulation term in a training loop of your own, beside the same loop without it.
//!
//! `cargo run --release --example loss_in_your_step`, with another device than the CPU `-- DEVICE` behind it.
//!
//! One should see a U without a term, a lower end where high orders are suppressed, and next to nothing at the start
//! where low ones are.

use burn::module::Module;
use burn::optim::{GradientsParams, SgdConfig, momentum::MomentumConfig};
use burn::tensor::{Device, Tensor};
use burn_interaction::modulation::Coefficient;
use burn_interaction::{Draw, Estimator, Features, Measurement, Modulation, Orders, Pairs, Term};
use burn_interaction_datasets::rules;
use burn_interaction_models::{Mlp, MlpConfig};

fn train(modulation: &Modulation, device: &Device) -> Result<Mlp, burn_interaction::Error> {
    device.seed(1);
    let training = device.clone().autodiff();
    let table = rules(4096, 1);
    let config = MlpConfig::new(10, 2).with_layers(4).with_hidden(50);
    let mut net = config.init(&training);
    let momentum = MomentumConfig::new().with_dampening(0.0);
    let mut optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
    for step in 0..960 {
        let rows: Vec<usize> = (0..128).map(|k| (step * 128 + k) % 4096).collect();
        let batch = table.batch(&rows, &training);
        // Every epoch of 32 batches draws other players for a row.
        let draw = Draw {
            seed: 1,
            epoch: step as u64 / 32,
        };
        // Cross entropy plus the terms; `loss.terms` has each of them by itself.
        let loss = modulation.loss(&|x: Tensor<2>| net.forward(x), &Features, batch, draw)?;
        let gradients = GradientsParams::from_grads(loss.total.backward(), &net);
        net = optimizer.step(0.1, net, gradients);
    }
    Ok(net.valid())
}

fn main() -> Result<(), burn_interaction::Error> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    let test = rules(1000, 2);
    let batch = test.batch(&(0..1000).collect::<Vec<_>>(), &device);
    let labels: Vec<usize> = test.rows()[..50].iter().map(|row| row.label).collect();
    let measurement = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .estimator(Estimator::Exact);
    // Every column of these rows counts, so that v(S) differs from S to S: v(all) is compared with the mean of four draws.
    let high = Term::suppress(0.7..1.0)
        .coefficient(Coefficient::Fixed(1.0))
        .draws(4);
    let low = Term::suppress(0.0..0.5);
    for (name, modulation) in [
        ("without a term", Modulation::none()),
        ("high orders suppressed", Modulation::none().with(high)),
        ("low orders suppressed", Modulation::none().with(low)),
    ] {
        let net = train(&modulation, &device)?;
        let found = net
            .forward(batch.inputs.clone())
            .argmax(1)
            .squeeze_dim::<1>(1);
        let right = found.equal(batch.targets.clone()).float().mean();
        let strength = measurement
            .run(&net, batch.inputs.clone().narrow(0, 0, 50), labels.clone())?
            .strength();
        let curve: Vec<String> = strength
            .points
            .iter()
            .map(|p| format!("{:.2}", p.relative))
            .collect();
        println!(
            "{name:24} accuracy {:.2}  J {}",
            right.into_scalar::<f32>(),
            curve.join(" ")
        );
    }
    Ok(())
}
