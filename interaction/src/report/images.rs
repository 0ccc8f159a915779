use burn_interaction::SampleProfile;
use burn_interaction::figures::{ImageChart, MatrixChart};

use super::orders::{Shown, shown};

/// Pairs shown at each order of an image.
const SHOWN: usize = 8;

/// Adds an order to the picture of an image: the strength of its patches and its strongest pairs.
pub fn map(chart: ImageChart, order: &Shown) -> ImageChart {
    chart.map(
        order.caption(),
        order.strengths.iter().copied(),
        order.strongest(SHOWN),
    )
}

/// A picture of an image at its lowest, middle and highest measured order.
pub fn picture(chart: ImageChart, sample: &SampleProfile) -> ImageChart {
    shown(sample).iter().fold(chart, map)
}

/// A picture of a row of a table with all its pairs at its lowest, middle and highest measured order.
pub fn matrix(title: String, names: &[String], sample: &SampleProfile) -> MatrixChart {
    let chart = MatrixChart::new(title, names.to_vec());
    shown(sample).iter().fold(chart, |chart, order| {
        chart.pairs(order.caption(), order.strongest(usize::MAX))
    })
}
