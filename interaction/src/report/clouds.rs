use burn_interaction::SampleProfile;
use burn_interaction::figures::CloudChart;

use super::numbers::signed;
use super::orders::{Shown, shown};

/// Adds an order to the picture of a cloud: its strongest pair of regions, whose fullest colour is an interaction of this size.
pub fn pair(
    chart: CloudChart,
    points: &[[f32; 3]],
    regions: &[usize],
    order: &Shown,
    largest: f64,
) -> CloudChart {
    match order.strongest(1).next() {
        Some((pair, mean)) => {
            let value = signed(mean);
            let name = format!("{}: regions {} and {}, {value}", order.name, pair.0, pair.1);
            chart.pair(name, points, regions, pair, mean / largest)
        }
        None => chart.regions(order.caption(), points, regions),
    }
}

/// A picture of a cloud by its regions, with its strongest pair at its lowest, middle and highest measured order.
pub fn picture(
    chart: CloudChart,
    points: &[[f32; 3]],
    regions: &[usize],
    sample: &SampleProfile,
) -> CloudChart {
    let count = regions.iter().max().map_or(0, |region| region + 1);
    let chart = chart.regions(format!("{count} regions"), points, regions);
    let orders = shown(sample);
    let most = orders
        .iter()
        .map(Shown::largest)
        .fold(f64::MIN_POSITIVE, f64::max);
    orders.iter().fold(chart, |chart, order| {
        pair(chart, points, regions, order, most)
    })
}
