use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use burn_interaction::input::Kind;
use serde::{Deserialize, Serialize};

use crate::error::{Error, usage};

/// The players that a user asks for, where data of a kind have several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Seats {
    /// Word pieces of texts.
    Pieces,
    /// Words of texts.
    Words,
    /// The segments of images, by a file or folder of labels.
    Segments(PathBuf),
    /// This number of windows of time.
    Windows(usize),
    /// Windows of this many steps of time.
    Steps(usize),
}

impl Seats {
    /// A help text on how players are asked for.
    pub const HELP: &str = "Players. Of texts: pieces (word pieces), the default, or words. Of images: segments:FILE, labels of all images, or segments:FOLDER, with labels for each by its name or number (.npy of whole numbers, or .png, .bmp, .tif, each colour a label); patches by default, see --grid. Of time series: windows:N of equal length, 12 by default, or steps:N, windows of so many steps";

    /// The kind of data that has such players.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Pieces | Self::Words => Kind::Texts,
            Self::Segments(_) => Kind::Images,
            Self::Windows(_) | Self::Steps(_) => Kind::Series,
        }
    }
}

impl FromStr for Seats {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let count = |number: &str| number.parse().ok().filter(|count: &usize| *count > 0);
        let found = match text.split_once(':') {
            None if text == "pieces" => Some(Self::Pieces),
            None if text == "words" => Some(Self::Words),
            Some(("segments", path)) if !path.is_empty() => Some(Self::Segments(path.into())),
            Some(("windows", number)) => count(number).map(Self::Windows),
            Some(("steps", number)) => count(number).map(Self::Steps),
            _ => None,
        };
        found.ok_or_else(|| {
            usage(format!(
                "--players {text}: give pieces or words for texts, segments:FILE or segments:FOLDER for images, windows:N or steps:N for time series"
            ))
        })
    }
}

impl fmt::Display for Seats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pieces => f.write_str("pieces"),
            Self::Words => f.write_str("words"),
            Self::Segments(path) => write!(f, "segments:{}", path.display()),
            Self::Windows(count) => write!(f, "windows:{count}"),
            Self::Steps(steps) => write!(f, "steps:{steps}"),
        }
    }
}

impl From<Seats> for String {
    fn from(seats: Seats) -> Self {
        seats.to_string()
    }
}

impl TryFrom<String> for Seats {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_are_spelled_one_way() {
        for text in [
            "pieces",
            "words",
            "segments:maps/c:d",
            "windows:12",
            "steps:4",
        ] {
            let seats: Seats = text.parse().unwrap();
            assert_eq!(seats.to_string(), text);
            let json = serde_json::to_string(&seats).unwrap();
            assert_eq!(serde_json::from_str::<Seats>(&json).unwrap(), seats);
        }
        for text in ["", "word", "segments", "segments:", "windows:0", "steps:x"] {
            let error = text.parse::<Seats>().unwrap_err().to_string();
            assert!(error.contains("windows:N or steps:N"), "{error}");
        }
    }
}
