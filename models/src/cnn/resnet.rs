use burn::config::Config;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{ConvNorm, ConvNormConfig, MaxPool, global_average};
use crate::weights::{Reference, renamed};

/// Configuration of a [`ResNet`].
#[derive(Config, Debug)]
pub struct ResNetConfig {
    /// Number of classes.
    pub classes: usize,
    /// Blocks in each of the four stages: 2, 2, 2, 2 make ResNet-18.
    #[config(default = "[2, 2, 2, 2]")]
    pub blocks: [usize; 4],
    /// Whether blocks have three convolutions, the last of which widens fourfold, as in ResNet-50.
    #[config(default = false)]
    pub bottleneck: bool,
    /// Channels of the stem and of the first stage before widening.
    #[config(default = 64)]
    pub width: usize,
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
}

/// The residual networks for ImageNet.
///
/// Reference: torchvision `resnet18` to `resnet152`; keys `conv1`, `bn1`, `layer{1-4}.N`, `fc`. Bottlenecks stride in
/// their 3x3 convolution. Takes images of any size whose sides are at least 2.
#[derive(Module, Debug)]
pub struct ResNet {
    conv1: ConvNorm,
    layer1: Vec<Block>,
    layer2: Vec<Block>,
    layer3: Vec<Block>,
    layer4: Vec<Block>,
    fc: Linear,
}

/// A residual block: two 3x3 convolutions, or 1x1, 3x3 and 1x1; and where the shape changes a 1x1 convolution on the
/// shortcut.
#[derive(Module, Debug)]
struct Block {
    conv1: ConvNorm,
    conv2: ConvNorm,
    conv3: Option<ConvNorm>,
    downsample: Option<ConvNorm>,
}

impl ResNetConfig {
    /// The configuration of ResNet-18, 34, 50, 101 or 152; `None` for another depth.
    pub fn depth(depth: usize, classes: usize) -> Option<Self> {
        let (blocks, bottleneck) = match depth {
            18 => ([2, 2, 2, 2], false),
            34 => ([3, 4, 6, 3], false),
            50 => ([3, 4, 6, 3], true),
            101 => ([3, 4, 23, 3], true),
            152 => ([3, 8, 36, 3], true),
            _ => return None,
        };
        Some(
            Self::new(classes)
                .with_blocks(blocks)
                .with_bottleneck(bottleneck),
        )
    }

    /// Makes the network with random weights.
    pub fn init(&self, device: &Device) -> ResNet {
        let expansion = if self.bottleneck { 4 } else { 1 };
        let mut from = self.width;
        let mut stage = |index: usize| {
            let width = self.width << index;
            let stride = if index == 0 { 1 } else { 2 };
            let block = |k: usize| {
                let (from, stride) = match k {
                    0 => (from, stride),
                    _ => (expansion * width, 1),
                };
                Block::new(from, width, stride, self.bottleneck, device)
            };
            let blocks = (0..self.blocks[index]).map(block).collect();
            from = expansion * width;
            blocks
        };
        ResNet {
            conv1: ConvNormConfig::new(self.channels, self.width, 7)
                .stride(2)
                .init(device),
            layer1: stage(0),
            layer2: stage(1),
            layer3: stage(2),
            layer4: stage(3),
            fc: LinearConfig::new(expansion * 8 * self.width, self.classes).init(device),
        }
    }
}

impl Block {
    fn new(from: usize, width: usize, stride: usize, bottleneck: bool, device: &Device) -> Self {
        let to = if bottleneck { 4 * width } else { width };
        let conv = |from, to, kernel, stride| {
            ConvNormConfig::new(from, to, kernel)
                .stride(stride)
                .init(device)
        };
        let (conv1, conv2, conv3) = match bottleneck {
            true => (
                conv(from, width, 1, 1),
                conv(width, width, 3, stride),
                Some(conv(width, to, 1, 1)),
            ),
            false => (conv(from, width, 3, stride), conv(width, width, 3, 1), None),
        };
        Self {
            conv1,
            conv2,
            conv3,
            downsample: (stride > 1 || from != to).then(|| conv(from, to, 1, stride)),
        }
    }

    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let x = self.conv1.activated(input.clone());
        let shortcut = match &self.downsample {
            Some(downsample) => downsample.forward(input),
            None => input,
        };
        match &self.conv3 {
            Some(conv3) => conv3.joined(self.conv2.activated(x), shortcut),
            None => self.conv2.joined(x, shortcut),
        }
    }
}

impl ResNet {
    fn stages(&self) -> [&Vec<Block>; 4] {
        [&self.layer1, &self.layer2, &self.layer3, &self.layer4]
    }

    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let mut x = MaxPool::new(3, 2, 1).forward(self.conv1.activated(input));
        for block in self.stages().into_iter().flatten() {
            x = block.forward(x);
        }
        self.fc.forward(global_average(x))
    }
}

impl Reference for ResNet {
    fn name(&self) -> String {
        let convolutions = |block: &Block| 2 + usize::from(block.conv3.is_some());
        let inside: usize = self.stages().into_iter().flatten().map(convolutions).sum();
        format!("resnet{}", inside + 2)
    }

    fn renames(&self) -> Vec<(String, String)> {
        renamed(&[
            ("conv1.conv.", "conv1."),
            ("conv1.bn.", "bn1."),
            ("conv2.conv.", "conv2."),
            ("conv2.bn.", "bn2."),
            ("conv3.conv.", "conv3."),
            ("conv3.bn.", "bn3."),
            ("downsample.conv.", "downsample.0."),
            ("downsample.bn.", "downsample.1."),
        ])
    }

    fn head(&self) -> &'static [&'static str] {
        &["fc."]
    }
}

impl ImageFamily for ResNet {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, depth, width| {
            variant(name, Preprocessing::torchvision(), move |spec, device| {
                spec.at_least(2)?;
                let config =
                    ResNetConfig::depth(depth, spec.classes).expect("a depth of the table");
                let config = config.with_channels(spec.size.channels);
                Ok(config.with_width(width).init(device))
            })
        };
        vec![
            of("resnet18", 18, 64),
            of("resnet18-slim", 18, 16),
            of("resnet34", 34, 64),
            of("resnet50", 50, 64),
            of("resnet50-slim", 50, 16),
            of("resnet101", 101, 64),
            of("resnet152", 152, 64),
        ]
    }
}
