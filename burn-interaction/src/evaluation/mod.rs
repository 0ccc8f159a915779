//! What a network can do, beside what orders it encodes, and what its orders cost and buy.
//!
//! Evaluation never trains: networks compute as at inference, on an autodiff device too, see [`with_gradients`].

mod frozen;
#[cfg(test)]
mod testing;

pub use frozen::*;
