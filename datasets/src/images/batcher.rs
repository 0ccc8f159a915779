use std::sync::atomic::{AtomicU64, Ordering};

use burn::data::dataloader::batcher::Batcher;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::Batch;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{ImageItem, Images};

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

    /// The statistics of a set of images; one where a channel is constant.
    pub fn fit(images: &Images) -> Self {
        let [channels, height, width] = images.size;
        let mut sums = vec![(0.0_f64, 0.0_f64); channels];
        for (plane, pixels) in images.pixels.chunks_exact(height * width).enumerate() {
            let (sum, squares) = &mut sums[plane % channels];
            for pixel in pixels {
                let value = f64::from(*pixel) / 255.0;
                *sum += value;
                *squares += value * value;
            }
        }
        let count = (images.labels.len() * height * width).max(1) as f64;
        let deviation = |(sum, squares): &(f64, f64)| match (squares / count
            - (sum / count).powi(2))
        .max(0.0)
        .sqrt()
        {
            0.0 => 1.0,
            deviation => deviation as f32,
        };
        Self {
            mean: sums.iter().map(|(sum, _)| (sum / count) as f32).collect(),
            deviation: sums.iter().map(deviation).collect(),
        }
    }
}

/// Batches images into normalised `[images, channels, height, width]` and `[images]` tensors.
#[derive(Debug)]
pub struct ImageBatcher {
    normalization: Normalization,
    /// Pixels of shift to each side and flips, for training.
    augmentation: Option<usize>,
    seed: u64,
    batches: AtomicU64,
}

impl ImageBatcher {
    /// Batches images as they are.
    pub fn new(normalization: Normalization) -> Self {
        Self {
            normalization,
            augmentation: None,
            seed: 0,
            batches: AtomicU64::new(0),
        }
    }

    /// Flips every second image and shifts it by up to `shift` pixels to each side, zero outside, as the reference
    /// recipe does with 4 pixels.
    pub fn augmented(mut self, shift: usize, seed: u64) -> Self {
        self.augmentation = Some(shift);
        self.seed = seed;
        self
    }
}

impl Batcher<ImageItem, Batch<Tensor<4>>> for ImageBatcher {
    fn batch(&self, mut items: Vec<ImageItem>, device: &Device) -> Batch<Tensor<4>> {
        if let Some(shift) = self.augmentation {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(self.batches.fetch_add(1, Ordering::Relaxed));
            for item in &mut items {
                let flip = rng.random();
                let mut by = || rng.random_range(0..=2 * shift) as isize - shift as isize;
                let (down, right) = (by(), by());
                item.pixels = moved(item, flip, down, right);
            }
        }
        let size = items.first().map_or([0; 3], |item| item.size);
        let images = items
            .iter()
            .map(|item| (item.pixels.as_slice(), item.label));
        batch(images, size, &self.normalization, device)
    }
}

fn moved(item: &ImageItem, flip: bool, down: isize, right: isize) -> Vec<u8> {
    let [channels, height, width] = item.size;
    let mut pixels = vec![0; item.pixels.len()];
    for c in 0..channels {
        for y in 0..height {
            let Some(from_y) = y.checked_add_signed(-down).filter(|y| *y < height) else {
                continue;
            };
            for x in 0..width {
                let Some(from_x) = x.checked_add_signed(-right).filter(|x| *x < width) else {
                    continue;
                };
                let from_x = if flip { width - 1 - from_x } else { from_x };
                pixels[(c * height + y) * width + x] =
                    item.pixels[(c * height + from_y) * width + from_x];
            }
        }
    }
    pixels
}

pub(super) fn batch<'a>(
    images: impl Iterator<Item = (&'a [u8], usize)>,
    size: [usize; 3],
    normalization: &Normalization,
    device: &Device,
) -> Batch<Tensor<4>> {
    let [channels, height, width] = size;
    let (mut values, mut labels) = (Vec::new(), Vec::<i32>::new());
    for (pixels, label) in images {
        for (plane, pixels) in pixels.chunks_exact((height * width).max(1)).enumerate() {
            let (mean, deviation) = (normalization.mean[plane], normalization.deviation[plane]);
            values.extend(
                pixels
                    .iter()
                    .map(|p| (f32::from(*p) / 255.0 - mean) / deviation),
            );
        }
        labels.push(label as i32);
    }
    let count = labels.len();
    let inputs = Tensor::from_data(
        TensorData::new(values, [count, channels, height, width]),
        device,
    );
    let targets = Tensor::<1, Int>::from_data(TensorData::new(labels, [count]), device);
    Batch::new(inputs, targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> ImageItem {
        ImageItem {
            pixels: vec![1, 2, 3, 4],
            size: [1, 2, 2],
            label: 0,
        }
    }

    #[test]
    fn images_move_and_flip() {
        assert_eq!(moved(&image(), false, 0, 0), [1, 2, 3, 4]);
        assert_eq!(moved(&image(), true, 0, 0), [2, 1, 4, 3]);
        assert_eq!(moved(&image(), false, 1, 0), [0, 0, 1, 2]);
        assert_eq!(moved(&image(), false, 0, -1), [2, 0, 4, 0]);
    }

    #[test]
    fn normalisation_is_fitted() {
        let images = Images {
            size: [1, 1, 2],
            classes: vec!["a".into()],
            pixels: vec![0, 255, 255, 0],
            labels: vec![0, 0],
        };
        let fitted = Normalization::fit(&images);
        assert_eq!((fitted.mean[0], fitted.deviation[0]), (0.5, 0.5));
    }
}
