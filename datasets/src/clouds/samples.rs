use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::Batch;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{CloudAugmentation, CloudItem, CloudSet, Up};
use crate::error::{Error, Result};
use crate::loader::of_sample;
use crate::samples::Samples;

/// Clouds of a fixed number of points, each normalised to the unit sphere, as `[clouds, 3, points]` tensors.
#[derive(Clone)]
pub struct CloudSamples {
    clouds: Arc<dyn CloudSet>,
    points: usize,
    up: Option<Up>,
    augmentation: Option<CloudAugmentation>,
    seed: Option<u64>,
}

impl CloudSamples {
    /// Takes this number of points of each object, the same points each time. The papers take 1,024.
    pub fn new(clouds: Arc<dyn CloudSet>, points: usize) -> Self {
        Self {
            clouds,
            points,
            up: None,
            augmentation: None,
            seed: None,
        }
    }

    /// Takes other points of each object in each epoch, for training.
    pub fn redrawn(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Varies clouds for training, besides [`redrawing`](Self::redrawn) them.
    pub fn augmented(self, augmentation: impl Into<Option<CloudAugmentation>>, seed: u64) -> Self {
        Self {
            augmentation: augmentation.into(),
            ..self.redrawn(seed)
        }
    }

    /// Makes this axis point up, which changes places with the one that points up in the set: a network that was trained on
    /// objects that stand otherwise, such as on the HDF5 files of ModelNet40, whose meshes have (x, z, y) for its (x, y, z),
    /// knows them again.
    pub fn upright(mut self, up: impl Into<Option<Up>>) -> Self {
        self.up = up.into();
        self
    }

    /// The axis that points up in the clouds, for pictures: 0, 1 or 2.
    pub fn up(&self) -> usize {
        self.up.map_or(self.clouds.up(), Up::axis)
    }

    /// The set that the clouds are from, where they may stand otherwise than [here](Self::up).
    pub fn clouds(&self) -> &dyn CloudSet {
        self.clouds.as_ref()
    }

    /// The clouds with these indices, read in parallel, with the points and variations of an epoch.
    ///
    /// # Errors
    ///
    /// Fails where a cloud cannot be read.
    pub fn items(&self, indices: &[usize], epoch: u64) -> Result<Vec<CloudItem>> {
        let item = |index: &usize| self.item(*index, epoch);
        indices.par_iter().map(item).collect()
    }

    fn item(&self, index: usize, epoch: u64) -> Result<CloudItem> {
        let numbers = [epoch, index as u64];
        // Drawn from a stream apart from the variations'.
        let draw = self.seed.map(|seed| generator(!seed, numbers).next_u64());
        let mut item = self.clouds.cloud(index, self.points, draw)?;
        let (from, to) = (self.clouds.up(), self.up());
        item.points
            .iter_mut()
            .for_each(|point| point.swap(from, to));
        let item = item.normalized();
        Ok(match (self.augmentation, self.seed) {
            (Some(augmentation), Some(seed)) => {
                augmentation.apply(item, &mut generator(seed, numbers))
            }
            _ => item,
        })
    }
}

impl Samples for CloudSamples {
    type Input = Tensor<3>;

    fn count(&self) -> usize {
        self.clouds.len()
    }

    fn classes(&self) -> &[String] {
        self.clouds.classes()
    }

    fn label(&self, index: usize) -> usize {
        self.clouds.label(index)
    }

    fn elements(&self) -> usize {
        3 * self.points
    }

    fn unit(&self) -> &'static str {
        "clouds"
    }

    fn read(&self, indices: &[usize], epoch: u64, device: &Device) -> Result<Batch<Tensor<3>>> {
        assemble(&self.items(indices, epoch)?, device)
    }
}

fn generator(seed: u64, numbers: [u64; 2]) -> ChaCha8Rng {
    // Each sample owns 2^24 words of the stream, so that variations never overlap.
    of_sample(seed, numbers, 24)
}

/// Makes `[clouds, 3, points]` and `[clouds]` tensors of clouds, as they are.
///
/// # Errors
///
/// Fails where the clouds differ in their number of points.
pub fn assemble(items: &[CloudItem], device: &Device) -> Result<Batch<Tensor<3>>> {
    let points = items.first().map_or(0, |item| item.points.len());
    if let Some(other) = items.iter().find(|item| item.points.len() != points) {
        return Err(Error::Data(format!(
            "clouds of {points} and of {} points in one batch",
            other.points.len()
        )));
    }
    let axes = items
        .iter()
        .flat_map(|item| (0..3).flat_map(|axis| item.points.iter().map(move |p| p[axis])));
    let values: Vec<f32> = axes.collect();
    let ids = items.iter().map(|item| item.id).collect();
    let labels: Vec<i32> = items.iter().map(|item| item.label as i32).collect();
    let count = items.len();
    let inputs = Tensor::from_data(TensorData::new(values, [count, 3, points]), device);
    let targets = Tensor::<1, Int>::from_data(TensorData::new(labels, [count]), device);
    Ok(Batch::new(inputs, targets, ids))
}

#[cfg(test)]
mod tests {
    use super::super::solids;
    use super::*;

    #[test]
    fn clouds_are_normalised_and_vary_by_seed_and_epoch() {
        let set = Arc::new(solids(14, 1));
        let device = burn_interaction::device("flex").unwrap();
        let plain = CloudSamples::new(set.clone(), 64);
        let read = |samples: &CloudSamples, epoch| {
            let batch = samples.read(&[0, 3], epoch, &device).unwrap();
            batch.inputs.try_into_vec_as::<f32>().unwrap()
        };
        let values = read(&plain, 0);
        assert_eq!(values, read(&plain, 1));
        for cloud in values.chunks(3 * 64) {
            for axis in cloud.chunks(64) {
                assert!(axis.iter().sum::<f32>().abs() < 1e-3);
            }
            let square = |k: usize| (0..3).map(|axis| cloud[axis * 64 + k].powi(2)).sum::<f32>();
            let farthest = (0..64).map(square).fold(0.0, f32::max);
            assert!((farthest - 1.0).abs() < 1e-4);
        }
        assert_eq!((plain.up(), plain.clone().upright(Up::Y).up()), (2, 1));
        let upright = read(&plain.clone().upright("y".parse::<Up>().unwrap()), 0);
        for (cloud, turned) in values.chunks(3 * 64).zip(upright.chunks(3 * 64)) {
            let [x, y, z] = [0, 1, 2].map(|axis| &cloud[axis * 64..][..64]);
            assert_eq!(turned, [x, z, y].concat());
        }
        assert_eq!(values, read(&plain.clone().upright(Up::Z), 0));
        let error = "up".parse::<Up>().unwrap_err().to_string();
        assert!(error.contains("x, y or z"), "{error}");
        let redrawn = CloudSamples::new(set.clone(), 64).redrawn(5);
        assert_eq!(read(&redrawn, 2), read(&redrawn, 2));
        assert_ne!(read(&redrawn, 2), read(&redrawn, 3));
        let varied = CloudSamples::new(set, 64).augmented(CloudAugmentation::dgcnn(), 5);
        assert_ne!(read(&redrawn, 2), read(&varied, 2));
    }
}
