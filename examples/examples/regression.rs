//! A network that predicts a number: its output is the game, without classes.
//!
//! `cargo run --release --example regression`, with another device than the CPU `-- DEVICE` behind it.

use burn::module::Module;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Distribution, Tensor};
use burn_interaction::{Baseline, Features, Measurement, Orders, Pairs, Reward};
use burn_interaction_models::MlpConfig;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    let training = device.clone().autodiff();
    // y = 2 x0 x1 + x2 x3 x4: a pair that cooperates at every order, and three features that do so from order 1 on.
    let x = Tensor::<2>::random([2000, 6], Distribution::Uniform(-1.0, 1.0), &training);
    let column = |k: usize| x.clone().narrow(1, k, 1);
    let y = column(0) * column(1) * 2.0 + column(2) * column(3) * column(4);

    let mut net = MlpConfig::new(6, 1).init(&training);
    let mut optimizer = SgdConfig::new().init();
    for _ in 0..600 {
        let loss = (net.forward(x.clone()) - y.clone()).powi_scalar(2).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        net = optimizer.step(0.2, net, gradients);
    }

    let rows = x.without_autodiff();
    let inputs = rows.clone().narrow(0, 0, 20);
    let profile = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .baseline(Baseline::mean_of_rows(&rows)?)
        .reward(Reward::Output) // the prediction itself; targets are not looked at
        .run(&net.valid(), inputs, vec![0; 20])?;

    let strength = |pair| {
        let sizes = profile.samples().iter().map(|sample| {
            let orders = (0..=4).filter_map(|order| sample.interaction(order, pair));
            orders.map(|e| e.mean.abs()).sum::<f64>() / 5.0
        });
        sizes.sum::<f64>() / profile.samples().len() as f64
    };
    // Of y itself these are 2 |x0 x1|, .5 on average, |x2 x3 x4| for the contexts with feature 4, .06, and nothing.
    for pair in [(0, 1), (2, 3), (0, 5)] {
        println!(
            "features {} and {}: mean |I| {:.3}",
            pair.0,
            pair.1,
            strength(pair)
        );
    }
    println!("{}", profile.strength().verdict());
    Ok(())
}
