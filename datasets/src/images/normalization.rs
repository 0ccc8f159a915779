use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ImageSet;
use crate::error::{Error, Result};

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

    /// Whether all channels have the same statistics.
    pub(crate) fn is_alike(&self) -> bool {
        let alike = |values: &[f32]| values.windows(2).all(|two| two[0] == two[1]);
        alike(&self.mean) && alike(&self.deviation)
    }

    /// The statistics of a set of images, or of 10,000 spread over it where there are more, drawn from a fixed seed; the deviation is one where
    /// a channel is constant.
    ///
    /// # Errors
    ///
    /// Fails where an image cannot be read, or images differ in channels.
    pub fn fit(images: &dyn ImageSet) -> Result<Self> {
        let chosen = chosen(images.len());
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
        // In whole numbers: differences of shares would leave rounding where a channel is constant.
        let deviation = |total: &[u64; 3]| {
            let [count, sum, squares] = total.map(u128::from);
            match (count * squares).saturating_sub(sum * sum) {
                0 => 1.0,
                spread => ((spread as f64).sqrt() / count as f64 / 255.0) as f32,
            }
        };
        Ok(Self {
            mean: totals.iter().map(|total| mean(total) as f32).collect(),
            deviation: totals.iter().map(deviation).collect(),
        })
    }
}

/// The places of the images that stand for a set of so many: all of them, or one drawn from each of 10,000 stretches of the set, so that none of
/// them is skipped because of an order in which the images recur.
fn chosen(count: usize) -> Vec<usize> {
    if count <= ENOUGH {
        return (0..count).collect();
    }
    let mut draws = ChaCha8Rng::seed_from_u64(0);
    let start = |stretch: usize| stretch * count / ENOUGH;
    (0..ENOUGH)
        .map(|stretch| draws.random_range(start(stretch)..start(stretch + 1)))
        .collect()
}

/// The number of pixels, their sum, and the sum of their squares.
fn sums(pixels: &[u8]) -> [u64; 3] {
    pixels.iter().fold([0; 3], |[count, sum, squares], pixel| {
        let value = u64::from(*pixel);
        [count + 1, sum + value, squares + value * value]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Images;

    #[test]
    fn a_set_whose_images_alternate_is_fitted_by_both_kinds() {
        assert_eq!(chosen(ENOUGH), (0..ENOUGH).collect::<Vec<_>>());
        for count in [ENOUGH + 1, 2 * ENOUGH, 4 * ENOUGH + 7] {
            let chosen = chosen(count);
            assert_eq!(chosen.len(), ENOUGH);
            assert!(chosen.is_sorted() && chosen[ENOUGH - 1] < count);
            let images = Images {
                size: [1, 1, 1],
                classes: vec!["a".into()],
                pixels: (0..count).map(|k| 255 * (k % 2) as u8).collect(),
                labels: vec![0; count],
                notes: Vec::new(),
                numbers: None,
            };
            let mean = Normalization::fit(&images).unwrap().mean[0];
            assert!((mean - 0.5).abs() < 0.03, "{count}: {mean}");
        }
    }

    #[test]
    fn normalisation_is_fitted() {
        let images = Images {
            size: [1, 1, 2],
            classes: vec!["a".into()],
            pixels: vec![0, 255, 255, 0],
            labels: vec![0, 0],
            notes: Vec::new(),
            numbers: None,
        };
        let fitted = Normalization::fit(&images).unwrap();
        assert_eq!((fitted.mean[0], fitted.deviation[0]), (0.5, 0.5));
        for level in 0..=255 {
            let constant = Images {
                size: [1, 10, 10],
                pixels: vec![level; 200],
                ..images.clone()
            };
            let fitted = Normalization::fit(&constant).unwrap();
            assert_eq!(fitted.deviation, [1.0], "{level}");
        }
    }
}
