//! Tools that the crates of this workspace share, and nobody else: they change without notice.
//!
//! Users find none of these names in the docs, and no room of the library imports them from here.

pub use crate::device::{is_cpu, masked};
pub use crate::error::some_ids;
pub use crate::estimate::block::{Block, Difference, Differences};
pub use crate::file::{Lock, put, replace};
pub use crate::geometry::host::numbers;
pub use crate::profile::student::{quantile as student_quantile, within as student_within};
#[cfg(feature = "train")]
pub use crate::training::wrapper::has_batch_norm;
