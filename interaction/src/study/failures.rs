//! Cells that fail: what is kept and said of them, and when a run ends with one.

use std::path::Path;

use super::progress::Done;
use crate::error::{Error, Result, usage};
use crate::work::interrupt;

/// The cells that failed: the hash of each, and the reason.
pub type Failures = Vec<(String, String)>;

/// Keeps the failure of a cell and says it, with the folder whose files may be damaged; an error where no other cell could be
/// computed either, or the run was interrupted.
pub fn failure(
    hash: &str,
    cell: &str,
    error: Error,
    folder: &Path,
    failures: &mut Failures,
) -> Result<Done> {
    let ends = is_final(&error) || interrupt::requested();
    let folder = folder.display();
    let reason = format!(
        "{cell}: {error} (where files of the cell are damaged, remove {folder} and run again)"
    );
    if ends {
        return Err(usage(reason));
    }
    eprintln!("warning: {reason}");
    failures.push((hash.into(), reason));
    Ok(Done::Failed)
}

/// Whether every other cell would fail too, as the disk is full.
fn is_final(error: &Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};

    match error {
        Error::Interaction(burn_interaction::Error::Io { source, .. }) => {
            matches!(source.kind(), StorageFull | QuotaExceeded)
        }
        _ => false,
    }
}

/// The folder to remove after an error of a measure: its own, unless the error is of weights or names a file of the training.
pub fn at_fault<'a>(error: &Error, training: &'a Path, measure: &'a Path) -> &'a Path {
    let named = error.to_string().contains(&*training.to_string_lossy());
    match named || matches!(error, Error::Models(_)) {
        true => training,
        false => measure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_measure_leaves_the_training_alone() {
        let [training, measure] = ["store/trainings/1", "store/measures/2"].map(Path::new);
        let of = |error: Error| at_fault(&error, training, measure).to_path_buf();
        let journal = "store/measures/2/profile.partial.jsonl: line 3 is damaged";
        assert_eq!(of(usage(journal)), measure);
        assert_eq!(of(burn_interaction::Error::NoPairs.into()), measure);
        let weights = "store/trainings/1/model.safetensors: it is cut short";
        assert_eq!(of(usage(weights)), training);
        let other = burn_interaction_models::Error::UnknownFormat {
            path: "elsewhere".into(),
        };
        assert_eq!(of(other.into()), training);
    }

    #[test]
    fn failures_are_kept_unless_the_disk_is_full() {
        let mut failures = Failures::new();
        let folder = Path::new("cell");
        let error = burn_interaction::Error::NoPairs.into();
        let done = failure("1", "train net", error, folder, &mut failures);
        assert!(matches!(done, Ok(Done::Failed)));
        let (hash, reason) = &failures[0];
        assert!(
            hash == "1" && reason.starts_with("train net: no pairs"),
            "{reason}"
        );
        let full = burn_interaction::Error::Io {
            action: "writing",
            path: "curve.json".into(),
            source: std::io::ErrorKind::StorageFull.into(),
        };
        let done = failure("2", "train net", full.into(), folder, &mut failures);
        assert!(done.is_err() && failures.len() == 1);
    }
}
