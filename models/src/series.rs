//! Networks for time series, `[batch, channels, steps]` with a length for each.

use burn::config::Config;
use burn::module::Module;
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, Linear, LinearConfig, PaddingConfig1d};
use burn::tensor::{Device, Tensor, activation::relu};
use burn_interaction::game::training_flags;
use burn_interaction::{Classifier, Series};

use crate::layers::batch_norm;
use crate::weights::{Reference, renamed};

/// Configuration of an [`Fcn`].
#[derive(Config, Debug)]
pub struct FcnConfig {
    /// Input channels.
    pub channels: usize,
    /// Number of classes.
    pub classes: usize,
    /// Channels of the three blocks.
    #[config(default = "[128, 256, 128]")]
    pub widths: [usize; 3],
    /// Steps that the kernels of the three blocks span, each an odd number.
    #[config(default = "[7, 5, 3]")]
    pub kernels: [usize; 3],
}

/// The fully convolutional network for time series of "Time Series Classification from Scratch with Deep Neural Networks: A Strong
/// Baseline": three convolutions with batch norm and ReLU, and the mean over time.
///
/// Reference: timeseriesAI/tsai `FCN`, whose kernels span 7, 5 and 3 steps; keys `convblock{1,2,3}.{0,1}`, `fc`. Padding is zero before every
/// convolution and in no mean, so that a series has the same logits whatever pads it, up to rounding; the statistics of batch norms in training
/// do count it.
#[derive(Module, Debug)]
pub struct Fcn {
    convblock1: Block,
    convblock2: Block,
    convblock3: Block,
    fc: Linear,
}

/// A convolution with batch norm and ReLU.
#[derive(Module, Debug)]
struct Block {
    conv: Conv1d,
    norm: BatchNorm,
}

impl FcnConfig {
    /// Makes the network with random weights.
    ///
    /// # Panics
    ///
    /// Panics if a kernel spans an even number of steps.
    pub fn init(&self, device: &Device) -> Fcn {
        let block = |place: usize| {
            let from = match place {
                0 => self.channels,
                place => self.widths[place - 1],
            };
            Block::new(from, self.widths[place], self.kernels[place], device)
        };
        Fcn {
            convblock1: block(0),
            convblock2: block(1),
            convblock3: block(2),
            fc: LinearConfig::new(self.widths[2], self.classes).init(device),
        }
    }
}

impl Block {
    fn new(from: usize, to: usize, kernel: usize, device: &Device) -> Self {
        assert!(kernel % 2 == 1, "a kernel of {kernel} steps has no middle");
        let conv = Conv1dConfig::new(from, to, kernel)
            .with_padding(PaddingConfig1d::Explicit(kernel / 2, kernel / 2))
            .with_bias(false)
            .with_initializer(Initializer::KaimingNormal {
                gain: 2.0_f64.sqrt(),
                fan_out_only: false,
            });
        Self {
            conv: conv.init(device),
            norm: BatchNormConfig::new(to).init(device),
        }
    }

    fn forward(&self, series: &Series, x: Tensor<3>) -> Tensor<3> {
        series.masked(relu(batch_norm(&self.norm, self.conv.forward(x))))
    }
}

impl Fcn {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - series: `[batch, channels, steps]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, series: Series) -> Tensor<2> {
        let x = series.masked(series.values.clone());
        let x = self.convblock1.forward(&series, x);
        let x = self.convblock2.forward(&series, x);
        let x = self.convblock3.forward(&series, x);
        self.fc.forward(series.mean(x))
    }
}

impl Classifier<Series> for Fcn {
    fn logits(&self, series: Series) -> Tensor<2> {
        self.forward(series)
    }

    fn training(&self) -> Option<bool> {
        Some(training_flags(self))
    }
}

impl Reference for Fcn {
    fn name(&self) -> String {
        "fcn".into()
    }

    fn renames(&self) -> Vec<(String, String)> {
        renamed(&[
            ("convblock1.conv.", "convblock1.0."),
            ("convblock1.norm.", "convblock1.1."),
            ("convblock2.conv.", "convblock2.0."),
            ("convblock2.norm.", "convblock2.1."),
            ("convblock3.conv.", "convblock3.0."),
            ("convblock3.norm.", "convblock3.1."),
        ])
    }

    fn head(&self) -> &'static [&'static str] {
        &["fc."]
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;

    #[test]
    fn padding_changes_no_logits() {
        let device = burn_interaction::device("flex").unwrap();
        let config = FcnConfig::new(2, 3).with_widths([4, 8, 4]);
        let net = config.init(&device);
        let values = Tensor::<3>::random([1, 2, 9], Distribution::Default, &device);
        let alone = net.forward(Series::new(values.clone()));
        let noise = Tensor::random([1, 2, 5], Distribution::Default, &device);
        let padded = Series::padded(Tensor::cat(vec![values, noise], 2), &[9]).unwrap();
        let apart = (net.forward(padded) - alone).abs().max();
        assert!(apart.into_scalar::<f32>() < 1e-6);
    }
}
