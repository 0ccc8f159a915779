use crate::coalition::Pair;
use crate::error::{Error, Result};

/// The players of a sample at one order: the strength that each takes part in, `None` where it was not measured, and pairs with their
/// interactions.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub name: String,
    pub strengths: Vec<Option<f64>>,
    pub pairs: Vec<(Pair, f64)>,
}

impl Layer {
    pub fn new(
        name: impl Into<String>,
        strengths: impl IntoIterator<Item = Option<f64>>,
        pairs: impl IntoIterator<Item = (Pair, f64)>,
    ) -> Self {
        Self {
            name: name.into(),
            strengths: strengths.into_iter().collect(),
            pairs: pairs.into_iter().collect(),
        }
    }

    /// Refuses layers of other than so many players, which `player` names, or with numbers that are none.
    pub fn check(layers: &[Self], players: usize, player: &str) -> Result<()> {
        let fail = |reason: String| Err(Error::Figure(reason));
        if layers.iter().any(|layer| layer.strengths.len() != players) {
            return fail(format!("a map needs a strength for each {player}"));
        }
        let pairs = || layers.iter().flat_map(|layer| &layer.pairs);
        if pairs().any(|((i, j), _)| *i.max(j) >= players) {
            return fail(format!(
                "a pair has a {player} that the sample does not have"
            ));
        }
        let values = pairs().map(|(_, value)| value);
        let strengths = layers
            .iter()
            .flat_map(|layer| layer.strengths.iter().flatten());
        match values.chain(strengths).all(|value| value.is_finite()) {
            true => Ok(()),
            false => fail("a strength or an interaction is not finite: leave it out".into()),
        }
    }

    /// The largest strength, at least a number that can be divided by.
    pub fn most(&self) -> f64 {
        let known = self.strengths.iter().flatten().copied();
        known.fold(f64::MIN_POSITIVE, f64::max)
    }

    /// The largest interaction of all layers, or the given one; at least a number that can be divided by.
    pub fn largest(layers: &[Self], given: Option<f64>) -> f64 {
        let pairs = layers.iter().flat_map(|layer| &layer.pairs);
        let found = pairs.map(|(_, value)| value.abs()).fold(0.0, f64::max);
        given.unwrap_or(found).max(f64::MIN_POSITIVE)
    }
}

/// Pairs in the order in which they are drawn: the strongest last, above the others.
pub(super) fn strongest_last(pairs: &[(Pair, f64)]) -> Vec<(Pair, f64)> {
    let mut pairs = pairs.to_vec();
    pairs.sort_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    pairs
}
