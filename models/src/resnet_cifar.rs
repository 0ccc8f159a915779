use burn::config::Config;
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor, activation::relu, s};
use burn_interaction::Classifier;

use crate::weights::Reference;

/// Configuration of a [`ResNetCifar`].
#[derive(Config, Debug)]
pub struct ResNetCifarConfig {
    /// Classes.
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
    conv1: Conv2d,
    bn1: BatchNorm,
    layer1: Vec<BasicBlock>,
    layer2: Vec<BasicBlock>,
    layer3: Vec<BasicBlock>,
    linear: Linear,
}

#[derive(Module, Debug)]
struct BasicBlock {
    conv1: Conv2d,
    bn1: BatchNorm,
    conv2: Conv2d,
    bn2: BatchNorm,
}

fn conv3(from: usize, to: usize, stride: usize, device: &Device) -> Conv2d {
    Conv2dConfig::new([from, to], [3, 3])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .with_bias(false)
        .init(device)
}

impl ResNetCifarConfig {
    /// ResNet-20.
    pub fn resnet20(classes: usize) -> Self {
        Self::new(classes)
    }

    /// ResNet-56.
    pub fn resnet56(classes: usize) -> Self {
        Self::new(classes).with_blocks(9)
    }

    /// The network with random weights.
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
            bn1: BatchNormConfig::new(width).init(device),
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
            bn1: BatchNormConfig::new(to).init(device),
            conv2: conv3(to, to, 1, device),
            bn2: BatchNormConfig::new(to).init(device),
        }
    }

    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let x = relu(self.bn1.forward(self.conv1.forward(input.clone())));
        let x = self.bn2.forward(self.conv2.forward(x));
        let shortcut = match x.dims() == input.dims() {
            true => input,
            false => option_a(input, x.dims()[1]),
        };
        relu(x + shortcut)
    }
}

/// Every second row and column, and new channels of zeros, half of them in front and half behind.
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
        let mut x = relu(self.bn1.forward(self.conv1.forward(input)));
        for block in self.layer1.iter().chain(&self.layer2).chain(&self.layer3) {
            x = block.forward(x);
        }
        let pooled: Tensor<2> = x.flatten::<3>(2, 3).mean_dim(2).squeeze_dim(2);
        self.linear.forward(pooled)
    }
}

impl Classifier<Tensor<4>> for ResNetCifar {
    fn logits(&self, input: Tensor<4>) -> Tensor<2> {
        self.forward(input)
    }
}

impl Reference for ResNetCifar {
    fn name(&self) -> String {
        format!("resnet{}", 6 * self.layer1.len() + 2)
    }
}
