//! What a measurement leaves in its folder: a journal while it runs, then profile, table and curves.

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

/// Estimates that are written as a table of rows.
const MOST: usize = 2_000_000;

/// The results of measurements in a folder.
pub struct Results<'a> {
    folder: &'a Folder,
}

impl<'a> Results<'a> {
    /// Those of this folder.
    pub fn new(folder: &'a Folder) -> Self {
        Self { folder }
    }

    /// Where each sample of a profile is kept as soon as it is finished.
    pub fn journal(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.partial.jsonl"))
    }

    /// What an earlier run left of a profile: the journal of one that was killed, or what one wrote at its end.
    ///
    /// # Errors
    ///
    /// A file is there and cannot be read.
    pub fn earlier(&self, name: &str) -> Result<Option<Profile>> {
        earlier(self.folder.path(), name)
    }

    /// Writes every interaction: `NAME.json`, from which a partial run goes on, and of the network itself `interactions.csv`,
    /// which is left out, and said to be, beyond two million rows.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
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
        }
        // The profile has what the journal had.
        std::fs::remove_file(self.journal(name)).ok();
        Ok(())
    }

    /// Writes `curve.json`, `curve.csv`, `curve.svg` and `curve.png`.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write_curves(&self, curves: &Curves) -> Result<()> {
        curves.save_json(self.folder.file("curve.json"))?;
        curves.save_csv(self.folder.file("curve.csv"))?;
        let chart = Chart::from(curves);
        chart.save_svg(self.folder.file("curve.svg"))?;
        chart.save_png(self.folder.file("curve.png"))?;
        Ok(())
    }
}

/// What a folder holds of a profile.
///
/// # Errors
///
/// A file is there and cannot be read.
fn earlier(folder: &Path, name: &str) -> Result<Option<Profile>> {
    let files = [format!("{name}.partial.jsonl"), format!("{name}.json")];
    let found = files
        .map(|file| folder.join(file))
        .into_iter()
        .find(|file| file.exists());
    Ok(found.map(Profile::load_json).transpose()?)
}

/// The profile of a folder, or of a file.
///
/// # Errors
///
/// There is none, or it cannot be read.
pub fn profile_of(path: &Path, name: &str) -> Result<Option<Profile>> {
    match path.is_dir() {
        true => earlier(path, name),
        false if name == MAIN => Ok(Some(Profile::load_json(path)?)),
        false => Ok(None),
    }
}

/// The error of a merge that is not whole.
pub fn partial(missing: &[u64]) -> crate::error::Error {
    usage(format!(
        "partial: {} sample(s) are missing, {}; measure the other parts and merge again",
        missing.len(),
        some_ids(missing)
    ))
}
