use burn::config::Config;
use burn::module::Module;
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{ConvNorm, ConvNormConfig, MaxPool, dense};
use crate::weights::{Reference, sequential};

/// Convolutions before each of the five pools.
const STAGES: [(usize, [usize; 5]); 4] = [
    (11, [1, 1, 2, 2, 2]),
    (13, [2, 2, 2, 2, 2]),
    (16, [2, 2, 3, 3, 3]),
    (19, [2, 2, 4, 4, 4]),
];
const WIDTHS: [usize; 5] = [64, 128, 256, 512, 512];

/// Configuration of a [`Vgg`].
#[derive(Config, Debug)]
pub struct VggConfig {
    /// Number of classes.
    pub classes: usize,
    /// Convolutions before each of the five pools: 2, 2, 3, 3, 3 make VGG-16.
    #[config(default = "[2, 2, 3, 3, 3]")]
    pub stages: [usize; 5],
    /// Whether batch normalisation follows each convolution.
    #[config(default = false)]
    pub batch_norm: bool,
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
    /// Divisor of every width, for small networks.
    #[config(default = 1)]
    pub width_divisor: usize,
    /// Dropout after the first two Linear layers.
    #[config(default = 0.5)]
    pub dropout: f64,
}

/// VGG: five stages of 3x3 convolutions with a 2x2 max pool after each, and three Linear layers.
///
/// Reference: torchvision `vgg11` to `vgg19` and `vgg11_bn` to `vgg19_bn`; keys `features.N`, `classifier.{0,3,6}`. Takes
/// images of any size whose sides are at least 32, as it averages to 7x7 before the first Linear.
#[derive(Module, Debug)]
pub struct Vgg {
    features: Vec<ConvNorm>,
    #[module(skip)]
    stages: [usize; 5],
    average: AdaptiveAvgPool2d,
    dropout: Dropout,
    classifier: Vec<Linear>,
    #[module(skip)]
    batch_norm: bool,
}

impl VggConfig {
    /// The configuration of VGG-11, 13, 16 or 19; `None` for another depth.
    pub fn depth(depth: usize, classes: usize) -> Option<Self> {
        let (_, stages) = STAGES.into_iter().find(|(known, _)| *known == depth)?;
        Some(Self::new(classes).with_stages(stages))
    }

    /// Makes the network with random weights.
    pub fn init(&self, device: &Device) -> Vgg {
        let width = |full: usize| (full / self.width_divisor).max(1);
        let mut channels = self.channels;
        let mut features = Vec::new();
        for (count, full) in self.stages.into_iter().zip(WIDTHS) {
            for _ in 0..count {
                let conv = ConvNormConfig::new(channels, width(full), 3).bias();
                let conv = if self.batch_norm { conv } else { conv.plain() };
                features.push(conv.init(device));
                channels = width(full);
            }
        }
        let hidden = width(4096);
        let sizes = [channels * 7 * 7, hidden, hidden, self.classes];
        let linear = |sizes: &[usize]| {
            let initializer = Initializer::Normal {
                mean: 0.0,
                std: 0.01,
            };
            let mut linear = LinearConfig::new(sizes[0], sizes[1])
                .with_initializer(initializer)
                .init(device);
            linear.bias = linear.bias.map(|bias| bias.map(|b| b.zeros_like()));
            linear
        };
        Vgg {
            features,
            stages: self.stages,
            average: AdaptiveAvgPool2dConfig::new([7, 7]).init(),
            dropout: DropoutConfig::new(self.dropout).init(),
            classifier: sizes.windows(2).map(linear).collect(),
            batch_norm: self.batch_norm,
        }
    }
}

impl Vgg {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let mut x = input;
        let mut features = self.features.iter();
        for count in self.stages {
            for conv in features.by_ref().take(count) {
                x = conv.activated(x);
            }
            x = MaxPool::new(2, 2, 0).forward(x);
        }
        let x = self.average.forward(x).flatten(1, 3);
        dense(x, &self.classifier, &self.dropout, [1, 2])
    }
}

impl Reference for Vgg {
    fn name(&self) -> String {
        let depth = self.features.len() + self.classifier.len();
        let suffix = if self.batch_norm { "-bn" } else { "" };
        format!("vgg{depth}{suffix}")
    }

    fn renames(&self) -> Vec<(String, String)> {
        // A convolution, its batch norm, its ReLU; after each stage a pool.
        let step = if self.batch_norm { 3 } else { 2 };
        let mut there = 0;
        let mut renames = sequential("classifier", &[0, 3, 6]);
        let mut here = 0;
        for count in self.stages {
            for _ in 0..count {
                renames.push((
                    format!("features.{here}.conv."),
                    format!("features.{there}."),
                ));
                renames.push((
                    format!("features.{here}.bn."),
                    format!("features.{}.", there + 1),
                ));
                here += 1;
                there += step;
            }
            there += 1;
        }
        renames
    }

    fn head(&self) -> &'static [&'static str] {
        &["classifier.2."]
    }
}

impl ImageFamily for Vgg {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, depth, norm, divisor| {
            variant(name, Preprocessing::torchvision(), move |spec, device| {
                spec.at_least(32)?;
                let config = VggConfig::depth(depth, spec.classes).expect("a depth of the table");
                let config = config.with_batch_norm(norm).with_width_divisor(divisor);
                Ok(config.with_channels(spec.size.channels).init(device))
            })
        };
        vec![
            of("vgg11", 11, false, 1),
            of("vgg13", 13, false, 1),
            of("vgg16", 16, false, 1),
            of("vgg16-slim", 16, false, 8),
            of("vgg19", 19, false, 1),
            of("vgg11-bn", 11, true, 1),
            of("vgg13-bn", 13, true, 1),
            of("vgg16-bn", 16, true, 1),
            of("vgg16-bn-slim", 16, true, 8),
            of("vgg19-bn", 19, true, 1),
        ]
    }
}
