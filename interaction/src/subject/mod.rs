//! A named network and its data, ready to use. Prints and writes nothing; holds the only `match` on the kind of data.

mod classes;
mod clouds;
mod contents;
mod images;
mod names;
mod scene;
mod seats;
mod series;
mod spec;
mod statistics;
mod tables;
mod texts;

pub use contents::{contents, published_contents};
pub use names::{check_network, check_part, data_set, origin};
pub use scene::{Scene, Seen, Word};
pub use seats::Seats;
pub use spec::*;
pub use statistics::*;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Device;
use burn_interaction::input::Input;
use burn_interaction::{Baseline, Classifier, Players, RegionMap};
use burn_interaction_datasets::registry::Data;
use burn_interaction_datasets::{Framing, Samples, Vocabulary};
use burn_interaction_models::{ImageConfig, Reference, TextConfig};

use crate::error::{Result, usage};

/// Facts about a network and its data, whatever their kind.
#[derive(Debug, Clone)]
pub struct About {
    /// The network's name, without its place on this machine.
    pub network: String,
    /// The data set's name, without its place on this machine.
    pub data: String,
    /// The names of the classes, by label.
    pub classes: Vec<String>,
    /// The weights to load; `None` for a network with random ones.
    pub weights: Option<PathBuf>,
    /// The statistics of the inputs.
    pub statistics: Statistics,
    /// How images are brought to the network's size; absent where they have it, and for other data.
    pub framing: Option<Framing>,
    /// The values of a table's categorical columns, by column.
    pub categories: BTreeMap<String, Vec<String>>,
    /// The names of a table's columns or of the channels of time series, in the network's order; none for other data.
    pub features: Vec<String>,
    /// A digest of how samples become inputs.
    pub inputs: String,
    /// Players up to which samples are enumerated unless a measurement says otherwise.
    pub exact: usize,
    /// Players below which samples are left out of a measurement.
    pub fewest: usize,
    /// Notes for the user on how network and data came together.
    pub notes: Vec<String>,
}

/// The samples of a measurement with their players.
pub struct Seated<P> {
    /// The players of these samples.
    pub players: P,
    /// The places of the samples in their part of the data.
    pub indices: Vec<usize>,
    /// A note for the user on samples that are left out.
    pub note: Option<String>,
}

/// The settings of a network that make a folder with its weights a Hugging Face folder.
pub enum FolderSettings<'a> {
    /// The configuration and the tokenizer of a network for texts.
    Texts(&'a TextConfig, &'a Vocabulary),
    /// The configuration of a network for images and the preparation of its images.
    Images(Box<ImageConfig>),
}

/// A network and its data of one kind.
pub trait Subject {
    /// A batch of inputs.
    type Input: Input;
    /// The network.
    type Net: Module + ModuleDisplay + Reference + Classifier<Self::Input> + 'static;
    /// The players of the inputs.
    type Players: Players<Input = Self::Input> + 'static;
    /// One part of the data.
    type Samples: Samples<Input = Self::Input> + 'static;

    /// Facts about the network and its data.
    fn about(&self) -> &About;

    /// The network with random weights.
    ///
    /// # Errors
    ///
    /// Fails where the network cannot be made for these data.
    fn init(&self, device: &Device) -> Result<Self::Net>;

    /// A part of the data, as the network takes it.
    ///
    /// # Errors
    ///
    /// Fails where the data have no such part, or the part does not fit the network.
    fn samples(&self, part: Part) -> Result<Arc<Self::Samples>>;

    /// A note for the user on samples that the network cannot take whole.
    fn cut(&self, _samples: &Self::Samples, _part: Part) -> Option<String> {
        None
    }

    /// The training part, varied anew in each epoch as `augmentation` says; as it is of data that have no augmentation.
    ///
    /// # Errors
    ///
    /// Fails where the augmentation means nothing for these data.
    fn training(&self, augmentation: Option<&str>, _seed: u64) -> Result<Arc<Self::Samples>> {
        match augmentation {
            None => self.samples(Part::Train),
            Some(text) => {
                let kind = self.about().statistics.kind();
                Err(usage(format!(
                    "--augment {text}: it varies images and point clouds; these data are {kind}"
                )))
            }
        }
    }

    /// Players for any batch, as training needs them.
    ///
    /// # Errors
    ///
    /// Fails where the players asked for are those of certain samples.
    fn players(&self) -> Result<Self::Players>;

    /// Players for the chosen samples, and which of these samples have such players.
    ///
    /// # Errors
    ///
    /// Fails where a sample cannot be read, or none has such players.
    fn seated(
        &self,
        _samples: &Self::Samples,
        indices: Vec<usize>,
    ) -> Result<Seated<Self::Players>> {
        Ok(Seated {
            players: self.players()?,
            indices,
            note: None,
        })
    }

    /// The samples that have enough players to be measured, and a note for the user on the others.
    ///
    /// # Errors
    ///
    /// Fails where the device fails.
    fn measurable(
        &self,
        samples: &Self::Samples,
        _device: &Device,
    ) -> Result<(Vec<usize>, Option<String>)> {
        Ok(((0..samples.count()).collect(), None))
    }

    /// The stand-in for absent players; `None` for the players' own. The mean over the training part is fitted here.
    ///
    /// # Errors
    ///
    /// Fails where a training sample cannot be read.
    fn baseline(&self) -> Result<Option<Baseline>>;

    /// The names of the players of each sample, such as columns, words or labels of segments; nothing where players have no names.
    ///
    /// # Errors
    ///
    /// Fails where the device fails.
    fn player_names(
        &self,
        _samples: &Self::Samples,
        _players: &Self::Players,
        _indices: &[usize],
        _device: &Device,
    ) -> Result<Vec<Vec<String>>> {
        Ok(Vec::new())
    }

    /// The contents of the pictures of some measured samples, those with these ids; none where there is no picture of such data.
    ///
    /// # Errors
    ///
    /// Fails where a sample cannot be read, or the device fails.
    fn scenes(
        &self,
        _samples: &Self::Samples,
        _players: &Self::Players,
        _indices: &[usize],
        _ids: &[u64],
        _device: &Device,
    ) -> Result<Vec<Scene>> {
        Ok(Vec::new())
    }

    /// The regions of all measured clouds, for another network to be measured on; `None` for data without regions.
    ///
    /// # Errors
    ///
    /// Fails where a sample cannot be read, or the device fails.
    fn region_map(
        &self,
        _samples: &Self::Samples,
        _players: &Self::Players,
        _indices: &[usize],
        _device: &Device,
    ) -> Result<Option<RegionMap>> {
        Ok(None)
    }

    /// Inputs as the network sees them, for pictures: none for rows and sentences, which their players show.
    ///
    /// # Errors
    ///
    /// Fails where the device fails.
    fn seen(&self, _samples: &Self::Samples, _inputs: Self::Input) -> Result<Vec<Seen>> {
        Ok(Vec::new())
    }

    /// How well a simple rule without a network does, for comparison, in words.
    fn yardstick(&self, _train: &Self::Samples, _test: &Self::Samples) -> Option<String> {
        None
    }

    /// The settings that belong beside the network's weights, where a folder with both is a network by itself.
    fn settings(&self) -> Option<FolderSettings<'_>> {
        None
    }
}

/// A job that can be done with a subject of any kind.
pub trait Job {
    /// The result of the job.
    type Output;

    /// Does the job with a subject.
    ///
    /// # Errors
    ///
    /// Fails where a step of the job fails.
    fn run<S: Subject>(self, subject: S) -> Result<Self::Output>;
}

/// A network and its data by name, found but not made yet.
pub struct Opened {
    spec: Spec,
    trained: Option<Trained>,
    data: Data,
    notes: Vec<String>,
}

/// Finds a network and its data by name, and checks that they fit together.
///
/// # Errors
///
/// Fails where a name means nothing, the data cannot be read, or network, data and settings are of different kinds.
pub fn open(spec: &Spec) -> Result<Opened> {
    let (name, folder) = spec.data_and_folder();
    let set = names::data_set(name)?;
    let spelled = set.spelled();
    match (spelled == set.name, spec.data.contains(':')) {
        (true, true) => {
            let data = &spec.data;
            return Err(usage(format!(
                "--data {data}: {name} is generated and has no folder, give {name}"
            )));
        }
        (false, _) if folder.is_none() => {
            let place = if set.is_folder() {
                "folder"
            } else {
                "file or folder"
            };
            return Err(usage(format!("--data {name}: give the {place}, {spelled}")));
        }
        _ => {}
    }
    let kind = set.kind_in(folder)?;
    names::check_network(spec, kind)?;
    spec.check(kind)?;
    if !set.has_columns() && !spec.columns.is_usual() {
        return Err(usage(format!(
            "--label and --input are for files of one's own, such as csv:FILE; {name} has columns of its own"
        )));
    }
    let mut notes = Vec::new();
    if !spec.model_is_folder() && Path::new(&spec.model).join("config.json").exists() {
        let model = &spec.model;
        notes.push(format!(
            "--model {model} is the network of that name; the folder here would be ./{model}"
        ));
    }
    let trained = Trained::beside(spec.weights.as_deref())?;
    if let Some(other) = trained.as_ref().map(|trained| &trained.statistics)
        && other.kind() != kind
    {
        return Err(other.of_another(kind));
    }
    let data = set.open_columns(folder, &spec.columns)?;
    notes.extend(data.notes());
    Ok(Opened {
        trained,
        data,
        spec: spec.clone(),
        notes,
    })
}

impl Opened {
    /// Makes network and data of their kind and does a job with them.
    ///
    /// # Errors
    ///
    /// Fails where network, data and settings do not fit together, or the job fails.
    pub fn visit<J: Job>(self, job: J) -> Result<J::Output> {
        let Self {
            spec,
            trained,
            data,
            notes,
        } = self;
        let trained = trained.as_ref();
        match data {
            Data::Images(split) => job.run(images::open(spec, trained, split, notes)?),
            Data::Clouds(split) => job.run(clouds::open(spec, trained, split, notes)?),
            Data::Tables(split) => job.run(tables::open(spec, trained, split, notes)?),
            Data::Texts(split) => job.run(texts::open(spec, split, notes)?),
            Data::Series(split) => job.run(series::open(spec, trained, split, notes)?),
        }
    }
}

/// A note for the user on entries of a Hugging Face folder's configuration that no network of its kind is known to have.
fn unknown_entries(kind: &str, entries: &[String]) -> Option<String> {
    (!entries.is_empty()).then(|| {
        format!(
            "config.json has entries that no {kind} is known to have, which change nothing here: {}",
            entries.join(", ")
        )
    })
}

/// The part of data that have labels throughout: one of the two.
///
/// # Errors
///
/// Fails for the part without labels.
fn labelled<T>(part: Part, train: impl FnOnce() -> T, test: impl FnOnce() -> T) -> Result<T> {
    match part {
        Part::Train => Ok(train()),
        Part::Test => Ok(test()),
        Part::Unlabelled => Err(usage("--split unlabelled: it is for texts")),
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
pub fn sha256(text: &str) -> String {
    use sha2::Digest;

    let digest = sha2::Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of the settings by which samples become inputs.
fn digest_of(made_by: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(made_by).unwrap_or_default();
    sha256(&text)[..12].into()
}

/// The means of the training part in units of other statistics, `(own - mean) / deviation` for each variable.
fn in_units(own: &[f32], mean: &[f32], deviation: &[f32]) -> Baseline {
    let each = own.iter().zip(mean).zip(deviation);
    Baseline::Values(
        each.map(|((own, mean), deviation)| (own - mean) / deviation)
            .collect(),
    )
}
