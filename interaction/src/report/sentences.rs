use burn_interaction::SampleProfile;
use burn_interaction::figures::SentenceChart;

use super::orders::{largest, shown};
use crate::subject::Word;

/// Pairs shown at each order of a sentence.
const SHOWN: usize = 5;

/// A picture of the strongest pairs of a sentence at its lowest, middle and highest measured order.
pub fn picture(title: String, words: &[Word], sample: &SampleProfile) -> SentenceChart {
    let orders = shown(sample);
    let all = orders.iter().flat_map(|order| &order.pairs);
    let most = largest(all.map(|(_, mean)| *mean));
    let chart = SentenceChart::new(title, words.to_vec());
    orders.into_iter().fold(chart, |chart, order| {
        let pairs = order.pairs.into_iter().take(SHOWN);
        chart.pairs(order.name, pairs.map(|(pair, mean)| (pair, mean / most)))
    })
}
