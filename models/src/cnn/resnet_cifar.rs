use burn::config::Config;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, s};

use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{ConvNorm, ConvNormConfig, global_average};
use crate::weights::{Reference, renamed};

/// Configuration of a [`ResNetCifar`].
#[derive(Config, Debug)]
pub struct ResNetCifarConfig {
    /// Number of classes.
    pub classes: usize,
    /// Blocks in each of the three stages: 3 makes ResNet-20, 9 ResNet-56, n ResNet-(6n+2).
    #[config(default = 3)]
    pub blocks: usize,
    /// Channels of the first stage; the others have twice and four times as many.
    #[config(default = 16)]
    pub width: usize,
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
}

/// The residual networks for 32x32 images: ResNet-20 and ResNet-56, with parameter-free shortcuts (option A).
///
/// Reference: akamaster/pytorch_resnet_cifar10; keys `conv1`, `bn1`, `layer{1,2,3}.N.{conv1,bn1,conv2,bn2}`, `linear`.
/// Takes images of any size whose sides are at least 4.
#[derive(Module, Debug)]
pub struct ResNetCifar {
    conv1: ConvNorm,
    layer1: Vec<BasicBlock>,
    layer2: Vec<BasicBlock>,
    layer3: Vec<BasicBlock>,
    linear: Linear,
}

#[derive(Module, Debug)]
struct BasicBlock {
    conv1: ConvNorm,
    conv2: ConvNorm,
}

fn conv3(from: usize, to: usize, stride: usize, device: &Device) -> ConvNorm {
    ConvNormConfig::new(from, to, 3).stride(stride).init(device)
}

impl ResNetCifarConfig {
    /// The configuration of ResNet-20.
    pub fn resnet20(classes: usize) -> Self {
        Self::new(classes)
    }

    /// The configuration of ResNet-56.
    pub fn resnet56(classes: usize) -> Self {
        Self::new(classes).with_blocks(9)
    }

    /// Makes the network with random weights: convolutions by He's initialisation with fan-out, as torchvision's residual networks start;
    /// the reference takes fan-in, and for its Linear layer, too.
    pub fn init(&self, device: &Device) -> ResNetCifar {
        let width = self.width;
        let stage = |from: usize, to: usize, stride: usize| {
            let block = |index: usize| match index {
                0 => BasicBlock::new(from, to, stride, device),
                _ => BasicBlock::new(to, to, 1, device),
            };
            (0..self.blocks).map(block).collect()
        };
        ResNetCifar {
            conv1: conv3(self.channels, width, 1, device),
            layer1: stage(width, width, 1),
            layer2: stage(width, 2 * width, 2),
            layer3: stage(2 * width, 4 * width, 2),
            linear: LinearConfig::new(4 * width, self.classes).init(device),
        }
    }
}

impl BasicBlock {
    fn new(from: usize, to: usize, stride: usize, device: &Device) -> Self {
        Self {
            conv1: conv3(from, to, stride, device),
            conv2: conv3(to, to, 1, device),
        }
    }

    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let x = self.conv1.activated(input.clone());
        let shortcut = match x.dims() == input.dims() {
            true => input,
            false => option_a(input, x.dims()[1]),
        };
        self.conv2.joined(x, shortcut)
    }
}

/// The parameter-free shortcut: every second row and column, and new channels of zeros, half of them in front and half
/// behind.
fn option_a(input: Tensor<4>, to: usize) -> Tensor<4> {
    let x = input.slice(s![.., .., ..;2, ..;2]);
    let [batch, from, height, width] = x.dims();
    let zeros = |channels: usize| Tensor::zeros([batch, channels, height, width], &x.device());
    let before = (to - from) / 2;
    Tensor::cat(vec![zeros(before), x.clone(), zeros(to - from - before)], 1)
}

impl ResNetCifar {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let mut x = self.conv1.activated(input);
        for block in self.layer1.iter().chain(&self.layer2).chain(&self.layer3) {
            x = block.forward(x);
        }
        self.linear.forward(global_average(x))
    }
}

impl Reference for ResNetCifar {
    fn name(&self) -> String {
        format!("resnet{}", 6 * self.layer1.len() + 2)
    }

    fn renames(&self) -> Vec<(String, String)> {
        renamed(&[
            ("conv1.conv.", "conv1."),
            ("conv1.bn.", "bn1."),
            ("conv2.conv.", "conv2."),
            ("conv2.bn.", "bn2."),
        ])
    }

    fn head(&self) -> &'static [&'static str] {
        &["linear."]
    }
}

impl ImageFamily for ResNetCifar {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, blocks, width| {
            variant(name, Preprocessing::cifar(), move |spec, device| {
                spec.at_least(4)?;
                let config = ResNetCifarConfig::new(spec.classes).with_channels(spec.size.channels);
                Ok(config.with_blocks(blocks).with_width(width).init(device))
            })
        };
        vec![
            of("resnet20", 3, 16),
            of("resnet20-slim", 3, 8),
            of("resnet32", 5, 16),
            of("resnet44", 7, 16),
            of("resnet56", 9, 16),
            of("resnet110", 18, 16),
        ]
    }
}
