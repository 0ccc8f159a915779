//! Training batches in epochs that begin as those of a training in one go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::data::dataloader::{DataLoader, DataLoaderIterator};
use burn::tensor::Device;
use burn_interaction::coalition::generator;
use burn_interaction::training::Epoch;
use rand::Rng;

use super::Checkpoints;

/// A loader that starts epochs, as Burn asks for its batches once at the beginning of each.
///
/// The loader waits until the epoch before is saved, tells the model which epoch this is, and seeds the device by it:
/// on one device dropout is then the same whether the epochs before were trained by this process or by another. (The CPU has one
/// generator, from which `flex,flex` draws in the order of its threads; loaders draw on the host, and validation before it is over.)
pub struct Epochs<O> {
    inner: Arc<dyn DataLoader<O>>,
    start: Start,
    next: AtomicUsize,
}

/// Settings of what happens at the beginning of an epoch.
#[derive(Clone)]
pub struct Start {
    /// The device that is seeded.
    pub device: Device,
    /// The seed of the training.
    pub seed: u64,
    /// The first sample of the device's share, which tells devices apart.
    pub first: u64,
    /// The epoch that the model reads.
    pub epoch: Epoch,
    /// The checkpoints that epochs are saved to.
    pub checkpoints: Checkpoints,
    /// Epochs finished before this process.
    pub finished: usize,
}

impl<O> Epochs<O> {
    /// Takes the batches of `inner`, whose next epoch is the one after the finished epochs.
    pub fn new(inner: Arc<dyn DataLoader<O>>, start: Start) -> Self {
        Self {
            inner,
            next: AtomicUsize::new(start.finished),
            start,
        }
    }

    fn around(&self, inner: Arc<dyn DataLoader<O>>, start: Start) -> Self {
        Self {
            inner,
            start,
            next: AtomicUsize::new(self.next.load(Ordering::Relaxed)),
        }
    }
}

impl<O: 'static> DataLoader<O> for Epochs<O> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<O> + 'a> {
        let epoch = self.next.fetch_add(1, Ordering::Relaxed);
        let Start {
            device,
            seed,
            first,
            epoch: number,
            checkpoints,
            finished,
        } = &self.start;
        if epoch > *finished {
            checkpoints.wait_for(epoch);
        }
        let drawn = generator(*seed, epoch as u64).next_u64();
        device.seed(drawn.wrapping_add(*first));
        number.set(epoch as u64);
        self.inner.iter()
    }

    fn num_items(&self) -> usize {
        self.inner.num_items()
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<O>> {
        let start = Start {
            device: device.clone().inner(),
            ..self.start.clone()
        };
        Arc::new(self.around(self.inner.to_device(device), start))
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<O>> {
        let first = Start {
            first: start as u64,
            ..self.start.clone()
        };
        Arc::new(self.around(self.inner.slice(start, end), first))
    }
}
