//! Every network by name, for commands and tests.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use burn_interaction::Classifier;

use crate::error::{Error, Result};
use crate::{AlexNet, AlexNetConfig, Mlp, MlpConfig, Reference, ResNetCifar, ResNetCifarConfig};

/// Channels, height and width of the images a network is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageSize {
    /// Channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl ImageSize {
    /// 3x32x32.
    pub const fn cifar() -> Self {
        Self {
            channels: 3,
            height: 32,
            width: 32,
        }
    }
}

/// Any network that takes images.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum ImageNetwork {
    /// AlexNet, both forms.
    AlexNet(AlexNet),
    /// ResNet-20, ResNet-56 and their like.
    ResNetCifar(ResNetCifar),
}

type Build = fn(ImageSize, usize, &Device) -> ImageNetwork;

/// The networks that take images: name, least side of an image, constructor.
const IMAGE_NETWORKS: [(&str, usize, Build); 5] = [
    ("alexnet", 63, |size, classes, device| {
        let config = AlexNetConfig::new(classes)
            .with_channels(size.channels)
            .with_image(size.height);
        ImageNetwork::AlexNet(config.init(device))
    }),
    ("alexnet-cifar", 8, |size, classes, device| {
        let config = AlexNetConfig::cifar(classes)
            .with_channels(size.channels)
            .with_image(size.height);
        ImageNetwork::AlexNet(config.init(device))
    }),
    ("resnet20", 4, |size, classes, device| {
        resnet(3, 16, size, classes, device)
    }),
    ("resnet20-slim", 4, |size, classes, device| {
        resnet(3, 8, size, classes, device)
    }),
    ("resnet56", 4, |size, classes, device| {
        resnet(9, 16, size, classes, device)
    }),
];

fn resnet(
    blocks: usize,
    width: usize,
    size: ImageSize,
    classes: usize,
    device: &Device,
) -> ImageNetwork {
    let config = ResNetCifarConfig::new(classes)
        .with_blocks(blocks)
        .with_width(width);
    ImageNetwork::ResNetCifar(config.with_channels(size.channels).init(device))
}

/// The names of the networks that take images.
pub fn image_networks() -> impl Iterator<Item = &'static str> {
    IMAGE_NETWORKS.iter().map(|(name, ..)| *name)
}

/// An image network by name, with random weights.
///
/// # Errors
///
/// There is no such network, or it cannot take images of this size.
pub fn image_network(
    name: &str,
    size: ImageSize,
    classes: usize,
    device: &Device,
) -> Result<ImageNetwork> {
    let found = IMAGE_NETWORKS.iter().find(|(known, ..)| *known == name);
    let (_, least, build) = found.ok_or_else(|| unknown(name))?;
    let unfit = |remedy: String| Error::Unfit {
        network: name.into(),
        given: format!("images of {}x{}x{}", size.channels, size.height, size.width),
        remedy,
    };
    if size.height.min(size.width) < *least {
        return Err(unfit(format!(
            "its images have sides of at least {least} pixels"
        )));
    }
    if name == "alexnet-cifar" && size.height != size.width {
        return Err(unfit("its images are square".into()));
    }
    if size.channels == 0 || classes == 0 {
        return Err(unfit(format!(
            "it needs channels and classes, not {} and {classes}",
            size.channels
        )));
    }
    Ok(build(size, classes, device))
}

/// A table network by name, `mlp5`, `mlp8` or `mlp` and any other number of layers, with random weights.
///
/// # Errors
///
/// There is no such network, or it would have fewer than two layers, no inputs or no classes.
pub fn table_network(name: &str, inputs: usize, classes: usize, device: &Device) -> Result<Mlp> {
    let layers: usize = name
        .strip_prefix("mlp")
        .and_then(|n| n.parse().ok())
        .ok_or_else(|| unknown(name))?;
    if layers < 2 || inputs == 0 || classes == 0 {
        return Err(Error::Unfit {
            network: name.into(),
            given: format!("{inputs} features and {classes} classes"),
            remedy: "it needs two layers or more, features and classes".into(),
        });
    }
    Ok(MlpConfig::new(inputs, classes)
        .with_layers(layers)
        .init(device))
}

/// Whether a name is one of a table network.
pub fn is_table_network(name: &str) -> bool {
    name.strip_prefix("mlp")
        .is_some_and(|n| n.parse::<usize>().is_ok())
}

fn unknown(name: &str) -> Error {
    let available = image_networks().collect::<Vec<_>>().join(", ");
    Error::UnknownNetwork {
        name: name.into(),
        available: format!("{available} for images, mlp5 and mlp8 for tables"),
    }
}

impl Classifier<Tensor<4>> for ImageNetwork {
    fn logits(&self, input: Tensor<4>) -> Tensor<2> {
        match self {
            Self::AlexNet(net) => net.forward(input),
            Self::ResNetCifar(net) => net.forward(input),
        }
    }
}

impl Reference for ImageNetwork {
    fn name(&self) -> String {
        match self {
            Self::AlexNet(net) => net.name(),
            Self::ResNetCifar(net) => net.name(),
        }
    }

    fn renames(&self) -> Vec<(String, String)> {
        match self {
            Self::AlexNet(net) => net.renames(),
            Self::ResNetCifar(net) => net.renames(),
        }
    }
}
