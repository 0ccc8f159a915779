use burn::tensor::{Device, Tensor};

use super::unknown;
use crate::cnn::*;
use crate::error::{Error, Result};
use crate::family::{ImageFamily, ImageSize, ImageSpec, Preprocessing, Variant, families};
use crate::transformer::*;

families! {
    /// Any network that takes images.
    ImageNetwork: Tensor<4>;
    /// AlexNet in both forms.
    AlexNet,
    /// VGG of every depth, plain or with batch norm.
    Vgg,
    /// The residual networks for ImageNet, such as ResNet-18.
    ResNet,
    /// The residual networks for CIFAR, such as ResNet-20 and ResNet-56.
    ResNetCifar,
    /// GoogLeNet.
    GoogLeNet,
    /// The vision transformers ViT and DeiT.
    Vit,
    /// The Pyramid Vision Transformer.
    Pvt,
    /// The Pyramid Vision Transformer, version 2.
    PvtV2,
    /// The Transformer in Transformer.
    Tnt,
    /// The Swin transformer.
    Swin,
}

type Entry = Variant<ImageNetwork>;

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

/// Makes an image network by name, with random weights. A name with a slash and a number, such as `vit-tiny/8`, gives a
/// network of patches another patch side.
///
/// # Errors
///
/// Fails where there is no such network, or the network cannot take images of this size.
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

/// The images that the published weights of an image network expect.
///
/// # Errors
///
/// Fails where there is no such network.
pub fn preprocessing(name: &str) -> Result<Preprocessing> {
    Ok(find(name)?.0.preprocessing)
}
