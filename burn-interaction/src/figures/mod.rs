//! Curves as SVG and PNG (feature `figures`).

mod chart;
mod png;

pub use chart::*;
