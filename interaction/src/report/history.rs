use std::collections::BTreeSet;
use std::path::Path;

use burn::train::metric::NumericEntry;
use burn_interaction::figures::{HistoryChart, HistoryEpoch};
use burn_interaction::training::CurvePoint;
use serde::{Deserialize, Serialize};

use crate::error::{Result, usage};

/// The past of a training, epoch by epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The finished epochs, in order.
    pub epochs: Vec<PastEpoch>,
}

/// A finished epoch of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastEpoch {
    /// The number of the epoch, from 1 on.
    pub epoch: usize,
    /// The order curve that the probe measured; empty without a probe.
    pub curve: Vec<CurvePoint>,
    /// Accuracy and loss on the training part, while the epoch went on.
    pub train: Learned,
    /// Accuracy and loss on the test part, at the end of the epoch.
    pub valid: Learned,
}

/// Accuracy and loss on a part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// The share of samples that are classified rightly.
    pub accuracy: Option<f64>,
    /// The loss.
    pub loss: Option<f64>,
}

/// Reads the history of the training in a folder from its logs: the epochs that were saved; `None` where there is no training.
///
/// # Errors
///
/// Fails where a log cannot be read, or holds something else.
pub fn history(folder: &Path) -> Result<Option<History>> {
    let logs = folder.join("training");
    let mut numbers = numbered(&logs.join("valid"), "epoch-", "");
    // An epoch that was interrupted has logs and no checkpoint; a study removes checkpoints.
    if let Some(last) = numbered(&logs.join("checkpoint"), "scheduler-", ".bpk").last() {
        numbers.retain(|number| number <= last);
    }
    let mut epochs = Vec::new();
    for epoch in numbers {
        let [train, valid] =
            ["train", "valid"].map(|part| logs.join(part).join(format!("epoch-{epoch}")));
        let past = PastEpoch {
            epoch,
            curve: curve(&valid.join("Order_curve.log"))?,
            train: learned(&train)?,
            valid: learned(&valid)?,
        };
        if past.valid.accuracy.is_some() {
            epochs.push(past);
        }
    }
    Ok((!epochs.is_empty()).then_some(History { epochs }))
}

/// The first of the epochs at the end of the training in a folder whose loss is no number, by its logs; `None` where that of the last epoch is
/// one, or there is no log of it.
pub fn diverged(folder: &Path) -> Option<usize> {
    let logs = folder.join("training");
    let parts = ["train", "valid"].map(|part| logs.join(part));
    let lost = |epoch: &usize| {
        parts.iter().any(|part| {
            let log = part.join(format!("epoch-{epoch}")).join("Loss.log");
            let text = std::fs::read_to_string(log).unwrap_or_default();
            let values = text.lines().map(NumericEntry::deserialize);
            let last = values.filter_map(Result::ok).next_back();
            last.is_some_and(|value| value.current().is_nan())
        })
    };
    let numbers = parts.iter().flat_map(|part| numbered(part, "epoch-", ""));
    let epochs: BTreeSet<usize> = numbers.collect();
    epochs.into_iter().rev().take_while(lost).last()
}

impl History {
    /// The picture of the history; `None` where no probe watched the orders.
    pub fn chart(&self, title: impl Into<String>) -> Option<HistoryChart> {
        let mut chart = HistoryChart::new(title);
        for past in &self.epochs {
            let known = past.curve.iter().filter_map(|p| Some((p.ratio, p.j?)));
            chart = chart.epoch(HistoryEpoch {
                number: past.epoch,
                curve: known.collect(),
                train: past.train.accuracy,
                valid: past.valid.accuracy,
            });
        }
        (!chart.is_empty()).then_some(chart)
    }
}

/// The numbers between `before` and `after` in the names of a folder's files, in order; none where there is no folder.
fn numbered(folder: &Path, before: &str, after: &str) -> Vec<usize> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let number = |name: String| {
        let rest = name.strip_prefix(before)?.strip_suffix(after)?;
        rest.parse().ok()
    };
    let mut numbers: Vec<usize> = names.filter_map(number).collect();
    numbers.sort_unstable();
    numbers
}

fn learned(logs: &Path) -> Result<Learned> {
    Ok(Learned {
        // Burn logs a percentage.
        accuracy: last(&logs.join("Accuracy.log"))?.map(|percent| percent / 100.0),
        loss: last(&logs.join("Loss.log"))?,
    })
}

/// The last whole line of a log; `None` where the file is missing, or has none, as one that was cut short.
fn last_line(log: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(log) {
        Ok(text) => {
            let whole = text.rsplit_once('\n').map(|(whole, _)| whole);
            let last = whole.and_then(|whole| whole.lines().next_back());
            Ok(last.map(String::from))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(usage(format!("reading {}: {e}", log.display()))),
    }
}

/// The value of the whole epoch in the log of a number; `None` where the epoch was not finished.
fn last(log: &Path) -> Result<Option<f64>> {
    let Some(line) = last_line(log)? else {
        return Ok(None);
    };
    match NumericEntry::deserialize(&line) {
        Ok(NumericEntry::Final(value)) => Ok(Some(value).filter(|value| value.is_finite())),
        Ok(_) => Ok(None),
        Err(e) => Err(usage(format!(
            "{}: {line:?} is no number: {e}",
            log.display()
        ))),
    }
}

fn curve(log: &Path) -> Result<Vec<CurvePoint>> {
    let Some(line) = last_line(log)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&line).map_err(|e| usage(format!("{}: not a curve: {e}", log.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join("training").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn finished_epochs_are_read_back_from_the_logs() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert_eq!(history(root).unwrap(), None);
        let curve = r#"[{"ratio":0.0,"j":0.30000000000000004,"error":null},{"ratio":1.0,"j":null,"error":null}]
"#;
        for epoch in [10, 9] {
            write(
                root,
                &format!("train/epoch-{epoch}/Accuracy.log"),
                "25,4\n50,final\n",
            );
            write(
                root,
                &format!("train/epoch-{epoch}/Loss.log"),
                "1,4\n0.5,final\n",
            );
            write(
                root,
                &format!("valid/epoch-{epoch}/Accuracy.log"),
                "75,final\n",
            );
            write(root, &format!("valid/epoch-{epoch}/Order_curve.log"), curve);
        }
        // Killed in its validation.
        write(root, "valid/epoch-11/Accuracy.log", "75,4\n75,f");
        let read = history(root).unwrap().unwrap();
        let numbers: Vec<usize> = read.epochs.iter().map(|past| past.epoch).collect();
        assert_eq!(numbers, [9, 10]);
        let PastEpoch {
            curve,
            train,
            valid,
            ..
        } = &read.epochs[0];
        assert_eq!((curve[0].j, curve[1].j), (Some(0.1 + 0.2), None));
        assert_eq!((train.accuracy, train.loss), (Some(0.5), Some(0.5)));
        assert_eq!((valid.accuracy, valid.loss), (Some(0.75), None));
        let text = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<History>(&text).unwrap(), read);
        assert!(read.chart("a net").unwrap().to_svg().is_ok());
        // Interrupted in epoch 10, whose means are those of some batches.
        write(root, "checkpoint/scheduler-9.bpk", "");
        assert_eq!(history(root).unwrap().unwrap().epochs.len(), 1);
    }

    #[test]
    fn a_training_diverges_in_the_first_of_its_last_epochs_that_have_no_finite_loss() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert_eq!(diverged(root), None);
        let log = |part: &str, epoch: usize, text: &str| {
            write(root, &format!("{part}/epoch-{epoch}/Loss.log"), text);
        };
        log("train", 7, "0.5,4\ninf,4\n");
        for epoch in [8, 9] {
            log("train", epoch, "0.5,4\n0.5,final\n");
        }
        assert_eq!(diverged(root), None);
        // After its last step, then in all of them.
        log("valid", 9, "NaN,1\nNaN,final\n");
        for epoch in [10, 11] {
            log("train", epoch, "NaN,4\nNaN,final\n");
        }
        assert_eq!(diverged(root), Some(9));
        // A line that was cut short says nothing.
        log("train", 12, "0.5,4\n0.25,fin");
        assert_eq!(diverged(root), None);
    }

    #[test]
    fn logs_that_hold_something_else_are_named() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "valid/epoch-1/Accuracy.log", "nonsense\n");
        let error = history(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("Accuracy.log") && error.contains("nonsense"),
            "{error}"
        );
        write(folder.path(), "valid/epoch-1/Accuracy.log", "75,final\n");
        write(folder.path(), "valid/epoch-1/Order_curve.log", "[{]\n");
        let error = history(folder.path()).unwrap_err().to_string();
        assert!(error.contains("Order_curve.log"), "{error}");
    }

    #[test]
    fn without_a_probe_there_is_no_picture() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "valid/epoch-1/Accuracy.log", "75,final\n");
        let read = history(folder.path()).unwrap().unwrap();
        assert!(read.chart("a net").is_none());
    }
}
