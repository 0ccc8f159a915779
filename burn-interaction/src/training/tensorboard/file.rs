//! Files of events in a folder, where those of two trainings never mix.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use prost::Message;

use crate::error::{Error, Result};

use super::event::Event;
use super::record;

/// The part of a name by which TensorBoard knows files of events.
const KNOWN: &str = "tfevents";
const BEFORE: &str = "events.out.tfevents.";
/// The end of the names of files that this crate writes.
const OURS: &str = ".burn-interaction";

/// A file of events that is being written.
#[derive(Debug)]
pub(super) struct Events {
    pub path: PathBuf,
    pub file: File,
}

impl Events {
    /// Begins a file in a folder without events.
    pub fn new(folder: &Path) -> Result<Self> {
        match names(folder)?.first() {
            None => Self::begin(folder, 0),
            Some(name) => Err(refused(
                folder,
                format!(
                    "it holds the events of an earlier run ({name}): give another folder, remove them, or resume that run"
                ),
            )),
        }
    }

    /// Begins one more file of a training of which so many epochs are finished.
    pub fn resume(folder: &Path, finished: usize) -> Result<Self> {
        let names = names(folder)?;
        if let Some(name) = names.iter().find(|name| number(name).is_none()) {
            return Err(refused(
                folder,
                format!("it holds the events of another program ({name}): give another folder"),
            ));
        }
        let last = names.iter().filter_map(|name| number(name)).max();
        let mut events = Self::begin(folder, last.map_or(0, |last| last + 1))?;
        if last.is_some() {
            events.write(&Event::restart(finished + 1))?;
        }
        Ok(events)
    }

    /// Readers take files by their names: a clock that was put back must not bring this one before the last.
    fn begin(folder: &Path, least: u64) -> Result<Self> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let number = since.map_or(0, |since| since.as_secs()).max(least);
        let path = folder.join(format!("{BEFORE}{number:010}{OURS}"));
        let file = File::options().write(true).create_new(true).open(&path);
        let file = file.map_err(|e| unwritable(folder, &e))?;
        let mut events = Self { path, file };
        events.write(&Event::version())?;
        Ok(events)
    }

    pub fn write(&mut self, event: &Event) -> Result<()> {
        record::write(&mut self.file, &event.encode_to_vec()).map_err(|source| Error::Io {
            action: "writing",
            path: self.path.clone(),
            source,
        })
    }
}

/// The names of the files of events in a folder, which is made where it is not there.
fn names(folder: &Path) -> Result<Vec<String>> {
    let fail = |e: std::io::Error| unwritable(folder, &e);
    std::fs::create_dir_all(folder).map_err(fail)?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        names.push(entry.map_err(fail)?.file_name().to_string_lossy().into());
    }
    names.retain(|name: &String| name.contains(KNOWN));
    names.sort();
    Ok(names)
}

/// The number in the name of a file that this crate wrote.
fn number(name: &str) -> Option<u64> {
    name.strip_prefix(BEFORE)?.strip_suffix(OURS)?.parse().ok()
}

fn refused(folder: &Path, remedy: String) -> Error {
    Error::setting("the folder for TensorBoard", folder.display(), remedy)
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Error {
    let remedy = format!(
        "it cannot be written to ({error}): give a folder that can be, or leave TensorBoard out"
    );
    refused(folder, remedy)
}
