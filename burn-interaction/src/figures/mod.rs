//! Results as pictures: curves, images, tables, point clouds, sentences and time series as SVG and PNG (feature `figures`).
//!
//! Nothing here reads a data set or measures; a chart is given what it shows.

mod arc;
mod areas;
mod caption;
mod chart;
mod cloud;
mod diverging;
mod history;
mod hits;
mod image;
mod layer;
mod legend;
mod lines;
mod matrix;
mod panel;
mod pixels;
mod png;
mod sentence;
mod series;
mod spread;
mod style;
mod svg;
mod tile;
mod tiles;
mod trace;

pub use areas::Areas;
pub use chart::*;
pub use cloud::*;
pub use history::*;
pub use image::*;
pub use lines::*;
pub use matrix::*;
pub use pixels::Pixels;
pub use sentence::*;
pub use series::*;
pub use tile::Tile;
pub use tiles::*;

use plotters::style::RGBColor;

/// The key of the colours of signs.
const SIGNS: &str = "red: the two help each other; blue: they hinder each other";

/// The colour of an interaction, as a share of some largest one between -1 and 1: from pale to full, red where players help
/// each other, blue where they hinder each other.
fn sign(share: f64) -> RGBColor {
    let (from, to) = match share >= 0.0 {
        true => ([246.0, 213.0, 196.0], [178.0, 24.0, 43.0]),
        false => ([205.0, 221.0, 240.0], [33.0, 86.0, 172.0]),
    };
    let share = share.abs().min(1.0);
    let mixed = |k: usize| (from[k] + share * (to[k] - from[k])) as u8;
    RGBColor(mixed(0), mixed(1), mixed(2))
}

/// The grey of a share between 0 and 1: nearly white where it is small.
fn grey(share: f64) -> RGBColor {
    let level = (242.0 - 172.0 * share.clamp(0.0, 1.0)) as u8;
    RGBColor(level, level, level)
}

/// A value in three decimals, or in powers of ten where these would show little of it.
fn short(value: f64) -> String {
    match value == 0.0 || value.abs() >= 0.01 {
        true => format!("{value:.3}"),
        false => format!("{value:.1e}"),
    }
}

/// A picture without control characters, which names may have and XML has not.
fn valid(svg: String) -> String {
    let is_bad = |c: char| c.is_control() && !['\n', '\t'].contains(&c);
    match svg.contains(is_bad) {
        true => svg.replace(is_bad, " "),
        false => svg,
    }
}
