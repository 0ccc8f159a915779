//! The store of finished cells, which all studies share: nothing is trained twice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn_interaction::internal::Lock;
use serde::{Deserialize, Serialize};

use super::cells::{Cells, FORM, MeasureCell, TrainingCell};
use crate::error::{Result, usage};
use crate::work::{Outcome, kept, read_json, write_json};

/// The file that tells a store and its form.
const MARK: &str = "store.json";
/// The file that tells that a cell is finished.
const FINISHED: &str = "cell.json";
/// The file of the seconds that an interrupted cell has taken.
const SPENT: &str = "spent.json";
/// The file whose lock is the right to compute a cell.
const LOCK: &str = "lock";
/// The beginning of the name of a folder in a cell's folder, of copies that are being made.
const PART: &str = "part-";

/// A folder of finished cells.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
}

/// The form of a store.
#[derive(Serialize, Deserialize)]
struct Mark {
    schema: u32,
}

/// A finished cell: what it cost, and its outcome.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finished {
    /// The cell in words.
    pub cell: String,
    /// Seconds that it took.
    pub seconds: f64,
    /// The version of this program that finished it; earlier ones did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The device that it was finished on, as the user named it; earlier versions did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The SHA-256 of the weights at the end of the training, in the cells of its measures too; earlier versions did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// The digest of the files of the published set that a training is on; earlier versions did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The form of the outcome, [`OUTCOME`]; 0 of earlier versions.
    #[serde(default)]
    pub form: u32,
    /// The outcome; of a training empty.
    #[serde(default)]
    pub outcome: Outcome,
}

/// The form of outcomes: a report makes those of an earlier form again from the profile that they were kept with.
pub const OUTCOME: u32 = 1;

impl Finished {
    /// Whether a measure was made of the weights of this training, as far as both tell.
    fn is_of(&self, training: Option<&Self>) -> bool {
        let weights = training.and_then(|training| training.weights.as_ref());
        match (&self.weights, weights) {
            (Some(own), Some(weights)) => own == weights,
            _ => true,
        }
    }
}

impl Store {
    /// Opens the store in a folder, or makes one there.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be written to, holds something else, or a store of another form.
    pub fn open(path: &Path) -> Result<Self> {
        let fail = |e: std::io::Error| usage(format!("cannot write to {}: {e}", path.display()));
        let mark = path.join(MARK);
        // Another process may be making the store: its mark is looked for after what else there is, and is the first file
        // that is there under its own name.
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let unfinished =
            |name: &std::ffi::OsStr| name.to_string_lossy().starts_with(".interaction-");
        let others = entries
            .filter(|entry| !unfinished(&entry.file_name()))
            .count();
        if mark.exists() {
            let found: Mark = read_json(&mark).map_err(|e| {
                usage(format!(
                    "{e}; where the file is damaged, write {{\"schema\": {FORM}}} to it"
                ))
            })?;
            if found.schema != FORM {
                return Err(usage(format!(
                    "{} is a store of schema {}, and this version reads schema {FORM}: give another --out, or the version that wrote it",
                    path.display(),
                    found.schema
                )));
            }
        } else {
            if others > 0 {
                return Err(usage(format!(
                    "{} is no store of studies and not empty: give another --out",
                    path.display()
                )));
            }
            std::fs::create_dir_all(path).map_err(fail)?;
            write_json(&mark, &Mark { schema: FORM })?;
        }
        Ok(Self { path: path.into() })
    }

    /// Whether there is a store in a folder.
    pub fn is_at(path: &Path) -> bool {
        path.join(MARK).exists()
    }

    /// The folder of reports.
    pub fn reports(&self, study: &str) -> PathBuf {
        self.path.join("reports").join(study)
    }

    /// The folder of a training.
    pub fn training(&self, cell: &TrainingCell) -> PathBuf {
        self.path.join("trainings").join(&cell.hash)
    }

    /// The folder of a measure.
    pub fn measure(&self, cell: &MeasureCell) -> PathBuf {
        self.path.join("measures").join(&cell.hash)
    }

    /// The finished measure of a training; `None` where it is not finished, or was made of other weights than the training's.
    pub fn measured(&self, training: &TrainingCell, cell: &MeasureCell) -> Option<Finished> {
        let trained = Self::finished(&self.training(training));
        Self::finished(&self.measure(cell)).filter(|found| found.is_of(trained.as_ref()))
    }

    /// The weights that a measure is of.
    pub fn weights(&self, training: &TrainingCell, cell: &MeasureCell) -> PathBuf {
        let folder = self.training(training);
        match cell.epoch {
            Some(epoch) => kept(&folder.join("training"), epoch),
            None => folder.join("model.safetensors"),
        }
    }

    /// Refuses trainings on several copies of a published set, among those that are finished here and in the `others`, and where the
    /// cells know the files that are there, those too.
    ///
    /// # Errors
    ///
    /// Fails where two of them tell other digests of one set.
    pub fn check_data(&self, others: &[&Self], cells: &Cells) -> Result<()> {
        let mut known: BTreeMap<&str, (String, String)> = BTreeMap::new();
        for cell in &cells.trainings {
            let (set, _) = cell.spec.data_and_folder();
            let stores = [self].into_iter().chain(others.iter().copied());
            let kept = stores.filter_map(|store| {
                let digest = Self::finished(&store.training(cell))?.data?;
                Some((digest, format!("of {}", store.path.display())))
            });
            let there = cell.data.clone();
            let there = there.map(|digest| (digest, format!("there now, {}", cell.spec.data)));
            for (digest, place) in kept.chain(there) {
                let (first, whose) = known
                    .entry(set)
                    .or_insert_with(|| (digest.clone(), place.clone()));
                if *first != digest {
                    return Err(usage(format!(
                        "trainings on several copies of {set}: the files {whose} and those {place} differ; a store is for one copy of a set: give another --out, or the --data-root that it was made with"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Whether a training lacks its weights after one of these epochs.
    pub fn lacks(&self, cell: &TrainingCell, epochs: &[usize]) -> bool {
        let training = self.training(cell).join("training");
        epochs.iter().any(|epoch| !kept(&training, *epoch).exists())
    }

    /// Makes a training count as not finished where its weights after one of these epochs are missing, as stores of earlier
    /// versions kept fewer: trained again, it ends with the same weights. Returns `false` where another process computes it.
    ///
    /// # Errors
    ///
    /// Fails where the mark of a finished training cannot be removed.
    pub fn reopen(&self, cell: &TrainingCell, epochs: &[usize]) -> Result<bool> {
        let folder = self.training(cell);
        if !self.lacks(cell, epochs) || !folder.join(FINISHED).exists() {
            return Ok(true);
        }
        let Some(_claimed) = Self::claim(&folder)? else {
            return Ok(false);
        };
        let mark = folder.join(FINISHED);
        match std::fs::remove_file(&mark) {
            // Another process may have been first.
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(usage(format!("removing {}: {e}", mark.display())))
            }
            _ => Ok(true),
        }
    }

    /// The finished cell in a folder; `None` where it is not finished, or its file is damaged, which is said.
    pub fn finished(folder: &Path) -> Option<Finished> {
        let file = folder.join(FINISHED);
        if !file.exists() {
            return None;
        }
        match read_json(&file) {
            Ok(finished) => Some(finished),
            Err(error) => {
                eprintln!("warning: {error}: the cell counts as not finished");
                None
            }
        }
    }

    /// Marks a cell as finished, as the last of its files.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn finish(folder: &Path, finished: &Finished) -> Result<()> {
        write_json(&folder.join(FINISHED), finished)?;
        // What was spent before is among the seconds now.
        std::fs::remove_file(folder.join(SPENT)).ok();
        Ok(())
    }

    /// Seconds that interrupted computations of a cell took before.
    pub fn spent(folder: &Path) -> f64 {
        let file = folder.join(SPENT);
        match file.exists() {
            true => read_json(&file).unwrap_or(0.0),
            false => 0.0,
        }
    }

    /// Keeps the seconds that a cell took until it was interrupted.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn spend(folder: &Path, seconds: f64) -> Result<()> {
        write_json(&folder.join(SPENT), &seconds)
    }

    /// Claims a cell for this process; `None` where another process computes it. Copies that a process did not end are removed.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be made.
    pub fn claim(folder: &Path) -> Result<Option<Lock>> {
        let fail = |e: std::io::Error| usage(format!("cannot write to {}: {e}", folder.display()));
        std::fs::create_dir_all(folder).map_err(fail)?;
        let lock = Lock::take(&folder.join(LOCK)).map_err(fail)?;
        if lock.as_ref().is_some_and(|lock| lock.sure) {
            for part in paths(folder).iter().filter(|path| is_part(path)) {
                std::fs::remove_dir_all(part).map_err(fail)?;
            }
        }
        Ok(lock)
    }

    /// Copies the finished cells of another store that this one lacks, and counts them. Left alone are cells that another process
    /// computes or copies, measures of other weights than the training here ended with, and measures that are begun here and
    /// of none of these cells.
    ///
    /// # Errors
    ///
    /// Fails where the other is no store of this form, trainings of both are on several copies of a published set, or a file cannot be copied.
    pub fn take(&self, other: &Path, cells: &Cells) -> Result<usize> {
        if !Self::is_at(other) {
            return Err(usage(format!(
                "--from {}: it is no store of studies",
                other.display()
            )));
        }
        let other = Self::open(other)?;
        self.check_data(&[&other], cells)?;
        let mut taken = 0;
        // Trainings first: measures are of what they leave.
        for kind in ["trainings", "measures"] {
            for from in paths(&other.path.join(kind)) {
                let Some(name) = from.file_name() else {
                    continue;
                };
                let to = self.path.join(kind).join(name);
                let wanted = || match kind {
                    "measures" => self.wants(&from, &to, cells),
                    _ => Self::finished(&from).is_some() && Self::finished(&to).is_none(),
                };
                if !wanted() {
                    continue;
                }
                let Some(_claimed) = Self::claim(&to)? else {
                    continue;
                };
                // Another process may have finished it since.
                if wanted() {
                    replaced(&from, &to)?;
                    taken += 1;
                }
            }
        }
        Ok(taken)
    }

    /// Whether the measure in a folder of another store is of the weights of the training here, and that in the folder here is
    /// not. A measure of none of these cells is of a training that is not known: it replaces nothing.
    fn wants(&self, from: &Path, to: &Path, cells: &Cells) -> bool {
        let Some(found) = Self::finished(from) else {
            return false;
        };
        let name = to.file_name();
        let mut own = cells.measures.iter();
        let Some(cell) = own.find(|cell| name.is_some_and(|name| *name == *cell.hash)) else {
            let nothing = |path: &PathBuf| path.ends_with(LOCK) || is_part(path);
            return paths(to).iter().all(nothing);
        };
        let training = &cells.trainings[cell.training];
        let trained = Self::finished(&self.training(training));
        found.is_of(trained.as_ref()) && self.measured(training, cell).is_none()
    }
}

/// Replaces the files in the folder of a claimed cell by copies of a finished one's. They are removed when all copies are made,
/// and the file that tells that the cell is finished goes first and comes last.
fn replaced(from: &Path, to: &Path) -> Result<()> {
    let fail = |e: std::io::Error| usage(format!("copying {}: {e}", from.display()));
    let part = to.join(format!("{PART}{}", std::process::id()));
    if let Err(error) = copy(from, &part) {
        // The cell here stays as it was.
        std::fs::remove_dir_all(&part).ok();
        return Err(error);
    }
    let mut old = paths(to);
    old.retain(|path| !path.ends_with(LOCK) && !is_part(path));
    old.sort_by_key(|path| !path.ends_with(FINISHED));
    for path in old {
        match path.is_dir() {
            true => std::fs::remove_dir_all(&path).map_err(fail)?,
            false => std::fs::remove_file(&path).map_err(fail)?,
        }
    }
    let mut copies = paths(&part);
    copies.sort_by_key(|path| path.ends_with(FINISHED));
    for path in copies {
        if let Some(name) = path.file_name() {
            std::fs::rename(&path, to.join(name)).map_err(fail)?;
        }
    }
    std::fs::remove_dir_all(&part).map_err(fail)
}

/// Whether a path is a folder of copies that are being made.
fn is_part(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(PART) && path.is_dir()
}

/// The paths in a folder; none where there is no folder.
fn paths(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Copies a folder, without its lock and copies that are being made in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let fail = |path: &Path, e: std::io::Error| usage(format!("copying {}: {e}", path.display()));
    std::fs::create_dir_all(to).map_err(|e| fail(to, e))?;
    let entries = std::fs::read_dir(from).map_err(|e| fail(from, e))?;
    let paths = entries.flatten().map(|entry| entry.path());
    for path in paths.filter(|path| !path.ends_with(LOCK) && !is_part(path)) {
        let Some(name) = path.file_name() else {
            continue;
        };
        match path.is_dir() {
            true => copy(&path, &to.join(name))?,
            false => {
                std::fs::copy(&path, to.join(name)).map_err(|e| fail(&path, e))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store with a finished training of this name, which took so many seconds.
    fn store(path: &Path, name: &str, seconds: f64) -> Store {
        let store = Store::open(path).unwrap();
        let folder = path.join("trainings").join(name);
        drop(Store::claim(&folder).unwrap());
        std::fs::create_dir_all(folder.join("training")).unwrap();
        std::fs::write(folder.join("training/run.json"), "finished").unwrap();
        let finished = Finished {
            cell: name.into(),
            seconds,
            version: None,
            device: None,
            weights: None,
            data: None,
            form: OUTCOME,
            outcome: Outcome::default(),
        };
        Store::finish(&folder, &finished).unwrap();
        store
    }

    #[test]
    fn a_measure_of_other_weights_is_not_finished() {
        let read = |text: &str| serde_json::from_str::<Finished>(text).unwrap();
        let early = read(r#"{"cell": "orders", "seconds": 1.0, "outcome": {"values": {}}}"#);
        let of = |weights: &str| Finished {
            weights: Some(weights.into()),
            ..early.clone()
        };
        assert!(of("a").is_of(Some(&of("a"))));
        assert!(!of("a").is_of(Some(&of("b"))));
        assert!(early.is_of(Some(&of("b"))) && of("a").is_of(Some(&early)) && of("a").is_of(None));
    }

    /// The names in a folder, in order.
    fn names(folder: &Path) -> Vec<PathBuf> {
        let name = |path: &PathBuf| path.file_name().unwrap().into();
        let mut names: Vec<PathBuf> = paths(folder).iter().map(name).collect();
        names.sort();
        names
    }

    /// No cells.
    fn none() -> Cells {
        Cells {
            trainings: Vec::new(),
            measures: Vec::new(),
            seeds: 1..=1,
        }
    }

    #[test]
    fn what_is_here_stays_until_all_copies_are_made() {
        let root = tempfile::tempdir().unwrap();
        let [here, there] = ["here", "there"].map(|name| root.path().join(name));
        store(&there, "abc", 2.0);
        let own = Store::open(&here).unwrap();
        let folder = here.join("trainings/abc");
        std::fs::create_dir_all(&folder).unwrap();
        let half = folder.join("half.txt");
        std::fs::write(&half, "half").unwrap();
        #[cfg(unix)]
        {
            // A copy that cannot be made: nothing lies where this link points to.
            let broken = there.join("trainings/abc/broken");
            std::os::unix::fs::symlink("/nowhere", &broken).unwrap();
            assert!(own.take(&there, &none()).is_err());
            assert!(half.exists() && Store::finished(&folder).is_none());
            std::fs::remove_file(&broken).unwrap();
        }
        // Copies that a killed process left in either store are not kept.
        for left in [&folder, &there.join("trainings/abc")] {
            std::fs::create_dir_all(left.join("part-1")).unwrap();
        }
        assert_eq!(own.take(&there, &none()).unwrap(), 1);
        let whole = ["cell.json", "lock", "training"].map(PathBuf::from);
        assert_eq!(names(&folder), whole);
        std::fs::create_dir_all(folder.join("part-2")).unwrap();
        assert!(Store::claim(&folder).unwrap().is_some());
        assert!(!folder.join("part-2").exists());
    }

    #[test]
    fn measures_of_other_studies_replace_nothing_that_is_begun() {
        let root = tempfile::tempdir().unwrap();
        let [here, there] = ["here", "there"].map(|name| root.path().join(name));
        let own = Store::open(&here).unwrap();
        store(&there, "abc", 2.0);
        std::fs::rename(there.join("trainings"), there.join("measures")).unwrap();
        let folder = here.join("measures/abc");
        std::fs::create_dir_all(&folder).unwrap();
        let journal = folder.join("profile.partial.jsonl");
        std::fs::write(&journal, "half").unwrap();
        assert_eq!(own.take(&there, &none()).unwrap(), 0);
        assert!(journal.exists());
        std::fs::remove_file(&journal).unwrap();
        std::fs::create_dir_all(folder.join("part-1")).unwrap();
        assert_eq!(own.take(&there, &none()).unwrap(), 1);
        assert!(folder.join("cell.json").exists());
    }

    #[test]
    fn cells_that_another_process_computes_are_not_taken_from_it() {
        let root = tempfile::tempdir().unwrap();
        let [here, there] = ["here", "there"].map(|name| root.path().join(name));
        store(&there, "abc", 2.0);
        let own = Store::open(&here).unwrap();
        let folder = here.join("trainings/abc");
        let claimed = Store::claim(&folder).unwrap();
        assert!(claimed.is_some());
        std::fs::write(folder.join("half.txt"), "half").unwrap();
        assert_eq!(own.take(&there, &none()).unwrap(), 0);
        assert!(folder.join("half.txt").exists());
        drop(claimed);
        assert_eq!(own.take(&there, &none()).unwrap(), 1);
        assert_eq!(own.take(&there, &none()).unwrap(), 0);
        assert_eq!(Store::finished(&folder).unwrap().seconds, 2.0);
        let whole = ["cell.json", "lock", "training"].map(PathBuf::from);
        assert_eq!(names(&folder), whole);
        let text = std::fs::read_to_string(folder.join("training/run.json"));
        assert_eq!(text.unwrap(), "finished");
    }
}
