use burn_interaction::SampleProfile;
use burn_interaction::figures::{ImageChart, MatrixChart};

use super::orders::{largest, shown};

/// Pairs shown at each order of an image.
const SHOWN: usize = 8;

/// A picture of an image with the strength of its patches and its strongest pairs at its lowest, middle and highest measured order.
pub fn picture(chart: ImageChart, sample: &SampleProfile) -> ImageChart {
    let orders = shown(sample);
    let pairs = orders.iter().flat_map(|order| &order.pairs);
    let most = largest(pairs.map(|(_, mean)| *mean));
    orders.into_iter().fold(chart, |chart, order| {
        // Each order has its own greys: where the strength lies counts, the name says how much it is.
        let strongest = largest(order.strengths.iter().flatten().copied());
        let strengths = order.strengths.into_iter();
        let strengths = strengths.map(|strength| Some(strength? / strongest));
        let pairs = order.pairs.into_iter().take(SHOWN);
        let pairs = pairs.map(|(pair, mean)| (pair, mean / most));
        let name = order.name.replace(", strongest", "\u{2002}");
        chart.map(name, strengths, pairs)
    })
}

/// A picture of a row of a table with all its pairs at its lowest, middle and highest measured order.
pub fn matrix(title: String, names: &[String], sample: &SampleProfile) -> MatrixChart {
    let orders = shown(sample);
    let pairs = orders.iter().flat_map(|order| &order.pairs);
    let most = largest(pairs.map(|(_, mean)| *mean));
    let chart = MatrixChart::new(title, names.to_vec());
    orders.into_iter().fold(chart, |chart, order| {
        let pairs = order.pairs.into_iter();
        chart.pairs(order.name, pairs.map(|(pair, mean)| (pair, mean / most)))
    })
}
