use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The numbers, words and curves that an evaluation of a network ends with, by name.
///
/// Only finite numbers are kept, as files hold no others: a number that could not be computed is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The numbers.
    pub values: BTreeMap<String, Reading>,
    /// The words, such as the shape of a curve.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
    /// The curves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub curves: BTreeMap<String, Curve>,
}

/// A number and its standard error over samples, where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The number.
    pub value: f64,
    /// The standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
}

/// A curve, ascending along its axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The name of the axis, such as `order ratio` or `epoch`.
    pub along: String,
    /// The places on the axis.
    pub places: Vec<f64>,
    /// The values at these places.
    pub values: Vec<f64>,
}

impl Outcome {
    /// Adds a number.
    pub fn value(&mut self, name: impl Into<String>, value: f64, error: Option<f64>) {
        if value.is_finite() {
            let error = error.filter(|error| error.is_finite());
            self.values.insert(name.into(), Reading { value, error });
        }
    }

    /// Adds a word.
    pub fn word(&mut self, name: &str, word: &str) {
        self.words.insert(name.into(), word.into());
    }

    /// Adds a curve, without the points at which it has no finite value; a curve without points is left out.
    pub fn curve(
        &mut self,
        name: impl Into<String>,
        along: &str,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) {
        let points = points.into_iter().filter(|(_, value)| value.is_finite());
        let (places, values): (Vec<f64>, Vec<f64>) = points.unzip();
        if !places.is_empty() {
            let along = along.into();
            let curve = Curve {
                along,
                places,
                values,
            };
            self.curves.insert(name.into(), curve);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_files_cannot_hold_are_left_out() {
        let mut outcome = Outcome::default();
        outcome.value("loss", f64::NAN, None);
        outcome.value("accuracy", 0.5, Some(f64::INFINITY));
        outcome.curve("J", "order ratio", [(0.0, 1.0), (1.0, f64::NAN)]);
        outcome.curve("none", "order ratio", []);
        assert_eq!(outcome.values.len(), 1);
        assert_eq!(outcome.values["accuracy"].error, None);
        assert_eq!(outcome.curves["J"].places, [0.0]);
        let text = serde_json::to_string(&outcome).unwrap();
        assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
    }
}
