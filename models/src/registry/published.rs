use std::path::Path;

use crate::error::Result;
use crate::family::{Filter, Preprocessing};

/// A file of weights at a public address. Its name ends in the first digits of its SHA-256, as torchvision names its files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    /// The file's name.
    pub file: &'static str,
    /// The address of the folder that holds the file.
    pub folder: &'static str,
    /// The preparation of images that these weights expect.
    pub preprocessing: Preprocessing,
}

/// The folder of torchvision's files.
const TORCHVISION: &str = "https://download.pytorch.org/models";

/// The networks whose weights on ImageNet torchvision publishes, by their names here.
const FILES: [(&str, &str); 8] = [
    ("alexnet", "alexnet-owt-7be5be79.pth"),
    ("vgg16", "vgg16-397923af.pth"),
    ("vgg16-bn", "vgg16_bn-6c64b313.pth"),
    ("resnet18", "resnet18-f37072fd.pth"),
    ("resnet50", "resnet50-0676ba61.pth"),
    ("googlenet", "googlenet-1378be20.pth"),
    ("vit-base", "vit_b_16-c867db91.pth"),
    ("swin-tiny", "swin_t-704ceda3.pth"),
];

/// The published weights of a network; `None` where there are none that are fetched by name.
pub fn published(network: &str) -> Option<Published> {
    let (name, file) = FILES.iter().find(|(name, _)| *name == network)?;
    let torchvision = Preprocessing::torchvision();
    Some(Published {
        file,
        folder: TORCHVISION,
        preprocessing: match *name {
            // 224 out of 232 pixels; a little less, so that the side before the cut is whole.
            "swin-tiny" => Preprocessing {
                crop: 224.0 / 232.000_001,
                filter: Filter::Bicubic,
                ..torchvision
            },
            _ => torchvision,
        },
    })
}

/// The preparation of images that a network expects with these weights, a file known by its name, or without any: its own, or that of
/// the published file, which others than the network's authors may have trained.
///
/// # Errors
///
/// Fails where there is no network of this name.
pub fn preprocessing_with(network: &str, weights: Option<&Path>) -> Result<Preprocessing> {
    let name = weights.and_then(Path::file_name);
    match published(network).filter(|published| name == Some(published.file.as_ref())) {
        Some(published) => Ok(published.preprocessing),
        None => super::preprocessing(network),
    }
}

impl Published {
    /// The first digits of the file's SHA-256.
    pub fn sha256_start(&self) -> &'static str {
        let stem = self.file.split('.').next().unwrap_or_default();
        stem.rsplit('-').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::image_networks;

    #[test]
    fn published_files_are_those_of_networks_and_say_their_digest() {
        for (name, file) in FILES {
            assert!(image_networks().contains(&name), "{name}");
            let digits = published(name).unwrap().sha256_start();
            assert!(
                digits.len() == 8 && digits.chars().all(|c| c.is_ascii_hexdigit()),
                "{file}"
            );
        }
        assert!(published("resnet20").is_none());
    }

    #[test]
    fn published_files_have_the_preparation_of_those_who_trained_them() {
        let with = |network: &str, file: &str| {
            preprocessing_with(network, Some(&Path::new("weights").join(file))).unwrap()
        };
        // torchvision trained its own ViT, whose authors' weights expect other statistics.
        assert_eq!(
            with("vit-base", "vit_b_16-c867db91.pth"),
            Preprocessing::torchvision()
        );
        assert_eq!(with("vit-base", "mine.pth"), Preprocessing::half());
        let swin = with("swin-tiny", "swin_t-704ceda3.pth");
        assert_eq!((swin.resized(), swin.filter), (232, Filter::Bicubic));
        assert_eq!(
            preprocessing_with("resnet50", None).unwrap(),
            with("resnet50", "resnet50-0676ba61.pth")
        );
    }
}
