//! Interactions inside Burn's training loop: a wrapper, a probe and metrics (feature `train`).

mod epoch;
mod metrics;
mod output;
mod probe;
mod wrapper;

pub use epoch::*;
pub use metrics::*;
pub use output::*;
pub use probe::*;
pub use wrapper::*;
