//! The results of a measurement in its folder: a journal while it runs, then profile, table and curves.

use std::path::{Path, PathBuf};

use burn_interaction::figures::Chart;
use burn_interaction::internal::some_ids;
use burn_interaction::{Curves, Profile, SampleProfile};

use super::Folder;
use crate::error::{Result, usage};

/// The name of the network's own profile.
pub const MAIN: &str = "profile";
/// The name of the profile of the untrained control.
pub const CONTROL: &str = "control";

/// The name of the page in a folder of results.
pub const PAGE: &str = "report.html";
/// The file of the samples as they look.
pub const GALLERY: &str = "gallery.json";

/// Most estimates that are written as a table of rows.
const MOST: usize = 2_000_000;

/// The results of measurements in a folder.
pub struct Results<'a> {
    folder: &'a Folder,
}

impl<'a> Results<'a> {
    /// The results of this folder.
    pub fn new(folder: &'a Folder) -> Self {
        Self { folder }
    }

    /// The file in which each sample of a profile is kept as soon as it is finished.
    pub fn journal(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.partial.jsonl"))
    }

    /// The profile that an earlier run left: the journal of one that was killed, or the file that one wrote at its end.
    ///
    /// # Errors
    ///
    /// Fails where a file is there and cannot be read.
    pub fn earlier(&self, name: &str) -> Result<Option<Profile>> {
        earlier(self.folder.path(), name)
    }

    /// Writes every interaction to `NAME.json`, from which a partial run goes on, and those of the network itself also to
    /// `interactions.csv`, which is left out, and said to be, beyond two million rows, and to `players.csv` where all orders and
    /// pairs of a sample were measured.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be written.
    pub fn write(&self, name: &str, profile: &Profile) -> Result<()> {
        profile.save_json(self.folder.file(&format!("{name}.json")))?;
        if name == MAIN {
            let of_sample = |sample: &SampleProfile| sample.pairs().len() * sample.orders().len();
            let rows: usize = profile.samples().iter().map(of_sample).sum();
            match rows > MOST {
                true => println!(
                    "{rows} interactions are too many for interactions.csv: they are in {name}.json"
                ),
                false => profile.save_csv(self.folder.file("interactions.csv"))?,
            }
            let (all, known) = (
                profile.samples().len(),
                profile.save_players_csv(self.folder.file("players.csv"))?,
            );
            if known > 0 && known < all {
                println!(
                    "players.csv has {known} of {all} samples: Shapley values need all orders and pairs, and a profile of this version"
                );
            }
        }
        // The profile has what the journal had.
        std::fs::remove_file(self.journal(name)).ok();
        Ok(())
    }

    /// Writes `curve.json`, `curve.csv`, `curve.svg` and `curve.png`.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be written.
    pub fn write_curves(&self, curves: &Curves) -> Result<()> {
        curves.save_json(self.folder.file("curve.json"))?;
        curves.save_csv(self.folder.file("curve.csv"))?;
        let chart = Chart::from(curves);
        chart.save_svg(self.folder.file("curve.svg"))?;
        chart.save_png(self.folder.file("curve.png"))?;
        Ok(())
    }
}

/// The profile that a folder holds, from a journal or from a file; `None` where there is neither.
///
/// # Errors
///
/// Fails where a file is there and cannot be read.
fn earlier(folder: &Path, name: &str) -> Result<Option<Profile>> {
    let files = [format!("{name}.partial.jsonl"), format!("{name}.json")];
    let found = files
        .map(|file| folder.join(file))
        .into_iter()
        .find(|file| file.exists());
    Ok(found.map(Profile::load_json).transpose()?)
}

/// The profile of a folder, or of a file; `None` where a folder has none of the name.
///
/// # Errors
///
/// Fails where the file is missing, or cannot be read.
pub fn profile_of(path: &Path, name: &str) -> Result<Option<Profile>> {
    match path.is_dir() {
        true => earlier(path, name),
        false if name == MAIN => Ok(Some(Profile::load_json(path)?)),
        false => Ok(None),
    }
}

/// The error for a merge in which samples are missing, with a line for each part that is to be measured.
pub fn partial(missing: &[u64], parts: &[String]) -> crate::error::Error {
    let mut lines = vec![format!(
        "partial: {} sample(s) are missing, {}; measure the other parts and merge them all",
        missing.len(),
        some_ids(missing)
    )];
    lines.extend(parts.iter().map(|part| format!("  {part}")));
    usage(lines.join("\n"))
}
