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
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Images => "images",
            Self::Clouds => "point clouds",
            Self::Tables => "tables",
            Self::Texts => "texts",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_word_in_files_and_one_in_messages() {
        let kinds = [Kind::Images, Kind::Clouds, Kind::Tables, Kind::Texts];
        let json = serde_json::to_string(&kinds).unwrap();
        assert_eq!(json, r#"["images","clouds","tables","texts"]"#);
        assert_eq!(serde_json::from_str::<[Kind; 4]>(&json).unwrap(), kinds);
        assert_eq!(Kind::Clouds.to_string(), "point clouds");
    }
}
