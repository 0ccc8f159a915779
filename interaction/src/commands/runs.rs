//! Measurements that arguments name: folders or files, with names to tell them apart.

use std::path::Path;

use burn_interaction::Profile;

use crate::error::{Result, usage};
use crate::work::{MAIN, profile_of};

/// A measurement and its name.
pub struct Run {
    /// The name.
    pub name: String,
    /// The measurement.
    pub profile: Profile,
}

/// Reads a measurement, named or by its place.
///
/// # Errors
///
/// Fails where there is none, or it cannot be read.
pub fn read(text: &str) -> Result<Run> {
    let (name, path) = match text.split_once('=') {
        Some((name, path)) if !Path::new(text).exists() => (Some(name.to_string()), path),
        _ => (None, text),
    };
    let path = Path::new(path);
    if !path.exists() {
        return Err(usage(format!(
            "{text}: there is no such folder: give one that `interaction discover` wrote, as FOLDER or NAME=FOLDER"
        )));
    }
    let profile = profile_of(path, MAIN)?.ok_or_else(|| {
        usage(format!(
            "no profile.json in {}: give a folder that `interaction discover` wrote",
            path.display()
        ))
    })?;
    let of_path = || {
        let stem = if path.is_dir() {
            path.file_name()
        } else {
            path.file_stem()
        };
        stem.map_or("run".into(), |stem| stem.to_string_lossy().into_owned())
    };
    Ok(Run {
        name: name.unwrap_or_else(of_path),
        profile,
    })
}

/// Gives runs of one name numbers.
pub fn named_apart(mut runs: Vec<Run>) -> Vec<Run> {
    for place in 1..runs.len() {
        let (before, rest) = runs.split_at_mut(place);
        let own = rest[0].name.clone();
        let taken = |name: &str| before.iter().any(|run| run.name == name);
        let mut number = 2;
        while taken(&rest[0].name) {
            rest[0].name = format!("{own} ({number})");
            number += 1;
        }
    }
    runs
}
