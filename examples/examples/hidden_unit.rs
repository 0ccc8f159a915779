//! Which interactions make a hidden unit: a layer's output is a game as the network's is.
//!
//! `cargo run --release --example hidden_unit`, with another device than the CPU `-- DEVICE` behind it.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Distribution, Tensor};
use burn_interaction::{Features, Measurement, Orders, Pairs, Reward};

#[derive(Module, Debug)]
struct Net {
    first: Linear,
    second: Linear,
    last: Linear,
}

impl Net {
    /// The activations of the second hidden layer, `[batch, 8]`.
    fn hidden(&self, x: Tensor<2>) -> Tensor<2> {
        relu(self.second.forward(relu(self.first.forward(x))))
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.last.forward(self.hidden(x))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    let training = device.clone().autodiff();
    training.seed(1);
    let x = Tensor::<2>::random([2000, 6], Distribution::Uniform(-1.0, 1.0), &training);
    let column = |k: usize| x.clone().narrow(1, k, 1);
    let y = column(0) * column(1) * 2.0 + column(2) * column(3) * column(4) * 2.0;
    let linear = |from, to| LinearConfig::new(from, to).init(&training);
    let mut net = Net {
        first: linear(6, 32),
        second: linear(32, 8),
        last: linear(8, 1),
    };
    let mut optimizer = SgdConfig::new().init();
    for _ in 0..500 {
        let loss = (net.forward(x.clone()) - y.clone()).powi_scalar(2).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        net = optimizer.step(0.2, net, gradients);
    }

    let net = net.valid();
    let inputs = x.without_autodiff().narrow(0, 0, 20);
    let measurement = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .reward(Reward::Output); // the activation itself; targets are the numbers of outputs, here of the only one
    for unit in 0..8 {
        // The unit is a network of its own, with one output.
        let activation = |x: Tensor<2>| net.hidden(x).narrow(1, unit, 1);
        let profile = measurement.run(&activation, inputs.clone(), vec![0; 20])?;
        let samples = profile.samples();
        let strength = |pair| {
            let of = |order| {
                samples
                    .iter()
                    .filter_map(move |s| s.interaction(order, pair))
            };
            (0..=4).flat_map(of).map(|e| e.mean.abs()).sum::<f64>()
        };
        let pairs = (0..6).flat_map(|i| (i + 1..6).map(move |j| (i, j)));
        let strongest = pairs.max_by(|a, b| strength(*a).total_cmp(&strength(*b)));
        let (i, j) = strongest.expect("six features have pairs");
        let level = strength((i, j)) / (5 * samples.len()) as f64;
        match level > 1e-6 {
            true => println!("unit {unit}: features {i} and {j}, mean |I| {level:.3}"),
            false => println!("unit {unit}: silent"),
        }
    }
    Ok(())
}
