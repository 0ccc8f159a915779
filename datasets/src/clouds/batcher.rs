use std::sync::atomic::{AtomicU64, Ordering};

use burn::data::dataloader::batcher::Batcher;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::Batch;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{CloudAugmentation, CloudItem, CloudSet};
use crate::error::{Error, Result};
use crate::loader::of_sample;

/// Batches clouds into `[clouds, 3, points]` and `[clouds]` tensors, each normalised to the unit sphere.
#[derive(Debug)]
pub struct CloudBatcher {
    points: usize,
    augmentation: Option<CloudAugmentation>,
    seed: Option<u64>,
    batches: AtomicU64,
}

impl CloudBatcher {
    /// Batches clouds of so many points, the same ones each time. The papers take 1,024.
    pub fn new(points: usize) -> Self {
        Self {
            points,
            augmentation: None,
            seed: None,
            batches: AtomicU64::new(0),
        }
    }

    /// Takes other points of each object in each epoch, for training.
    pub fn redrawn(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Varies clouds, for training, besides [`redrawing`](Self::redrawn) them.
    pub fn augmented(self, augmentation: impl Into<Option<CloudAugmentation>>, seed: u64) -> Self {
        Self {
            augmentation: augmentation.into(),
            ..self.redrawn(seed)
        }
    }

    /// Normalises and varies one cloud; the numbers `[epoch, index]` say which variation.
    fn prepare(&self, item: CloudItem, numbers: [u64; 2]) -> CloudItem {
        let item = item.normalized();
        match (self.augmentation, self.seed) {
            (Some(augmentation), Some(seed)) => {
                augmentation.apply(item, &mut generator(seed, numbers))
            }
            _ => item,
        }
    }

    fn item(&self, clouds: &dyn CloudSet, index: usize, epoch: u64) -> Result<CloudItem> {
        let numbers = [epoch, index as u64];
        // Of a stream apart from the variations'.
        let draw = self.seed.map(|seed| generator(!seed, numbers).next_u64());
        Ok(self.prepare(clouds.cloud(index, self.points, draw)?, numbers))
    }

    /// The clouds with these indices, read in parallel.
    ///
    /// # Errors
    ///
    /// One cannot be read.
    pub fn items(&self, clouds: &dyn CloudSet, indices: &[usize]) -> Result<Vec<CloudItem>> {
        self.items_of(clouds, indices, 0)
    }

    fn items_of(
        &self,
        clouds: &dyn CloudSet,
        indices: &[usize],
        epoch: u64,
    ) -> Result<Vec<CloudItem>> {
        let item = |index: &usize| self.item(clouds, *index, epoch);
        indices.par_iter().map(item).collect()
    }

    /// The clouds with these indices, read in parallel: `[clouds, 3, points]` and `[clouds]` tensors.
    ///
    /// # Errors
    ///
    /// One cannot be read.
    pub fn read(
        &self,
        clouds: &dyn CloudSet,
        indices: &[usize],
        device: &Device,
    ) -> Result<Batch<Tensor<3>>> {
        self.read_epoch(clouds, indices, 0, device)
    }

    /// As [`read`](Self::read), with the points and variations of one epoch.
    pub(crate) fn read_epoch(
        &self,
        clouds: &dyn CloudSet,
        indices: &[usize],
        epoch: u64,
        device: &Device,
    ) -> Result<Batch<Tensor<3>>> {
        assemble(&self.items_of(clouds, indices, epoch)?, device)
    }
}

fn generator(seed: u64, numbers: [u64; 2]) -> ChaCha8Rng {
    // Far more numbers apart than one cloud draws.
    of_sample(seed, numbers, 24)
}

/// Clouds as `[clouds, 3, points]` and `[clouds]` tensors, as they are.
///
/// # Errors
///
/// They differ in the number of their points.
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

impl Batcher<CloudItem, Batch<Tensor<3>>> for CloudBatcher {
    /// Items have their points already; they are normalised and varied.
    ///
    /// # Panics
    ///
    /// The clouds differ in the number of their points.
    fn batch(&self, items: Vec<CloudItem>, device: &Device) -> Batch<Tensor<3>> {
        let number = self.batches.fetch_add(1, Ordering::Relaxed);
        let prepare = |(index, item)| self.prepare(item, [number, index as u64]);
        let items: Vec<CloudItem> = items.into_iter().enumerate().map(prepare).collect();
        assemble(&items, device).unwrap_or_else(|error| panic!("{error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::solids;
    use super::*;

    #[test]
    fn clouds_are_normalised_and_vary_by_seed_and_epoch() {
        let set = solids(14, 1);
        let device = burn_interaction::device("flex").unwrap();
        let plain = CloudBatcher::new(64);
        let read = |batcher: &CloudBatcher, epoch| {
            let batch = batcher.read_epoch(&set, &[0, 3], epoch, &device).unwrap();
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
        let redrawn = CloudBatcher::new(64).redrawn(5);
        assert_eq!(read(&redrawn, 2), read(&redrawn, 2));
        assert_ne!(read(&redrawn, 2), read(&redrawn, 3));
        let varied = CloudBatcher::new(64).augmented(CloudAugmentation::dgcnn(), 5);
        assert_ne!(read(&redrawn, 2), read(&varied, 2));
    }
}
