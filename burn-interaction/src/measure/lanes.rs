//! Parts of a batch that are computed side by side.

use std::panic::resume_unwind;

use burn::tensor::Device;

use crate::coalition::Coalition;
use crate::device::is_cpu;
use crate::error::Result;
use crate::game::{Evaluate, Fingerprint, Row};

/// Games whose batches are shared out over threads. Rows are independent, so that no value depends on how many there are.
pub(crate) struct Lanes<E> {
    games: E,
    lanes: usize,
}

impl<E> Lanes<E> {
    /// Takes as many threads as the machine has cores for games on the CPU, whose elementwise kernels use one thread each; one
    /// for other devices, which work in parallel themselves.
    pub fn of_device(games: E, device: &Device) -> Self {
        Self::shared(games, device, 1)
    }

    /// Takes the threads that there are for one of several such games on this device.
    pub fn shared(games: E, device: &Device, among: usize) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let lanes = match is_cpu(device) {
            true => (cores() / among.max(1)).max(1),
            false => 1,
        };
        Self { games, lanes }
    }
}

impl<E: Evaluate + Sync> Evaluate for Lanes<E> {
    fn values(&self, rows: &[Row<'_>]) -> Result<Vec<f64>> {
        let lanes = self.lanes.clamp(1, rows.len().max(1));
        if lanes == 1 {
            return self.games.values(rows);
        }
        std::thread::scope(|scope| {
            let part = |rows| scope.spawn(move || self.games.values(rows));
            let parts: Vec<_> = rows.chunks(rows.len().div_ceil(lanes)).map(part).collect();
            let mut values = Vec::with_capacity(rows.len());
            for part in parts {
                values.extend(part.join().unwrap_or_else(|panic| resume_unwind(panic))?);
            }
            Ok(values)
        })
    }

    fn players(&self) -> &[usize] {
        self.games.players()
    }

    fn elements(&self, sample: usize) -> usize {
        self.games.elements(sample)
    }

    fn fingerprint(&self, sample: usize, values: [f64; 3]) -> Fingerprint {
        self.games.fingerprint(sample, values)
    }

    fn rounding(&self, sample: usize, at: &Coalition, largest: f64) -> Result<f64> {
        self.games.rounding(sample, at, largest)
    }

    fn rounding_values(&self) -> u64 {
        self.games.rounding_values()
    }

    fn tolerance(&self) -> f64 {
        self.games.tolerance()
    }
}
