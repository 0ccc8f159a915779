//! Results and their arithmetic: interactions with their noise and origin, and the strength of orders made from them.
//!
//! Nothing here measures: a profile is made by [`measure`](crate::measure), read from a file, or merged.

mod axis;
mod band;
mod columns;
mod compare;
mod curves;
mod groups;
mod indices;
mod interactions;
mod jackknife;
mod journal;
mod origin;
mod precision;
mod strength;
pub(crate) mod student;
mod table;
mod text;
mod theory;
mod verdict;
mod whole;

pub(crate) use axis::Axis;
pub use band::NoBand;
pub use compare::*;
pub use curves::*;
pub use groups::*;
pub use indices::*;
pub use interactions::*;
pub(crate) use journal::Journal;
pub use origin::*;
pub use precision::*;
pub use strength::*;
pub(crate) use text::*;
pub use verdict::*;
pub use whole::*;
