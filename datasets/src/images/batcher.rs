use std::sync::atomic::{AtomicU64, Ordering};

use burn::data::dataloader::batcher::Batcher;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::Batch;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Augmentation, Framing, ImageItem, ImageSet, Images};
use crate::error::{Error, Result};
use crate::loader::of_sample;

/// Images that [`Normalization::fit`] reads at most.
const ENOUGH: usize = 10_000;

/// Means and standard deviations of pixel values in 0..1, channel by channel: kept with the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Normalization {
    /// The mean of each channel.
    pub mean: Vec<f32>,
    /// The standard deviation of each channel.
    pub deviation: Vec<f32>,
}

impl Normalization {
    /// The statistics of ImageNet, which torchvision's networks and the CIFAR ResNets expect.
    pub fn imagenet() -> Self {
        Self {
            mean: vec![0.485, 0.456, 0.406],
            deviation: vec![0.229, 0.224, 0.225],
        }
    }

    /// The statistics of a set of images, of 10,000 spread over it where there are more; one where a channel is constant.
    ///
    /// # Errors
    ///
    /// An image cannot be read, or they differ in channels.
    pub fn fit(images: &dyn ImageSet) -> Result<Self> {
        let step = images.len().div_ceil(ENOUGH).max(1);
        let chosen: Vec<usize> = (0..images.len()).step_by(step).collect();
        let of = |index: &usize| {
            let item = images.image(*index)?;
            let [_, height, width] = item.size;
            let planes = item.pixels.chunks_exact((height * width).max(1));
            Ok(planes.map(sums).collect::<Vec<_>>())
        };
        let each: Vec<Vec<[u64; 3]>> = chosen.par_iter().map(of).collect::<Result<_>>()?;
        let mut totals = vec![[0; 3]; each.first().map_or(0, Vec::len)];
        for image in each {
            if image.len() != totals.len() {
                return Err(Error::Data("the images differ in their channels".into()));
            }
            for (total, sums) in totals.iter_mut().zip(image) {
                for (total, sum) in total.iter_mut().zip(sums) {
                    *total += sum;
                }
            }
        }
        let mean = |[count, sum, _]: &[u64; 3]| *sum as f64 / 255.0 / (*count).max(1) as f64;
        let deviation = |total: &[u64; 3]| {
            let squares = total[2] as f64 / 255.0_f64.powi(2) / total[0].max(1) as f64;
            match (squares - mean(total).powi(2)).max(0.0).sqrt() {
                0.0 => 1.0,
                deviation => deviation as f32,
            }
        };
        Ok(Self {
            mean: totals.iter().map(|total| mean(total) as f32).collect(),
            deviation: totals.iter().map(deviation).collect(),
        })
    }
}

/// How many pixels, their sum, and the sum of their squares.
fn sums(pixels: &[u8]) -> [u64; 3] {
    pixels.iter().fold([0; 3], |[count, sum, squares], pixel| {
        let value = u64::from(*pixel);
        [count + 1, sum + value, squares + value * value]
    })
}

/// Batches images into normalised `[images, channels, height, width]` and `[images]` tensors.
#[derive(Debug)]
pub struct ImageBatcher {
    normalization: Normalization,
    framing: Option<Framing>,
    augmentation: Option<Augmentation>,
    seed: u64,
    batches: AtomicU64,
}

impl ImageBatcher {
    /// Batches images as they are.
    pub fn new(normalization: Normalization) -> Self {
        Self {
            normalization,
            framing: None,
            augmentation: None,
            seed: 0,
            batches: AtomicU64::new(0),
        }
    }

    /// Brings all images to one size first.
    pub fn framed(mut self, framing: impl Into<Option<Framing>>) -> Self {
        self.framing = framing.into();
        self
    }

    /// Varies images, for training. A resized crop is made from the image as it is, without framing.
    pub fn augmented(mut self, augmentation: impl Into<Option<Augmentation>>, seed: u64) -> Self {
        self.augmentation = augmentation.into();
        self.seed = seed;
        self
    }

    /// Frames and varies one image; the numbers `[epoch, index]` say which variation.
    pub(super) fn prepare(&self, item: ImageItem, numbers: [u64; 2]) -> ImageItem {
        let item = match (self.framing, self.augmentation) {
            (Some(framing), None | Some(Augmentation::Shift(_))) => framing.apply(item),
            _ => item,
        };
        let Some(augmentation) = self.augmentation else {
            return item;
        };
        // Far more numbers apart than one image draws.
        augmentation.apply(item, &mut of_sample(self.seed, numbers, 16))
    }

    /// The images with these indices, read in parallel: `[images, channels, height, width]` and `[images]` tensors.
    ///
    /// # Errors
    ///
    /// An image cannot be read, or they differ in size and no framing brings them to one.
    pub fn read(
        &self,
        images: &dyn ImageSet,
        indices: &[usize],
        device: &Device,
    ) -> Result<Batch<Tensor<4>>> {
        self.read_epoch(images, indices, 0, device)
    }

    /// As [`read`](Self::read), with the variations of one epoch.
    pub(crate) fn read_epoch(
        &self,
        images: &dyn ImageSet,
        indices: &[usize],
        epoch: u64,
        device: &Device,
    ) -> Result<Batch<Tensor<4>>> {
        let one = |index: &usize| Ok(self.prepare(images.image(*index)?, [epoch, *index as u64]));
        let items: Vec<ImageItem> = indices.par_iter().map(one).collect::<Result<_>>()?;
        self.assemble(&items, device)
    }

    fn assemble(&self, items: &[ImageItem], device: &Device) -> Result<Batch<Tensor<4>>> {
        let size = items.first().map_or([0; 3], |item| item.size);
        if let Some(other) = items.iter().find(|item| item.size != size) {
            return Err(Error::Data(format!(
                "images of {}x{} and of {}x{} pixels in one batch: give them a framing",
                size[1], size[2], other.size[1], other.size[2]
            )));
        }
        if size[0] > self.normalization.mean.len() {
            return Err(Error::Data(format!(
                "images of {} channels, statistics of {}",
                size[0],
                self.normalization.mean.len()
            )));
        }
        let images = items
            .iter()
            .map(|item| (item.pixels.as_slice(), item.label, item.id));
        Ok(batch(images, size, &self.normalization, device))
    }
}

impl Batcher<ImageItem, Batch<Tensor<4>>> for ImageBatcher {
    /// # Panics
    ///
    /// The images differ in size and no framing brings them to one.
    fn batch(&self, items: Vec<ImageItem>, device: &Device) -> Batch<Tensor<4>> {
        let number = self.batches.fetch_add(1, Ordering::Relaxed);
        let prepare = |(index, item)| self.prepare(item, [number, index as u64]);
        let items: Vec<ImageItem> = items.into_iter().enumerate().map(prepare).collect();
        self.assemble(&items, device)
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Images {
    /// The images with these indices, normalised: `[images, channels, height, width]` and `[images]` tensors.
    pub fn batch(
        &self,
        indices: &[usize],
        normalization: &Normalization,
        device: &Device,
    ) -> Batch<Tensor<4>> {
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

    fn images() -> Images {
        Images {
            size: [1, 1, 2],
            classes: vec!["a".into()],
            pixels: vec![0, 255, 255, 0],
            labels: vec![0, 0],
        }
    }

    #[test]
    fn normalisation_is_fitted() {
        let fitted = Normalization::fit(&images()).unwrap();
        assert_eq!((fitted.mean[0], fitted.deviation[0]), (0.5, 0.5));
    }

    #[test]
    fn variations_repeat_by_seed_epoch_and_image() {
        let batcher = ImageBatcher::new(Normalization::fit(&images()).unwrap());
        let batcher = batcher.augmented(Augmentation::Shift(3), 7);
        let item = ImageItem {
            pixels: (0..64).collect(),
            size: [1, 8, 8],
            label: 0,
            id: 0,
        };
        let of = |epoch, index| batcher.prepare(item.clone(), [epoch, index]);
        assert_eq!(of(0, 0), of(0, 0));
        let distinct: std::collections::HashSet<Vec<u8>> =
            (0..20).map(|k| of(k / 10, k % 10).pixels).collect();
        assert!(distinct.len() > 14, "{}", distinct.len());
    }

    #[test]
    fn images_of_two_sizes_are_refused() {
        let device = burn_interaction::device("flex").unwrap();
        let batcher = ImageBatcher::new(Normalization::fit(&images()).unwrap());
        let item = |side: usize| ImageItem {
            pixels: vec![0; side * side],
            size: [1, side, side],
            label: 0,
            id: 0,
        };
        let error = batcher.assemble(&[item(2), item(3)], &device).unwrap_err();
        assert!(error.to_string().contains("2x2 and of 3x3"), "{error}");
    }
}
