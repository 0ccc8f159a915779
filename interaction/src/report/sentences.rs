use burn_interaction::SampleProfile;
use burn_interaction::figures::SentenceChart;

use super::orders::{Shown, shown};
use crate::subject::Word;

/// Pairs shown at each order of a sentence.
const SHOWN: usize = 5;

/// Adds an order to the picture of a sentence, whose thickest arc is an interaction of this size.
pub fn arcs(chart: SentenceChart, order: &Shown, largest: f64) -> SentenceChart {
    let pairs = order.strongest(SHOWN);
    chart.pairs(
        order.caption(),
        pairs.map(|(pair, mean)| (pair, mean / largest)),
    )
}

/// A picture of the strongest pairs of a sentence at its lowest, middle and highest measured order.
pub fn picture(title: String, words: &[Word], sample: &SampleProfile) -> SentenceChart {
    let orders = shown(sample);
    let most = orders
        .iter()
        .map(Shown::largest)
        .fold(f64::MIN_POSITIVE, f64::max);
    let chart = SentenceChart::new(title, words.to_vec());
    orders
        .iter()
        .fold(chart, |chart, order| arcs(chart, order, most))
}
