//! Data sets by name, and samples drawn from them.

mod clouds;
mod images;
mod texts;

pub use clouds::*;
pub use images::*;
pub use texts::*;

use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use burn_interaction::{Baseline, Batch, Features, Players, Profile};
use burn_interaction_datasets::{
    Cifar10, CloudSet, ImageSet, Normalization, Split, Standardization, Table, TextItem, Texts,
    ag_news, census, cola, commercial, grammar, imagenet, modelnet, rules, scenes, shapenet,
    solids, sst2, tiny_imagenet, unlabelled,
};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, usage};
use crate::output::Folder;

/// A data set of any kind.
pub enum Data {
    /// Images.
    Images(Split<Arc<dyn ImageSet>>),
    /// Point clouds.
    Clouds(Split<Arc<dyn CloudSet>>),
    /// Rows of a table.
    Table(Split<Table>),
    /// Texts.
    Texts(Split<Texts>),
}

/// Sizes of the generated sets.
const SCENES: (usize, usize) = (4000, 800);
const RULES: (usize, usize) = (8000, 1000);
const SOLIDS: (usize, usize) = (2100, 420);
const GRAMMAR: (usize, usize) = (9000, 900);

/// Opens a data set by name: `scenes`, `rules`, `solids`, `grammar`, or the name of a set, a colon and its folder.
///
/// # Errors
///
/// The name means nothing, or the folder does not hold the data.
pub fn open(name: &str) -> Result<Data> {
    fn images<T: ImageSet + 'static>(split: Split<T>) -> Data {
        Data::Images(Split {
            train: Arc::new(split.train),
            test: Arc::new(split.test),
        })
    }
    fn clouds<T: CloudSet + 'static>(split: Split<T>) -> Data {
        Data::Clouds(Split {
            train: Arc::new(split.train),
            test: Arc::new(split.test),
        })
    }
    let (kind, folder) = name.split_once(':').unwrap_or((name, ""));
    let need_folder = || match folder.is_empty() {
        true => Err(usage(format!(
            "--data {kind}: give the folder, {kind}:FOLDER"
        ))),
        false => Ok(Path::new(folder)),
    };
    match kind {
        "scenes" => Ok(images(Split {
            train: scenes(SCENES.0, 1),
            test: scenes(SCENES.1, 2),
        })),
        "rules" => Ok(Data::Table(Split {
            train: rules(RULES.0, 1),
            test: rules(RULES.1, 2),
        })),
        "cifar-10" => {
            let folder = need_folder()?;
            Ok(images(Split {
                train: Cifar10::train(folder)?,
                test: Cifar10::test(folder)?,
            }))
        }
        "tiny-imagenet" => Ok(images(tiny_imagenet(need_folder()?)?)),
        "imagenet" => Ok(images(imagenet(need_folder()?)?)),
        "solids" => Ok(clouds(Split {
            train: solids(SOLIDS.0, 1),
            test: solids(SOLIDS.1, 2),
        })),
        "modelnet" => Ok(clouds(modelnet(need_folder()?)?)),
        "shapenet" => Ok(clouds(shapenet(need_folder()?)?)),
        "grammar" => Ok(Data::Texts(Split {
            train: grammar(GRAMMAR.0, 1),
            test: grammar(GRAMMAR.1, 2),
        })),
        "sst2" => Ok(Data::Texts(sst2(need_folder()?)?)),
        "cola" => Ok(Data::Texts(cola(need_folder()?)?)),
        "ag-news" => Ok(Data::Texts(ag_news(need_folder()?)?)),
        "census" => Ok(Data::Table(census(need_folder()?)?)),
        "commercial" => Ok(Data::Table(commercial(need_folder()?)?)),
        _ => Err(usage(format!(
            "unknown data \"{name}\": there are scenes, solids, grammar, rules, cifar-10:FOLDER, tiny-imagenet:FOLDER, imagenet:FOLDER, modelnet:FOLDER, shapenet:FOLDER, sst2:FOLDER, cola:FOLDER, ag-news:FOLDER, census:FOLDER and commercial:FOLDER"
        ))),
    }
}

/// The texts of a GLUE set that have no labels, `test.tsv`; all are given the first class.
///
/// # Errors
///
/// The data has no such part, or its file is missing or malformed.
pub fn open_unlabelled(name: &str, classes: &[String]) -> Result<Texts> {
    let Some(("sst2" | "cola", folder)) = name.split_once(':') else {
        return Err(usage(format!(
            "--split unlabelled: sst2 and cola have such a part, {name} has none"
        )));
    };
    let sentences = unlabelled(Path::new(folder).join("test.tsv"))?;
    let item = |text| TextItem { text, label: 0 };
    Ok(Texts::new(
        sentences.into_iter().map(item).collect(),
        classes.to_vec(),
    )?)
}

/// What inputs are made with, kept in `settings.json` beside the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistics {
    /// Of images.
    Images(Normalization),
    /// Of a table.
    Table(Standardization),
    /// Points of a cloud, which is normalised by its own size.
    Clouds {
        /// How many.
        points: usize,
    },
    /// Texts, whose word pieces are those of the tokenizer beside the weights.
    Texts,
}

impl Statistics {
    /// The error of settings beside weights that are not those of `wanted`.
    fn of_another(&self, wanted: &str) -> Error {
        let kind = match self {
            Self::Images(_) => "an image network",
            Self::Table(_) => "a table network",
            Self::Clouds { .. } => "a network for point clouds",
            Self::Texts => "a network for texts",
        };
        usage(format!(
            "the settings beside the weights are those of {kind}, not of {wanted}"
        ))
    }

    /// How a table is standardised: as these settings say, or by its training rows.
    ///
    /// # Errors
    ///
    /// The settings are of another network or of a table with other features.
    pub fn of_table(trained: Option<Self>, train: &Table) -> Result<Standardization> {
        match trained {
            Some(Self::Table(standardization)) => {
                match standardization.mean.len() == train.names().len() {
                    true => Ok(standardization),
                    false => Err(usage(
                        "the settings beside the weights are those of a table with other features",
                    )),
                }
            }
            Some(other) => Err(other.of_another("a table network")),
            None => Ok(Standardization::fit(train)),
        }
    }
}

/// The mean of each column over the training rows, in the units that a table is standardised to.
pub fn mean_of_table(train: &Table, standardization: &Standardization) -> Baseline {
    let own = Standardization::fit(train);
    let columns = own
        .mean
        .iter()
        .zip(&standardization.mean)
        .zip(&standardization.deviation);
    Baseline::Values(
        columns
            .map(|((own, mean), deviation)| (own - mean) / deviation)
            .collect(),
    )
}

/// Samples that a network can be run on, one part of a data set.
pub trait Samples {
    /// Who plays on them.
    type Players: Players<Input = Self::Input> + 'static;
    /// Their batches.
    type Input: Clone + Send + 'static;

    /// How many there are.
    fn count(&self) -> usize;

    /// The names of the classes.
    fn classes(&self) -> &[String];

    /// Numbers in one, as the network takes it.
    fn elements(&self) -> usize;

    /// The class of one.
    fn label(&self, index: usize) -> usize;

    /// The length of one, where they differ and a batch is padded to its longest.
    fn length(&self, _index: usize) -> usize {
        1
    }

    /// Those with these indices, as the network takes them.
    ///
    /// # Errors
    ///
    /// One cannot be read.
    fn batch(&self, indices: &[usize], device: &Device) -> Result<Batch<Self::Input>>;

    /// The players of those with these indices, and the ones that have them.
    ///
    /// # Errors
    ///
    /// One cannot be read, or they have no such players.
    fn players(
        &self,
        players: &Self::Players,
        indices: Vec<usize>,
    ) -> Result<(Self::Players, Vec<usize>)> {
        Ok((players.clone(), indices))
    }

    /// The players of those among these samples that have these places.
    fn part(&self, players: &Self::Players, _places: &[usize]) -> Self::Players {
        players.clone()
    }

    /// The names of the players of each of these samples, such as columns or words; nothing where they have none.
    ///
    /// # Errors
    ///
    /// The device fails.
    fn names(&self, _indices: &[usize], _device: &Device) -> Result<Vec<Vec<String>>> {
        Ok(Vec::new())
    }

    /// Writes pictures of the measured samples, those with these indices.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    fn write_pictures(
        &self,
        _players: &Self::Players,
        _indices: &[usize],
        _profile: &Profile,
        _folder: &Folder,
        _device: &Device,
    ) -> Result<()> {
        Ok(())
    }
}

/// Rows that are standardised already.
impl Samples for Table {
    type Players = Features;
    type Input = Tensor<2>;

    fn count(&self) -> usize {
        self.rows().len()
    }

    fn classes(&self) -> &[String] {
        Table::classes(self)
    }

    fn elements(&self) -> usize {
        Table::names(self).len()
    }

    fn label(&self, index: usize) -> usize {
        self.rows()[index].label
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<Batch<Tensor<2>>> {
        Ok(Table::batch(self, indices, device))
    }

    fn names(&self, indices: &[usize], _: &Device) -> Result<Vec<Vec<String>>> {
        Ok(vec![Table::names(self).to_vec(); indices.len()])
    }
}
