//! Losses that encourage or suppress the interactions of chosen orders.

mod encourage;
mod signal;
mod step;
mod suppress;
mod term;

pub use encourage::*;
pub use signal::*;
pub use step::*;
pub use suppress::*;
pub use term::*;
