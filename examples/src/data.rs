//! Data sets by name, and samples drawn from them.

use std::path::Path;

use burn::data::dataset::Dataset;
use burn::tensor::{Device, Tensor};
use burn_interaction::{Batch, Features, Patches, Players};
use burn_interaction_datasets::{
    Cifar10, Images, Normalization, Split, Standardization, Table, census, commercial, rules,
    scenes,
};
use serde::{Deserialize, Serialize};

use crate::error::{Result, usage};

/// A data set of either kind.
pub enum Data {
    /// Images.
    Images(Split<Images>),
    /// Rows of a table.
    Table(Split<Table>),
}

/// Sizes of the generated sets.
const SCENES: (usize, usize) = (4000, 800);
const RULES: (usize, usize) = (8000, 1000);

/// Opens a data set by name: `scenes`, `rules`, `cifar-10:FOLDER`, `census:FOLDER`, `commercial:FOLDER`.
///
/// # Errors
///
/// The name means nothing, or the folder does not hold the data.
pub fn open(name: &str) -> Result<Data> {
    let (kind, folder) = name.split_once(':').unwrap_or((name, ""));
    let need_folder = || match folder.is_empty() {
        true => Err(usage(format!(
            "--data {kind}: give the folder, {kind}:FOLDER"
        ))),
        false => Ok(Path::new(folder)),
    };
    match kind {
        "scenes" => Ok(Data::Images(Split {
            train: scenes(SCENES.0, 1),
            test: scenes(SCENES.1, 2),
        })),
        "rules" => Ok(Data::Table(Split {
            train: rules(RULES.0, 1),
            test: rules(RULES.1, 2),
        })),
        "cifar-10" if folder == "download" => download(),
        "cifar-10" => {
            let folder = need_folder()?;
            Ok(Data::Images(Split {
                train: Cifar10::train(folder)?,
                test: Cifar10::test(folder)?,
            }))
        }
        "census" => Ok(Data::Table(census(need_folder()?)?)),
        "commercial" => Ok(Data::Table(commercial(need_folder()?)?)),
        _ => Err(usage(format!(
            "unknown data \"{name}\": there are scenes, rules, cifar-10:FOLDER, census:FOLDER and commercial:FOLDER"
        ))),
    }
}

#[cfg(feature = "download")]
fn download() -> Result<Data> {
    Ok(Data::Images(Cifar10::download()?))
}

#[cfg(not(feature = "download"))]
fn download() -> Result<Data> {
    Err(usage(
        "--data cifar-10:download: this build cannot download; build with --features download, or give a folder",
    ))
}

/// The statistics that inputs are standardised with, kept in `settings.json` beside the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistics {
    /// Of images.
    Images(Normalization),
    /// Of a table.
    Table(Standardization),
}

/// Samples that a network can be run on, one part of a data set.
pub trait Samples {
    /// Who plays on them.
    type Players: Players<Input = Self::Input> + 'static;
    /// Their batches.
    type Input: Clone + Send + 'static;

    /// How many there are.
    fn count(&self) -> usize;

    /// The number of classes.
    fn classes(&self) -> usize;

    /// The class of one.
    fn label(&self, index: usize) -> usize;

    /// Those with these indices, as the network takes them.
    fn batch(&self, indices: &[usize], device: &Device) -> Batch<Self::Input>;
}

/// Images with the statistics they are normalised by.
pub struct ImageSamples {
    /// The images.
    pub images: Images,
    /// The statistics.
    pub normalization: Normalization,
}

impl Samples for ImageSamples {
    type Players = Patches;
    type Input = Tensor<4>;

    fn count(&self) -> usize {
        self.images.len()
    }

    fn classes(&self) -> usize {
        self.images.classes().len()
    }

    fn label(&self, index: usize) -> usize {
        self.images.label(index)
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Batch<Tensor<4>> {
        self.images.batch(indices, &self.normalization, device)
    }
}

/// Rows that are standardised already.
impl Samples for Table {
    type Players = Features;
    type Input = Tensor<2>;

    fn count(&self) -> usize {
        self.rows().len()
    }

    fn classes(&self) -> usize {
        Table::classes(self).len()
    }

    fn label(&self, index: usize) -> usize {
        self.rows()[index].label
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Batch<Tensor<2>> {
        Table::batch(self, indices, device)
    }
}

/// The default grid of an image: patches of 2x2 pixels, at most 16x16 of them.
pub fn default_grid([_, height, width]: [usize; 3]) -> (usize, usize) {
    ((height / 2).clamp(1, 16), (width / 2).clamp(1, 16))
}
