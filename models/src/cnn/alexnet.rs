use burn::config::Config;
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use crate::family::{ImageFamily, Preprocessing, Variant, variant};
use crate::layers::{MaxPool, activated, dense, padding};
use crate::weights::{Reference, sequential};

/// Configuration of an [`AlexNet`].
#[derive(Config, Debug)]
pub struct AlexNetConfig {
    /// Number of classes.
    pub classes: usize,
    /// Whether to take the form for 32x32 images instead of torchvision's.
    #[config(default = false)]
    pub cifar: bool,
    /// Input channels.
    #[config(default = 3)]
    pub channels: usize,
    /// Side of the image in pixels; torchvision's form takes any from 63 on, as it pools to 6x6.
    #[config(default = 224)]
    pub image: usize,
    /// Divisor of every width, for small networks.
    #[config(default = 1)]
    pub width_divisor: usize,
    /// Dropout before the first two Linear layers.
    #[config(default = 0.5)]
    pub dropout: f64,
}

/// AlexNet in torchvision's form, and in that of the paper's code for CIFAR-10.
///
/// torchvision `alexnet`: conv 11/4, pool, conv 5, pool, three conv 3, pool, adaptive average to 6x6, Linear
/// 9216-4096-4096-classes; keys `features.{0,3,6,8,10}`, `classifier.{1,4,6}`. CIFAR form: conv 7/1, pools 3/2 with
/// padding 1, Linear 4096-512-512-classes, no adaptive pool.
#[derive(Module, Debug)]
pub struct AlexNet {
    features: Vec<Conv2d>,
    #[module(skip)]
    pool_padding: usize,
    average: Option<AdaptiveAvgPool2d>,
    dropout: Dropout,
    classifier: Vec<Linear>,
}

impl AlexNetConfig {
    /// The configuration of the CIFAR form for 32x32 images.
    pub fn cifar(classes: usize) -> Self {
        Self::new(classes).with_cifar(true).with_image(32)
    }

    /// Makes the network with random weights.
    pub fn init(&self, device: &Device) -> AlexNet {
        let width = |full: usize| (full / self.width_divisor).max(1);
        let (first, pool_padding, hidden) = match self.cifar {
            true => ((7, 1, 3), 1, width(512)),
            false => ((11, 4, 2), 0, width(4096)),
        };
        // Width, kernel, stride and padding of each convolution.
        let plan = [
            (width(64), first.0, first.1, first.2),
            (width(192), 5, 1, 2),
            (width(384), 3, 1, 1),
            (width(256), 3, 1, 1),
            (width(256), 3, 1, 1),
        ];
        let mut channels = self.channels;
        let features = plan.map(|(out, kernel, stride, pad)| {
            let conv = Conv2dConfig::new([channels, out], [kernel, kernel])
                .with_stride([stride, stride])
                .with_padding(padding(pad));
            channels = out;
            conv.init(device)
        });
        let average = (!self.cifar).then(|| AdaptiveAvgPool2dConfig::new([6, 6]).init());
        let side = match self.cifar {
            // Three pools, each of which halves and rounds up.
            true => (0..3).fold(self.image, |side, _| side.div_ceil(2)),
            false => 6,
        };
        let sizes = [channels * side * side, hidden, hidden, self.classes];
        AlexNet {
            features: features.into(),
            pool_padding,
            average,
            dropout: DropoutConfig::new(self.dropout).init(),
            classifier: sizes
                .windows(2)
                .map(|s| LinearConfig::new(s[0], s[1]).init(device))
                .collect(),
        }
    }
}

impl AlexNet {
    /// Class logits.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, channels, height, width]`
    /// - output: `[batch, classes]`
    ///
    /// # Panics
    ///
    /// Panics if an image is too small for the pools: below 63 pixels in torchvision's form.
    pub fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        let mut x = input;
        for (index, conv) in self.features.iter().enumerate() {
            x = activated(conv, x);
            if matches!(index, 0 | 1 | 4) {
                x = MaxPool::new(3, 2, self.pool_padding).forward(x);
            }
        }
        if let Some(average) = &self.average {
            x = average.forward(x);
        }
        dense(x.flatten(1, 3), &self.classifier, &self.dropout, [0, 1])
    }
}

impl Reference for AlexNet {
    fn name(&self) -> String {
        "alexnet".into()
    }

    fn renames(&self) -> Vec<(String, String)> {
        let mut renames = sequential("features", &[0, 3, 6, 8, 10]);
        renames.extend(sequential("classifier", &[1, 4, 6]));
        renames
    }

    fn head(&self) -> &'static [&'static str] {
        &["classifier.2."]
    }
}

impl ImageFamily for AlexNet {
    fn variants() -> Vec<Variant<Self>> {
        let of_cifar = |name, divisor| {
            variant(name, Preprocessing::cifar(), move |spec, device| {
                spec.at_least(8)?;
                let [height, width] = spec.sides();
                if height != width {
                    return Err(spec.unfit("its images are square"));
                }
                let config = AlexNetConfig::cifar(spec.classes).with_image(height);
                let config = config.with_width_divisor(divisor);
                Ok(config.with_channels(spec.size.channels).init(device))
            })
        };
        vec![
            variant("alexnet", Preprocessing::torchvision(), |spec, device| {
                spec.at_least(63)?;
                let config = AlexNetConfig::new(spec.classes);
                Ok(config.with_channels(spec.size.channels).init(device))
            }),
            of_cifar("alexnet-cifar", 1),
            of_cifar("alexnet-cifar-slim", 4),
        ]
    }
}
