use burn_interaction::estimate::contextual_variability;
use burn_interaction::{Estimator, Orders, Origin, Pairs, Profile, Reward, Strength};
use serde::{Deserialize, Serialize};

use super::super::Measure;
use super::super::chosen::Chosen;
use super::super::samples::weights_digest;
use super::{Among, Outcome, Ready, check_contexts, theory, whole};
use crate::error::Result;
use crate::subject::Subject;

/// The strengths S and J of orders, the fluctuation of Delta v, and the theory beside them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Strengths {
    /// The orders.
    pub orders: Orders,
    /// The pairs; absent ones follow from the number of players.
    pub pairs: Option<Pairs>,
    /// The estimator; an absent one follows from the number of players.
    pub estimator: Option<Estimator>,
    /// Contexts for each pair and order.
    pub contexts: usize,
    /// The value of a coalition.
    pub reward: Reward,
    /// Whether only samples are measured that the network classifies rightly; otherwise all networks are measured on the
    /// same samples.
    pub right: bool,
    /// The seed of every random draw.
    pub seed: u64,
}

/// Players up to which a price takes samples to be enumerated.
const ENUMERATED: usize = 12;

impl Default for Strengths {
    fn default() -> Self {
        let measure = Measure::default();
        Self {
            orders: Orders::all(),
            pairs: None,
            estimator: None,
            contexts: measure.contexts.most(),
            reward: measure.reward,
            right: false,
            seed: 0,
        }
    }
}

impl Strengths {
    /// Refuses numbers that no measurement can have.
    pub(super) fn check(&self) -> Result<()> {
        check_contexts(self.contexts)
    }

    /// About how many forwards a sample of so many players takes: those of its enumeration, or four for each difference.
    pub(super) fn forwards(&self, players: usize) -> f64 {
        if players <= ENUMERATED {
            return 2_f64.powi(players as i32);
        }
        let orders = self
            .orders
            .resolve(players)
            .map_or(0, |orders| orders.len());
        let pairs = (players * (players - 1) / 2).min(200);
        4.0 * (orders * pairs * self.contexts) as f64
    }

    fn measure(&self, among: Among) -> Measure {
        let default = Measure::default();
        Measure {
            orders: self.orders.clone(),
            pairs: self.pairs.clone(),
            estimator: self.estimator,
            contexts: self.contexts.into(),
            samples: among.samples.unwrap_or(default.samples),
            part: among.part,
            any: !self.right,
            reward: self.reward,
            seed: self.seed,
            ..default
        }
    }

    /// Measures the strengths, keeping each sample as soon as it is finished; `None` where that was interrupted.
    pub(super) fn measured<S: Subject>(
        &self,
        ready: &Ready<'_, S>,
        among: Among,
    ) -> Result<Option<Outcome>> {
        let Ready { subject, net, job } = ready;
        let measure = self.measure(among);
        let (samples, candidates) = ready.measurable(among.part)?;
        let chosen = Chosen::of(*subject, &samples, net, &candidates, &measure, job.device)?;
        let protocol = chosen.protocol(*subject, &measure)?;
        let about = subject.about();
        let origin = Origin {
            network: Some(about.network.clone()),
            data: Some(about.data.clone()),
            split: Some(among.part.name().into()),
            weights: Some(weights_digest(job.weights)?),
            inputs: Some(about.inputs.clone()),
            classes: about.classes.clone(),
            ..Origin::default()
        };
        let file = job.folder.join("profile.json");
        let journal = job.folder.join("profile.partial.jsonl");
        let mut measurement = chosen
            .measurement(*subject, &samples, protocol, None, job.device)?
            .origin(origin)
            .journal(&journal);
        if journal.exists() {
            measurement = measurement.resume(Profile::load_json(&journal)?);
        }
        let inputs = chosen.batch.inputs.clone();
        let Some(profile) = whole(&measurement, net, inputs, &chosen)? else {
            return Ok(None);
        };
        profile.save_json(file)?;
        std::fs::remove_file(journal).ok();
        Ok(Some(outcome(&profile.strength())))
    }
}

/// The axis of curves over orders.
pub(super) const RATIO: &str = "order ratio";

/// The numbers and curves of a strength.
fn outcome(strength: &Strength) -> Outcome {
    let mut outcome = Outcome::default();
    let points = &strength.points;
    let curve = |of: &dyn Fn(&burn_interaction::StrengthPoint) -> Option<f64>| {
        let of = points.iter().map(|p| (p.ratio, of(p).unwrap_or(f64::NAN)));
        of.collect::<Vec<_>>()
    };
    outcome.curve(
        "J",
        RATIO,
        curve(&|p| p.relative_corrected.or(Some(p.relative))),
    );
    outcome.curve("S", RATIO, curve(&|p| p.corrected.or(Some(p.raw))));
    outcome.curve(
        "deviation",
        RATIO,
        curve(&|p| Some(p.fluctuation? * p.corrected?)),
    );
    outcome.curve("fluctuation", RATIO, curve(&|p| p.fluctuation));
    let players = *strength.players.end();
    let contexts = |order: Option<usize>| Some(contextual_variability(players, order?));
    outcome.curve("variability", RATIO, curve(&|p| contexts(p.order)));
    theory(&mut outcome, strength.effective_players());
    let correlation = strength.variability_correlation();
    for (name, value) in [
        ("tau", correlation.whole),
        ("tau left", correlation.left),
        ("tau right", correlation.right),
    ] {
        outcome.value(name, value.unwrap_or(f64::NAN), None);
    }
    if let Some(depth) = strength.depth() {
        outcome.value("depth", depth.value, depth.error);
    }
    let level = points.iter().map(|p| p.corrected.unwrap_or(p.raw));
    outcome.value(
        "level of S",
        level.sum::<f64>() / points.len().max(1) as f64,
        None,
    );
    outcome
}
