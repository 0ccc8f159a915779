//! Interactions inside Burn's training loop: a wrapper, a probe, and metrics that read what the probe measured.
//!
//! Nothing else in this crate knows Burn's `Learner` (feature `train`).

mod epoch;
mod form;
mod metrics;
mod output;
mod probe;
mod tensorboard;
pub(crate) mod wrapper;

pub use epoch::*;
pub use form::*;
pub use metrics::*;
pub use output::*;
pub use probe::*;
pub use tensorboard::*;
pub use wrapper::Modulated;
