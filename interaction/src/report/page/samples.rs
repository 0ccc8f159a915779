//! A measured sample at each of its orders.

use burn_interaction::figures::{CloudChart, ImageChart, MatrixChart, SentenceChart, SeriesChart};
use burn_interaction::{Estimate, Pair, SampleProfile};

use super::{Panel, Part};
use crate::error::Result;
use crate::report::gallery::{Exhibit, names};
use crate::report::numbers::{number, signed};
use crate::report::orders::{Shown, every};
use crate::report::{clouds, images, sentences, series};
use crate::subject::Scene;

/// Pairs named at each order.
const NAMED: usize = 5;

/// A slider over the orders of a sample.
///
/// # Errors
///
/// Fails where a picture cannot be drawn.
pub fn slider(exhibit: &Exhibit, sample: &SampleProfile, classes: &[String]) -> Result<Part> {
    let scene = &exhibit.scene;
    let orders = every(sample);
    let largest = orders
        .iter()
        .map(Shown::largest)
        .fold(f64::MIN_POSITIVE, f64::max);
    let beside = match scene {
        Scene::Image { pixels, areas, .. } => {
            Some(ImageChart::new("", pixels.clone(), areas.clone()).to_svg()?)
        }
        _ => None,
    };
    let panel = |order: &Shown| -> Result<Panel> {
        Ok(Panel {
            name: order.name.clone(),
            svg: picture(scene, order, largest)?,
            lines: lines(scene, order),
        })
    };
    Ok(Part::Slider {
        heading: match classes.get(sample.target()) {
            Some(measured) if measured != scene.class() => format!(
                "{}, sample {}, measured for the class {measured}",
                scene.class(),
                exhibit.id
            ),
            _ => format!("{}, sample {}", scene.class(), exhibit.id),
        },
        label: format!("order of sample {}", exhibit.id),
        beside,
        panels: orders.iter().map(panel).collect::<Result<_>>()?,
    })
}

/// The picture of a sample at one order.
fn picture(scene: &Scene, order: &Shown, largest: f64) -> Result<String> {
    Ok(match scene {
        Scene::Image { pixels, areas, .. } => {
            let chart = ImageChart::new("", pixels.clone(), areas.clone()).maps_alone();
            images::map(chart.largest(largest), order).to_svg()?
        }
        Scene::Row { names, .. } => MatrixChart::new("", names.to_vec())
            .largest(largest)
            .pairs(order.caption(), order.strongest(usize::MAX))
            .to_svg()?,
        Scene::Sentence { words, .. } => {
            let chart = SentenceChart::new("", words.to_vec());
            sentences::arcs(chart, order, largest).to_svg()?
        }
        Scene::Series {
            channels, windows, ..
        } => {
            let chart = SeriesChart::new("", channels.clone(), windows.clone());
            series::map(chart.largest(largest), order).to_svg()?
        }
        Scene::Cloud {
            points,
            regions,
            up,
            ..
        } => {
            let chart = CloudChart::new("").up(*up);
            clouds::pair(chart, points, regions, order, largest).to_svg()?
        }
    })
}

/// The strongest pairs of an order in words.
fn lines(scene: &Scene, order: &Shown) -> Vec<String> {
    let line = |(pair, found): &(Pair, Estimate)| {
        let error = match (found.exact, found.standard_error()) {
            (true, _) => ", exactly".into(),
            (false, error) if error.is_nan() => String::new(),
            (false, error) => format!(" +- {}", number(error)),
        };
        format!("{}: {}{error}", names(scene, *pair), signed(found.mean))
    };
    order.pairs.iter().take(NAMED).map(line).collect()
}
