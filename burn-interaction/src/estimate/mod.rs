//! Which coalitions to evaluate, and how their values become interactions.

mod block;
mod estimator;
mod exact;
mod orders;
mod paired;
mod pairs;
mod plan;
mod protocol;
mod theory;
mod toggled;

pub use crate::coalition::{Pair, binomial, ln_binomial};
pub use block::{Block, Difference, Differences};
pub use estimator::*;
pub use exact::EXACT_LIMIT;
pub(crate) use exact::Table;
pub use orders::*;
pub use pairs::*;
pub use plan::*;
pub use protocol::*;
pub use theory::*;
