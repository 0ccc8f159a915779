use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::players::Baseline;

use super::{Coefficient, Signal};

/// The direction that a term pushes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The signal is to predict the class, see [`EncourageLoss`](super::EncourageLoss).
    Encourage,
    /// The signal is to say nothing about the class, see [`SuppressLoss`](super::SuppressLoss).
    Suppress,
}

/// One weighted term of a modulation loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The direction that the term pushes in.
    pub direction: Direction,
    /// The orders that the term acts on.
    pub signal: Signal,
    /// The weight lambda.
    pub weight: f64,
}

impl Term {
    /// Encourages the signal between two shares of players, with weight 1.
    pub fn encourage(ratios: Range<f64>) -> Self {
        Self::new(Direction::Encourage, ratios)
    }

    /// Suppresses the signal between two shares of players, with weight 1.
    pub fn suppress(ratios: Range<f64>) -> Self {
        Self::new(Direction::Suppress, ratios)
    }

    fn new(direction: Direction, ratios: Range<f64>) -> Self {
        Self {
            direction,
            signal: Signal::between(ratios.start, ratios.end),
            weight: 1.0,
        }
    }

    /// The weight lambda; the papers use 0.1 to 10.
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// The factor of v(S1).
    pub fn coefficient(mut self, coefficient: Coefficient) -> Self {
        self.signal.coefficient = coefficient;
        self
    }

    /// Nested pairs drawn for each sample and step.
    pub fn draws(mut self, draws: usize) -> Self {
        self.signal.draws = draws;
        self
    }

    /// A name for metrics, unique among terms of different directions or ratios.
    pub fn name(&self) -> String {
        let direction = match self.direction {
            Direction::Encourage => "encourage",
            Direction::Suppress => "suppress",
        };
        format!("{direction} {}-{}", self.signal.r1, self.signal.r2)
    }
}

/// How the plain and the masked samples of a step go through the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Batching {
    /// [`Joint`](Batching::Joint), except that [`Modulated`](crate::training::Modulated) takes
    /// [`Separate`](Batching::Separate) for networks with batch normalisation. The default.
    #[default]
    Auto,
    /// One batch of all, unless it would hold more than 2^25 input values. Batch normalisation then computes one set of
    /// statistics over plain and masked samples.
    Joint,
    /// One after the other, as the reference recipe does: batch normalisation sees plain and masked samples
    /// separately and updates its running statistics once for each forward.
    Separate,
}

/// A modulation loss: any sum of weighted terms, added to the task's own loss.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Modulation {
    terms: Vec<Term>,
    /// The look of absent players; `None` for the players' own.
    #[serde(default)]
    baseline: Option<Baseline>,
    /// Files call it by its first name.
    #[serde(rename = "forwards", alias = "batching")]
    batching: Batching,
}

impl Modulation {
    /// No terms: plain training.
    pub fn none() -> Self {
        Self::default()
    }

    /// The paper's low-order network: suppresses (0.7, 1.0), with weight 1, the default coefficient and one draw.
    ///
    /// On data where each player counts by itself this may weaken low orders instead of high ones; a term with coefficient 1
    /// ([`Coefficient::Fixed`]) and several [draws](Term::draws) does not.
    pub fn low_order() -> Self {
        Self::none().with(Term::suppress(0.7..1.0))
    }

    /// The paper's mid-order network: encourages (0.3, 0.7).
    pub fn mid_order() -> Self {
        Self::none().with(Term::encourage(0.3..0.7))
    }

    /// The paper's high-order network: suppresses (0, 0.5).
    pub fn high_order() -> Self {
        Self::none().with(Term::suppress(0.0..0.5))
    }

    /// Adds a term.
    pub fn with(mut self, term: Term) -> Self {
        self.terms.push(term);
        self
    }

    /// The look of absent players; by default as [`Players::baseline`](crate::Players::baseline) says.
    pub fn baseline(mut self, baseline: impl Into<Option<Baseline>>) -> Self {
        self.baseline = baseline.into();
        self
    }

    /// How the plain and the masked samples of a step go through the network.
    pub fn batching(mut self, batching: Batching) -> Self {
        self.batching = batching;
        self
    }

    pub(super) fn absent_baseline(&self) -> Option<&Baseline> {
        self.baseline.as_ref()
    }

    /// The batching for a network with batch normalisation or without, where the user leaves it to the wrapper.
    pub(crate) fn batching_for(&self, batch_norm: bool) -> Batching {
        match self.batching {
            Batching::Auto if batch_norm => Batching::Separate,
            chosen => chosen,
        }
    }

    /// The terms.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Checks every term for a game of `players`.
    ///
    /// # Errors
    ///
    /// Fails where a term's ratios or weight are out of range.
    pub fn check(&self, players: usize) -> Result<()> {
        self.check_samples(&[players], || Ok(false))
    }

    /// Checks every term for samples with these numbers of players: those with too few take no part, and all of them may have too few
    /// where samples vary in size.
    pub(super) fn check_samples(
        &self,
        players: &[usize],
        vary: impl Fn() -> Result<bool>,
    ) -> Result<()> {
        for term in &self.terms {
            term.signal.check()?;
            let some = players.iter().any(|n| term.signal.sizes(*n).is_ok());
            if !some && !vary()? {
                term.signal
                    .sizes(players.iter().copied().max().unwrap_or(0))?;
            }
            if !(term.weight.is_finite() && term.weight >= 0.0) {
                return Err(Error::setting(
                    "term weight",
                    term.weight,
                    "weights are finite and not negative",
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modulations_of_earlier_versions_are_read() {
        let earlier = r#"{"terms": [], "forwards": "separate"}"#;
        let read: Modulation = serde_json::from_str(earlier).unwrap();
        assert_eq!(read, Modulation::none().batching(Batching::Separate));
        let written = serde_json::to_string(&Modulation::none()).unwrap();
        assert_eq!(written, r#"{"terms":[],"baseline":null,"forwards":"auto"}"#);
    }
}
