use burn::config::Config;
use burn::module::Module;
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation::relu};

use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{ConvNorm, ConvNormConfig, MaxPool, global_average};
use crate::weights::{Reference, renamed};

const EPSILON: f64 = 1e-3;

/// Channels of the branches of the nine inception modules, 3a to 5b: 1x1; 1x1, 3x3; 1x1, 3x3 (5x5 in the paper); pool.
const INCEPTIONS: [[usize; 6]; 9] = [
    [64, 96, 128, 16, 32, 32],
    [128, 128, 192, 32, 96, 64],
    [192, 96, 208, 16, 48, 64],
    [160, 112, 224, 24, 64, 64],
    [128, 128, 256, 24, 64, 64],
    [112, 144, 288, 32, 64, 64],
    [256, 160, 320, 32, 128, 128],
    [256, 160, 320, 32, 128, 128],
    [384, 192, 384, 48, 128, 128],
];
const NAMES: [&str; 9] = ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"];

/// Configuration of a [`GoogLeNet`].
#[derive(Config, Debug)]
pub struct GoogLeNetConfig {
    /// Number of classes.
    pub classes: usize,
    /// Whether inputs normalised with ImageNet's statistics are mapped to the range that the published weights were trained
    /// on, as torchvision does with these weights; three channels only.
    #[config(default = true)]
    pub transform_input: bool,
    /// Whether there are two auxiliary heads for training. Without heads, their weights in a file are left alone.
    #[config(default = false)]
    pub auxiliary: bool,
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
    /// Divisor of every width, for small networks.
    #[config(default = 1)]
    pub width_divisor: usize,
}

/// GoogLeNet: nine inception modules, with batch normalisation.
///
/// Reference: torchvision `googlenet`, whose third branch has a 3x3 convolution where the paper has 5x5; keys
/// `conv{1-3}`, `inception{3a-5b}.branch{1-4}`, `aux{1,2}`, `fc`. Takes images of any size whose sides are at least 32.
#[derive(Module, Debug)]
pub struct GoogLeNet {
    #[module(skip)]
    transform_input: bool,
    conv1: ConvNorm,
    conv2: ConvNorm,
    conv3: ConvNorm,
    inception: Vec<Inception>,
    aux: Vec<Auxiliary>,
    dropout: Dropout,
    fc: Linear,
}

#[derive(Module, Debug)]
struct Inception {
    branch1: ConvNorm,
    branch2: Vec<ConvNorm>,
    branch3: Vec<ConvNorm>,
    branch4: ConvNorm,
}

/// A classifier on a layer halfway.
#[derive(Module, Debug)]
struct Auxiliary {
    average: AdaptiveAvgPool2d,
    conv: ConvNorm,
    fc1: Linear,
    dropout: Dropout,
    fc2: Linear,
}

fn conv(from: usize, to: usize, kernel: usize) -> ConvNormConfig {
    ConvNormConfig::new(from, to, kernel).epsilon(EPSILON)
}

impl GoogLeNetConfig {
    /// Makes the network with random weights: convolutions by He's initialisation with fan-out, where torchvision draws all layers from a
    /// normal distribution of deviation .01, cut at two deviations.
    pub fn init(&self, device: &Device) -> GoogLeNet {
        let width = |full: usize| (full / self.width_divisor).max(1);
        let mut channels = width(192);
        let mut entering = Vec::new();
        let inception = INCEPTIONS.map(|plan| {
            entering.push(channels);
            let plan = plan.map(width);
            let module = Inception::new(channels, plan, device);
            channels = plan[0] + plan[2] + plan[4] + plan[5];
            module
        });
        let auxiliary = |from: usize| Auxiliary {
            average: AdaptiveAvgPool2dConfig::new([4, 4]).init(),
            conv: conv(from, width(128), 1).init(device),
            fc1: LinearConfig::new(width(128) * 16, width(1024)).init(device),
            dropout: DropoutConfig::new(0.7).init(),
            fc2: LinearConfig::new(width(1024), self.classes).init(device),
        };
        GoogLeNet {
            transform_input: self.transform_input && self.channels == 3,
            conv1: conv(self.channels, width(64), 7).stride(2).init(device),
            conv2: conv(width(64), width(64), 1).init(device),
            conv3: conv(width(64), width(192), 3).init(device),
            inception: inception.into(),
            // On what enters 4b and 4e.
            aux: match self.auxiliary {
                true => vec![auxiliary(entering[3]), auxiliary(entering[6])],
                false => Vec::new(),
            },
            dropout: DropoutConfig::new(0.2).init(),
            fc: LinearConfig::new(channels, self.classes).init(device),
        }
    }
}

impl Inception {
    fn new(from: usize, plan: [usize; 6], device: &Device) -> Self {
        let pair = |reduce, to| {
            vec![
                conv(from, reduce, 1).init(device),
                conv(reduce, to, 3).init(device),
            ]
        };
        Self {
            branch1: conv(from, plan[0], 1).init(device),
            branch2: pair(plan[1], plan[2]),
            branch3: pair(plan[3], plan[4]),
            branch4: conv(from, plan[5], 1).init(device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let chain =
            |branch: &[ConvNorm]| branch.iter().fold(x.clone(), |x, conv| conv.activated(x));
        let pooled = MaxPool::new(3, 1, 1).forward(x.clone());
        Tensor::cat(
            vec![
                self.branch1.activated(x.clone()),
                chain(&self.branch2),
                chain(&self.branch3),
                self.branch4.activated(pooled),
            ],
            1,
        )
    }
}

impl Auxiliary {
    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.conv.activated(self.average.forward(x));
        let x = relu(self.fc1.forward(x.flatten(1, 3)));
        self.fc2.forward(self.dropout.forward(x))
    }
}

impl GoogLeNet {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        self.run(input, |_, _| {})
    }

    /// Class logits, and those of each auxiliary head; the paper adds 0.3 of their losses while training.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`, and as many times as there are heads the same
    pub fn forward_with_auxiliary(&self, input: Tensor<4>) -> (Tensor<2>, Vec<Tensor<2>>) {
        let mut halfway = Vec::new();
        let logits = self.run(input, |head, x| {
            halfway.extend(self.aux.get(head).map(|aux| aux.forward(x)));
        });
        (logits, halfway)
    }

    /// Runs the network, handing `look` the input of each auxiliary head.
    fn run(&self, input: Tensor<4>, mut look: impl FnMut(usize, Tensor<4>)) -> Tensor<2> {
        let x = match self.transform_input {
            true => transform(input),
            false => input,
        };
        let halve = |x, kernel| MaxPool::new(kernel, 2, 0).ceil().forward(x);
        let x = halve(self.conv1.activated(x), 3);
        let x = self.conv3.activated(self.conv2.activated(x));
        let mut x = halve(x, 3);
        for (inception, name) in self.inception.iter().zip(NAMES) {
            match name {
                "4a" => x = halve(x, 3),
                "4b" => look(0, x.clone()),
                "4e" => look(1, x.clone()),
                "5a" => x = halve(x, 2),
                _ => {}
            }
            x = inception.forward(x);
        }
        self.fc.forward(self.dropout.forward(global_average(x)))
    }
}

/// Maps inputs from `(x - mean) / deviation` of ImageNet to `(x - 0.5) / 0.5`.
fn transform(input: Tensor<4>) -> Tensor<4> {
    let device = input.device();
    let channel =
        |values: [f32; 3]| Tensor::<1>::from_floats(values, &device).reshape([1, 3, 1, 1]);
    let Preprocessing {
        mean, deviation, ..
    } = Preprocessing::torchvision();
    let scale = channel(deviation.map(|d| d / 0.5));
    let shift = channel(mean.map(|m| (m - 0.5) / 0.5));
    input * scale + shift
}

impl Reference for GoogLeNet {
    fn name(&self) -> String {
        "googlenet".into()
    }

    fn renames(&self) -> Vec<(String, String)> {
        let mut renames = renamed(&[("aux.0.", "aux1."), ("aux.1.", "aux2.")]);
        for (index, name) in NAMES.iter().enumerate() {
            let (here, there) = (format!("inception.{index}."), format!("inception{name}."));
            renames.push((format!("{here}branch4."), format!("{there}branch4.1.")));
            renames.push((here, there));
        }
        renames
    }

    fn head(&self) -> &'static [&'static str] {
        &["fc.", "fc2."]
    }

    fn unneeded(&self) -> &'static [&'static str] {
        match self.aux.is_empty() {
            true => &["aux1.", "aux2."],
            false => &[],
        }
    }
}

impl ImageFamily for GoogLeNet {
    fn variants() -> Vec<Variant<Self>> {
        let of = |name, divisor| {
            variant(name, Preprocessing::torchvision(), move |spec, device| {
                spec.at_least(32)?;
                let config = GoogLeNetConfig::new(spec.classes).with_width_divisor(divisor);
                Ok(config.with_channels(spec.size.channels).init(device))
            })
        };
        vec![of("googlenet", 1), of("googlenet-slim", 4)]
    }
}
