//! A profile while it is being made: a line for what all samples share, then one for each finished sample.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::IgnoredAny;

use crate::error::{Error, Result};
use crate::file::{Document, parse, replace, writing};

use super::{Profile, SampleProfile};

/// An open journal: each sample is the system's to keep when [`add`](Journal::add) returns, so that a kill at any moment costs
/// the sample in progress and no other. A loss of power costs what a second brought.
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    synced: Instant,
}

/// How long finished samples may wait for the disk itself.
const SYNC: Duration = Duration::from_secs(1);

impl Journal {
    /// Begins a journal with what a profile has so far, in place of whatever stands there.
    pub fn create(path: &Path, profile: &Profile) -> Result<Self> {
        let mut text = line(&Document::new(&header(profile)), path)?;
        for sample in &profile.samples {
            text.push_str(&line(sample, path)?);
        }
        replace(path, |file| file.write_all(text.as_bytes()))?;
        let file = OpenOptions::new()
            .append(true)
            .open(path)
            .map_err(writing(path))?;
        Ok(Self {
            file,
            path: path.into(),
            synced: Instant::now(),
        })
    }

    /// Adds a finished sample.
    pub fn add(&mut self, sample: &SampleProfile) -> Result<()> {
        let text = line(sample, &self.path)?;
        let mut written = self.file.write_all(text.as_bytes());
        if self.synced.elapsed() > SYNC {
            written = written.and_then(|()| self.file.sync_data());
            self.synced = Instant::now();
        }
        written.map_err(writing(&self.path))
    }
}

fn header(profile: &Profile) -> Profile {
    Profile {
        samples: Vec::new(),
        ..profile.clone()
    }
}

fn line(value: &impl Serialize, path: &Path) -> Result<String> {
    let text = serde_json::to_string(value);
    text.map(|text| text + "\n")
        .map_err(|e| writing(path)(e.into()))
}

/// Reads a journal; `None` if the text is none. A last line that was cut is left out: that sample was not finished.
pub(super) fn read(text: &str, path: &Path) -> Option<Result<Profile>> {
    // A profile of one piece spreads over lines, of which the first is no object of its own.
    let (first, rest) = text.split_once('\n')?;
    let header: std::result::Result<IgnoredAny, _> = serde_json::from_str(first);
    header.ok().map(|_| samples(first, rest, path))
}

fn samples(first: &str, rest: &str, path: &Path) -> Result<Profile> {
    let mut profile: Profile = parse(first, path, "a profile")?;
    let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
    for (number, line) in whole.lines().enumerate() {
        let sample = serde_json::from_str(line).map_err(|e| Error::Format {
            path: path.into(),
            reason: format!("line {}: no sample of a profile: {e}", number + 2),
        })?;
        profile.samples.push(sample);
    }
    profile.samples.sort_by_key(SampleProfile::id);
    Ok(profile)
}
