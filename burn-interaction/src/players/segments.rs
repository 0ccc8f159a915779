use std::sync::Arc;

use burn::tensor::{Bool, Int, Tensor, TensorData};

use crate::digest::short_digest;
use crate::error::{Error, Result};
use crate::input::Input;

use super::patches::shown;
use super::{Baseline, Places, Players, SegmentMap};

/// The segments of images as players, such as superpixels or the areas of a segmentation mask: inputs are
/// `[batch, channels, height, width]` tensors.
///
/// One [`SegmentMap`] serves all images, or each image has its own, with as many segments as it has: orders are then compared
/// by ratio, see [`Profile`](crate::Profile). Pixels of no segment are always present. Segments lie on no grid, so that pairs
/// are drawn from all pairs, or listed.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::players::SegmentMap;
/// use burn_interaction::{Measurement, Pairs, Segments};
///
/// // The left half of an image, its right half, and a column between that is no player.
/// let map = SegmentMap::new(&[1, -1, 2, 1, -1, 2], [2, 3])?;
/// let net = |images: Tensor<4>| {
///     let column = |x| images.clone().narrow(3, x, 1).sum_dim(2).flatten::<2>(1, 3);
///     column(0) * column(1) * column(2)
/// };
/// let image = Tensor::ones([1, 1, 2, 3], &Device::flex());
/// let profile = Measurement::new(Segments::shared(map)).pairs(Pairs::all()).run(&net, image, vec![1])?;
/// // The column between is there in every coalition.
/// assert_eq!(profile.samples()[0].interaction(0, (0, 1)).unwrap().mean, 8.0);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    of: Maps,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Maps {
    Shared(Arc<SegmentMap>),
    Each(Arc<[SegmentMap]>),
}

impl Segments {
    /// The segments of one map, the same in all images.
    pub fn shared(map: SegmentMap) -> Self {
        Self {
            of: Maps::Shared(Arc::new(map)),
        }
    }

    /// A map for each image of one batch, in the batch's order: these images and no others can be measured.
    pub fn each(maps: impl Into<Vec<SegmentMap>>) -> Self {
        Self {
            of: Maps::Each(maps.into().into()),
        }
    }

    /// The map of the image with this place in the batch; `None` where it has none.
    pub fn map(&self, place: usize) -> Option<&SegmentMap> {
        match &self.of {
            Maps::Shared(map) => Some(map),
            Maps::Each(maps) => maps.get(place),
        }
    }

    fn maps(&self) -> &[SegmentMap] {
        match &self.of {
            Maps::Shared(map) => std::slice::from_ref(map),
            Maps::Each(maps) => maps,
        }
    }

    fn check(&self, input: &Tensor<4>) -> Result<()> {
        let [batch, _, height, width] = input.dims();
        let mismatch = |what: String, expected, found| {
            Err(Error::Mismatch {
                what,
                expected,
                found,
            })
        };
        if let Maps::Each(maps) = &self.of
            && maps.len() != batch
        {
            return mismatch("images, as segments are given".into(), maps.len(), batch);
        }
        let mut sizes = self.maps().iter().map(SegmentMap::size);
        match sizes.find(|size| *size != [height, width]) {
            None => Ok(()),
            Some([rows, columns]) => {
                let what = format!(
                    "pixels of an image of {height}x{width}, as segments are given for {rows}x{columns}"
                );
                mismatch(what, rows * columns, height * width)
            }
        }
    }
}

impl Players for Segments {
    type Input = Tensor<4>;
    type Places = SegmentPlaces;

    fn counts(&self, input: &Tensor<4>) -> Result<Vec<usize>> {
        self.check(input)?;
        Ok(match &self.of {
            Maps::Shared(map) => vec![map.segments(); input.samples()],
            Maps::Each(maps) => maps.iter().map(SegmentMap::segments).collect(),
        })
    }

    fn places(&self, input: &Tensor<4>) -> Result<SegmentPlaces> {
        self.check(input)?;
        let [_, _, height, width] = input.dims();
        let device = input.device().inner();
        let pixels = self.maps().iter().flat_map(|map| map.of_pixels());
        let pixels: Vec<i32> = pixels
            .map(|segment| segment.map_or(-1, |segment| segment as i32))
            .collect();
        let data = |pixels: Vec<i32>| {
            let maps = pixels.len() / (height * width).max(1);
            TensorData::new(pixels, [maps, height * width])
        };
        Ok(match &self.of {
            Maps::Shared(_) => SegmentPlaces::Shared(
                Tensor::<2, Int>::from_data(data(pixels), &device).flatten(0, 1),
            ),
            Maps::Each(_) => SegmentPlaces::Each(Tensor::from_data(data(pixels), &device)),
        })
    }

    fn absent(&self, input: &Tensor<4>, baseline: &Baseline) -> Result<Tensor<4>> {
        baseline.of_images(input)
    }

    fn compose(
        &self,
        present: Tensor<4>,
        absent: Tensor<4>,
        places: &SegmentPlaces,
        presence: Tensor<2, Bool>,
    ) -> Tensor<4> {
        shown(present, absent, places.present(presence))
    }

    /// The segments of the images with these places in the batch alone: maps of their own are for certain images.
    ///
    /// # Panics
    ///
    /// Panics if a place is none of the given images.
    fn only(&self, places: &[usize]) -> Self {
        match &self.of {
            Maps::Shared(_) => self.clone(),
            Maps::Each(maps) => Self::each(
                places
                    .iter()
                    .map(|place| maps[*place].clone())
                    .collect::<Vec<_>>(),
            ),
        }
    }

    fn describe(&self) -> String {
        match &self.of {
            Maps::Shared(map) => format!("{} segments, the same in all images", map.segments()),
            Maps::Each(_) => "segments of each image".into(),
        }
    }
}

/// The segment of each pixel on a device: -1 for pixels of no segment.
#[derive(Debug, Clone)]
pub enum SegmentPlaces {
    /// The segments of one map, a `[pixels]` tensor.
    Shared(Tensor<1, Int>),
    /// The segments of a map for each image, an `[images, pixels]` tensor.
    Each(Tensor<2, Int>),
}

impl SegmentPlaces {
    /// The pixels that are present, `[rows, pixels]`, where `presence`, `[rows, players]`, says which players are.
    fn present(&self, presence: Tensor<2, Bool>) -> Tensor<2, Bool> {
        let rows = presence.dims()[0];
        let one = |presence: Tensor<2, Bool>, pixels: Tensor<1, Int>| {
            let [count] = pixels.dims();
            let always = pixels.clone().lower_elem(0).reshape([1, count]);
            let kept = presence.select(1, pixels.clamp_min(0));
            kept.bool_or(always.expand([rows, count]))
        };
        match self {
            Self::Shared(pixels) => one(presence, pixels.clone()),
            Self::Each(images) if images.dims()[0] == 1 => {
                one(presence, images.clone().flatten(0, 1))
            }
            Self::Each(images) => {
                let always = images.clone().lower_elem(0);
                presence
                    .gather(1, images.clone().clamp_min(0))
                    .bool_or(always)
            }
        }
    }
}

impl Places for SegmentPlaces {
    fn select(&self, samples: Tensor<1, Int>) -> Self {
        match self {
            Self::Shared(_) => self.clone(),
            Self::Each(images) => Self::Each(images.clone().select(0, samples)),
        }
    }

    /// The digest of each image's map.
    fn digests<I: Input>(&self, input: &I) -> Result<Vec<String>> {
        match self {
            Self::Each(images) => images.digests(input),
            Self::Shared(pixels) => {
                let values = pixels.clone().try_into_vec_as::<i64>();
                let values = values.map_err(|e| Error::Execution(e.to_string()))?;
                let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                Ok(vec![short_digest(&[&bytes]); input.samples()])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::estimate::{Orders, Pairs};
    use crate::measure::Measurement;
    use crate::players::Patches;

    fn images(count: usize) -> Tensor<4> {
        let values = (0..count * 32).map(|k| ((k * 7) % 11) as f32 / 3.0);
        let data = TensorData::new(values.collect::<Vec<f32>>(), [count, 2, 4, 4]);
        Tensor::from_data(data, &Device::flex())
    }

    /// A network in which every pixel multiplies with others.
    fn net(images: Tensor<4>) -> Tensor<2> {
        let sum = images.clone().flatten::<2>(1, 3).sum_dim(1);
        let squares = images.powi_scalar(2).flatten::<2>(1, 3).sum_dim(1);
        sum.clone() * sum.clone() * sum + squares
    }

    fn quarters() -> SegmentMap {
        let labels = (0..16).map(|pixel| 10 * (pixel / 8) + pixel % 4 / 2);
        SegmentMap::new(&labels.collect::<Vec<i64>>(), [4, 4]).unwrap()
    }

    #[test]
    fn a_map_of_patches_gives_the_numbers_of_patches() {
        let patches = Measurement::new(Patches::grid(2, 2))
            .orders(Orders::all())
            .pairs(Pairs::all())
            .run(&net, images(3), vec![0; 3])
            .unwrap();
        for segments in [
            Segments::shared(quarters()),
            Segments::each(vec![quarters(); 3]),
        ] {
            let found = Measurement::new(segments)
                .orders(Orders::all())
                .pairs(Pairs::all())
                .run(&net, images(3), vec![0; 3])
                .unwrap();
            for (own, other) in found.samples().iter().zip(patches.samples()) {
                for order in 0..3 {
                    assert_eq!(own.at_order(order), other.at_order(order));
                }
            }
        }
    }

    #[test]
    fn images_have_segments_of_their_own() {
        // The first image has two segments, the second four.
        let halves: Vec<i64> = (0..16).map(|pixel| pixel / 8).collect();
        let halves = SegmentMap::new(&halves, [4, 4]).unwrap();
        let both = Segments::each([halves.clone(), quarters()]);
        assert_eq!(both.counts(&images(2)).unwrap(), [2, 4]);
        let measure = |segments: Segments, images: Tensor<4>| {
            let count = images.dims()[0];
            Measurement::new(segments)
                .orders(Orders::ratios([0.0, 1.0]))
                .pairs(Pairs::all())
                .run(&net, images, vec![0; count])
                .unwrap()
        };
        let together = measure(both.clone(), images(2));
        let first = measure(both.only(&[0]), images(1));
        let pair = |profile: &crate::Profile| {
            let sample = &profile.samples()[0];
            sample.interaction(0, (0, 1)).map(|found| found.mean)
        };
        assert!(pair(&together).is_some());
        assert_eq!(pair(&together), pair(&first));
    }

    #[test]
    fn maps_that_do_not_fit_are_refused() {
        let error = |segments: Segments, images| {
            let counts = segments.counts(&images);
            counts.unwrap_err().to_string()
        };
        let other = error(Segments::each([quarters()]), images(2));
        assert!(other.contains("images, as segments are given"), "{other}");
        let wide = Tensor::zeros([1, 2, 4, 6], &Device::flex());
        let other = error(Segments::shared(quarters()), wide);
        assert!(other.contains("4x6") && other.contains("4x4"), "{other}");
    }

    #[test]
    fn another_map_is_told_by_its_digest() {
        let digest = |segments: Segments| {
            let places = segments.places(&images(1)).unwrap();
            places.digests(&images(1)).unwrap()
        };
        let stripes: Vec<i64> = (0..16).map(|pixel| pixel % 4).collect();
        let stripes = SegmentMap::new(&stripes, [4, 4]).unwrap();
        assert_ne!(
            digest(Segments::shared(quarters())),
            digest(Segments::shared(stripes.clone()))
        );
        assert_ne!(
            digest(Segments::each([quarters()])),
            digest(Segments::each([stripes]))
        );
    }
}
