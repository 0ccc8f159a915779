//! The networks and data of a study: their settings, and where their files lie.

use std::path::{Path, PathBuf};

use burn_interaction_datasets::Columns;
use burn_interaction_models::{WeightFile, text_weights};

use super::file::SubjectEntry;
use crate::error::{Result, usage};
use crate::subject::{Spec, data_set, sha256};
use crate::work::weights_digest;

/// The folders below which the files of a study lie.
#[derive(Debug, Clone, Copy)]
pub struct Roots<'a> {
    /// The folder of the folders of data sets.
    pub data: &'a Path,
    /// The folder of trained weights.
    pub weights: &'a Path,
}

/// Digits of a digest that tell weights apart.
const DIGITS: usize = 8;

/// Trained weights that a network starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The file, or the Hugging Face folder.
    pub path: PathBuf,
    /// The start of the SHA-256 that the study states.
    pub sha256: Option<String>,
}

impl Start {
    /// The start of the digest that stands for the weights in hashes: as the study states it, or that of the files with those in their
    /// folder that say how they are read; the name where there are no such files.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be read.
    pub fn identity(&self, name: &str) -> Result<String> {
        let digest = match &self.sha256 {
            Some(stated) => stated.to_lowercase(),
            None if self.path.is_dir() => sha256(&format!("{} {}", self.digest()?, self.beside()?)),
            None if self.exists() => self.digest()?,
            None => return Ok(name.into()),
        };
        Ok(digest[..DIGITS.min(digest.len())].into())
    }

    /// Whether there are such files.
    pub fn exists(&self) -> bool {
        WeightFile::parse(&self.path).path.exists()
    }

    /// The digest of the file, or of the weights in the folder.
    fn digest(&self) -> Result<String> {
        match self.path.is_dir() {
            true => weights_digest(&text_weights(&self.path)?),
            false => weights_digest(&self.path),
        }
    }

    /// The digests of the settings and the vocabulary in a Hugging Face folder, which decide what its weights do.
    fn beside(&self) -> Result<String> {
        let fail = |e: std::io::Error| usage(format!("{}: {e}", self.path.display()));
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(&self.path).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            files.extend(matches!(ending, Some("json" | "txt" | "model")).then_some(path));
        }
        files.sort();
        let digest = |file: &PathBuf| -> Result<String> { Ok(burn_interaction::digest(file)?) };
        let digests: Vec<String> = files.iter().map(digest).collect::<Result<_>>()?;
        Ok(digests.join(" "))
    }

    /// Refuses files that are others than those that the study states.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be read, or has another digest.
    pub fn check(&self) -> Result<()> {
        let Some(stated) = &self.sha256 else {
            return Ok(());
        };
        let found = self.digest()?;
        match found.starts_with(&stated.to_lowercase()) {
            true => Ok(()),
            false => Err(usage(format!(
                "{}: its SHA-256 begins with {}, and the study is of weights with {stated}: give those as --weights-root",
                self.path.display(),
                &found[..stated.len().min(found.len())]
            ))),
        }
    }
}

impl SubjectEntry {
    /// The network and its data without their places on this machine.
    pub fn spec(&self) -> Spec {
        Spec {
            grid: self.grid,
            players: self.players.clone(),
            columns: Columns {
                label: self.label.clone(),
                inputs: self.input.clone(),
            },
            points: self.points,
            up: self.up,
            classes: self.classes.clone(),
            baseline: self.baseline.clone(),
            ..Spec::new(self.model.get_ref(), self.data.get_ref())
        }
    }

    /// The network and its data with the places of their files.
    ///
    /// # Errors
    ///
    /// Fails where there is no such data set.
    pub fn located(&self, roots: Roots<'_>) -> Result<Spec> {
        let own = self.spec();
        let data = match data_set(&own.data)?.folder() {
            None => own.data.clone(),
            Some(folder) => format!("{}:{}", own.data, roots.data.join(folder).display()),
        };
        let model = match own.model_is_folder() {
            true => roots.weights.join(inside(&own.model)).display().to_string(),
            false => own.model.clone(),
        };
        let weights = self.weights.as_ref();
        Ok(Spec {
            model,
            data,
            weights: weights.map(|name| roots.weights.join(name.get_ref())),
            ..own
        })
    }

    /// The name of the weights that the network starts from; `None` where these are random.
    pub fn start_name(&self) -> Option<&str> {
        match &self.weights {
            Some(name) => Some(name.get_ref()),
            None if self.spec().model_is_folder() => Some(self.model.get_ref()),
            None => None,
        }
    }

    /// The weights that the network starts from.
    pub fn start(&self, roots: Roots<'_>) -> Option<Start> {
        let path = roots.weights.join(inside(self.start_name()?));
        Some(Start {
            path,
            sha256: self.sha256.as_ref().map(|stated| stated.get_ref().clone()),
        })
    }
}

/// A path as it is below a root.
fn inside(name: &str) -> &str {
    name.trim_start_matches("./")
}
