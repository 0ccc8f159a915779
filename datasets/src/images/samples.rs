use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::Batch;
use rayon::prelude::*;

use super::{Augmentation, Framing, ImageItem, ImageSet, Images, Normalization};
use crate::error::{Error, Result};
use crate::loader::of_sample;
use crate::samples::Samples;

/// Numbers in an image of unknown size: 3x224x224, as most networks take it.
const LARGE: usize = 3 * 224 * 224;

/// Images of one size, normalised, as `[images, channels, height, width]` tensors.
#[derive(Clone)]
pub struct ImageSamples {
    images: Arc<dyn ImageSet>,
    normalization: Normalization,
    framing: Option<Framing>,
    augmentation: Option<Augmentation>,
    seed: u64,
}

impl ImageSamples {
    /// Takes images as they are.
    pub fn new(images: Arc<dyn ImageSet>, normalization: Normalization) -> Self {
        Self {
            images,
            normalization,
            framing: None,
            augmentation: None,
            seed: 0,
        }
    }

    /// Brings all images to one size first.
    pub fn framed(mut self, framing: impl Into<Option<Framing>>) -> Self {
        self.framing = framing.into();
        self
    }

    /// Varies images for training. A resized crop is made from the image as it is, without framing.
    pub fn augmented(mut self, augmentation: impl Into<Option<Augmentation>>, seed: u64) -> Self {
        self.augmentation = augmentation.into();
        self.seed = seed;
        self
    }

    /// An image at the size that the network takes, not varied and not normalised.
    ///
    /// # Errors
    ///
    /// Fails where the image cannot be read.
    pub fn image(&self, index: usize) -> Result<ImageItem> {
        let item = self.images.image(index)?;
        Ok(match self.framing {
            Some(framing) => framing.apply(item),
            None => item,
        })
    }

    /// The framing that brings images to one size; `None` where they have it.
    pub(super) fn framing(&self) -> Option<Framing> {
        self.framing
    }

    /// The set that the images are of.
    pub(super) fn images(&self) -> &dyn ImageSet {
        self.images.as_ref()
    }

    /// Channels, height and width of an image before framing.
    pub(super) fn own_size(&self, index: usize) -> Result<[usize; 3]> {
        match self.images.size() {
            Some(size) => Ok(size),
            None => Ok(self.images.image(index)?.size),
        }
    }

    /// Frames and varies one image; the numbers `[epoch, index]` say which variation.
    fn prepare(&self, item: ImageItem, numbers: [u64; 2]) -> ImageItem {
        let item = match (self.framing, self.augmentation) {
            (Some(framing), None | Some(Augmentation::Shift(_))) => framing.apply(item),
            _ => item,
        };
        let Some(augmentation) = self.augmentation else {
            return item;
        };
        // Each sample owns 2^16 words of the stream, so that variations never overlap.
        augmentation.apply(item, &mut of_sample(self.seed, numbers, 16))
    }

    fn assemble(&self, items: &[ImageItem], device: &Device) -> Result<Batch<Tensor<4>>> {
        let size = items.first().map_or([0; 3], |item| item.size);
        if let Some(other) = items.iter().find(|item| item.size != size) {
            return Err(Error::Data(format!(
                "images of {}x{} and of {}x{} pixels in one batch: give them a framing",
                size[1], size[2], other.size[1], other.size[2]
            )));
        }
        let known = self.normalization.mean.len();
        // Grey images take the first of statistics that are alike for all channels.
        let fits = size[0] == known || (size[0] < known && self.normalization.is_alike());
        if !items.is_empty() && !fits {
            return Err(Error::Data(format!(
                "images of {} channels, and statistics of {known}: take those of the images themselves, --normalize data",
                size[0]
            )));
        }
        let images = items
            .iter()
            .map(|item| (item.pixels.as_slice(), item.label, item.id));
        Ok(batch(images, size, &self.normalization, device))
    }
}

impl Samples for ImageSamples {
    type Input = Tensor<4>;

    fn count(&self) -> usize {
        self.images.len()
    }

    fn classes(&self) -> &[String] {
        self.images.classes()
    }

    fn label(&self, index: usize) -> usize {
        self.images.label(index)
    }

    fn elements(&self) -> usize {
        match (self.framing, self.images.size()) {
            (Some(framing), _) => self.normalization.mean.len() * framing.side * framing.side,
            (None, Some(size)) => size.iter().product(),
            (None, None) => LARGE,
        }
    }

    fn unit(&self) -> &'static str {
        "images"
    }

    fn read(&self, indices: &[usize], epoch: u64, device: &Device) -> Result<Batch<Tensor<4>>> {
        let one = |index: &usize| {
            let item = self.images.image(*index)?;
            Ok(self.prepare(item, [epoch, *index as u64]))
        };
        let items: Vec<ImageItem> = indices.par_iter().map(one).collect::<Result<_>>()?;
        self.assemble(&items, device)
    }
}

impl Images {
    /// The images with these indices, normalised: `[images, channels, height, width]` and `[images]` tensors.
    ///
    /// # Panics
    ///
    /// Panics where an index is beyond the images, or the statistics are of another number of channels than these have.
    pub fn batch(
        &self,
        indices: &[usize],
        normalization: &Normalization,
        device: &Device,
    ) -> Batch<Tensor<4>> {
        assert_eq!(
            normalization.mean.len(),
            self.size[0],
            "the channels of the statistics, and those of the images"
        );
        let images = indices
            .iter()
            .map(|i| (self.pixels(*i), self.label(*i), *i as u64));
        batch(images, self.size(), normalization, device)
    }
}

fn batch<'a>(
    images: impl Iterator<Item = (&'a [u8], usize, u64)>,
    size: [usize; 3],
    normalization: &Normalization,
    device: &Device,
) -> Batch<Tensor<4>> {
    let [channels, height, width] = size;
    let (mut values, mut labels, mut ids) = (Vec::new(), Vec::<i32>::new(), Vec::new());
    for (pixels, label, id) in images {
        for (plane, pixels) in pixels.chunks_exact((height * width).max(1)).enumerate() {
            let (mean, deviation) = (normalization.mean[plane], normalization.deviation[plane]);
            values.extend(
                pixels
                    .iter()
                    .map(|p| (f32::from(*p) / 255.0 - mean) / deviation),
            );
        }
        labels.push(label as i32);
        ids.push(id);
    }
    let count = labels.len();
    let inputs = Tensor::from_data(
        TensorData::new(values, [count, channels, height, width]),
        device,
    );
    let targets = Tensor::<1, Int>::from_data(TensorData::new(labels, [count]), device);
    Batch::new(inputs, targets, ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> ImageSamples {
        let images = Images {
            size: [1, 1, 2],
            classes: vec!["a".into()],
            pixels: vec![0, 255, 255, 0],
            labels: vec![0, 0],
            notes: Vec::new(),
            numbers: None,
        };
        let normalization = Normalization::fit(&images).unwrap();
        ImageSamples::new(Arc::new(images), normalization)
    }

    #[test]
    fn variations_repeat_by_seed_epoch_and_image() {
        let samples = samples().augmented(Augmentation::Shift(3), 7);
        let item = ImageItem {
            pixels: (0..64).collect(),
            size: [1, 8, 8],
            label: 0,
            id: 0,
        };
        let of = |epoch, index| samples.prepare(item.clone(), [epoch, index]);
        assert_eq!(of(0, 0), of(0, 0));
        let distinct: std::collections::HashSet<Vec<u8>> =
            (0..20).map(|k| of(k / 10, k % 10).pixels).collect();
        assert!(distinct.len() > 14, "{}", distinct.len());
    }

    fn grey(side: usize) -> ImageItem {
        ImageItem {
            pixels: vec![0; side * side],
            size: [1, side, side],
            label: 0,
            id: 0,
        }
    }

    #[test]
    fn statistics_of_other_channels_than_the_images_have_are_refused() {
        let device = burn_interaction::device("flex").unwrap();
        assert!(samples().assemble(&[grey(2)], &device).is_ok());
        let colour = ImageSamples {
            normalization: Normalization::imagenet(),
            ..samples()
        };
        let error = colour.assemble(&[grey(2)], &device).err().unwrap();
        let error = error.to_string();
        assert!(
            error.contains("1 channels, and statistics of 3") && error.contains("--normalize data"),
            "{error}"
        );
    }

    #[test]
    #[should_panic(expected = "the channels of the statistics")]
    fn a_batch_has_statistics_of_the_channels_of_its_images() {
        let device = burn_interaction::device("flex").unwrap();
        let images = Images::new([1, 1, 1], vec!["a".into()], vec![0], vec![0]).unwrap();
        let _ = images.batch(&[0], &Normalization::imagenet(), &device);
    }

    #[test]
    fn images_of_two_sizes_are_refused() {
        let device = burn_interaction::device("flex").unwrap();
        let error = samples()
            .assemble(&[grey(2), grey(3)], &device)
            .unwrap_err();
        assert!(error.to_string().contains("2x2 and of 3x3"), "{error}");
    }
}
