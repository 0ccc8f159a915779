//! Data sets by name, and samples drawn from them.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use burn_interaction::{Batch, Features, Patches, Players};
use burn_interaction_datasets::{
    Cifar10, Framing, ImageBatcher, ImageSet, Normalization, Split, Standardization, Table, census,
    commercial, imagenet, rules, scenes, tiny_imagenet,
};
use burn_interaction_models::registry::{Filter, ImageSize, Preprocessing, preprocessing};
use serde::{Deserialize, Serialize};

use crate::cli::Subject;
use crate::error::{Result, usage};
use crate::output::TrainedWith;

/// A data set of either kind.
pub enum Data {
    /// Images.
    Images(Split<Arc<dyn ImageSet>>),
    /// Rows of a table.
    Table(Split<Table>),
}

/// Sizes of the generated sets.
const SCENES: (usize, usize) = (4000, 800);
const RULES: (usize, usize) = (8000, 1000);

/// Opens a data set by name: `scenes`, `rules`, or the name of a set, a colon and its folder.
///
/// # Errors
///
/// The name means nothing, or the folder does not hold the data.
pub fn open(name: &str) -> Result<Data> {
    fn images<T: ImageSet + 'static>(split: Split<T>) -> Data {
        Data::Images(Split {
            train: Arc::new(split.train),
            test: Arc::new(split.test),
        })
    }
    let (kind, folder) = name.split_once(':').unwrap_or((name, ""));
    let need_folder = || match folder.is_empty() {
        true => Err(usage(format!(
            "--data {kind}: give the folder, {kind}:FOLDER"
        ))),
        false => Ok(Path::new(folder)),
    };
    match kind {
        "scenes" => Ok(images(Split {
            train: scenes(SCENES.0, 1),
            test: scenes(SCENES.1, 2),
        })),
        "rules" => Ok(Data::Table(Split {
            train: rules(RULES.0, 1),
            test: rules(RULES.1, 2),
        })),
        "cifar-10" => {
            let folder = need_folder()?;
            Ok(images(Split {
                train: Cifar10::train(folder)?,
                test: Cifar10::test(folder)?,
            }))
        }
        "tiny-imagenet" => Ok(images(tiny_imagenet(need_folder()?)?)),
        "imagenet" => Ok(images(imagenet(need_folder()?)?)),
        "census" => Ok(Data::Table(census(need_folder()?)?)),
        "commercial" => Ok(Data::Table(commercial(need_folder()?)?)),
        _ => Err(usage(format!(
            "unknown data \"{name}\": there are scenes, rules, cifar-10:FOLDER, tiny-imagenet:FOLDER, imagenet:FOLDER, census:FOLDER and commercial:FOLDER"
        ))),
    }
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

/// How the images of a set come to a network.
#[derive(Debug, Clone)]
pub struct ImageView {
    /// The network's input.
    pub size: ImageSize,
    /// How images are brought to that size; `None` where they have it.
    pub framing: Option<Framing>,
    /// The statistics they are normalised by.
    pub normalization: Normalization,
}

impl ImageView {
    /// As the network was trained where `trained` says so. Else in the size that `--image` gives, the images have, or
    /// the network's published weights expect; normalised as those expect where `pretrained`, or by the statistics of
    /// the training images. `--normalize` has the last word on the statistics.
    ///
    /// # Errors
    ///
    /// There is no such network, its settings are those of a table, or an image cannot be read.
    pub fn new(
        subject: &Subject,
        images: &dyn ImageSet,
        trained: Option<&TrainedWith>,
        pretrained: bool,
    ) -> Result<Self> {
        let expected = preprocessing(&subject.model)?;
        let own = images.size();
        let framing = match (trained, subject.image) {
            (Some(trained), _) => trained.framing,
            (None, Some(0)) => return Err(usage("--image 0: a side has at least one pixel")),
            (None, None) if own.is_some() => None,
            (None, side) => {
                let side = side.unwrap_or(expected.size);
                let cubic = expected.filter == Filter::Bicubic;
                // Images of one size are framed already.
                let resized = match own {
                    Some(_) => side,
                    None => Preprocessing {
                        size: side,
                        ..expected
                    }
                    .resized(),
                };
                Some(Framing {
                    resized,
                    side,
                    cubic,
                })
            }
        };
        let channels = own.map_or(3, |[channels, ..]| channels);
        let of = |preprocessing: Preprocessing| Normalization {
            mean: preprocessing.mean.into(),
            deviation: preprocessing.deviation.into(),
        };
        let statistics = trained.map(|trained| &trained.statistics);
        let normalization = match (subject.normalize.as_deref(), statistics) {
            (Some("imagenet"), _) => of(Preprocessing::torchvision()),
            (Some("half"), _) => of(Preprocessing::half()),
            (Some(_), _) => Normalization::fit(images)?,
            (None, Some(Statistics::Images(normalization))) => normalization.clone(),
            (None, Some(Statistics::Table(_))) => {
                return Err(usage(
                    "the settings beside the weights are those of a table network",
                ));
            }
            (None, None) if pretrained && channels == 3 => of(expected),
            (None, None) => Normalization::fit(images)?,
        };
        let side = |axis: usize| match (framing, own) {
            (Some(framing), _) => framing.side,
            (None, Some(size)) => size[axis],
            (None, None) => expected.size,
        };
        Ok(Self {
            size: ImageSize {
                channels,
                height: side(1),
                width: side(2),
            },
            framing,
            normalization,
        })
    }

    /// Makes batches of such images.
    pub fn batcher(&self) -> ImageBatcher {
        ImageBatcher::new(self.normalization.clone()).framed(self.framing)
    }
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

    /// Numbers in one, as the network takes it.
    fn elements(&self) -> usize;

    /// The class of one.
    fn label(&self, index: usize) -> usize;

    /// Those with these indices, as the network takes them.
    ///
    /// # Errors
    ///
    /// One cannot be read.
    fn batch(&self, indices: &[usize], device: &Device) -> Result<Batch<Self::Input>>;
}

/// Images as they come to a network.
pub struct ImageSamples {
    images: Arc<dyn ImageSet>,
    batcher: ImageBatcher,
    size: ImageSize,
}

impl ImageSamples {
    /// The images of a set, seen so.
    pub fn new(images: Arc<dyn ImageSet>, view: &ImageView) -> Self {
        Self {
            images,
            batcher: view.batcher(),
            size: view.size,
        }
    }
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

    fn elements(&self) -> usize {
        self.size.channels * self.size.height * self.size.width
    }

    fn label(&self, index: usize) -> usize {
        self.images.label(index)
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<Batch<Tensor<4>>> {
        Ok(self.batcher.read(self.images.as_ref(), indices, device)?)
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

    fn elements(&self) -> usize {
        self.names().len()
    }

    fn label(&self, index: usize) -> usize {
        self.rows()[index].label
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<Batch<Tensor<2>>> {
        Ok(Table::batch(self, indices, device))
    }
}

/// The default grid of an image: patches of 2x2 pixels, at most 16x16 of them.
pub fn default_grid(size: ImageSize) -> (usize, usize) {
    let ImageSize { height, width, .. } = size;
    ((height / 2).clamp(1, 16), (width / 2).clamp(1, 16))
}
