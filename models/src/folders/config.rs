//! The `config.json` of Hugging Face folders of networks for images.

use std::path::Path;

use burn::tensor::Device;
use serde_json::{Map, Value, json};

use super::entries::{self, ImageSizes, Parsed};
use super::preprocessing::{self, Prepared};
use super::{CONFIG, IMAGES, keep, settings};
use crate::error::Result;
use crate::registry::{ImageNetwork, ImageSize, Preprocessing};
use crate::text::name_classes;

/// The contents of the settings in a Hugging Face folder of a network for images: its sizes, the names of its classes, and
/// the preparation of its images.
#[derive(Debug, Clone)]
pub struct ImageConfig {
    kind: &'static str,
    sizes: ImageSizes,
    classes: Vec<String>,
    prepared: Prepared,
    unknown: Vec<String>,
    /// The entries of the file, all of which are kept.
    json: Map<String, Value>,
}

impl ImageConfig {
    /// Reads the `config.json` and the `preprocessor_config.json` of a folder.
    ///
    /// # Errors
    ///
    /// Fails where a file is missing, or of a network that is not here.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let Parsed {
            kind,
            sizes,
            classes,
            unknown,
            json,
        } = settings(folder, CONFIG, entries::parse)?;
        let side = match &sizes {
            ImageSizes::Vit(config) => config.image[0],
            ImageSizes::Swin(config) => config.image[0],
        };
        let parse = |text: &str| preprocessing::parse(text, side);
        Ok(Self {
            kind,
            sizes,
            classes,
            prepared: settings(folder, IMAGES, parse)?,
            unknown,
            json,
        })
    }

    /// Writes the `config.json` and the `preprocessor_config.json` of a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be written.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        let mut json = self.json.clone();
        if !self.is_classifier() {
            let family = match self.kind {
                "vit" => "ViT",
                "deit" => "DeiT",
                _ => "Swin",
            };
            let architecture = format!("{family}ForImageClassification");
            json.insert("architectures".into(), json!([architecture]));
        }
        keep(folder, CONFIG, &json)?;
        keep(folder, IMAGES, self.prepared.json())
    }

    /// Whether the folder holds a head for classification, as far as `architectures` says; pretrained networks have other
    /// heads.
    pub fn is_classifier(&self) -> bool {
        let named = self.json.get("architectures").and_then(Value::as_array);
        let mut names = named.into_iter().flatten().filter_map(Value::as_str);
        names.all(|name| name.contains("ForImageClassification"))
    }

    /// Makes the configuration of the same network with a head for other classes.
    pub fn with_classes(mut self, classes: &[String]) -> Self {
        if self.classes == classes {
            return self;
        }
        self.classes = classes.into();
        match &mut self.sizes {
            ImageSizes::Vit(config) => config.classes = classes.len(),
            ImageSizes::Swin(config) => config.classes = classes.len(),
        }
        name_classes(&mut self.json, classes);
        self
    }

    /// Makes the configuration of the same network with another preparation of its images, which are of its size.
    pub fn with_preprocessing(mut self, preprocessing: Preprocessing) -> Self {
        self.prepared = self.prepared.with(preprocessing);
        self
    }

    /// Makes the network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where the sizes do not fit each other.
    pub fn init(&self, device: &Device) -> Result<ImageNetwork> {
        Ok(match &self.sizes {
            ImageSizes::Vit(config) => config.init(device)?.into(),
            ImageSizes::Swin(config) => config.init(device)?.into(),
        })
    }

    /// The name of the kind of network: vit, deit or swin.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The sizes of the network.
    pub fn sizes(&self) -> &ImageSizes {
        &self.sizes
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The size of the images that the network takes.
    pub fn size(&self) -> ImageSize {
        let (channels, [height, width]) = match &self.sizes {
            ImageSizes::Vit(config) => (config.channels, config.image),
            ImageSizes::Swin(config) => (config.channels, config.image),
        };
        ImageSize {
            channels,
            height,
            width,
        }
    }

    /// The preparation of the network's images.
    pub fn preprocessing(&self) -> Preprocessing {
        self.prepared.preprocessing
    }

    /// Entries of `config.json` that no network of its family is known to have; they change nothing here.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }
}
