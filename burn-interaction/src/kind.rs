use serde::{Deserialize, Serialize};

/// The kind of data that a network takes and a data set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Images, `[batch, channels, height, width]`.
    Images,
    /// Point clouds, `[batch, 3, points]`.
    Clouds,
    /// Rows of a table, `[batch, features]`.
    Tables,
    /// Sentences in word pieces.
    Texts,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Images => "images",
            Self::Clouds => "point clouds",
            Self::Tables => "tables",
            Self::Texts => "texts",
        })
    }
}
