use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use burn_interaction::figures::Pixels;
use burn_interaction::input::Kind;
use burn_interaction::{Baseline, Patches, Players};
use burn_interaction_datasets::{
    Augmentation, Framing, ImageSamples, ImageSet, Normalization, Samples, Split,
};
use burn_interaction_models::registry::{
    Filter, ImageNetwork, ImageSize, Preprocessing, image_network, preprocessing,
};
use burn_interaction_models::{ImageConfig, image_weights};

use super::{
    About, Absent, FolderSettings, Normalize, Part, Scene, Seen, Spec, Statistics, Subject,
    Trained, classes, digest_of, in_units, unknown_entries,
};
use crate::error::{Result, usage};

/// Players up to which images are enumerated by default.
const EXACT: usize = 12;
/// Patches along a side by default, at most.
const ALONG: usize = 16;

/// Images in their two parts.
type Parts = Split<Arc<dyn ImageSet>>;

/// A network for images and its images.
pub struct Images {
    spec: Spec,
    about: About,
    split: Parts,
    size: ImageSize,
    normalization: Normalization,
    /// Whether the statistics are the training images' own.
    own: bool,
    /// The settings of a network that is a Hugging Face folder.
    folder: Option<ImageConfig>,
}

/// Opens images as the network was trained, where its settings say so. Otherwise their size is the one that `--image`
/// gives, the images have, or the network's published weights expect, and their statistics are those that published weights
/// expect where weights are given, or those of the training images. `--normalize` has the last word on the statistics.
pub fn open(
    spec: Spec,
    trained: Option<&Trained>,
    split: Parts,
    mut notes: Vec<String>,
) -> Result<Images> {
    let folder = match spec.model_is_folder() {
        true => Some(folder(&spec, &mut notes)?),
        false => None,
    };
    let (split, folder) = numbered(&spec, trained, split, folder, &mut notes)?;
    let images = split.train.as_ref();
    let expected = match &folder {
        Some(config) => config.preprocessing(),
        None => preprocessing(&spec.model)?,
    };
    let framing = framing(&spec, trained, images.size(), expected)?;
    let (normalization, own) = normalization(&spec, trained, images, expected)?;
    let own_size = images.size();
    let side = |axis: usize| match (framing, own_size) {
        (Some(framing), _) => framing.side,
        (None, Some(size)) => size[axis],
        (None, None) => expected.size,
    };
    let size = ImageSize {
        channels: own_size.map_or(3, |[channels, ..]| channels),
        height: side(1),
        width: side(2),
    };
    if let Some(config) = &folder {
        check_size(&spec.model, config.size(), size)?;
    }
    let weights = match (spec.weights_file(), &folder) {
        (None, Some(_)) => Some(image_weights(&spec.model)?),
        (given, _) => given,
    };
    let about = About {
        network: spec.model_name().into(),
        data: spec.data_and_folder().0.into(),
        classes: images.classes().to_vec(),
        weights,
        inputs: digest_of(&(&normalization, framing, size.height)),
        statistics: Statistics::Images(normalization.clone()),
        framing,
        categories: Default::default(),
        exact: EXACT,
        fewest: 2,
        notes,
    };
    Ok(Images {
        spec,
        about,
        split,
        size,
        normalization,
        own,
        folder,
    })
}

/// The images with their classes numbered as the network's, and the settings of its folder with the names of the classes.
fn numbered(
    spec: &Spec,
    trained: Option<&Trained>,
    split: Parts,
    folder: Option<ImageConfig>,
    notes: &mut Vec<String>,
) -> Result<(Parts, Option<ImageConfig>)> {
    if let Some(config) = folder.as_ref().filter(|config| config.is_classifier()) {
        let holder = format!("--model {}", spec.model);
        let names = classes::named(&spec.classes, config.classes(), &holder)?;
        let split = classes::in_order(split, names, notes)?;
        let names = classes::kept(names, split.train.classes());
        let config = config.clone().with_classes(names);
        return Ok((split, Some(config)));
    }
    let split = Trained::in_order(trained, &spec.classes, split, notes)?;
    // A pretrained network gets a head for these classes when it is trained.
    let folder = folder.map(|config| config.with_classes(split.train.classes()));
    Ok((split, folder))
}

/// Refuses images of another size than that of a network with a fixed one.
fn check_size(model: &str, own: ImageSize, given: ImageSize) -> Result<()> {
    match own == given {
        true => Ok(()),
        false => Err(usage(format!(
            "--model {model}: the network takes images of {}x{}x{}, these are {}x{}x{}; give --image {}",
            own.channels,
            own.height,
            own.width,
            given.channels,
            given.height,
            given.width,
            own.height
        ))),
    }
}

/// Reads the settings of a Hugging Face folder.
fn folder(spec: &Spec, notes: &mut Vec<String>) -> Result<ImageConfig> {
    let config = ImageConfig::open(&spec.model)?;
    notes.push(format!("--model {} is a Hugging Face folder", spec.model));
    notes.extend(unknown_entries(config.kind(), config.unknown()));
    Ok(config)
}

/// The framing that brings images to the network's size; `None` where they have it.
fn framing(
    spec: &Spec,
    trained: Option<&Trained>,
    own: Option<[usize; 3]>,
    expected: Preprocessing,
) -> Result<Option<Framing>> {
    match (trained, spec.image) {
        (_, Some(0)) => Err(usage("--image 0: a side has at least one pixel")),
        (Some(trained), None) => Ok(trained.framing),
        (Some(trained), side) if trained.framing.map(|framing| framing.side) == side => {
            Ok(trained.framing)
        }
        (None, None) if own.is_some() && !spec.model_is_folder() => Ok(None),
        (None, None)
            if own.is_some_and(|[_, height, width]| [height, width] == [expected.size; 2]) =>
        {
            Ok(None)
        }
        (_, side) => {
            let side = side.unwrap_or(expected.size);
            let of_side = Preprocessing {
                size: side,
                ..expected
            };
            Ok(Some(Framing {
                // Images of one size are framed already.
                resized: own.map_or_else(|| of_side.resized(), |_| side),
                side,
                cubic: expected.filter == Filter::Bicubic,
                squeezed: expected.squeezed,
            }))
        }
    }
}

/// The statistics that images are normalised by, and whether they are the training images' own.
fn normalization(
    spec: &Spec,
    trained: Option<&Trained>,
    images: &dyn ImageSet,
    expected: Preprocessing,
) -> Result<(Normalization, bool)> {
    let of = |preprocessing: Preprocessing| Normalization {
        mean: preprocessing.mean.into(),
        deviation: preprocessing.deviation.into(),
    };
    let channels = images.size().map_or(3, |[channels, ..]| channels);
    let statistics = trained.map(|trained| &trained.statistics);
    Ok(match (spec.normalize, statistics) {
        (Some(Normalize::Imagenet), _) => (of(Preprocessing::torchvision()), false),
        (Some(Normalize::Half), _) => (of(Preprocessing::half()), false),
        (Some(Normalize::Data), _) => (Normalization::fit(images)?, true),
        (None, Some(Statistics::Images(normalization))) => (normalization.clone(), false),
        (None, Some(other)) => return Err(other.of_another(Kind::Images)),
        (None, None) if (spec.weights.is_some() || spec.model_is_folder()) && channels == 3 => {
            (of(expected), false)
        }
        (None, None) => (Normalization::fit(images)?, true),
    })
}

/// Parses the augmentation of training images: `crop`, or a number of pixels to shift by.
fn augmentation(text: &str, size: ImageSize) -> Result<Augmentation> {
    match (text, text.parse()) {
        ("crop", _) if size.height == size.width => Ok(Augmentation::ResizedCrop(size.height)),
        ("crop", _) => Err(usage(
            "--augment crop: it makes squares, and these images are none; give --image SIDE",
        )),
        (_, Ok(shift)) => Ok(Augmentation::Shift(shift)),
        _ => Err(usage(format!(
            "--augment {text}: give crop, or a number of pixels such as 4"
        ))),
    }
}

/// An image in colour from its values, channel by channel; grey images have one channel for all three colours.
fn coloured(channels: usize, size: [usize; 2], value: impl Fn(usize) -> u8) -> Result<Pixels> {
    let plane = size[0] * size[1];
    let of =
        |pixel: usize, colour: usize| value(colour.min(channels.saturating_sub(1)) * plane + pixel);
    let bytes = (0..plane).flat_map(|pixel| [0, 1, 2].map(|colour| of(pixel, colour)));
    Ok(Pixels::new(bytes.collect::<Vec<u8>>(), size)?)
}

/// The preparation that images have had, as a Hugging Face folder says it; `None` where they are not of three channels.
fn preparation(
    own: Preprocessing,
    framing: Option<Framing>,
    normalization: &Normalization,
) -> Option<Preprocessing> {
    let three = |values: &[f32]| <[f32; 3]>::try_from(values).ok();
    let own = Preprocessing {
        mean: three(&normalization.mean)?,
        deviation: three(&normalization.deviation)?,
        ..own
    };
    Some(match framing {
        Some(framing) => Preprocessing {
            // A little less, so that the side before the cut is whole again.
            crop: framing.side as f64 / (framing.resized as f64 + 1e-6),
            filter: match framing.cubic {
                true => Filter::Bicubic,
                false => Filter::Bilinear,
            },
            squeezed: framing.squeezed,
            ..own
        },
        None => own,
    })
}

impl Images {
    fn of(&self, images: &Arc<dyn ImageSet>) -> ImageSamples {
        ImageSamples::new(images.clone(), self.normalization.clone()).framed(self.about.framing)
    }
}

impl Subject for Images {
    type Input = Tensor<4>;
    type Net = ImageNetwork;
    type Players = Patches;
    type Samples = ImageSamples;

    fn about(&self) -> &About {
        &self.about
    }

    fn init(&self, device: &Device) -> Result<ImageNetwork> {
        let classes = self.about.classes.len();
        Ok(match &self.folder {
            Some(config) => config.init(device)?,
            None => image_network(&self.spec.model, self.size, classes, device)?,
        })
    }

    fn samples(&self, part: Part) -> Result<Arc<ImageSamples>> {
        match part {
            Part::Train => Ok(Arc::new(self.of(&self.split.train))),
            Part::Test => Ok(Arc::new(self.of(&self.split.test))),
            Part::Unlabelled => Err(usage("--split unlabelled: it is for texts")),
        }
    }

    fn training(&self, varied: Option<&str>, seed: u64) -> Result<Arc<ImageSamples>> {
        let varied = varied.map(|text| augmentation(text, self.size));
        let samples = self.of(&self.split.train);
        Ok(Arc::new(samples.augmented(varied.transpose()?, seed)))
    }

    fn players(&self) -> Result<Patches> {
        let patches = |side: usize| (side / 2).clamp(1, ALONG);
        let ImageSize { height, width, .. } = self.size;
        let [rows, columns] = self.spec.grid.unwrap_or([patches(height), patches(width)]);
        Ok(Patches::grid(rows, columns))
    }

    fn scenes(
        &self,
        samples: &ImageSamples,
        players: &Patches,
        _: &[usize],
        ids: &[u64],
        _: &Device,
    ) -> Result<Vec<Scene>> {
        let Some(grid) = players.grid() else {
            return Ok(Vec::new());
        };
        let scene = |id: &u64| {
            let item = samples.image(*id as usize)?;
            let [channels, height, width] = item.size;
            let values = &item.pixels;
            Ok(Scene::Image {
                class: samples.classes()[item.label].clone(),
                pixels: coloured(channels, [height, width], |at| values[at])?,
                grid,
            })
        };
        ids.iter().map(scene).collect()
    }

    fn seen(&self, _: &ImageSamples, inputs: Tensor<4>) -> Result<Vec<Seen>> {
        let [_, channels, height, width] = inputs.dims();
        let values = inputs.try_into_vec_as::<f32>();
        let values = values.map_err(|e| usage(format!("reading images back: {e:?}")))?;
        let Normalization { mean, deviation } = &self.normalization;
        let plane = height * width;
        let byte = |at: usize, value: f32| {
            let channel = at / plane;
            let value = value * deviation[channel] + mean[channel];
            (255.0 * value).round().clamp(0.0, 255.0) as u8
        };
        let each = values.chunks_exact(channels * plane);
        each.map(|image| coloured(channels, [height, width], |at| byte(at, image[at])))
            .map(|pixels| pixels.map(Seen::Image))
            .collect()
    }

    fn baseline(&self) -> Result<Option<Baseline>> {
        if let Some(Absent::Given(baseline)) = &self.spec.baseline {
            return Ok(Some(baseline.clone()));
        }
        let Normalization { mean, deviation } = &self.normalization;
        if self.own {
            return Ok(Some(Baseline::Values(vec![0.0; mean.len()])));
        }
        let own = Normalization::fit(self.split.train.as_ref())?;
        Ok(Some(in_units(&own.mean, mean, deviation)))
    }

    fn settings(&self) -> Option<FolderSettings<'_>> {
        let config = self.folder.clone()?;
        let own = config.preprocessing();
        let had = preparation(own, self.about.framing, &self.normalization)?;
        Some(FolderSettings::Images(Box::new(
            config.with_preprocessing(had),
        )))
    }
}
