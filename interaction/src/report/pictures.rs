use std::path::Path;

use burn_interaction::figures::{CloudChart, ImageChart, SeriesChart};
use burn_interaction::{Profile, SampleProfile};

use super::gallery::Gallery;
use super::{clouds, distances, images, sentences, series};
use crate::error::Result;
use crate::subject::Scene;

/// Draws a chart into `NAME.svg` and `NAME.png` of a folder.
macro_rules! save {
    ($chart:expr, $folder:expr, $name:expr) => {{
        let (chart, name) = (&$chart, $name);
        chart.save_svg($folder.join(format!("{name}.svg")))?;
        chart.save_png($folder.join(format!("{name}.png")))?;
    }};
}

/// Writes the pictures of a measurement besides its curves as SVG and PNG: the first sample as `image`, `row`, `sentence`, `series` or `cloud`, a
/// pair of it in growing `contexts`, the sample under `masks`, and which pairs are strong, by distance or by column, as `pairs`.
///
/// # Errors
///
/// Fails where a file cannot be written.
pub fn write_pictures(gallery: &Gallery, profile: &Profile, folder: &Path) -> Result<()> {
    if let Some(chart) = gallery.contexts_chart() {
        save!(chart, folder, "contexts");
    }
    if let Some(chart) = gallery.masks_chart() {
        save!(chart, folder, "masks");
    }
    let Some(first) = gallery.samples.first() else {
        return Ok(());
    };
    if let Some(sample) = profile.sample(first.id) {
        write_sample(&first.scene, sample, folder)?;
    }
    match distances::of(&first.scene, profile) {
        Some(distances::Pairs::Lines(chart)) => save!(chart, folder, "pairs"),
        Some(distances::Pairs::Matrix(chart)) => save!(chart, folder, "pairs"),
        None => {}
    }
    Ok(())
}

fn write_sample(scene: &Scene, sample: &SampleProfile, folder: &Path) -> Result<()> {
    match scene {
        Scene::Cloud {
            players,
            up,
            regions,
            class,
            points,
        } => {
            let chart = CloudChart::new(format!("{class}, {players}")).up(*up);
            save!(
                clouds::picture(chart, points, regions, sample),
                folder,
                "cloud"
            );
        }
        Scene::Image {
            class,
            pixels,
            areas,
        } => {
            let title = format!("{class}, sample {}", sample.id());
            let chart = ImageChart::new(title, pixels.clone(), areas.clone());
            save!(images::picture(chart, sample), folder, "image");
        }
        Scene::Row { class, names } => {
            let title = format!("{class}, row {}", sample.id());
            save!(images::matrix(title, names, sample), folder, "row");
        }
        Scene::Series {
            players,
            class,
            channels,
            windows,
        } => {
            let title = format!("{class}, {players}, series {}", sample.id());
            let chart = SeriesChart::new(title, channels.clone(), windows.clone());
            save!(series::picture(chart, sample), folder, "series");
        }
        Scene::Sentence {
            players,
            class,
            words,
        } => {
            let title = format!("{class}: {players} as players");
            save!(sentences::picture(title, words, sample), folder, "sentence");
        }
    }
    Ok(())
}
