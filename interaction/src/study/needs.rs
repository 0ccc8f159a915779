//! The files that cells need: data and weights, which may be missing or others.

use burn_interaction_datasets::registry::Source;

use super::cells::Cells;
use super::subjects::{Roots, Start};
use crate::error::{Result, usage};
use crate::subject::{data_set, origin};

/// Refuses to run cells whose files are missing, or are others than the study states.
///
/// # Errors
///
/// Fails where files are missing, naming them and the way to get them, or weights have another digest.
pub fn check_files(cells: &Cells, roots: Roots<'_>) -> Result<()> {
    let mut missing: Vec<String> = Vec::new();
    let mut starts: Vec<&Start> = Vec::new();
    let mut arguments: Vec<String> = Vec::new();
    let mut lacks = |line: String, argument: String| {
        if !missing.contains(&line) {
            missing.push(line);
        }
        if !arguments.contains(&argument) {
            arguments.push(argument);
        }
    };
    for cell in &cells.trainings {
        let (name, folder) = cell.spec.data_and_folder();
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            let from = data_set(name).ok().and_then(origin);
            let from = from.map_or(String::new(), |from| format!(" (from: {from})"));
            lacks(
                format!("there is no folder {} with {name}{from}", folder.display()),
                format!(
                    "the folder that holds such folders as --data-root (it was {})",
                    roots.data.display()
                ),
            );
        }
        if let Some(start) = &cell.start {
            if !start.exists() {
                let path = start.path.display();
                lacks(
                    format!("there are no weights {path} of {}", cell.subject),
                    format!(
                        "the folder that holds such weights as --weights-root (it was {})",
                        roots.weights.display()
                    ),
                );
            } else if !starts.contains(&start) {
                starts.push(start);
            }
        }
    }
    if !missing.is_empty() {
        return Err(usage(format!(
            "{}: give {}, or try --scale smoke, which needs no files",
            missing.join("; "),
            arguments.join(", and ")
        )));
    }
    starts.into_iter().try_for_each(Start::check)
}

/// Refuses to report cells that are known by files which are missing: by the weights that they start from, where the study states no
/// digest of these, or by the user's own data.
///
/// # Errors
///
/// Fails where such files are missing, naming them and the argument that gives them.
pub fn check_known(cells: &Cells, roots: Roots<'_>) -> Result<()> {
    let mut missing: Vec<String> = Vec::new();
    for cell in &cells.trainings {
        let (name, folder) = cell.spec.data_and_folder();
        let own = data_set(name).is_ok_and(|set| set.source == Source::Own);
        if let Some(folder) = folder.filter(|folder| own && !folder.exists()) {
            return Err(usage(format!(
                "--report: finished cells are known by their data, and there is no {}: give the folder that holds it as --data-root (it was {})",
                folder.display(),
                roots.data.display()
            )));
        }
        let Some(start) = &cell.start else {
            continue;
        };
        let line = format!("{} of {}", start.path.display(), cell.subject);
        if start.sha256.is_none() && !start.exists() && !missing.contains(&line) {
            missing.push(line);
        }
    }
    match missing.is_empty() {
        true => Ok(()),
        false => Err(usage(format!(
            "--report: finished cells are known by the weights that they start from, and there are no weights {}: give the folder that holds them as --weights-root (it was {})",
            missing.join(", "),
            roots.weights.display()
        ))),
    }
}
