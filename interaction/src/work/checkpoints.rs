//! The checkpoints of a training: the epoch that it can continue from, and the files that are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use burn::lr_scheduler::LrSchedulerRecord;
use burn::optim::OptimizerRecord;
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use burn::train::checkpoint::{
    Checkpoint, Checkpointer, CheckpointerError, CheckpointingAction, CheckpointingStrategy,
};
use burn::train::metric::store::{Aggregate, EventStoreClient, Split};

use crate::error::{Result, usage};

/// The files of an epoch: the network's weights, the optimizer's state and the schedule's.
const KINDS: [&str; 3] = ["model", "optim", "scheduler"];

/// Epochs whose checkpoints are kept.
const KEPT: usize = 2;

/// The checkpoints in the folder of a training, and which of them this process has saved.
///
/// A file appears by rename when it is whole and on the disk, as Burn's pack files do. An epoch is finished when all three
/// of its files load.
#[derive(Clone)]
pub struct Checkpoints {
    training: PathBuf,
    kept: Vec<usize>,
    saved: Arc<Saved>,
}

#[derive(Default)]
struct Saved {
    files: Mutex<BTreeMap<usize, usize>>,
    changed: Condvar,
}

impl Saved {
    fn count(&self, epoch: usize) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        *files.entry(epoch).or_default() += 1;
        self.changed.notify_all();
    }

    fn wait(&self, epoch: usize) {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let missing =
            |files: &mut BTreeMap<usize, usize>| files.get(&epoch).copied() < Some(KINDS.len());
        drop(self.changed.wait_while(files, missing));
    }
}

impl Checkpoints {
    /// The checkpoints of the training whose logs are in this folder.
    pub fn new(training: impl Into<PathBuf>) -> Self {
        Self {
            training: training.into(),
            kept: Vec::new(),
            saved: Arc::default(),
        }
    }

    /// Also keeps the weights of these epochs for good, each in the file that [`kept`] names.
    pub fn keeping(mut self, epochs: &[usize]) -> Self {
        self.kept = epochs.to_vec();
        self
    }

    /// Copies the weights of an epoch that is to be kept for good.
    fn keep(&self, epoch: usize) -> std::io::Result<()> {
        let to = kept(&self.training, epoch);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let part = to.with_extension("part");
        std::fs::copy(self.file(KINDS[0], epoch), &part)?;
        std::fs::rename(part, to)
    }

    /// Copies the weights of finished epochs that are to be kept for good and are not, as far as their checkpoints are there: a kill
    /// may have come between a checkpoint and its copy.
    fn keep_missed(&self, finished: usize) -> Result<()> {
        let epochs = self.kept.iter().copied();
        let missed = epochs.filter(|epoch| {
            let copied = kept(&self.training, *epoch).exists();
            *epoch <= finished && !copied && self.file(KINDS[0], *epoch).exists()
        });
        for epoch in missed {
            let fail = |e| usage(format!("keeping the weights of epoch {epoch}: {e}"));
            self.keep(epoch).map_err(fail)?;
        }
        Ok(())
    }

    /// Readies the folder to go on after an epoch: copies the weights that are to be kept for good and are not, and forgets what
    /// follows.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be copied or removed.
    pub fn resume_after(&self, epoch: usize) -> Result<()> {
        self.keep_missed(epoch)?;
        self.forget_after(epoch)
    }

    fn folder(&self) -> PathBuf {
        self.training.join("checkpoint")
    }

    fn file(&self, kind: &str, epoch: usize) -> PathBuf {
        self.folder().join(format!("{kind}-{epoch}.bpk"))
    }

    /// The last finished epoch, 0 without one. Warns of a checkpoint that is there but does not load.
    pub fn finished(&self) -> usize {
        let mut epochs = BTreeSet::new();
        for name in names(&self.folder()) {
            epochs.extend(KINDS.iter().filter_map(|kind| number(&name, kind)));
        }
        let whole = |epoch: &usize| {
            let there = KINDS.iter().all(|kind| self.file(kind, *epoch).exists());
            // The last save was cut short: the usual way for a run to end.
            there
                && self.load(*epoch).map_or_else(
                    |error| {
                        eprintln!("warning: the checkpoint of epoch {epoch} is left out: {error}");
                        false
                    },
                    |()| true,
                )
        };
        epochs.into_iter().rev().find(whole).unwrap_or(0)
    }

    fn load(&self, epoch: usize) -> Result<(), String> {
        read::<ModuleRecord>(&self.file(KINDS[0], epoch)).map_err(|e| e.to_string())?;
        read::<OptimizerRecord>(&self.file(KINDS[1], epoch)).map_err(|e| e.to_string())?;
        read::<LrSchedulerRecord>(&self.file(KINDS[2], epoch)).map_err(|e| e.to_string())?;
        Ok(())
    }

    /// Removes the logs and checkpoints of epochs after this one, checkpoints older than those kept, and files that were
    /// never finished.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be removed.
    pub fn forget_after(&self, epoch: usize) -> Result<()> {
        let fail = |path: &Path, e: std::io::Error| {
            usage(format!("cannot remove {}: {e}", path.display()))
        };
        for name in names(&self.folder()) {
            let of = KINDS.iter().find_map(|kind| number(&name, kind));
            let old = of.is_some_and(|of| of > epoch || of + KEPT <= epoch);
            if old || name.ends_with(".tmp") {
                let path = self.folder().join(&name);
                std::fs::remove_file(&path).map_err(|e| fail(&path, e))?;
            }
        }
        for part in [Split::Train, Split::Valid] {
            let logs = self.training.join(part.to_string());
            for name in names(&logs) {
                let of = name.strip_prefix("epoch-").and_then(|n| n.parse().ok());
                if of.is_some_and(|of: usize| of > epoch) {
                    let path = logs.join(&name);
                    std::fs::remove_dir_all(&path).map_err(|e| fail(&path, e))?;
                }
            }
        }
        Ok(())
    }

    /// The keeper of the files of one kind, one of [`KINDS`].
    fn keeper(&self, kind: &'static str) -> Keeper {
        Keeper {
            kind,
            checkpoints: self.clone(),
        }
    }

    /// The keepers of the weights, the optimizer's state and the schedule's.
    ///
    /// # Errors
    ///
    /// Fails where the folder cannot be made.
    pub fn keepers(&self) -> Result<[Keeper; 3]> {
        let folder = self.folder();
        std::fs::create_dir_all(&folder)
            .map_err(|e| usage(format!("cannot write to {}: {e}", folder.display())))?;
        Ok(KINDS.map(|kind| self.keeper(kind)))
    }

    /// Waits until an epoch's files are saved: otherwise a kill in the next epoch would take both.
    pub fn wait_for(&self, epoch: usize) {
        self.saved.wait(epoch);
    }
}

/// The file with the weights of an epoch that is kept for good, in the folder of a training's logs.
pub fn kept(training: &Path, epoch: usize) -> PathBuf {
    training.join("kept").join(format!("epoch-{epoch}.bpk"))
}

/// The names of the files in a folder; none where there is no folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// The epoch of a file of this kind, finished or not.
fn number(name: &str, kind: &str) -> Option<usize> {
    let rest = name.strip_prefix(kind)?.strip_prefix('-')?;
    rest.split_once(".bpk")?.0.parse().ok()
}

/// Reads a record from a file at once: a record that reads later could find its file gone.
fn read<R: Checkpoint>(path: &Path) -> Result<R, CheckpointerError> {
    let named =
        |reason: String| CheckpointerError::Unknown(format!("{}: {reason}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| named(e.to_string()))?;
    R::checkpoint_from_bytes(Bytes::from_bytes_vec(bytes)).map_err(|e| named(e.to_string()))
}

/// Saves and loads the files of one kind.
pub struct Keeper {
    kind: &'static str,
    checkpoints: Checkpoints,
}

impl<R: Checkpoint> Checkpointer<R> for Keeper {
    fn save(&self, epoch: usize, record: R) -> Result<(), CheckpointerError> {
        let path = self.checkpoints.file(self.kind, epoch);
        let saved = record
            .save(path.clone())
            .map_err(|e| CheckpointerError::Unknown(format!("saving {}: {e}", path.display())));
        let checkpoints = &self.checkpoints;
        let saved = match self.kind == KINDS[0] && checkpoints.kept.contains(&epoch) {
            true => {
                saved.and_then(|()| checkpoints.keep(epoch).map_err(CheckpointerError::IOError))
            }
            false => saved,
        };
        // Whether it went well or not: nobody waits for a file that will not come.
        self.checkpoints.saved.count(epoch);
        saved
    }

    fn delete(&self, epoch: usize) -> Result<(), CheckpointerError> {
        match std::fs::remove_file(self.checkpoints.file(self.kind, epoch)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(CheckpointerError::IOError(e))
            }
            _ => Ok(()),
        }
    }

    fn restore(&self, epoch: usize) -> Result<R, CheckpointerError> {
        read(&self.checkpoints.file(self.kind, epoch))
    }
}

/// Saves every epoch and keeps the last two.
pub struct LastTwo;

impl CheckpointingStrategy for LastTwo {
    fn checkpointing(
        &mut self,
        epoch: usize,
        store: &EventStoreClient,
    ) -> Vec<CheckpointingAction> {
        // The store answers when it has written the logs of this epoch: a checkpoint never comes before its logs.
        // There is no such metric: any question will do.
        store.find_metric("", epoch, Aggregate::Mean, &Split::Valid);
        let mut actions = vec![CheckpointingAction::Save];
        actions.extend(
            epoch
                .checked_sub(KEPT)
                .filter(|old| *old > 0)
                .map(CheckpointingAction::Delete),
        );
        actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_a_kill_left_uncopied_are_kept_on_resuming() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(folder.path()).keeping(&[5, 9, 10, 20]);
        std::fs::create_dir_all(checkpoints.folder()).unwrap();
        for epoch in [9, 10, 20] {
            std::fs::write(checkpoints.file(KINDS[0], epoch), epoch.to_string()).unwrap();
        }
        let copy = |epoch: usize| kept(folder.path(), epoch);
        std::fs::create_dir_all(folder.path().join("kept")).unwrap();
        std::fs::write(copy(9), "before").unwrap();
        checkpoints.keep_missed(10).unwrap();
        assert_eq!(std::fs::read_to_string(copy(9)).unwrap(), "before");
        assert_eq!(std::fs::read_to_string(copy(10)).unwrap(), "10");
        assert!(!copy(5).exists() && !copy(20).exists());
    }
}
