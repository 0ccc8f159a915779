//! Which coalitions to evaluate, and how their values become interactions.

mod binomial;
mod block;
mod exact;
mod orders;
mod paired;
mod pairs;
mod plan;
mod theory;
mod toggled;

pub use binomial::*;
pub use block::{Block, Difference, Differences};
pub use exact::EXACT_LIMIT;
pub(crate) use exact::Table;
pub use orders::*;
pub use pairs::*;
pub use plan::*;
pub use theory::*;
