use burn_interaction::SampleProfile;
use burn_interaction::figures::SentenceChart;

use super::orders::shown;
use crate::subject::Word;

/// Pairs shown at each order of a sentence.
const SHOWN: usize = 5;

/// A picture of the strongest pairs of a sentence at its lowest, middle and highest measured order.
pub fn picture(title: String, words: &[Word], sample: &SampleProfile) -> SentenceChart {
    let chart = SentenceChart::new(title, words.to_vec());
    shown(sample).into_iter().fold(chart, |chart, order| {
        chart.pairs(order.caption(), order.pairs.into_iter().take(SHOWN))
    })
}
