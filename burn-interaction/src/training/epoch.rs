use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Which epoch a training is in, counted from 0, shared by the model and its clones.
///
/// [`Modulated`](super::Modulated) counts by itself: an epoch ends where training follows validation. A training that goes
/// on from a checkpoint [`set`](Epoch::set)s the epoch that it goes on with.
#[derive(Debug, Clone, Default)]
pub struct Epoch(Arc<State>);

#[derive(Debug, Default)]
struct State {
    number: AtomicU64,
    validated: AtomicBool,
}

impl Epoch {
    /// The first epoch, number 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of this epoch.
    pub fn number(&self) -> u64 {
        self.0.number.load(Ordering::Relaxed)
    }

    /// Starts an epoch.
    pub fn set(&self, number: u64) {
        self.0.number.store(number, Ordering::Relaxed);
        self.0.validated.store(false, Ordering::Relaxed);
    }

    /// Tells of a step of training, and gives its epoch.
    pub(super) fn trained(&self) -> u64 {
        if self.0.validated.swap(false, Ordering::Relaxed) {
            self.0.number.fetch_add(1, Ordering::Relaxed);
        }
        self.number()
    }

    /// Tells of a step of validation.
    pub(super) fn validated(&self) {
        self.0.validated.store(true, Ordering::Relaxed);
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
