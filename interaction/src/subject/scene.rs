use burn_interaction::figures::{Areas, Pixels};
use serde::{Deserialize, Serialize};

/// The contents of the picture of a measured sample, before anything is drawn. Results keep it, so that pictures need no data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scene {
    /// A point cloud, with its regions as players.
    Cloud {
        /// A line about the players.
        players: String,
        /// The axis that points up.
        up: usize,
        /// The region of each point.
        regions: Vec<usize>,
        /// The class of the cloud.
        class: String,
        /// The points of the cloud.
        points: Vec<[f32; 3]>,
    },
    /// An image, with patches or segments as players.
    Image {
        /// The class of the image.
        class: String,
        /// The image.
        pixels: Pixels,
        /// The areas that are players; rows and columns of patches in files of earlier versions.
        #[serde(alias = "grid")]
        areas: Areas,
    },
    /// A row of a table, with its columns as players.
    Row {
        /// The class of the row.
        class: String,
        /// The names of the columns.
        names: Vec<String>,
    },
    /// A time series, with its windows as players.
    Series {
        /// A line about the players.
        players: String,
        /// The class of the series.
        class: String,
        /// The name of each channel and its values.
        channels: Vec<(String, Vec<f32>)>,
        /// The window of each step.
        windows: Vec<usize>,
    },
    /// A sentence, with its words or pieces as players.
    Sentence {
        /// A line about the players.
        players: String,
        /// The class of the sentence.
        class: String,
        /// The words of the sentence.
        words: Vec<Word>,
    },
}

impl Scene {
    /// The class of the sample.
    pub fn class(&self) -> &str {
        match self {
            Self::Cloud { class, .. }
            | Self::Image { class, .. }
            | Self::Row { class, .. }
            | Self::Series { class, .. }
            | Self::Sentence { class, .. } => class,
        }
    }
}

/// The text of a word or piece with its player; `None` where it is no player.
pub type Word = (String, Option<usize>);

/// An input as a network sees it, with some of its players absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// An image.
    Image(Pixels),
    /// The points of a cloud.
    Cloud(Vec<[f32; 3]>),
    /// The channels of a time series.
    Series(Vec<Vec<f32>>),
}
