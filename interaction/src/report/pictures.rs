use std::path::Path;

use burn_interaction::SampleProfile;
use burn_interaction::figures::CloudChart;

use super::{clouds, sentences};
use crate::error::Result;
use crate::subject::Scene;

/// Writes the picture of a measured sample: `cloud.svg` and `cloud.png`, with `regions.json` of all samples, or
/// `sentence.svg` and `sentence.png`.
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
