//! The theory of why middle orders are hard to learn, and how measured curves compare with it.
//!
//! Theorem 1 and Corollary 1 of arXiv 2512.18607; the weights of Theorem 2 stand with the signal,
//! [`Signal::weights`](crate::modulation::Signal::weights).

mod effective;
mod ranks;
mod strength;

pub use effective::*;
pub use ranks::*;
pub use strength::*;
