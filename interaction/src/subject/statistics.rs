use std::collections::BTreeMap;
use std::path::Path;

use burn_interaction::input::Kind;
use burn_interaction_datasets::{
    Columns, Framing, Normalization, Relabel, Split, Standardization, Up,
};
use burn_interaction_models::WeightFile;
use serde::{Deserialize, Serialize};

use super::classes::{in_order, named};
use crate::error::{Error, Result, usage};

/// The statistics that inputs are made with, kept in `settings.json` beside the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistics {
    /// The means and deviations that images are normalised by.
    Images(Normalization),
    /// The means and deviations that the columns of a table are standardised by.
    Table(Standardization),
    /// The number of points of a cloud; a cloud is normalised by its own size.
    Clouds {
        /// Points of each cloud.
        points: usize,
        /// The axis that points up in the clouds; absent where they stand as their files have them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        up: Option<Up>,
    },
    /// The means and deviations that the channels of time series are standardised by.
    Series(Standardization),
    /// No statistics: the word pieces of texts are those of the tokenizer beside the weights.
    Texts,
}

impl Statistics {
    /// The kind of data that a network with these statistics takes.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Images(_) => Kind::Images,
            Self::Table(_) => Kind::Tables,
            Self::Clouds { .. } => Kind::Clouds,
            Self::Series(_) => Kind::Series,
            Self::Texts => Kind::Texts,
        }
    }

    /// The error for settings beside weights that are of a network for other data than `wanted`.
    pub fn of_another(&self, wanted: Kind) -> Error {
        let own = self.kind();
        usage(format!(
            "the settings beside the weights are those of a network for {own}, not of one for {wanted}"
        ))
    }
}

/// The way samples became inputs when a network was trained, as the `settings.json` beside its weights says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Trained {
    /// The network's name.
    pub model: String,
    /// The data's name, and the folder that the data had then.
    pub data: String,
    /// The columns of data that were the user's own files.
    #[serde(default)]
    pub columns: Columns,
    /// The statistics of the inputs.
    pub statistics: Statistics,
    /// How images were brought to the network's size; absent where they had it.
    #[serde(default)]
    pub framing: Option<Framing>,
    /// The names of the classes, by label; none in files of older versions.
    #[serde(default)]
    pub classes: Vec<String>,
    /// The names of columns or channels; none in files of older versions.
    #[serde(default)]
    pub features: Vec<String>,
    /// The values of a table's categorical columns, by column.
    #[serde(default)]
    pub categories: BTreeMap<String, Vec<String>>,
}

impl Trained {
    /// Refuses columns or channels other than those that the network was trained with, or in another order.
    ///
    /// # Errors
    ///
    /// Fails with both lists.
    pub fn check_features(trained: Option<&Self>, own: &[String]) -> Result<()> {
        match trained.map(|trained| &trained.features[..]) {
            Some(features) if !features.is_empty() && features != own => Err(usage(format!(
                "the network was trained with {}, and these data have {}: give the same in the same order, of a file of one's own by --input",
                features.join(", "),
                own.join(", ")
            ))),
            _ => Ok(()),
        }
    }

    /// The data with their classes numbered as the network's, where `classes` or its settings name them.
    ///
    /// # Errors
    ///
    /// Fails where the network has other classes than the data.
    pub fn in_order<T: Relabel>(
        trained: Option<&Self>,
        classes: &[String],
        split: Split<T>,
        notes: &mut Vec<String>,
    ) -> Result<Split<T>> {
        let own = trained.map_or(&[][..], |trained| &trained.classes);
        let names = match own.is_empty() {
            true => classes,
            false => named(classes, own, "the settings beside the weights")?,
        };
        match names.is_empty() {
            true => Ok(split),
            false => in_order(split, names, notes),
        }
    }

    /// Reads the `settings.json` beside weights, or in the folder of weights; `None` where there is none.
    ///
    /// # Errors
    ///
    /// Fails where the file is there, but not as expected.
    pub fn beside(weights: Option<&Path>) -> Result<Option<Self>> {
        let weights = weights.map(|weights| WeightFile::parse(weights).path);
        let settings = weights.map(|weights| match weights.is_dir() {
            true => weights.join("settings.json"),
            false => weights.with_file_name("settings.json"),
        });
        let Some(settings) = settings.filter(|settings| settings.exists()) else {
            return Ok(None);
        };
        let fail = |e: String| usage(format!("reading {}: {e}", settings.display()));
        let text = std::fs::read_to_string(&settings).map_err(|e| fail(e.to_string()))?;
        let trained: Self = serde_json::from_str(&text).map_err(|e| {
            fail(format!(
                "{e}; the file is cut or edited: train again, or move it away"
            ))
        })?;
        match trained.framing {
            Some(Framing { resized, side, .. }) if side == 0 || resized < side => Err(fail(
                format!("images resized to {resized} pixels cannot be cut to {side}"),
            )),
            _ => Ok(Some(trained)),
        }
    }
}
