//! What the other crates of this workspace share with this one, and nobody else: it changes without notice.

pub use crate::device::is_cpu;
pub use crate::geometry::host::numbers;
