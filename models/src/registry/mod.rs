//! Every network by name, for commands and tests.

mod family;
mod preprocessing;

pub use family::*;
pub use preprocessing::*;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use burn_interaction::Classifier;

use crate::cnn::*;
use crate::error::{Error, Result};
use crate::transformer::*;
use crate::{Dialect, Mlp, MlpConfig, Reference, Weight};

/// Makes one enum of the families that take images.
macro_rules! image_families {
    ($($(#[$doc:meta])* $Family:ident,)*) => {
        /// Any network that takes images.
        #[derive(Module, Debug)]
        #[allow(clippy::large_enum_variant)]
        pub enum ImageNetwork {
            $($(#[$doc])* $Family($Family),)*
        }

        $(
            impl Classifier<Tensor<4>> for $Family {
                fn logits(&self, input: Tensor<4>) -> Tensor<2> {
                    self.forward(input)
                }
            }
        )*

        impl Classifier<Tensor<4>> for ImageNetwork {
            fn logits(&self, input: Tensor<4>) -> Tensor<2> {
                match self {
                    $(Self::$Family(net) => net.forward(input),)*
                }
            }
        }

        impl Reference for ImageNetwork {
            fn name(&self) -> String {
                match self {
                    $(Self::$Family(net) => net.name(),)*
                }
            }

            fn renames(&self) -> Vec<(String, String)> {
                match self {
                    $(Self::$Family(net) => net.renames(),)*
                }
            }

            fn unneeded(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$Family(net) => net.unneeded(),)*
                }
            }

            fn dialects(&self) -> Vec<Dialect> {
                match self {
                    $(Self::$Family(net) => net.dialects(),)*
                }
            }

            fn adapt(&self, weight: Weight) -> Weight {
                match self {
                    $(Self::$Family(net) => net.adapt(weight),)*
                }
            }
        }

        fn catalogue() -> Vec<Entry> {
            let mut entries = Vec::new();
            $(entries.extend($Family::variants().into_iter().map(|variant| Entry {
                name: variant.name,
                preprocessing: variant.preprocessing,
                patch: variant.patch,
                build: Box::new(move |spec, device| {
                    Ok(ImageNetwork::$Family((variant.build)(spec, device)?))
                }),
            }));)*
            entries
        }
    };
}

image_families! {
    /// AlexNet, both forms.
    AlexNet,
    /// VGG of every depth, plain or with batch norm.
    Vgg,
    /// ResNet-18 and its like.
    ResNet,
    /// ResNet-20, ResNet-56 and their like.
    ResNetCifar,
    /// GoogLeNet.
    GoogLeNet,
    /// ViT and DeiT.
    Vit,
    /// The Pyramid Vision Transformer.
    Pvt,
    /// The Transformer in Transformer.
    Tnt,
    /// Swin.
    Swin,
}

struct Entry {
    name: &'static str,
    preprocessing: Preprocessing,
    patch: Option<usize>,
    #[allow(clippy::type_complexity)]
    build: Box<dyn Fn(&ImageSpec, &Device) -> Result<ImageNetwork>>,
}

/// The names of the networks that take images.
pub fn image_networks() -> Vec<&'static str> {
    catalogue().iter().map(|entry| entry.name).collect()
}

/// The entry of a name, and the side of the patches that the name asks for after a slash.
fn find(name: &str) -> Result<(Entry, usize)> {
    let (base, patch) = match name.split_once('/') {
        Some((base, patch)) => (base, Some(patch)),
        None => (name, None),
    };
    let entry = catalogue().into_iter().find(|entry| entry.name == base);
    let entry = entry.ok_or_else(|| unknown(name))?;
    let unfit = |remedy: &str| Error::Unfit {
        network: base.into(),
        given: format!("the patch side in \"{name}\""),
        remedy: remedy.into(),
    };
    let patch = match (patch, entry.patch) {
        (None, default) => default.unwrap_or(1),
        (Some(_), None) => return Err(unfit("it has no patches")),
        (Some(text), Some(_)) => match text.parse() {
            Ok(side) if side > 0 => side,
            _ => return Err(unfit("give a number of pixels, such as vit-tiny/8")),
        },
    };
    Ok((entry, patch))
}

/// An image network by name, with random weights. A name with a slash and a number, such as `vit-tiny/8`, gives a
/// network of patches another patch side.
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
    let (entry, patch) = find(name)?;
    let spec = ImageSpec {
        name: name.into(),
        size,
        classes,
        patch,
    };
    if size.channels == 0 || classes == 0 {
        return Err(spec.unfit(format!(
            "it needs channels and classes, not {} and {classes}",
            size.channels
        )));
    }
    (entry.build)(&spec, device)
}

/// What the published weights of an image network expect of their images.
///
/// # Errors
///
/// There is no such network.
pub fn preprocessing(name: &str) -> Result<Preprocessing> {
    Ok(find(name)?.0.preprocessing)
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
    Error::UnknownNetwork {
        name: name.into(),
        available: format!(
            "{} for images, mlp5 and mlp8 for tables",
            image_networks().join(", ")
        ),
    }
}
