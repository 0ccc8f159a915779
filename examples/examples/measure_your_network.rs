//! Measuring a network of your own: implement one method, name the players, run.
//!
//! `cargo run --release --example measure_your_network`, with another device than the CPU `-- DEVICE` behind it.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Distribution, Tensor, activation::relu};
use burn_interaction::{Classifier, Features, Measurement, Orders, Pairs};

#[derive(Module, Debug)]
struct Net {
    first: Linear,
    second: Linear,
}

impl Classifier<Tensor<2>> for Net {
    fn logits(&self, input: Tensor<2>) -> Tensor<2> {
        self.second.forward(relu(self.first.forward(input)))
    }
}

fn main() -> Result<(), burn_interaction::Error> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    let net = Net {
        first: LinearConfig::new(10, 32).init(&device),
        second: LinearConfig::new(32, 2).init(&device),
    };
    let inputs = Tensor::random([16, 10], Distribution::Normal(0.0, 1.0), &device);

    let measurement = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .contexts(20)
        .seed(7);
    println!("{} forwards", measurement.cost(&inputs)?.forwards);
    let profile = measurement.run(&net, inputs, vec![1; 16])?;

    let strength = profile.strength();
    for point in &strength.points {
        println!("{point:.4}");
    }
    println!("{}", strength.verdict());
    Ok(())
}
