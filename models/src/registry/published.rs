/// A file of weights at a public address. Its name ends in the first digits of its SHA-256, as torchvision names its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The file's name.
    pub file: &'static str,
    /// The address of the folder that holds the file.
    pub folder: &'static str,
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
    let found = FILES.iter().find(|(name, _)| *name == network);
    found.map(|(_, file)| Published {
        file,
        folder: TORCHVISION,
    })
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
}
