//! The signal of chosen orders, and losses that encourage or suppress it.
//!
//! A loss here stands alone, for any training step; [`training`](crate::training) puts it into Burn's loop.

mod cross_entropy;
mod encourage;
mod signal;
mod step;
mod suppress;
mod task;
mod term;

pub use cross_entropy::*;
pub use encourage::*;
pub use signal::*;
pub use step::*;
pub use suppress::*;
pub use task::*;
pub use term::*;
