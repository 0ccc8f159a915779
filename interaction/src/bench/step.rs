//! A modulated training step against three plain ones, and convolutions with gradients against those of Burn.

use burn::module::{Module, ModuleDisplay};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2dConfig;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Distribution, Int, Tensor};
use burn::train::TrainStep;
use burn_interaction::modulation::{Batching, cross_entropy};
use burn_interaction::training::Modulated;
use burn_interaction::{Batch, Classifier, Features, Modulation, Patches, Players, Term};
use burn_interaction_models::registry::{ImageSize, image_network};
use burn_interaction_models::{MlpConfig, convolve};

use crate::error::Result;

use super::in_turn;

/// Convolutions of 3x3 pixels: channels in and out, side of the images, stride.
const CONVOLUTIONS: [(usize, usize, usize, usize); 6] = [
    (3, 16, 32, 1),
    (8, 8, 32, 1),
    (16, 16, 32, 1),
    (32, 32, 16, 1),
    (32, 64, 16, 2),
    (64, 64, 8, 1),
];

/// Prints the time of a modulated step over that of three plain steps of the same batch, and that of convolutions with their steps
/// backwards over Burn's own.
///
/// # Errors
///
/// Fails where the device fails.
pub fn run(device: &Device, repeats: usize) -> Result<()> {
    println!("a modulated step, over three plain steps of the same batch (aim 1.05)");
    let device = device.clone().autodiff();
    let labels = |rows: usize, classes: i64| {
        Tensor::<1, Int>::arange(0..rows as i64, &device).remainder_scalar(classes)
    };
    for (name, side, rows) in [("resnet20-slim", 16, 64), ("alexnet-cifar", 32, 16)] {
        let net = image_network(name, ImageSize::square(side), 10, &device)?;
        let inputs = Tensor::<4>::random([rows, 3, side, side], Distribution::Default, &device);
        let batch = Batch::new(inputs, labels(rows, 10), (0..rows as u64).collect());
        compare(
            name,
            net,
            Patches::grid(side / 2, side / 2),
            &batch,
            repeats,
            1,
        );
    }
    let net = MlpConfig::new(12, 2).init(&device);
    let batch = Batch::new(
        Tensor::<2>::random([512, 12], Distribution::Default, &device),
        labels(512, 2),
        (0..512).collect(),
    );
    compare("mlp5", net, Features, &batch, repeats, 20);
    convolutions(&device, repeats);
    println!();
    Ok(())
}

fn convolutions(device: &Device, repeats: usize) {
    println!("a convolution of 32 images and its step backwards, over Burn's own (less is better)");
    for (from, to, side, stride) in CONVOLUTIONS {
        let conv = Conv2dConfig::new([from, to], [3, 3])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .init(device);
        let images = [32, from, side, side];
        let images = Tensor::<4>::random(images, Distribution::Default, device).require_grad();
        let backwards = |output: Tensor<4>| {
            let gradients = output.sum().backward();
            let of_weights = conv.weight.grad(&gradients).map(Tensor::into_data);
            let _ = (of_weights, images.grad(&gradients).map(Tensor::into_data));
        };
        let ours = || backwards(convolve(&conv, None, images.clone()));
        let burn = || backwards(conv.forward(images.clone()));
        let [ours, burn] = in_turn(repeats, ours, burn);
        println!(
            "  {from:2} to {to:2} channels, {side}x{side}, stride {stride} {ours:8.1?} ours, {burn:8.1?} Burn's: {:.2}",
            ours.as_secs_f64() / burn.as_secs_f64()
        );
    }
}

fn compare<M, P>(
    name: &str,
    net: M,
    players: P,
    batch: &Batch<P::Input>,
    repeats: usize,
    steps: usize,
) where
    M: Module + ModuleDisplay + Classifier<P::Input> + 'static,
    P: Players + 'static,
    P::Input: 'static,
{
    for (how, batching) in [("joint", Batching::Joint), ("separate", Batching::Separate)] {
        let mut plain = Some(net.clone());
        let mut plain_optimizer = SgdConfig::new().init();
        let three_plain_steps = || {
            for _ in 0..3 * steps {
                let Some(model) = plain.take() else { return };
                let loss = cross_entropy(model.logits(batch.inputs.clone()), batch.targets.clone());
                let gradients = GradientsParams::from_grads(loss.backward(), &model);
                let _ = loss.into_data();
                plain = Some(plain_optimizer.step(0.01, model, gradients));
            }
        };
        let modulation = Modulation::none()
            .with(Term::suppress(0.3..0.7))
            .batching(batching);
        let mut modulated =
            Some(Modulated::new(net.clone(), players.clone()).modulation(modulation));
        let mut optimizer = SgdConfig::new().init();
        let modulated_step = || {
            for _ in 0..steps {
                let Some(model) = modulated.take() else {
                    return;
                };
                let output = TrainStep::step(&model, batch.clone());
                let _ = output.item.task.loss.into_data();
                modulated = Some(optimizer.step(0.01, model, output.grads));
            }
        };
        let [plain, modulated] = in_turn(repeats, three_plain_steps, modulated_step);
        println!(
            "  {:24} {plain:8.1?} three plain, {modulated:8.1?} modulated: {:.2}",
            format!("{name}, {how}"),
            modulated.as_secs_f64() / plain.as_secs_f64()
        );
    }
}
