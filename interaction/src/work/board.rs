//! The folder that a training writes to for TensorBoard.

use std::path::PathBuf;

use burn_interaction::training::TensorBoardLogger;

use super::Folder;
use crate::error::{Result, usage};

/// A folder for TensorBoard's files of events.
#[derive(Debug, Clone)]
pub struct Board {
    /// The folder.
    pub folder: PathBuf,
    /// Whether the events go on with those of the same run in the folder.
    pub resume: bool,
}

impl Board {
    /// Finds what is wrong with the folder while the results of an earlier run are still there. Events among the files that
    /// `results` replaces do not matter.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be written to, or holds another run's events.
    pub fn check(&self, results: &Folder) -> Result<()> {
        let Self { folder, resume } = self;
        super::folder::writable(folder).map_err(|e| {
            usage(format!(
                "--tensorboard {}: it cannot be written to ({e}): give another folder",
                folder.display()
            ))
        })?;
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        match names.find(|name| name.contains("tfevents")) {
            Some(name) if !resume && !results.replaces(folder) => Err(usage(format!(
                "--tensorboard {}: it holds the events of another run ({name}): give another folder, or remove them",
                folder.display()
            ))),
            _ => Ok(()),
        }
    }

    /// The logger that writes there, of a training with so many finished epochs.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be written to, or holds the events of another program.
    pub fn open(&self, finished: usize) -> Result<TensorBoardLogger> {
        Ok(match self.resume {
            true => TensorBoardLogger::resume(&self.folder, finished)?,
            false => TensorBoardLogger::new(&self.folder)?,
        })
    }
}
