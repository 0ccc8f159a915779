//! What was measured: interactions with their noise, and the strength of orders made from them.

mod axis;
mod contexts;
mod correct;
mod curves;
mod efficiency;
mod interactions;
mod jackknife;
mod settings;
mod strength;
mod student;
mod table;
mod text;
mod verdict;

pub(crate) use axis::Axis;
pub use curves::*;
pub use efficiency::*;
pub use interactions::*;
pub use settings::*;
pub use strength::*;
pub use text::*;
pub use verdict::*;
