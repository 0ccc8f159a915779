//! The abilities of a network beside the orders that it encodes: what these orders cost and buy.
//!
//! Evaluation never trains: networks compute as at inference, on an autodiff device too, see [`with_gradients`].

mod ascent;
mod attack;
mod attacked;
mod ball;
#[cfg(test)]
mod closed_forms;
mod closeup;
mod curve;
mod fit;
mod frozen;
mod learning;
mod masking;
mod mean;
mod padding;
mod removal;
mod score;
#[cfg(test)]
mod testing;

pub use attack::*;
pub use attacked::*;
pub use closeup::*;
pub use curve::*;
pub use fit::*;
pub use frozen::*;
pub use learning::*;
pub use masking::*;
pub use mean::*;
pub use removal::*;
pub use score::*;
