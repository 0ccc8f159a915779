use std::path::Path;

use burn_interaction::Profile;
use burn_interaction::figures::CloudChart;

use super::{clouds, sentences};
use crate::error::Result;
use crate::subject::Scene;

/// Writes pictures of the first measured sample: `cloud.svg` and `cloud.png`, with `regions.json` of all samples, or
/// `sentence.svg` and `sentence.png`.
///
/// # Errors
///
/// Fails where a file cannot be written.
pub fn write_pictures(scene: &Scene, profile: &Profile, folder: &Path) -> Result<()> {
    match scene {
        Scene::Clouds {
            players,
            up,
            regions,
            clouds: items,
        } => {
            regions.save_json(folder.join("regions.json"))?;
            let sample = profile.samples().first();
            let found = sample.and_then(|sample| {
                let place = items.iter().position(|(id, ..)| *id == sample.id())?;
                Some((sample, place))
            });
            if let Some((sample, place)) = found {
                let (_, class, points) = &items[place];
                let chart = CloudChart::new(format!("{class}, {players}")).up(*up);
                let orders = profile.orders();
                let chart =
                    clouds::picture(chart, points, &regions.clouds()[place], sample, orders);
                chart.save_svg(folder.join("cloud.svg"))?;
                chart.save_png(folder.join("cloud.png"))?;
            }
        }
        Scene::Sentences {
            players,
            sentences: items,
        } => {
            let sample = profile.samples().first();
            let found = sample.and_then(|sample| {
                let item = items.iter().find(|(id, ..)| *id == sample.id())?;
                Some((sample, item))
            });
            if let Some((sample, (_, class, words))) = found {
                let title = format!("{class}: {players} as players");
                let chart = sentences::picture(title, words, sample);
                chart.save_svg(folder.join("sentence.svg"))?;
                chart.save_png(folder.join("sentence.png"))?;
            }
        }
    }
    Ok(())
}
