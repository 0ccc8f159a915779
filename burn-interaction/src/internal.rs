//! What the other crates of this workspace share with this one, and nobody else: it changes without notice.

pub use crate::device::is_cpu;
pub use crate::error::some_ids;
pub use crate::estimate::block::{Block, Difference, Differences};
pub use crate::file::replace;
pub use crate::geometry::host::numbers;
#[cfg(feature = "train")]
pub use crate::training::wrapper::has_batch_norm;
