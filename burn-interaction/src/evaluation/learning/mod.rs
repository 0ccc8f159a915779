//! How strongly a network would learn each order from a sample: gradients of its interactions over its parameters.
//!
//! Theorem 1 (arXiv 2512.18607) derives the learning strength of an order from a split of the gradient of v(N) into those of
//! interactions (equations 9 to 11). Here these gradients are taken: the strength of each order, its part in the gradient of
//! v(N), and how far the theorem's assumption of zero mean holds.

mod gradient;
mod measured;
mod result;
mod run;
mod sums;
mod terms;

#[cfg(test)]
mod closed_forms;

pub use result::*;
pub use run::*;
