use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of a data set's samples, and of what a network takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `[batch, channels, height, width]` tensors.
    Images,
    /// `[batch, 3, points]` tensors.
    Clouds,
    /// `[batch, features]` tensors.
    Tables,
    /// [`Sentences`](super::Sentences) in word pieces.
    Texts,
    /// [`Series`](super::Series) of values over time.
    Series,
}

impl Kind {
    /// Every kind, in the order of lists.
    pub const ALL: [Self; 5] = [
        Self::Images,
        Self::Clouds,
        Self::Texts,
        Self::Tables,
        Self::Series,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Images => "images",
            Self::Clouds => "point clouds",
            Self::Tables => "tables",
            Self::Texts => "texts",
            Self::Series => "time series",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_word_in_files_and_one_in_messages() {
        let json = serde_json::to_string(&Kind::ALL).unwrap();
        assert_eq!(json, r#"["images","clouds","texts","tables","series"]"#);
        assert_eq!(serde_json::from_str::<[Kind; 5]>(&json).unwrap(), Kind::ALL);
        assert_eq!(Kind::Clouds.to_string(), "point clouds");
    }
}
