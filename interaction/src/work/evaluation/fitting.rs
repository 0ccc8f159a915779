use std::path::Path;

use burn_interaction::evaluation::{Fit, FitEpoch, Performance, Scores};
use serde::{Deserialize, Serialize};

use super::{Outcome, Ready};
use crate::error::{Result, usage};
use crate::subject::{Part, Subject};

/// Training and validation loss and accuracy: by epoch, from the logs of the training, and at its end, of every sample.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Fitting {}

/// The axis of curves over epochs.
const EPOCH: &str = "epoch";

impl Fitting {
    /// Reads the logs, and scores the network at the end of its training on all samples.
    pub(super) fn read<S: Subject>(&self, ready: &Ready<'_, S>) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        if let Some(fit) = logged(&ready.job.training.join("training"))? {
            by_epoch(&mut outcome, &fit);
        }
        let [training, test] = [Part::Train, Part::Test].map(|part| scores(ready, part));
        let (training, test) = (training?, test?);
        for (part, scores) in [("training", &training), ("test", &test)] {
            let Scores { loss, accuracy, .. } = scores;
            outcome.value(format!("{part} loss"), loss.value, loss.standard_error);
            let error = accuracy.standard_error;
            outcome.value(format!("{part} accuracy"), accuracy.value, error);
        }
        // Tests over samples take the fewer of both parts.
        let fewer = training.samples.min(test.samples);
        outcome.value("samples", fewer as f64, None);
        outcome.value("gap", test.loss.value - training.loss.value, None);
        Ok(outcome)
    }
}

/// Adds the curves over epochs.
fn by_epoch(outcome: &mut Outcome, fit: &Fit) {
    let mut curve = |name: &str, of: fn(&FitEpoch) -> f64| {
        let rows = fit.epochs().iter();
        outcome.curve(name, EPOCH, rows.map(|row| (row.epoch as f64, of(row))));
    };
    curve("training loss", |row| row.training.loss);
    curve("test loss", |row| row.validation.loss);
    curve("training accuracy", |row| row.training.accuracy);
    curve("test accuracy", |row| row.validation.accuracy);
    curve("gap", |row| row.gap().loss);
    outcome.value("best epoch", fit.best().epoch as f64, None);
}

/// The loss and the accuracy of the network on all samples of a part.
fn scores<S: Subject>(ready: &Ready<'_, S>, part: Part) -> Result<Scores> {
    let mut samples = Vec::new();
    let chosen = ready.chosen(part, None)?;
    for batch in ready.batches(&chosen) {
        samples.extend(burn_interaction::evaluation::score(&ready.net, &batch?)?);
    }
    Ok(Scores::of(&samples)?)
}

/// The fit that a training has logged in this folder; `None` where it had no epoch.
///
/// Training losses are those of the batches as they came, while the weights moved; a term's loss is not among them.
///
/// # Errors
///
/// Fails where a log is missing or malformed.
fn logged(logs: &Path) -> Result<Option<Fit>> {
    let mut epochs = Vec::new();
    for epoch in 1.. {
        let [train, valid] =
            ["train", "valid"].map(|part| logs.join(part).join(format!("epoch-{epoch}")));
        if !train.exists() {
            break;
        }
        // With terms the loss of the task is logged by itself.
        let task = train.join("Loss_task.log");
        let loss = if task.exists() {
            task
        } else {
            train.join("Loss.log")
        };
        epochs.push(FitEpoch {
            epoch,
            training: Performance {
                loss: mean(&loss)?,
                accuracy: mean(&train.join("Accuracy.log"))? / 100.0,
            },
            validation: Performance {
                loss: mean(&valid.join("Loss.log"))?,
                accuracy: mean(&valid.join("Accuracy.log"))? / 100.0,
            },
        });
    }
    if epochs.is_empty() {
        return Ok(None);
    }
    let fit = Fit::new(epochs);
    fit.map(Some)
        .map_err(|e| usage(format!("{}: {e}", logs.display())))
}

/// The mean over an epoch's samples of a metric that Burn logs batch by batch. Its log of losses counts each batch as one:
/// the log of accuracies beside it has the samples of each.
fn mean(file: &Path) -> Result<f64> {
    let rows = lines(&file.with_file_name("Accuracy.log"))?;
    let values = lines(file)?;
    let batches = rows.iter().zip(&values);
    let whole = batches.clone().map(|((_, rows), _)| rows).sum::<f64>();
    let sum: f64 = batches.map(|((_, rows), (value, _))| rows * value).sum();
    match whole > 0.0 && rows.len() == values.len() {
        true => Ok(sum / whole),
        false => Err(usage(format!(
            "{}: it has {} batches, and the log of accuracies beside it {}",
            file.display(),
            values.len(),
            rows.len()
        ))),
    }
}

/// The values and weights of a log, a line each; the line that some metrics end an epoch with is left out.
fn lines(file: &Path) -> Result<Vec<(f64, f64)>> {
    let fail = |reason: String| usage(format!("{}: {reason}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|e| fail(e.to_string()))?;
    let number = |text: &str| text.parse::<f64>().ok();
    let batches = text.lines().filter(|line| !line.ends_with(",final"));
    batches
        .map(|line| {
            let numbers = line.split_once(',');
            let numbers = numbers.and_then(|(v, w)| Some((number(v)?, number(w)?)));
            numbers.ok_or_else(|| fail(format!("\"{line}\" is no value and weight")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_read_by_the_weight_of_their_batches() {
        let folder = tempfile::tempdir().unwrap();
        for (part, file, text) in [
            ("train", "Loss", "9.0,1\n9.0,1\n"),
            ("train", "Loss_task", "1.0,30\n0.5,10\n0.875,final\n"),
            ("train", "Accuracy", "50.0,30\n90.0,10\n"),
            ("valid", "Loss", "1.0,1\n3.0,1\n"),
            ("valid", "Accuracy", "25.0,6\n25.0,2\n"),
        ] {
            let epoch = folder.path().join(part).join("epoch-1");
            std::fs::create_dir_all(&epoch).unwrap();
            std::fs::write(epoch.join(format!("{file}.log")), text).unwrap();
        }
        assert_eq!(logged(&folder.path().join("none")).unwrap(), None);
        let fit = logged(folder.path()).unwrap().unwrap();
        assert_eq!(
            fit.last().training,
            Performance {
                loss: 0.875,
                accuracy: 0.6
            }
        );
        assert_eq!(fit.gap().loss, 0.625);
        std::fs::write(folder.path().join("train/epoch-1/Accuracy.log"), "a,b\n").unwrap();
        let error = logged(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("Accuracy.log") && error.contains("a,b"),
            "{error}"
        );
    }
}
