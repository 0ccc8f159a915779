use std::path::Path;

use burn_interaction::SampleProfile;
use burn_interaction::figures::{CloudChart, ImageChart};

use super::{clouds, images, sentences};
use crate::error::Result;
use crate::subject::Scene;

/// Writes the picture of a measured sample as SVG and PNG: `image`, `row`, `sentence`, or `cloud`, which comes with a `regions.json` of
/// all samples.
///
/// # Errors
///
/// Fails where a file cannot be written.
pub fn write_pictures(scene: &Scene, sample: &SampleProfile, folder: &Path) -> Result<()> {
    match scene {
        Scene::Cloud {
            players,
            up,
            regions,
            place,
            class,
            points,
        } => {
            regions.save_json(folder.join("regions.json"))?;
            let chart = CloudChart::new(format!("{class}, {players}")).up(*up);
            let chart = clouds::picture(chart, points, &regions.clouds()[*place], sample);
            chart.save_svg(folder.join("cloud.svg"))?;
            chart.save_png(folder.join("cloud.png"))?;
        }
        Scene::Image {
            class,
            pixels,
            size,
            grid,
        } => {
            let title = format!("{class}, sample {}", sample.id());
            let chart = ImageChart::new(title, pixels, *size, *grid);
            let chart = images::picture(chart, sample);
            chart.save_svg(folder.join("image.svg"))?;
            chart.save_png(folder.join("image.png"))?;
        }
        Scene::Row { class, names } => {
            let title = format!("{class}, row {}", sample.id());
            let chart = images::matrix(title, names, sample);
            chart.save_svg(folder.join("row.svg"))?;
            chart.save_png(folder.join("row.png"))?;
        }
        Scene::Sentence {
            players,
            class,
            words,
        } => {
            let title = format!("{class}: {players} as players");
            let chart = sentences::picture(title, words, sample);
            chart.save_svg(folder.join("sentence.svg"))?;
            chart.save_png(folder.join("sentence.png"))?;
        }
    }
    Ok(())
}
