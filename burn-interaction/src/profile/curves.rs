use serde::{Deserialize, Serialize};

use super::{Strength, text_chart};

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

    /// The curves of J as a chart of characters, `rows` lines high, over the orders of the first.
    pub fn text(&self, rows: usize) -> String {
        let relative = |s: &Strength| s.points.iter().map(|p| p.relative).collect::<Vec<_>>();
        let values: Vec<_> = self
            .curves
            .iter()
            .map(|c| (c.name.as_str(), relative(&c.strength)))
            .collect();
        let curves: Vec<_> = values
            .iter()
            .map(|(name, values)| (*name, values.as_slice()))
            .collect();
        let first = self.curves.first().map(|c| {
            c.strength
                .points
                .iter()
                .map(|p| p.ratio)
                .collect::<Vec<_>>()
        });
        text_chart(&curves, &first.unwrap_or_default(), rows)
    }
}
