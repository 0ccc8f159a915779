//! The cells of a study: trainings, and measures of what they leave.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value as Json;

use super::check::modulation;
use super::file::{MeasureEntry, Scale, Study, SubjectEntry, Tuning, Variant, value};
use crate::error::{Result, usage};
use crate::subject::Spec;
use crate::work::{Evaluation, Optimizer, Recipe};

/// The form of what a cell's hash is taken of, and of what the store holds.
pub const FORM: u32 = 1;

/// The shares of a training after which its weights are kept.
const KEPT: [f64; 3] = [0.25, 0.5, 0.75];

/// The size in which a study is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Whether everything works, on generated data.
    Smoke,
    /// For a laptop.
    Laptop,
    /// The size of the source.
    Published,
}

impl Size {
    /// The word for the size.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Laptop => "laptop",
            Self::Published => "published",
        }
    }

    /// The size among those of a study.
    pub fn of(self, study: &Study) -> &Scale {
        match self {
            Self::Smoke => &study.scales.smoke,
            Self::Laptop => &study.scales.laptop,
            Self::Published => &study.scales.published,
        }
    }
}

/// A network to train.
#[derive(Debug, Clone)]
pub struct TrainingCell {
    /// The name of the subject.
    pub subject: String,
    /// The name of the variant.
    pub variant: String,
    /// The network and its data, whose folder does not enter the hash.
    pub spec: Spec,
    /// The training.
    pub recipe: Recipe,
    /// Epochs after which the weights are kept.
    pub kept: Vec<usize>,
    /// The hash of all that makes the training what it is.
    pub hash: String,
}

/// An evaluation of a trained network.
#[derive(Debug, Clone)]
pub struct MeasureCell {
    /// The place of the training among the cells.
    pub training: usize,
    /// The name of the measure.
    pub measure: String,
    /// The evaluation.
    pub evaluation: Evaluation,
    /// The epoch after which the network is measured; the last where absent.
    pub epoch: Option<usize>,
    /// The hash of the training's hash and the evaluation.
    pub hash: String,
}

/// All cells of a study in one size.
#[derive(Debug, Clone)]
pub struct Cells {
    /// The trainings, by subject, variant and seed.
    pub trainings: Vec<TrainingCell>,
    /// The measures, by training.
    pub measures: Vec<MeasureCell>,
}

impl Cells {
    /// The cells of a study in a size, with so many seeds where that is given, and the data below `root`.
    ///
    /// # Errors
    ///
    /// Fails where a term or a measure means nothing.
    pub fn of(study: &Study, size: Size, seeds: Option<usize>, root: &Path) -> Result<Self> {
        let scale = size.of(study);
        let mut cells = Self {
            trainings: Vec::new(),
            measures: Vec::new(),
        };
        let chosen = study.subjects.iter().filter(|subject| {
            let name = subject.name.get_ref();
            let mut subjects = scale.subjects.get_ref().iter();
            subjects.any(|chosen| chosen.get_ref() == name)
        });
        for subject in chosen {
            for variant in &study.variants {
                let measures: Vec<&MeasureEntry> = study
                    .measures
                    .iter()
                    .filter(|measure| measure.is_of(subject, variant))
                    .collect();
                if measures.is_empty() {
                    continue;
                }
                for seed in 1..=seeds.unwrap_or(*scale.seeds.get_ref()) as u64 {
                    let training = training(study, scale, subject, variant, seed, root)?;
                    let place = cells.trainings.len();
                    for measure in &measures {
                        cells.measures.push(cell(measure, &training, place, scale)?);
                    }
                    cells.trainings.push(training);
                }
            }
        }
        Ok(cells)
    }
}

impl MeasureEntry {
    /// Whether the measure is made of this variant of this subject.
    fn is_of(&self, subject: &SubjectEntry, variant: &Variant) -> bool {
        let among = |names: &Option<Vec<toml::Spanned<String>>>, name: &String| {
            names
                .as_ref()
                .is_none_or(|names| names.iter().any(|n| n.get_ref() == name))
        };
        // An untrained network has no epochs to be measured after.
        let any_time = self.at.as_ref().is_none_or(|at| *at.get_ref() == 1.0);
        among(&self.subjects, subject.name.get_ref())
            && among(&self.variants, variant.name.get_ref())
            && (any_time || !variant.untrained)
    }
}

fn training(
    study: &Study,
    scale: &Scale,
    subject: &SubjectEntry,
    variant: &Variant,
    seed: u64,
    root: &Path,
) -> Result<TrainingCell> {
    let own = variant.training.over(&subject.training);
    let Tuning {
        epochs,
        batch,
        learning_rate,
        weight_decay,
        optimizer,
        augment,
    } = own.over(&study.training);
    let epochs = match variant.untrained {
        true => 0,
        false => value(&scale.epochs).or(value(&epochs)).unwrap_or(20),
    };
    let recipe = Recipe {
        epochs,
        batch: value(&batch).unwrap_or(128),
        learning_rate: value(&learning_rate).unwrap_or(0.01),
        weight_decay: value(&weight_decay).unwrap_or(0.0),
        optimizer: optimizer.unwrap_or(Optimizer::Sgd),
        modulation: modulation(&variant.terms)?,
        augmentation: augment,
        samples: value(&scale.training_samples),
        probe: None,
        seed,
    };
    let [model, data] = [&subject.model, &subject.data].map(|name| name.get_ref().as_str());
    let kept = KEPT.map(|share| (share * epochs as f64).ceil() as usize);
    let mut kept: Vec<usize> = kept.into_iter().filter(|e| *e > 0).collect();
    kept.dedup();
    Ok(TrainingCell {
        hash: hash(&(FORM, Spec::new(model, data), &recipe))?,
        subject: subject.name.get_ref().clone(),
        variant: variant.name.get_ref().clone(),
        spec: Spec::new(model, located(data, root)?),
        recipe,
        kept,
    })
}

fn cell(
    measure: &MeasureEntry,
    training: &TrainingCell,
    place: usize,
    scale: &Scale,
) -> Result<MeasureCell> {
    let evaluation = measure.evaluation(value(&scale.samples)).map_err(usage)?;
    let epochs = training.recipe.epochs;
    let at = measure
        .at
        .as_ref()
        .map(|at| (at.get_ref() * epochs as f64).ceil() as usize);
    let epoch = at.filter(|epoch| *epoch < epochs);
    Ok(MeasureCell {
        hash: hash(&(FORM, &training.hash, &evaluation, epoch))?,
        training: place,
        measure: measure.name.get_ref().clone(),
        evaluation,
        epoch,
    })
}

/// The data with their folder below `root`, as `--data` takes them.
fn located(data: &str, root: &Path) -> Result<String> {
    Ok(match crate::subject::data_set(data)?.folder() {
        None => data.into(),
        Some(folder) => format!("{data}:{}", root.join(folder).display()),
    })
}

/// The folders of data that are missing, each with the name of its set.
pub fn missing(cells: &Cells) -> Vec<(String, PathBuf)> {
    let mut missing = Vec::new();
    for cell in &cells.trainings {
        let (name, folder) = cell.spec.data_and_folder();
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            let found = (name.to_string(), folder.to_path_buf());
            if !missing.contains(&found) {
                missing.push(found);
            }
        }
    }
    missing
}

/// The first sixteen hexadecimal digits of the SHA-256 of a value, written as JSON with sorted keys.
fn hash(value: &impl Serialize) -> Result<String> {
    use sha2::Digest;

    let json = serde_json::to_value(value).map_err(|e| usage(format!("a cell: {e}")))?;
    let mut text = String::new();
    canonical(&json, &mut text);
    let digest = sha2::Sha256::digest(text.as_bytes());
    let digits = digest[..8].iter().map(|byte| format!("{byte:02x}"));
    Ok(digits.collect())
}

/// Writes JSON with sorted keys, without those whose value is null: a field that is added later, and absent, changes no hash.
fn canonical(json: &Json, text: &mut String) {
    match json {
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .collect();
            fields.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in fields {
                text.push_str(name);
                text.push(':');
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Json::Array(values) => {
            text.push('[');
            for value in values {
                canonical(value, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_of_what_is_said_and_not_of_how() {
        let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        let hash = |json: &Json| super::hash(json).unwrap();
        let first = hash(&json(r#"{"a": 1, "b": [0.1, "x"], "c": null}"#));
        assert_eq!(first, hash(&json(r#"{"b": [0.1, "x"], "a": 1}"#)));
        assert_ne!(first, hash(&json(r#"{"b": [0.2, "x"], "a": 1}"#)));
        assert_eq!(first.len(), 16);
    }
}
