use std::collections::BTreeMap;

use burn_interaction::figures::SentenceChart;
use burn_interaction::{Pair, SampleProfile};

use crate::subject::Word;

/// Pairs shown at each order of a sentence.
const SHOWN: usize = 5;

/// A picture of the strongest pairs of a sentence at its lowest, middle and highest measured order.
pub fn picture(title: String, words: &[Word], sample: &SampleProfile) -> SentenceChart {
    let orders = sample.orders();
    let shown: BTreeMap<usize, &str> = [
        (orders.len() / 2, "middle"),
        (orders.len() - 1, "high"),
        (0, "low"),
    ]
    .into();
    let panels: Vec<_> = shown
        .into_iter()
        .map(|(at, name)| (name, orders[at], strongest(sample, orders[at])))
        .collect();
    let sizes = panels
        .iter()
        .flat_map(|(_, _, pairs)| pairs)
        .map(|(_, mean)| mean.abs());
    let most = sizes.fold(f64::MIN_POSITIVE, f64::max);
    let chart = SentenceChart::new(title, words.to_vec());
    panels
        .into_iter()
        .fold(chart, |chart, (name, order, pairs)| {
            let first = pairs.first().map_or(0.0, |(_, mean)| *mean);
            let name = format!(
                "{name}: order {order} of 0 to {}, strongest {first:+.3}",
                sample.players() - 2
            );
            chart.pairs(
                name,
                pairs.into_iter().map(|(pair, mean)| (pair, mean / most)),
            )
        })
}

/// The pairs that interact most at an order, with their interactions.
fn strongest(sample: &SampleProfile, order: usize) -> Vec<(Pair, f64)> {
    let estimates = sample.at_order(order).unwrap_or_default();
    let pairs = sample.pairs().iter().copied().zip(estimates);
    let measured = pairs.filter(|(_, estimate)| estimate.contexts > 0);
    let mut pairs: Vec<(Pair, f64)> = measured.map(|(pair, e)| (pair, e.mean)).collect();
    pairs.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    pairs.truncate(SHOWN);
    pairs
}
