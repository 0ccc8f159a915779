//! The settings that a network was trained with: enough to repeat the run, and to tell whether another is the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn_interaction_datasets::{Columns, Framing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Optimizer;
use crate::error::Result;
use crate::subject::{Spec, Statistics};

/// The settings that a network was trained with: kept as `settings.json` beside its weights, and as `training/run.json`
/// from before the first step. Fields that files of older versions lack are empty.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrainedWith {
    /// The network's name.
    pub model: String,
    /// The data's name.
    pub data: String,
    /// The columns of data that are the user's own files.
    #[serde(default, skip_serializing_if = "Columns::is_usual")]
    pub columns: Columns,
    /// The statistics of the network's inputs.
    pub statistics: Statistics,
    /// A digest of how samples become inputs, of a vocabulary among others; absent in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<String>,
    /// How images were brought to the network's size; absent where they had it.
    #[serde(default)]
    pub framing: Option<Framing>,
    /// The modulation.
    pub modulation: burn_interaction::Modulation,
    /// The seed.
    pub seed: u64,
    /// Epochs trained.
    pub epochs: usize,
    /// Samples in a training batch.
    pub batch: usize,
    /// Learning rate at the start.
    pub learning_rate: f64,
    /// Learning rate at the end: it falls by one factor each step.
    #[serde(default)]
    pub end_rate: Option<f64>,
    /// Weight decay.
    pub weight_decay: f32,
    /// The optimizer.
    #[serde(default)]
    pub optimizer: Option<Optimizer>,
    /// How training samples were varied, as `--augment` says it; absent where they were not.
    #[serde(default)]
    pub augmentation: Option<String>,
    /// Training samples.
    #[serde(default)]
    pub training_samples: Option<usize>,
    /// The players, in words.
    #[serde(default)]
    pub players: Option<String>,
    /// Samples and contexts of the probe; absent where there was none.
    #[serde(default)]
    pub probe: Option<[usize; 2]>,
    /// The weights that training started from; absent where they were random.
    #[serde(default)]
    pub start: Option<Weights>,
    /// The names of the classes.
    #[serde(default)]
    pub classes: Vec<String>,
    /// The names of a table's columns or of the channels of time series.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// A digest of the user's own files, and of the labels whose areas are players; absent for other data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contents: Option<String>,
    /// The values of a table's categorical columns, by column: the table holds the place of a value in this list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, Vec<String>>,
    /// The device.
    #[serde(default)]
    pub device: Option<String>,
    /// The version of this crate.
    #[serde(default)]
    pub version: Option<String>,
    /// The command line.
    #[serde(default)]
    pub command: Vec<String>,
    /// Accuracy on the test part, as a share; absent as long as it is not measured.
    #[serde(default)]
    pub test_accuracy: Option<f64>,
    /// Whether training ran to its end.
    pub complete: bool,
}

/// A file of weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// The path of the file.
    pub path: PathBuf,
    /// The SHA-256 of the file, as `sha256sum` prints it; absent for a folder.
    pub sha256: Option<String>,
}

impl Weights {
    /// Describes the file at this path.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn of(path: &Path) -> Result<Self> {
        let sha256 = match path.is_dir() {
            true => None,
            false => Some(super::samples::weights_digest(path)?),
        };
        Ok(Self {
            path: path.into(),
            sha256,
        })
    }
}

/// Settings that make a run another one, and the argument that gives each.
const COMPARED: [(&str, &str); 21] = [
    ("features", "the columns or channels"),
    (
        "contents",
        "the contents of the data or of the labels of segments",
    ),
    ("model", "--model"),
    ("columns", "the columns (--label, --input)"),
    ("seed", "--seed"),
    ("epochs", "--epochs"),
    ("batch", "--batch"),
    ("learning_rate", "--lr"),
    ("end_rate", "the schedule"),
    ("weight_decay", "--weight-decay"),
    ("optimizer", "--optimizer"),
    ("augmentation", "--augment"),
    (
        "modulation",
        "the modulation (--low-order, --encourage and their like)",
    ),
    ("players", "the players"),
    ("probe", "the probe (--probe-samples, --probe-contexts)"),
    ("training_samples", "the number of training samples"),
    ("classes", "the classes"),
    ("categories", "the categories of the table's columns"),
    ("framing", "the size of images (--image)"),
    ("statistics", "the statistics of the inputs"),
    (
        "inputs",
        "the way to make inputs (--vocabulary of texts, and its digest)",
    ),
];

/// Settings that files of earlier versions lack: where they are absent they are unknown.
const LATER: [&str; 4] = ["features", "contents", "categories", "inputs"];

/// Characters of a value that an error shows.
const SHOWN: usize = 400;

impl TrainedWith {
    /// The differences that make `self` another run than `earlier`, in words. The contents of data and starting weights
    /// matter, not where they lie; what `earlier` does not tell is no difference.
    pub fn differences(&self, earlier: &Self) -> Vec<String> {
        let (then, now) = (as_read(earlier), as_read(self));
        let kind = |settings: &Self| settings.data.split(':').next().unwrap_or("").to_string();
        let weights = |settings: &Self| match &settings.start {
            None => "random".to_string(),
            Some(Weights { path, sha256 }) => sha256.as_ref().map_or_else(
                || path.display().to_string(),
                |sha256| format!("sha256 {sha256}"),
            ),
        };
        let named = [
            ("--data", kind(earlier), kind(self)),
            (
                "the starting weights (--weights)",
                weights(earlier),
                weights(self),
            ),
        ];
        let named = named
            .into_iter()
            .filter(|(_, then, now)| then != now)
            .map(|(name, then, now)| format!("{name} was {then}, now {now}"));
        let unknown = |field: &str| LATER.contains(&field) && then[field].is_null();
        let compared = COMPARED
            .iter()
            .filter(|(field, _)| then[*field] != now[*field] && !unknown(field))
            .map(|(field, name)| {
                let [then, now] = [&then[*field], &now[*field]].map(short);
                format!("{name} was {then}, now {now}")
            });
        named.chain(compared).collect()
    }
}

/// Settings as they come back from a file: floating-point numbers of 32 bits are rounded in writing.
fn as_read(settings: &TrainedWith) -> Value {
    let text = serde_json::to_string(settings).unwrap_or_default();
    let mut read: Value = serde_json::from_str(&text).unwrap_or_default();
    // A network's folder may have moved: its name tells it, and its digest stands with the starting weights.
    let spec = Spec::new(&settings.model, &settings.data);
    read["model"] = spec.model_name().into();
    read
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} ..", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"{"model": "mlp5", "data": "rules", "statistics": {"clouds": {"points": 3}}, "modulation": {"terms": [],
        "forwards": "auto"}, "seed": 1, "epochs": 2, "batch": 3, "learning_rate": 0.1, "weight_decay": 0.1,
        "test_accuracy": 0.5, "complete": true}"#;

    #[test]
    fn settings_of_older_versions_are_read() {
        let old: TrainedWith = serde_json::from_str(OLD).unwrap();
        assert_eq!((old.optimizer, old.test_accuracy), (None, Some(0.5)));
        assert!(old.classes.is_empty() && old.start.is_none());
    }

    #[test]
    fn what_an_older_version_did_not_tell_is_no_difference() {
        let old: TrainedWith = serde_json::from_str(OLD).unwrap();
        let new = TrainedWith {
            features: vec!["age".into()],
            contents: Some("0123".into()),
            categories: [("job".to_string(), vec!["none".to_string()])].into(),
            ..old.clone()
        };
        assert_eq!(new.differences(&old), Vec::<String>::new());
        let old = TrainedWith {
            inputs: Some("pieces".into()),
            ..new.clone()
        };
        assert_eq!(old.differences(&new), Vec::<String>::new());
        let other = TrainedWith {
            inputs: Some("other pieces".into()),
            ..old.clone()
        };
        assert!(other.differences(&old)[0].contains("--vocabulary"));
        let other = TrainedWith {
            features: vec!["wage".into()],
            ..new.clone()
        };
        let differences = other.differences(&new);
        assert!(
            differences.len() == 1 && differences[0].starts_with("the columns or channels was"),
            "{differences:?}"
        );
    }

    #[test]
    fn differences_are_named_with_both_values() {
        let old: TrainedWith = serde_json::from_str(OLD).unwrap();
        let text = serde_json::to_string(&old).unwrap();
        assert!(
            old.differences(&serde_json::from_str(&text).unwrap())
                .is_empty()
        );
        let new = TrainedWith {
            seed: 7,
            data: "census:FOLDER".into(),
            optimizer: Some(Optimizer::Adamw),
            device: Some("cuda:0".into()),
            complete: false,
            ..old.clone()
        };
        let [here, there] = ["/here/minilm", "/there/minilm/"].map(|model| TrainedWith {
            model: model.into(),
            ..old.clone()
        });
        assert!(there.differences(&here).is_empty());
        assert_eq!(
            new.differences(&old),
            [
                "--data was rules, now census",
                "--seed was 1, now 7",
                "--optimizer was none, now adamw"
            ]
        );
    }
}
