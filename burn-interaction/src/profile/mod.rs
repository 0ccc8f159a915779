//! What was measured: interactions with their noise, and the strength of orders made from them.

mod axis;
mod columns;
mod contexts;
mod correct;
mod curves;
mod interactions;
mod jackknife;
mod journal;
mod origin;
mod strength;
mod student;
mod table;
mod text;
mod verdict;
mod whole;

pub(crate) use axis::Axis;
pub use curves::*;
pub use interactions::*;
pub(crate) use journal::Journal;
pub use origin::*;
pub use strength::*;
pub use text::*;
pub use verdict::*;
pub use whole::*;
