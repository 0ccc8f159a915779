use burn_interaction::SampleProfile;
use burn_interaction::figures::{ImageChart, MatrixChart};

use super::orders::shown;

/// Pairs shown at each order of an image.
const SHOWN: usize = 8;

/// A picture of an image with the strength of its patches and its strongest pairs at its lowest, middle and highest measured order.
pub fn picture(chart: ImageChart, sample: &SampleProfile) -> ImageChart {
    shown(sample).into_iter().fold(chart, |chart, order| {
        // Each order has its own greys: where the strength lies counts, the name says how much it is.
        let name = match &order.strongest {
            Some(strongest) => format!("{}\u{2002} {strongest}", order.name),
            None => order.caption(),
        };
        let pairs = order.pairs.into_iter().take(SHOWN);
        chart.map(name, order.strengths, pairs)
    })
}

/// A picture of a row of a table with all its pairs at its lowest, middle and highest measured order.
pub fn matrix(title: String, names: &[String], sample: &SampleProfile) -> MatrixChart {
    let chart = MatrixChart::new(title, names.to_vec());
    shown(sample).into_iter().fold(chart, |chart, order| {
        chart.pairs(order.caption(), order.pairs)
    })
}
