use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use burn_interaction::{Baseline, Batch, Patches};
use burn_interaction_datasets::Samples as _;
use burn_interaction_datasets::{self as datasets, Framing, ImageSet, Normalization};
use burn_interaction_models::registry::{Filter, ImageSize, Preprocessing, preprocessing};

use crate::cli::Subject;
use crate::error::{Result, usage};
use crate::output::TrainedWith;
use crate::parse;

use super::{Samples, Statistics};

/// How the images of a set come to a network.
#[derive(Debug, Clone)]
pub struct ImageView {
    /// The network's input.
    pub size: ImageSize,
    /// How images are brought to that size; `None` where they have it.
    pub framing: Option<Framing>,
    /// The statistics they are normalised by.
    pub normalization: Normalization,
    /// Whether these are the training images' own.
    pub own: bool,
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
        let (normalization, own_statistics) = match (subject.normalize.as_deref(), statistics) {
            (Some("imagenet"), _) => (of(Preprocessing::torchvision()), false),
            (Some("half"), _) => (of(Preprocessing::half()), false),
            (Some(_), _) => (Normalization::fit(images)?, true),
            (None, Some(Statistics::Images(normalization))) => (normalization.clone(), false),
            (None, Some(other)) => return Err(other.of_another("an image network")),
            (None, None) if pretrained && channels == 3 => (of(expected), false),
            (None, None) => (Normalization::fit(images)?, true),
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
            own: own_statistics,
        })
    }

    /// The mean of each channel over the training images, in the units that images are normalised to: the papers' baseline.
    ///
    /// # Errors
    ///
    /// An image cannot be read.
    pub fn mean(&self, train: &dyn ImageSet) -> Result<Baseline> {
        let Normalization { mean, deviation } = &self.normalization;
        if self.own {
            return Ok(Baseline::Values(vec![0.0; mean.len()]));
        }
        let own = Normalization::fit(train)?;
        let channels = own.mean.iter().zip(mean).zip(deviation);
        Ok(Baseline::Values(
            channels
                .map(|((own, mean), deviation)| (own - mean) / deviation)
                .collect(),
        ))
    }

    /// Such images of a set.
    pub fn samples(&self, images: Arc<dyn ImageSet>) -> datasets::ImageSamples {
        datasets::ImageSamples::new(images, self.normalization.clone()).framed(self.framing)
    }
}

/// Images as they come to a network.
pub struct ImageSamples {
    images: Arc<dyn ImageSet>,
    samples: datasets::ImageSamples,
    size: ImageSize,
}

impl ImageSamples {
    /// The images of a set, seen so.
    pub fn new(images: Arc<dyn ImageSet>, view: &ImageView) -> Self {
        Self {
            samples: view.samples(images.clone()),
            images,
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

    fn classes(&self) -> &[String] {
        self.images.classes()
    }

    fn elements(&self) -> usize {
        self.size.channels * self.size.height * self.size.width
    }

    fn label(&self, index: usize) -> usize {
        self.images.label(index)
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<Batch<Tensor<4>>> {
        Ok(self.samples.read(indices, 0, device)?)
    }
}

/// The default grid of an image: patches of 2x2 pixels, at most 16x16 of them.
pub fn default_grid(size: ImageSize) -> (usize, usize) {
    let ImageSize { height, width, .. } = size;
    ((height / 2).clamp(1, 16), (width / 2).clamp(1, 16))
}

/// The players of images.
///
/// # Errors
///
/// `--grid` is no grid.
pub fn patches(subject: &Subject, size: ImageSize) -> Result<Patches> {
    let (rows, columns) = match &subject.grid {
        Some(text) => parse::grid(text)?,
        None => default_grid(size),
    };
    Ok(Patches::grid(rows, columns))
}
