//! Curves and point clouds as SVG and PNG (feature `figures`).

mod chart;
mod cloud;
mod png;

pub use chart::*;
pub use cloud::*;
