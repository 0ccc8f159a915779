//! Interactions inside Burn's training loop: a wrapper, a probe and metrics (feature `train`).

mod metrics;
mod output;
mod probe;
mod wrapper;

pub use metrics::*;
pub use output::*;
pub use probe::*;
pub use wrapper::*;
