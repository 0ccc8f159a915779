//! What was measured: interactions with their noise, and the strength of orders made from them.

mod axis;
mod columns;
mod correct;
mod curves;
mod interactions;
mod journal;
mod origin;
mod strength;
mod table;
mod text;
mod whole;

pub(crate) use axis::Axis;
pub use curves::*;
pub use interactions::*;
pub(crate) use journal::Journal;
pub use origin::*;
pub use strength::*;
pub use text::*;
pub use whole::*;
