//! The small language in which a claim names a number: `accuracy`, `mean J 0.7..1`, `max fluctuation 0.3..0.7`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::work::Outcome;

/// A number of an outcome: one that it has by name, or one drawn from a curve over a range of its axis.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum Value {
    /// The number of this name.
    Named(String),
    /// A number drawn from a curve.
    Drawn {
        /// The way it is drawn.
        by: By,
        /// The curve's name.
        curve: String,
        /// The first place on the axis, and the last; both count.
        between: [f64; 2],
    },
}

/// The way in which a number is drawn from a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The mean of the values.
    Mean,
    /// The largest value.
    Max,
    /// The smallest value.
    Min,
    /// The place of the largest value.
    Peak,
}

/// The distance from a range at which a place still belongs to it. Orders are whole: the one called .3 of 256 players is 76 of 254,
/// or .2992, and inside a range from .3 on; that of 64 players is .2903, and outside.
const EDGE: f64 = 0.005;

const WORDS: [(By, &str); 4] = [
    (By::Mean, "mean"),
    (By::Max, "max"),
    (By::Min, "min"),
    (By::Peak, "peak"),
];

impl Value {
    /// The number of an outcome; `None` where it has none of the kind.
    pub fn of(&self, outcome: &Outcome) -> Option<f64> {
        let (by, curve, [low, high]) = match self {
            Self::Named(name) => return outcome.values.get(name).map(|reading| reading.value),
            Self::Drawn { by, curve, between } => (by, outcome.curves.get(curve)?, between),
        };
        let points = curve.places.iter().zip(&curve.values);
        let inside = |place: f64| place >= low - EDGE && place <= high + EDGE;
        let inside: Vec<(f64, f64)> = points
            .map(|(place, value)| (*place, *value))
            .filter(|(place, _)| inside(*place))
            .collect();
        let largest = inside
            .iter()
            .copied()
            .reduce(|best, point| if point.1 > best.1 { point } else { best })?;
        let values = inside.iter().map(|(_, value)| *value);
        Some(match by {
            By::Mean => values.sum::<f64>() / inside.len() as f64,
            By::Max => largest.1,
            By::Min => values.fold(f64::INFINITY, f64::min),
            By::Peak => largest.0,
        })
    }
}

impl Value {
    /// The error over samples of a number that an outcome has by name; `None` for others.
    pub fn error(&self, outcome: &Outcome) -> Option<f64> {
        match self {
            Self::Named(name) => outcome.values.get(name)?.error,
            Self::Drawn { .. } => None,
        }
    }

    /// The word that an outcome has by this name, where it has one.
    pub fn word<'a>(&self, outcome: &'a Outcome) -> Option<&'a str> {
        match self {
            Self::Named(name) => outcome.words.get(name).map(String::as_str),
            Self::Drawn { .. } => None,
        }
    }
}

impl FromStr for Value {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let by = words
            .first()
            .and_then(|first| WORDS.iter().find(|(_, word)| word == first));
        let (Some((by, _)), [_, curve @ .., range]) = (by, &words[..]) else {
            return match words.is_empty() {
                true => Err("name a number, such as \"accuracy\" or \"mean J 0.7..1\"".into()),
                false => Ok(Self::Named(words.join(" "))),
            };
        };
        let ends = range.split_once("..");
        let ends = ends.and_then(|(low, high)| Some([low.parse().ok()?, high.parse().ok()?]));
        match (ends, curve) {
            (Some([low, high]), [_, ..]) if low <= high => Ok(Self::Drawn {
                by: *by,
                curve: curve.join(" "),
                between: [low, high],
            }),
            _ => Err(format!(
                "\"{text}\": give a curve and an ascending range, such as \"mean J 0.7..1\""
            )),
        }
    }
}

impl TryFrom<String> for Value {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Drawn {
                by,
                curve,
                between: [low, high],
            } => {
                let word = WORDS.iter().find(|(of, _)| of == by);
                let word = word.map_or("", |(_, word)| word);
                write!(f, "{word} {curve} {low}..{high}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_drawn_from_curves() {
        let mut outcome = Outcome::default();
        outcome.value("test accuracy", 0.8, None);
        outcome.curve(
            "J",
            "order ratio",
            [(0.0, 1.6), (0.3, 0.8), (0.7, 0.9), (1.0, 1.2)],
        );
        let read = |text: &str| text.parse::<Value>().unwrap().of(&outcome);
        assert_eq!(read("test accuracy"), Some(0.8));
        assert_eq!(read("mean J 0.3..0.7"), Some((0.8 + 0.9) / 2.0));
        assert_eq!(read("max J 0.3..1"), Some(1.2));
        assert_eq!(read("min J 0..1"), Some(0.8));
        assert_eq!(read("peak J 0.3..0.7"), Some(0.7));
        assert_eq!(read("mean J 0.4..0.6"), None);
        // The orders called .3 and .7 of 256 players.
        outcome.curve(
            "J",
            "order ratio",
            [(0.2992, 3.0), (0.5, 1.0), (0.6969, 2.0)],
        );
        let read = |text: &str| text.parse::<Value>().unwrap().of(&outcome);
        assert_eq!(read("mean J 0.3..0.7"), Some(2.0));
        assert_eq!(read("max J 0..0.29"), None);
        assert_eq!(read("loss"), None);
    }

    #[test]
    fn ranges_that_are_none_are_refused() {
        for bad in ["mean J 1..0.7", "mean J", "max 0..1", "mean J a..b", " "] {
            assert!(bad.parse::<Value>().is_err(), "{bad}");
        }
        let text = "mean training loss 0..10";
        assert_eq!(text.parse::<Value>().unwrap().to_string(), text);
    }
}
