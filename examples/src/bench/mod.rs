//! Benchmarks: what the library costs beside the bare network, how accurate its estimators
//! are at equal cost, and how often its bands hold.

pub mod accuracy;
pub mod coverage;
pub mod exact;
pub mod forward;
pub mod load;
pub mod points;
pub mod probe;
pub mod sentences;
pub mod step;
pub mod throughput;
pub mod values;

use std::time::{Duration, Instant};

/// The fastest of `repeats` runs of each of two things, taken in turn so that both see the same machine.
fn in_turn(repeats: usize, mut first: impl FnMut(), mut second: impl FnMut()) -> [Duration; 2] {
    let mut best = [Duration::MAX; 2];
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    // One round to warm up.
    first();
    second();
    for _ in 0..repeats.max(1) {
        best[0] = best[0].min(time(&mut first));
        best[1] = best[1].min(time(&mut second));
    }
    best
}
