use burn_interaction::figures::CloudChart;
use burn_interaction::{Pair, SampleProfile};

use super::numbers::signed;

/// A picture of a cloud by its regions, with the pair of them that interacts most at low, middle and high order.
pub fn picture(
    chart: CloudChart,
    points: &[[f32; 3]],
    regions: &[usize],
    sample: &SampleProfile,
) -> CloudChart {
    let count = regions.iter().max().map_or(0, |region| region + 1);
    let mut chart = chart.regions(format!("{count} regions"), points, regions);
    let found = |pair: Pair| -> Vec<(usize, f64)> {
        let of = |order: &usize| Some((*order, sample.interaction(*order, pair)?));
        let each = sample.orders().iter().filter_map(of);
        let each = each.filter(|(_, estimate)| estimate.contexts > 0);
        each.map(|(order, estimate)| (order, estimate.mean))
            .collect()
    };
    let size = |pair: Pair| {
        let sizes = found(pair).into_iter().map(|(_, mean)| mean.abs());
        sizes.fold(0.0, f64::max)
    };
    let pairs = sample.pairs().iter().copied();
    let Some(pair) = pairs.max_by(|a, b| size(*a).total_cmp(&size(*b))) else {
        return chart;
    };
    let (found, most) = (found(pair), size(pair).max(f64::MIN_POSITIVE));
    let mut shown = vec![0, found.len() / 2, found.len().saturating_sub(1)];
    shown.dedup();
    for (order, mean) in shown.into_iter().filter_map(|at| found.get(at)) {
        let value = signed(*mean);
        let name = format!("regions {} and {}, order {order}: {value}", pair.0, pair.1);
        chart = chart.pair(name, points, regions, pair, mean / most);
    }
    chart
}
