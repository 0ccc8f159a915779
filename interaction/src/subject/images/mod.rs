mod prepared;

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use burn_interaction::figures::{Areas, Pixels};
use burn_interaction::players::Either;
use burn_interaction::{Baseline, Patches, Players, SegmentMap, Segments};
use burn_interaction_datasets::{
    Augmentation, ImageSamples, ImageSet, Normalization, Samples, SegmentFiles, Split,
};
use burn_interaction_models::registry::{
    ImageNetwork, ImageSize, image_network, preprocessing_with,
};
use burn_interaction_models::{ImageConfig, image_weights};

use self::prepared::{check_size, folder, framing, normalization, preparation};
use super::{
    About, Absent, FolderSettings, Part, Scene, Seated, Seats, Seen, Spec, Statistics, Subject,
    Trained, classes, digest_of, in_units, labelled,
};
use crate::error::{Result, usage};

/// Players up to which images are enumerated by default.
const EXACT: usize = 12;
/// Segments of an image at least, where each has a map of its own: below them its orders are too few to be compared with those of others.
const FEWEST: usize = 4;
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
    /// The labels of the segments that are players; `None` for patches.
    segments: Option<SegmentFiles>,
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
        None => preprocessing_with(&spec.model, spec.weights.as_deref())?,
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
    let segments = segments(&spec)?;
    let about = About {
        network: spec.model_name(),
        data: spec.data_and_folder().0.into(),
        classes: images.classes().to_vec(),
        weights,
        inputs: digest_of(&(&normalization, framing, size.height)),
        statistics: Statistics::Images(normalization.clone()),
        features: Vec::new(),
        framing,
        categories: Default::default(),
        exact: EXACT,
        fewest: spec.fewest.unwrap_or(match &segments {
            Some(files) if !files.is_shared() => FEWEST,
            _ => 2,
        }),
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
        segments,
    })
}

/// The labels of the segments that are players; `None` for patches.
fn segments(spec: &Spec) -> Result<Option<SegmentFiles>> {
    let Some(Seats::Segments(path)) = &spec.players else {
        return Ok(None);
    };
    match spec.grid {
        None => Ok(Some(SegmentFiles::open(path)?)),
        Some(_) => Err(usage(
            "--players segments and --grid: players are segments or patches, give one of them",
        )),
    }
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

impl Images {
    fn of(&self, images: &Arc<dyn ImageSet>) -> ImageSamples {
        ImageSamples::new(images.clone(), self.normalization.clone()).framed(self.about.framing)
    }
}

impl Subject for Images {
    type Input = Tensor<4>;
    type Net = ImageNetwork;
    type Players = Either<Patches, Segments>;
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
        labelled(
            part,
            || Arc::new(self.of(&self.split.train)),
            || Arc::new(self.of(&self.split.test)),
        )
    }

    fn training(&self, varied: Option<&str>, seed: u64) -> Result<Arc<ImageSamples>> {
        let varied = varied.map(|text| augmentation(text, self.size));
        let samples = self.of(&self.split.train);
        Ok(Arc::new(samples.augmented(varied.transpose()?, seed)))
    }

    fn players(&self) -> Result<Self::Players> {
        if let Some(files) = &self.segments {
            // Such labels are those of any image.
            let map = match files.is_shared() {
                true => self
                    .of(&self.split.train)
                    .segments(files, &[0])?
                    .pop()
                    .flatten(),
                false => None,
            };
            return match map {
                Some(map) => Ok(Either::Right(Segments::shared(map))),
                None => Err(usage(
                    "--players segments: training needs the labels of two or more segments in one file, which are those of all images",
                )),
            };
        }
        let patches = |side: usize| (side / 2).clamp(1, ALONG);
        let ImageSize { height, width, .. } = self.size;
        let [rows, columns] = self.spec.grid.unwrap_or([patches(height), patches(width)]);
        Ok(Either::Left(Patches::grid(rows, columns)))
    }

    fn seated(&self, samples: &ImageSamples, indices: Vec<usize>) -> Result<Seated<Self::Players>> {
        let Some(files) = self.segments.as_ref().filter(|files| !files.is_shared()) else {
            return Ok(Seated {
                players: self.players()?,
                indices,
                note: None,
            });
        };
        let (all, fewest) = (indices.len(), self.about.fewest);
        let found = samples.segments(files, &indices)?;
        let enough = |map: &SegmentMap| map.segments() >= fewest;
        let seats = indices.into_iter().zip(found);
        let seats = seats.filter_map(|(index, map)| Some((index, map.filter(enough)?)));
        let (kept, maps): (Vec<usize>, Vec<SegmentMap>) = seats.unzip();
        match kept.len() {
            0 => Err(usage(format!(
                "--players segments: no image has {fewest} segments or more; --min-players asks for fewer"
            ))),
            some => Ok(Seated {
                players: Either::Right(Segments::each(maps)),
                indices: kept,
                note: (some < all).then(|| {
                    format!(
                        "measuring the {some} of {all} images that have {fewest} segments or more"
                    )
                }),
            }),
        }
    }

    fn player_names(
        &self,
        _: &ImageSamples,
        players: &Self::Players,
        indices: &[usize],
        _: &Device,
    ) -> Result<Vec<Vec<String>>> {
        let Either::Right(segments) = players else {
            return Ok(Vec::new());
        };
        let maps = (0..indices.len()).filter_map(|place| segments.map(place));
        Ok(maps.map(|map| map.names().to_vec()).collect())
    }

    fn scenes(
        &self,
        samples: &ImageSamples,
        players: &Self::Players,
        indices: &[usize],
        ids: &[u64],
        _: &Device,
    ) -> Result<Vec<Scene>> {
        let areas = |id: u64| match players {
            Either::Left(patches) => patches.grid().map(Areas::from),
            Either::Right(segments) => {
                let place = indices.iter().position(|index| *index as u64 == id)?;
                segments.map(place).cloned().map(Areas::from)
            }
        };
        let scene = |(id, areas): (u64, Areas)| {
            let item = samples.image(id as usize)?;
            let [channels, height, width] = item.size;
            let values = &item.pixels;
            Ok(Scene::Image {
                class: samples.classes()[item.label].clone(),
                pixels: coloured(channels, [height, width], |at| values[at])?,
                areas,
            })
        };
        let shown = ids.iter().filter_map(|id| Some((*id, areas(*id)?)));
        shown.map(scene).collect()
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
