use burn_interaction::SampleProfile;
use burn_interaction::figures::SeriesChart;

use super::orders::{Shown, shown};

/// Pairs shown at each order of a series.
const SHOWN: usize = 5;

/// Adds an order to the picture of a series.
pub fn map(chart: SeriesChart, order: &Shown) -> SeriesChart {
    let strengths = order.strengths.iter().copied();
    chart.map(order.caption(), strengths, order.strongest(SHOWN))
}

/// A picture of the windows of a series and their strongest pairs at its lowest, middle and highest measured order.
pub fn picture(chart: SeriesChart, sample: &SampleProfile) -> SeriesChart {
    shown(sample).iter().fold(chart, map)
}
