use serde::{Deserialize, Serialize};

use super::{Strength, StrengthPoint, text_chart};

/// Several named strengths side by side, such as those of a network and of the same network before training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// The title of the curves' picture.
    pub title: String,
    /// The strengths by name.
    pub curves: Vec<NamedStrength>,
}

/// A strength and the name of its network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedStrength {
    /// The name.
    pub name: String,
    /// The strength.
    pub strength: Strength,
}

impl Curves {
    /// No curves yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            curves: Vec::new(),
        }
    }

    /// Adds a named strength.
    pub fn with(mut self, name: impl Into<String>, strength: Strength) -> Self {
        self.curves.push(NamedStrength {
            name: name.into(),
            strength,
        });
        self
    }

    /// The curves of J, corrected for noise where that is known, as a chart of braille dots, `rows` lines high.
    pub fn text(&self, rows: usize) -> String {
        let points = |s: &Strength| s.points.iter().map(StrengthPoint::shown).collect();
        let curves: Vec<(&str, Vec<(f64, f64)>)> = self
            .curves
            .iter()
            .map(|curve| (curve.name.as_str(), points(&curve.strength)))
            .collect();
        text_chart(&curves, rows)
    }
}
