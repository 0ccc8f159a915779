//! The page of a folder of results, made from its files alone.

use std::path::{Path, PathBuf};

use burn_interaction::Profile;

use super::diverged::divergence;
use super::results::profile_of;
use super::{CONTROL, GALLERY, MAIN, PAGE, TrainedWith, Watch, read_json};
use crate::error::{Result, usage};
use crate::report::page::{Measurement, Page, Part, Section, measurement};
use crate::report::{Gallery, History, PastEpoch, diverged, history, shell_line};

/// Writes the page of a folder that a measurement or a training wrote; `None` where it holds neither.
///
/// # Errors
///
/// Fails where a file of the folder cannot be read, or the page cannot be written.
pub fn write_page(folder: &Path) -> Result<Option<PathBuf>> {
    let Some(page) = page_of(folder)? else {
        return Ok(None);
    };
    let path = folder.join(PAGE);
    page.write(&path)?;
    Ok(Some(path))
}

/// Draws the orders and accuracies of the epochs of a training as `history`, where a probe of this size watched them.
///
/// # Errors
///
/// Fails where a log cannot be read, or a picture cannot be written.
pub fn write_history(folder: &Path, title: String, probe: Option<Watch>) -> Result<()> {
    let history = history(folder)?;
    let Some(mut chart) = history.and_then(|history| history.chart(title)) else {
        return Ok(());
    };
    if let Some(Watch { samples, contexts }) = probe {
        chart = chart.caption(format!(
            "The probe measured {samples} samples of the test part each epoch with {contexts} contexts for each pair and order: J has errors, which training/valid/epoch-N/Order_curve.log gives. Valid is the test part; train is the mean over an epoch while its weights change."
        ));
    }
    chart.save_svg(folder.join("history.svg"))?;
    chart.save_png(folder.join("history.png"))?;
    Ok(())
}

/// The page of a folder that a measurement or a training wrote, or of the file of a profile; `None` where there is neither.
///
/// # Errors
///
/// Fails where a file cannot be read.
pub fn page_of(path: &Path) -> Result<Option<Page>> {
    let profile = profile_of(path, MAIN)?;
    let training = match path.is_dir() {
        true => training(path)?,
        false => None,
    };
    match (profile, training) {
        (Some(profile), training) => {
            let control = profile_of(path, CONTROL)?;
            let found = Measurement {
                gallery: gallery(path, &profile)?,
                control: control.filter(|control| !control.samples().is_empty()),
                profile,
            };
            let sections = training.map(|(_, section)| section);
            measurement(&found, sections.into_iter().collect()).map(Some)
        }
        (None, Some((settings, section))) => Ok(Some(Page {
            title: format!("{} trained on {}", settings.model, settings.data),
            summary: vec![accuracy(path, &settings)],
            sections: vec![section],
        })),
        (None, None) => Ok(None),
    }
}

/// The gallery that a folder holds, of samples of a profile; `None` where there is none.
///
/// # Errors
///
/// Fails where the gallery cannot be read, is of another form or of other samples.
pub fn gallery(folder: &Path, profile: &Profile) -> Result<Option<Gallery>> {
    let path = folder.join(GALLERY);
    if !path.exists() {
        return Ok(None);
    }
    let gallery: Gallery = read_json(&path)?;
    let fits = match gallery.is_known() {
        true => gallery.check(profile),
        false => Err("it is of another form than this version's".into()),
    };
    match fits {
        Ok(()) => Ok(Some(gallery)),
        Err(reason) => Err(usage(format!(
            "{}: {reason}: measure again, or remove the file",
            path.display()
        ))),
    }
}

/// The training that a folder holds, as a section.
fn training(folder: &Path) -> Result<Option<(TrainedWith, Section)>> {
    let path = folder.join("settings.json");
    if !path.exists() {
        return Ok(None);
    }
    let settings: TrainedWith = match read_json(&path) {
        Ok(settings) => settings,
        Err(error) if folder.join("profile.json").exists() => {
            // The measurement is whole without a file that another program may have written.
            eprintln!("warning: the page tells of no training: {error}");
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let told = accuracy(folder, &settings);
    let mut section = Section::new("training", "How it was trained", told);
    if let Some(history) = history(folder)? {
        let title = "J of each order by epoch, and the accuracies";
        if let Some(chart) = history.chart(title) {
            section.parts.push(Part::Figure {
                svg: chart.to_svg()?,
                label: "a map of epochs and orders: the numbers are in the table below".into(),
                photo: true,
            });
        }
        section.parts.push(epochs(&history));
    }
    section.parts.push(facts(&settings));
    if !settings.command.is_empty() {
        section.parts.push(Part::Command {
            text: shell_line(&settings.command),
        });
    }
    Ok(Some((settings, section)))
}

/// The numbers of each epoch.
fn epochs(history: &History) -> Part {
    let mut header: Vec<String> = [
        "epoch",
        "training loss",
        "training accuracy",
        "test accuracy",
    ]
    .map(String::from)
    .into();
    let longest = history.epochs.iter().map(|epoch| &epoch.curve);
    let longest = longest.max_by_key(|curve| curve.len());
    let ratios = longest.into_iter().flatten().map(|point| point.ratio);
    header.extend(ratios.map(|ratio| format!("J at {ratio:.2}")));
    let known = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.3}"));
    let row = |epoch: &PastEpoch| {
        let mut row = vec![epoch.epoch.to_string()];
        row.extend([
            known(epoch.train.loss),
            known(epoch.train.accuracy),
            known(epoch.valid.accuracy),
        ]);
        row.extend(epoch.curve.iter().map(|point| known(point.j)));
        row.resize(header.len(), "-".into());
        row
    };
    Part::Table {
        caption: "The numbers of each epoch".into(),
        rows: history.epochs.iter().map(row).collect(),
        header: header.clone(),
        folded: true,
    }
}

/// A sentence on how well a network does, or that the training in this folder diverged.
fn accuracy(folder: &Path, settings: &TrainedWith) -> String {
    if let Some(epoch) = diverged(folder) {
        let how = divergence(settings, Some(epoch));
        return format!("{} is no result: {how}.", settings.model);
    }
    let part = match settings.complete {
        true => "",
        false => " The training is partial.",
    };
    match settings.test_accuracy {
        Some(share) => format!(
            "{} tells {:.1} % of the test samples of {} rightly.{part}",
            settings.model,
            100.0 * share,
            settings.data
        ),
        None => format!("The training of {} is not finished.", settings.model),
    }
}

fn facts(settings: &TrainedWith) -> Part {
    let samples = settings.training_samples;
    let items = [
        ("network", settings.model.clone()),
        ("data", settings.data.clone()),
        (
            "training samples",
            samples.map_or("unknown".into(), |count| count.to_string()),
        ),
        ("epochs", settings.epochs.to_string()),
        ("samples of a step", settings.batch.to_string()),
        ("learning rate", settings.learning_rate.to_string()),
        ("weight decay", settings.weight_decay.to_string()),
        ("orders encouraged or suppressed", modulated(settings)),
        ("seed", settings.seed.to_string()),
        (
            "device",
            settings.device.clone().unwrap_or_else(|| "unknown".into()),
        ),
    ];
    Part::Facts {
        items: items.map(|(name, value)| (name.to_string(), value)).into(),
    }
}

/// The terms of the loss besides the task's own, in words.
fn modulated(settings: &TrainedWith) -> String {
    let terms = settings.modulation.terms().iter();
    let terms: Vec<String> = terms.map(burn_interaction::Term::name).collect();
    match terms.is_empty() {
        true => "none".into(),
        false => terms.join(", "),
    }
}
