//! The cells of a study: trainings, and measures of what they leave.

use std::ops::RangeInclusive;

use burn_interaction_datasets::registry::Source;
use serde::Serialize;
use serde_json::Value as Json;

use super::entries::modulation;
use super::file::{MeasureEntry, Scale, Study, SubjectEntry, Tuning, Variant, value};
use super::subjects::{Roots, Start};
use crate::error::{Result, usage};
use crate::subject::{Spec, data_set, published_contents, sha256};
use crate::work::{Evaluation, Optimizer, Recipe};

/// The form of what a cell's hash is taken of, and of what the store holds.
pub const FORM: u32 = 1;

/// The most seeds of a study.
pub const MOST_SEEDS: usize = 10_000;

/// The shares of a training after which its weights are kept.
const KEPT: [f64; 3] = [0.25, 0.5, 0.75];

/// Whether weights are kept after this epoch, of a longer training: 1, 2, 5, 10, 20, 50 and so on.
pub fn is_kept(epoch: usize) -> bool {
    let mut digits = epoch;
    while digits > 0 && digits.is_multiple_of(10) {
        digits /= 10;
    }
    matches!(digits, 1 | 2 | 5)
}

/// The epochs before the last after which the weights of a training of so many are kept, ascending: at a quarter, half and
/// three quarters, and after 1, 2, 5, 10, 20, 50 and so on. They are the same whatever study trains the network.
fn kept_epochs(epochs: usize) -> Vec<usize> {
    let shares = KEPT.map(|share| (share * epochs as f64).ceil() as usize);
    let kept = |epoch: &usize| is_kept(*epoch) || shares.contains(epoch);
    (1..epochs).filter(kept).collect()
}

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
    /// The network and its data, whose folders do not enter the hash.
    pub spec: Spec,
    /// The weights that training starts from; `None` where these are random.
    pub start: Option<Start>,
    /// The training.
    pub recipe: Recipe,
    /// Epochs after which the weights are kept.
    pub kept: Vec<usize>,
    /// A digest of the files of a published set, which the hash knows by name alone; `None` as long as they are not read, and of other data.
    pub data: Option<String>,
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
    /// The seeds of the trainings, those of the size unless others were asked for.
    pub seeds: RangeInclusive<u64>,
}

impl Cells {
    /// The cells of a study in a size, with these seeds where they are given, and files below `roots`.
    ///
    /// # Errors
    ///
    /// Fails where a term or a measure means nothing, or weights that are there cannot be read.
    pub fn of(
        study: &Study,
        size: Size,
        seeds: Option<RangeInclusive<u64>>,
        roots: Roots<'_>,
    ) -> Result<Self> {
        let scale = size.of(study);
        let seeds = seeds.unwrap_or(scale.all_seeds());
        let mut cells = Self {
            trainings: Vec::new(),
            measures: Vec::new(),
            seeds: seeds.clone(),
        };
        let chosen = study.subjects.iter().filter(|subject| {
            let name = subject.name.get_ref();
            let mut subjects = scale.subjects.get_ref().iter();
            subjects.any(|chosen| chosen.get_ref() == name)
        });
        for subject in chosen {
            let own = contents(subject, roots)?;
            for variant in &study.variants {
                let recipe = recipe(study, scale, subject, variant)?;
                // Given weights are what they are, whatever the seed; networks beside them that are not, trained from them or
                // untrained, are draws.
                let given =
                    subject.start_name().is_some() && recipe.epochs == 0 && !variant.untrained;
                let seeds = match given {
                    true => 1..=1,
                    false => seeds.clone(),
                };
                for seed in seeds {
                    let recipe = Recipe {
                        seed,
                        ..recipe.clone()
                    };
                    let training = training(subject, variant, recipe, own.as_deref(), roots)?;
                    let measures = study.measures.iter();
                    let measures: Vec<&MeasureEntry> = measures
                        .filter(|measure| measure.is_of(subject, variant))
                        .filter(|measure| measure.is_within(training.recipe.epochs))
                        .collect();
                    if measures.is_empty() {
                        continue;
                    }
                    let place = cells.trainings.len();
                    for measure in measures {
                        cells.measures.push(cell(measure, &training, place, scale)?);
                    }
                    cells.trainings.push(training);
                }
            }
        }
        Ok(cells)
    }

    /// Reads the files of published sets, so that trainings know what they are on.
    ///
    /// # Errors
    ///
    /// Fails where there is no such set.
    pub fn read_data(&mut self) -> Result<()> {
        let mut known: Vec<(String, Option<String>)> = Vec::new();
        for training in &mut self.trainings {
            let data = &training.spec.data;
            let digest = known.iter().find(|(own, _)| own == data);
            training.data = match digest {
                Some((_, digest)) => digest.clone(),
                None => {
                    let digest = published_contents(&training.spec)?;
                    known.push((data.clone(), digest.clone()));
                    digest
                }
            };
        }
        Ok(())
    }
}

impl Scale {
    /// The seeds of the trainings, from 1 on.
    pub fn all_seeds(&self) -> RangeInclusive<u64> {
        1..=*self.seeds.get_ref() as u64
    }
}

impl TrainingCell {
    /// Whether the network has given weights and is not trained.
    pub fn is_given(&self) -> bool {
        self.start.is_some() && self.recipe.epochs == 0
    }
}

impl MeasureEntry {
    /// Whether the measure is made of this variant of this subject.
    pub fn is_of(&self, subject: &SubjectEntry, variant: &Variant) -> bool {
        let among = |names: &Option<Vec<toml::Spanned<String>>>, name: &String| {
            names
                .as_ref()
                .is_none_or(|names| names.iter().any(|n| n.get_ref() == name))
        };
        among(&self.subjects, subject.name.get_ref())
            && among(&self.variants, variant.name.get_ref())
    }

    /// Whether a training of so many epochs, none of an untrained network, goes on after the one at which the network is measured.
    fn is_within(&self, epochs: usize) -> bool {
        let on_the_way = self.at.as_ref().is_some_and(|at| *at.get_ref() < 1.0);
        value(&self.epoch).is_none_or(|epoch| epoch < epochs) && !(on_the_way && epochs == 0)
    }
}

/// A digest of the data where these are the user's own, whose name tells nothing; `None` of other sets, and where there is no such folder.
fn contents(subject: &SubjectEntry, roots: Roots<'_>) -> Result<Option<String>> {
    let spec = subject.located(roots)?;
    let (name, folder) = spec.data_and_folder();
    let own = data_set(name)?.source == Source::Own;
    match own && folder.is_some_and(|folder| !folder.exists()) {
        true => Ok(None),
        false => crate::subject::contents(&spec),
    }
}

/// The recipe of a variant of a subject, for the first of its seeds.
fn recipe(
    study: &Study,
    scale: &Scale,
    subject: &SubjectEntry,
    variant: &Variant,
) -> Result<Recipe> {
    let own = variant.training.over(&subject.training);
    let Tuning {
        epochs,
        batch,
        learning_rate,
        weight_decay,
        optimizer,
        augment,
        samples,
    } = own.over(&study.training);
    let epochs = match (variant.untrained, value(&epochs)) {
        (true, _) | (_, Some(0)) => 0,
        (false, epochs) => value(&scale.epochs).or(epochs).unwrap_or(20),
    };
    Ok(Recipe {
        epochs,
        batch: value(&batch).unwrap_or(128),
        learning_rate: value(&learning_rate).unwrap_or(0.01),
        weight_decay: value(&weight_decay).unwrap_or(0.0),
        optimizer: optimizer.unwrap_or(Optimizer::Sgd),
        modulation: modulation(&variant.terms)?,
        augmentation: augment,
        samples: least(value(&samples), value(&scale.training_samples)),
        probe: None,
        seed: 1,
    })
}

/// The training of a variant of a subject, on data with this digest where they are the user's own.
fn training(
    subject: &SubjectEntry,
    variant: &Variant,
    recipe: Recipe,
    own: Option<&str>,
    roots: Roots<'_>,
) -> Result<TrainingCell> {
    let start = subject.start(roots);
    let identity = match (&start, subject.start_name()) {
        // An untrained network has the inputs that its given weights expect.
        (Some(start), Some(name)) => Some((start.identity(name)?, variant.untrained)),
        _ => None,
    };
    let spec = subject.spec();
    let hash = match (identity, own) {
        (None, None) => hash(&(FORM, spec, &recipe))?,
        (Some(identity), None) => hash(&(FORM, spec, &recipe, identity))?,
        (identity, Some(own)) => hash(&(FORM, spec, &recipe, identity, own))?,
    };
    Ok(TrainingCell {
        hash,
        subject: subject.name.get_ref().clone(),
        variant: variant.name.get_ref().clone(),
        spec: subject.located(roots)?,
        start: start.filter(|_| !variant.untrained),
        kept: kept_epochs(recipe.epochs),
        data: None,
        recipe,
    })
}

/// The smaller of two limits, of which both may be absent.
fn least(own: Option<usize>, scale: Option<usize>) -> Option<usize> {
    own.into_iter().chain(scale).min()
}

fn cell(
    measure: &MeasureEntry,
    training: &TrainingCell,
    place: usize,
    scale: &Scale,
) -> Result<MeasureCell> {
    let evaluation = measure.evaluation(value(&scale.samples)).map_err(usage)?;
    let epochs = training.recipe.epochs;
    let at = measure.at.as_ref();
    let at = at.map(|at| (at.get_ref() * epochs as f64).ceil() as usize);
    let epoch = at.or(value(&measure.epoch));
    let epoch = epoch.filter(|epoch| *epoch < epochs);
    Ok(MeasureCell {
        hash: hash(&(FORM, &training.hash, &evaluation, epoch))?,
        training: place,
        measure: measure.name.get_ref().clone(),
        evaluation,
        epoch,
    })
}

/// The first sixteen hexadecimal digits of the SHA-256 of a value, written as JSON with sorted keys.
fn hash(value: &impl Serialize) -> Result<String> {
    let json = serde_json::to_value(value).map_err(|e| usage(format!("a cell: {e}")))?;
    let mut text = String::new();
    canonical(&json, &mut text);
    Ok(sha256(&text)[..16].into())
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
    fn weights_are_kept_after_the_same_epochs_whatever_is_measured() {
        assert_eq!(kept_epochs(200), [1, 2, 5, 10, 20, 50, 100, 150]);
        assert_eq!(kept_epochs(20), [1, 2, 5, 10, 15]);
        assert_eq!(kept_epochs(8), [1, 2, 4, 5, 6]);
        assert!(kept_epochs(1).is_empty() && kept_epochs(0).is_empty());
    }

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
