use std::path::{Path, PathBuf};

use burn_interaction::Baseline;
use burn_interaction::input::Kind;
use burn_interaction_datasets::{Columns, Up};
use burn_interaction_models::registry::kind_of;
use serde::{Deserialize, Serialize};

use super::Seats;
use crate::error::{Result, usage};

/// The stand-in for absent players, as a user asks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// The mean of each variable over the training part.
    Data,
    /// Absent regions leave their cloud.
    Drop,
    /// A baseline of the library, which takes the place of absent players.
    Given(Baseline),
}

/// The way clouds are divided into the regions that are players.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    /// Regions around this number of farthest-point centres, each of the points nearest to its centre.
    Farthest(usize),
    /// The parts that the data labels.
    Parts,
    /// The regions of a `regions.json`.
    File(PathBuf),
}

/// The statistics that images are normalised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// The statistics of ImageNet.
    Imagenet,
    /// A mean and a deviation of 0.5.
    Half,
    /// The statistics of the training images.
    Data,
}

/// One part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The part that networks are trained on.
    Train,
    /// The part that networks are tested on.
    Test,
    /// The samples without labels.
    Unlabelled,
}

impl Part {
    /// The word for the part in arguments, messages and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
            Self::Unlabelled => "unlabelled",
        }
    }
}

/// A network and its data by name, and how they come together. Absent settings follow from the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// The network: a name of the registry, or a Hugging Face folder, which has a separator in its path.
    pub model: String,
    /// The data: a name of the registry, with a colon and a folder where the set has files.
    pub data: String,
    /// The columns of data that are the user's own files.
    #[serde(default, skip_serializing_if = "Columns::is_usual")]
    pub columns: Columns,
    /// Weights: a file, or a folder that a training wrote.
    pub weights: Option<PathBuf>,
    /// The side in pixels that images are brought to.
    pub image: Option<usize>,
    /// The statistics that images are normalised by.
    pub normalize: Option<Normalize>,
    /// Rows and columns of the patches of images.
    pub grid: Option<[usize; 2]>,
    /// Points of each cloud.
    pub points: Option<usize>,
    /// The names of the network's classes, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// The axis that clouds are turned to point up with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Up>,
    /// The regions of clouds.
    pub regions: Option<Division>,
    /// The stand-in for absent players.
    pub baseline: Option<Absent>,
    /// The players, where data of a kind have several.
    #[serde(rename = "units")]
    pub players: Option<Seats>,
    /// Word pieces of texts: a vocabulary's file or folder.
    pub vocabulary: Option<PathBuf>,
    /// Players below which a text is left out of a measurement.
    pub fewest: Option<usize>,
}

impl Spec {
    /// Makes a spec of a network on data, with defaults for everything else.
    pub fn new(model: impl Into<String>, data: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            data: data.into(),
            columns: Columns::default(),
            weights: None,
            image: None,
            normalize: None,
            grid: None,
            points: None,
            classes: Vec::new(),
            up: None,
            regions: None,
            baseline: None,
            players: None,
            vocabulary: None,
            fewest: None,
        }
    }

    /// The data set's name and its folder, where one is given.
    pub fn data_and_folder(&self) -> (&str, Option<&Path>) {
        match self.data.split_once(':') {
            Some((name, folder)) if !folder.is_empty() => (name, Some(Path::new(folder))),
            Some((name, _)) => (name, None),
            None => (&self.data, None),
        }
    }

    /// Whether the network is a folder and no name: a folder is a path with a separator, unless it is a network's name and
    /// the side of its patches, such as vit-tiny/8.
    pub fn model_is_folder(&self) -> bool {
        self.model.contains(['/', '\\']) && kind_of(&self.model).is_none()
    }

    /// The network's name without its place on this machine: of a folder in the cache of the Hugging Face hub `owner/name`.
    pub fn model_name(&self) -> String {
        if !self.model_is_folder() {
            return self.model.clone();
        }
        let model = self.model.trim_end_matches(['/', '\\']);
        let parts: Vec<&str> = model.rsplit(['/', '\\']).collect();
        match parts[..] {
            [_, "snapshots", of_hub, ..] if of_hub.starts_with("models--") => {
                of_hub["models--".len()..].replacen("--", "/", 1)
            }
            _ => parts[0].into(),
        }
    }

    /// The file of weights; for a folder that a training wrote, the file in that folder.
    pub fn weights_file(&self) -> Option<PathBuf> {
        let weights = self.weights.as_ref()?;
        Some(match weights.is_dir() {
            true => weights.join("model.safetensors"),
            false => weights.clone(),
        })
    }

    /// Refuses settings that mean nothing for data of this kind.
    ///
    /// # Errors
    ///
    /// Fails where a setting belongs to another kind of data.
    pub fn check(&self, kind: Kind) -> Result<()> {
        let given = [
            ("--image", self.image.is_some(), Kind::Images),
            ("--normalize", self.normalize.is_some(), Kind::Images),
            ("--grid", self.grid.is_some(), Kind::Images),
            ("--points", self.points.is_some(), Kind::Clouds),
            ("--up", self.up.is_some(), Kind::Clouds),
            ("--regions", self.regions.is_some(), Kind::Clouds),
            ("--vocabulary", self.vocabulary.is_some(), Kind::Texts),
        ];
        for (flag, given, of) in given {
            if given && of != kind {
                return Err(usage(format!("{flag} is for {of}; these data are {kind}")));
            }
        }
        if let Some(players) = self
            .players
            .as_ref()
            .filter(|players| players.kind() != kind)
        {
            let of = players.kind();
            return Err(usage(format!(
                "--players {players} is for {of}; these data are {kind}"
            )));
        }
        let segments = matches!(self.players, Some(Seats::Segments(_)));
        if self.fewest.is_some() && ![Kind::Texts, Kind::Series].contains(&kind) && !segments {
            return Err(usage(format!(
                "--min-players is for texts, time series and segments of images, which differ in their number of players; these data are {kind}"
            )));
        }
        self.check_baseline(kind)
    }

    fn check_baseline(&self, kind: Kind) -> Result<()> {
        let (text, fits): (String, &[Kind]) = match &self.baseline {
            None => return Ok(()),
            Some(Absent::Data) => ("data".into(), &[Kind::Images, Kind::Tables, Kind::Series]),
            Some(Absent::Drop) => ("drop".into(), &[Kind::Clouds]),
            Some(Absent::Given(baseline)) => (
                baseline.to_string(),
                match baseline {
                    Baseline::Blur(_) => &[Kind::Images],
                    Baseline::Mean => &[Kind::Images, Kind::Clouds, Kind::Series],
                    Baseline::Zero | Baseline::Values(_) => {
                        &[Kind::Images, Kind::Clouds, Kind::Tables, Kind::Series]
                    }
                    _ => &[Kind::Texts],
                },
            ),
        };
        match fits.contains(&kind) {
            true => Ok(()),
            false => Err(usage(format!(
                "--baseline {text}: these data are {kind}; {}",
                remedy(kind)
            ))),
        }
    }
}

/// The baselines that data of a kind take, for messages.
fn remedy(kind: Kind) -> &'static str {
    match kind {
        Kind::Images => "give data, zero, mean, blur:PIXELS or values:A,B,..",
        Kind::Clouds => "give mean, zero, drop or values:A,B,..",
        Kind::Tables => "give data, zero or values:A,B,..",
        Kind::Texts => "give mask, pad, unk or hide",
        Kind::Series => "give data, zero, mean or values:A,B,..",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_another_kind_of_data_are_refused_by_name() {
        let spec = || Spec::new("net", "data");
        assert!(spec().check(Kind::Tables).is_ok());
        let grid = Spec {
            grid: Some([4, 4]),
            ..spec()
        };
        assert!(grid.check(Kind::Images).is_ok());
        let error = grid.check(Kind::Tables).unwrap_err().to_string();
        assert_eq!(error, "--grid is for images; these data are tables");
        let mean = Spec {
            baseline: Some(Absent::Data),
            ..spec()
        };
        assert!(mean.check(Kind::Images).is_ok());
        let error = mean.check(Kind::Texts).unwrap_err().to_string();
        assert!(error.contains("mask, pad, unk or hide"), "{error}");
    }

    #[test]
    fn a_folder_is_a_path_with_a_separator() {
        assert!(!Spec::new("bert", "grammar").model_is_folder());
        assert!(Spec::new("./bert", "grammar").model_is_folder());
        assert!(!Spec::new("vit-tiny/8", "scenes").model_is_folder());
        assert_eq!(Spec::new("runs/bert/", "grammar").model_name(), "bert");
        let of_hub = "cache/hub/models--some--my--net/snapshots/c0ffee/";
        assert_eq!(Spec::new(of_hub, "grammar").model_name(), "some/my--net");
        let spec = Spec::new("vit-tiny", "sst2:some/where");
        let (name, folder) = spec.data_and_folder();
        assert_eq!((name, folder), ("sst2", Some(Path::new("some/where"))));
    }
}
