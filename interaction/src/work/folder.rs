//! The folder of results, which never mixes two runs.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

use burn_interaction::internal::{Lock, replace};

use crate::error::{Result, usage};

/// The files that a training writes, for all kinds of networks.
pub const TRAINING: &[&str] = &[
    "model.safetensors",
    "settings.json",
    "training",
    "tensorboard",
    "history.svg",
    "history.png",
    "config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "report.html",
];

/// The file of the regions of the measured clouds.
pub const REGIONS: &str = "regions.json";

/// The files that a measurement writes, for all kinds of data.
pub const MEASUREMENT: &[&str] = &[
    "profile.json",
    "profile.partial.jsonl",
    "control.json",
    "control.partial.jsonl",
    "interactions.csv",
    "players.csv",
    "curve.json",
    "curve.csv",
    "curve.svg",
    "curve.png",
    "report.html",
    "gallery.json",
    "contexts.svg",
    "contexts.png",
    "masks.svg",
    "masks.png",
    "pairs.svg",
    "pairs.png",
    REGIONS,
    "image.svg",
    "image.png",
    "row.svg",
    "row.png",
    "cloud.svg",
    "cloud.png",
    "sentence.svg",
    "sentence.png",
    "series.svg",
    "series.png",
];

/// The files that a comparison writes.
pub const COMPARISON: &[&str] = &[
    COMPARED,
    "curves.json",
    "comparison.svg",
    "comparison.png",
    "report.html",
];

/// The files by which a folder is known to hold a run.
const RESULTS: [&str; 10] = [
    COMPARED,
    "model.safetensors",
    "settings.json",
    "training/run.json",
    "profile.json",
    "profile.partial.jsonl",
    "curve.json",
    // A network's folder, which others may have made.
    "config.json",
    "tokenizer.json",
    "vocab.txt",
];

/// The files of runs that have a page.
const RUNS: [&str; 5] = [
    "model.safetensors",
    "training/run.json",
    "profile.json",
    "profile.partial.jsonl",
    "curve.json",
];

/// The file by which a folder is known to hold a comparison, which has a page of the name that other runs have.
const COMPARED: &str = "comparison.csv";

/// The treatment of an earlier run in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// The folder of another run is refused.
    Refuse {
        /// Whether the command could go on with the same run.
        resumable: bool,
    },
    /// The files of the earlier run are removed when the new run [begins](Folder::begin).
    Force,
    /// The files of the earlier run stay: the new run continues it.
    Resume,
}

impl Existing {
    /// The treatment that `--force` and `--resume` ask for.
    ///
    /// `resume` is `None` for commands that cannot go on with a run.
    pub fn asked(force: bool, resume: Option<bool>) -> Self {
        match (force, resume) {
            (true, _) => Self::Force,
            (_, Some(true)) => Self::Resume,
            (_, resume) => Self::Refuse {
                resumable: resume.is_some(),
            },
        }
    }
}

/// A folder that results go to.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    existing: Existing,
    /// The files that this kind of run writes.
    known: Vec<&'static str>,
    /// Files that were in the folder before, and when they were written.
    before: BTreeMap<String, SystemTime>,
    /// The right to write to the folder, which no other process has as long as it is open.
    _held: Arc<Lock>,
}

/// The file by which a process holds a folder.
const LOCK: &str = ".interaction-lock";

impl Folder {
    /// Makes the folder and checks that it can be written to, before anything is computed; refuses one with another run's
    /// files among those in `known`, of [`TRAINING`] and [`MEASUREMENT`].
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be written to, another process writes to it, or it holds another run.
    pub fn open(path: &Path, existing: Existing, known: &[&[&'static str]]) -> Result<Self> {
        let known = known.concat();
        check(path, existing, &known)?;
        let held = Arc::new(held(path)?);
        // Another process may have ended in between.
        check(path, existing, &known)?;
        let mut folder = Self {
            path: path.into(),
            existing,
            known,
            before: BTreeMap::new(),
            _held: held,
        };
        folder.before = folder.files();
        Ok(folder)
    }

    /// The files by which the folder is known to hold an earlier run of this kind.
    pub fn results(&self) -> Vec<&'static str> {
        results(&self.path, &self.known)
    }

    /// Removes the files that the new run replaces: to be called when all arguments are found good and the new run's
    /// weights are read.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be removed.
    pub fn begin(&self) -> Result<()> {
        if self.existing != Existing::Force {
            return Ok(());
        }
        for name in &self.known {
            let path = self.path.join(name);
            let removed = match path.is_dir() {
                true => std::fs::remove_dir_all(&path),
                false if path.exists() => std::fs::remove_file(&path),
                false => Ok(()),
            };
            removed.map_err(|e| usage(format!("cannot remove {}: {e}", path.display())))?;
        }
        Ok(())
    }

    /// Whether [`begin`](Self::begin) removes what is at this path, as part of an earlier run.
    pub fn replaces(&self, path: &Path) -> bool {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.into());
        let (folder, path) = (absolute(&self.path), absolute(path));
        let inside = path.strip_prefix(folder).ok();
        let first = inside.and_then(|inside| inside.components().next());
        let known = |name: &&str| first.is_some_and(|first| first.as_os_str() == *name);
        self.existing == Existing::Force && self.known.iter().any(known)
    }

    /// The folder for more of the same run, which keeps the files that are there.
    pub fn going_on(&self) -> Self {
        Self {
            existing: Existing::Resume,
            ..self.clone()
        }
    }

    /// The files in the folder, and when they were written.
    fn files(&self) -> BTreeMap<String, SystemTime> {
        let entries = std::fs::read_dir(&self.path)
            .into_iter()
            .flatten()
            .flatten();
        let file = |entry: std::fs::DirEntry| {
            let about = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Some((name, about.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
        };
        entries.filter_map(file).collect()
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a value as JSON, so that a kill leaves the old file or the new one.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<()> {
        write_json(&self.file(name), value)
    }

    /// The files that this run wrote, for the last line of a report.
    pub fn list(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        for (name, written) in self.files() {
            if self.before.get(&name) != Some(&written) && name != LOCK {
                names.push(name);
            }
        }
        format!("{}: {}", self.path.display(), names.join(", "))
    }
}

/// The files among these by which a folder is known to hold a run.
fn results(path: &Path, known: &[&str]) -> Vec<&'static str> {
    let there = |name: &&str| {
        let first = name.split('/').next().unwrap_or(name);
        known.contains(&first) && path.join(name).exists()
    };
    RESULTS.into_iter().filter(there).collect()
}

/// Refuses a folder with another run's files where they are to stay.
fn check(path: &Path, existing: Existing, known: &[&str]) -> Result<()> {
    let others = match known.contains(&COMPARED) {
        true => &RUNS[..],
        false => &[COMPARED],
    };
    if let Some(other) = others.iter().find(|name| path.join(name).exists()) {
        return Err(usage(format!(
            "{} holds results of another kind ({other}), whose page this would replace: give another --out",
            path.display()
        )));
    }
    let Existing::Refuse { resumable } = existing else {
        return Ok(());
    };
    let found = results(path, known);
    let resume = match resumable {
        true => ", --resume to go on where it is the same run",
        false => "",
    };
    match found.is_empty() {
        true => Ok(()),
        false => Err(usage(format!(
            "{} holds another run ({}): give another --out{resume}, or --force to replace it",
            path.display(),
            found.join(", ")
        ))),
    }
}

/// Makes a folder where it is not there, and holds it.
fn held(path: &Path) -> Result<Lock> {
    let fail = |e: std::io::Error| {
        let path = path.display();
        usage(format!("cannot write to the output folder {path}: {e}"))
    };
    writable(path).map_err(fail)?;
    let lock = Lock::take(&path.join(LOCK)).map_err(fail)?;
    lock.ok_or_else(|| {
        usage(format!(
            "{}: another process writes to this folder: wait for it, or give another --out; parts of a measurement have a folder each",
            path.display()
        ))
    })
}

/// Makes a folder where it is not there, and sees whether it takes a file.
///
/// # Errors
///
/// Fails where it does not.
pub fn writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let probe = folder.join(".interaction");
    std::fs::write(&probe, [])?;
    std::fs::remove_file(&probe)
}

/// Writes a value as JSON, so that a kill leaves the old file or the new one.
///
/// # Errors
///
/// Fails where the file cannot be written.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| usage(format!("{}: {e}", path.display())))?;
    Ok(replace(path, |file| {
        file.write_all((text + "\n").as_bytes())
    })?)
}

/// Reads a JSON file.
///
/// # Errors
///
/// Fails where the file is missing or not as expected.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| usage(format!("reading {}: {e}", path.display())))?;
    serde_json::from_str(&text).map_err(|e| usage(format!("{}: {e}", path.display())))
}
