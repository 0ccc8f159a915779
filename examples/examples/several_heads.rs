//! A network with several heads: each has interactions of its own, in one body.
//!
//! `cargo run --release --example several_heads`, with another device than the CPU `-- DEVICE` behind it.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Int, Tensor};
use burn_interaction::modulation::cross_entropy;
use burn_interaction::{Baseline, Features, Measurement, Orders, Pairs};
use burn_interaction_datasets::rules;

/// A body with a head for the class of a row, and one for whether most of its features agree in sign.
#[derive(Module, Debug)]
struct TwoHeads {
    body: Linear,
    class: Linear,
    agree: Linear,
}

impl TwoHeads {
    fn features(&self, x: Tensor<2>) -> Tensor<2> {
        relu(self.body.forward(x))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    let training = device.clone().autodiff();
    training.seed(1);
    let table = rules(2000, 1);
    let batch = table.batch(&(0..2000).collect::<Vec<_>>(), &training);
    let positive = batch
        .inputs
        .clone()
        .greater_elem(0.0)
        .int()
        .sum_dim(1)
        .reshape([2000]);
    let agree: Tensor<1, Int> = positive.sub_scalar(5).abs().greater_elem(1).int();

    let linear = |from, to| LinearConfig::new(from, to).init(&training);
    let mut net = TwoHeads {
        body: linear(10, 64),
        class: linear(64, 2),
        agree: linear(64, 2),
    };
    let mut optimizer = SgdConfig::new().init();
    for _ in 0..600 {
        let shared = net.features(batch.inputs.clone());
        let loss = cross_entropy(net.class.forward(shared.clone()), batch.targets.clone())
            + cross_entropy(net.agree.forward(shared), agree.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        net = optimizer.step(0.3, net, gradients);
    }

    let net = net.valid();
    let rows = batch.inputs.without_autodiff();
    let inputs = rows.clone().narrow(0, 0, 40);
    let labels = |targets: Tensor<1, Int>| -> Result<Vec<usize>, Box<dyn std::error::Error>> {
        let values = targets.narrow(0, 0, 40).try_into_vec_as::<i64>();
        let values = values.map_err(|e| format!("{e:?}"))?;
        Ok(values.into_iter().map(|label| label as usize).collect())
    };
    let measurement = Measurement::new(Features)
        .orders(Orders::all())
        .pairs(Pairs::all())
        .baseline(Baseline::mean_of_rows(&rows)?);
    // A head is a closure over the network.
    let class = |x: Tensor<2>| net.class.forward(net.features(x));
    let agreeing = |x: Tensor<2>| net.agree.forward(net.features(x));
    let profiles = [
        (
            "class",
            measurement.run(&class, inputs.clone(), labels(batch.targets)?)?,
        ),
        ("agree", measurement.run(&agreeing, inputs, labels(agree)?)?),
    ];
    for (head, profile) in profiles {
        println!("{head}: {}", profile.strength().verdict());
    }
    Ok(())
}
