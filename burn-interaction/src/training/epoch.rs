use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which epoch a training is in, counted from 0, shared by the model and its clones.
///
/// [`Modulated`](super::Modulated) counts by itself: an epoch ends where training follows validation. A training that goes
/// on from a checkpoint [`set`](Epoch::set)s the epoch that it goes on with.
///
/// Burn's `ExecutionStrategy::ddp` is not supported: its other devices train on while the first one validates, so that one epoch
/// may count as several. Take one device, or `ExecutionStrategy::multi`.
#[derive(Debug, Clone, Default)]
pub struct Epoch(Arc<AtomicU64>);

/// The bit that tells that validation came since the last step of training; the number of the epoch lies above it. In one word, as several devices
/// may train at once.
const VALIDATED: u64 = 1;

impl Epoch {
    /// The first epoch, number 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of this epoch.
    pub fn number(&self) -> u64 {
        self.0.load(Ordering::Relaxed) >> 1
    }

    /// Starts an epoch.
    pub fn set(&self, number: u64) {
        self.0.store(number << 1, Ordering::Relaxed);
    }

    /// Tells of a step of training, and gives its epoch.
    pub(super) fn trained(&self) -> u64 {
        // Adding to a set bit carries into the number.
        let next = |state: u64| (state & VALIDATED != 0).then_some(state + VALIDATED);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .ok();
        self.number()
    }

    /// Tells of a step of validation.
    pub(super) fn validated(&self) {
        self.0.fetch_or(VALIDATED, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_ends_where_training_follows_validation() {
        let epoch = Epoch::new();
        let told = epoch.clone();
        assert_eq!([epoch.trained(), epoch.trained()], [0, 0]);
        epoch.validated();
        epoch.validated();
        assert_eq!([epoch.trained(), epoch.trained()], [1, 1]);
        epoch.validated();
        told.set(7);
        assert_eq!([epoch.trained(), epoch.trained()], [7, 7]);
    }
}
