use burn_interaction::coalition::generator;
use burn_interaction::evaluation::{Learning, LearningStrength};
use burn_interaction::{Orders, Pairs};
use serde::{Deserialize, Serialize};

use super::super::Measure;
use super::super::chosen::Chosen;
use super::sizes::{Sizes, WITH_BACKWARD};
use super::strengths::RATIO;
use super::{Among, Outcome, Ready, check_contexts, theory};
use crate::error::{Result, usage};
use crate::subject::Subject;

/// The empirical learning strength of orders: norms of the gradients of interactions over the parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Gradients {
    /// The pairs of each sample.
    pub pairs: Pairs,
    /// Contexts of each pair and order, at most.
    pub contexts: usize,
    /// Gradients of Delta v that are drawn for the assumption of a zero mean, for each order.
    pub draws: usize,
    /// The seed of every random draw.
    pub seed: u64,
}

impl Default for Gradients {
    fn default() -> Self {
        Self {
            pairs: Pairs::random(30),
            contexts: 1024,
            draws: 100,
            seed: 0,
        }
    }
}

impl Gradients {
    /// Refuses numbers that no measurement can have.
    pub(super) fn check(&self) -> Result<()> {
        check_contexts(self.contexts)
    }

    /// Refuses pairs that samples of these sizes do not have, and samples of several sizes.
    pub(super) fn fits(&self, sizes: Sizes, among: Among) -> Result<()> {
        let Sizes { players, .. } = sizes;
        let fewest = sizes.fewest_of(among.samples);
        if fewest < players {
            return Err(usage(format!(
                "gradients are of samples of one number of players, and these have {fewest} to {players}: leave these networks out of the measure's subjects"
            )));
        }
        let pairs = &self.pairs;
        pairs.resolve(sizes.players, sizes.grid, &mut generator(0, 0))?;
        Ok(())
    }

    /// About how many forwards a sample of so many players takes, a backward counted as two.
    pub(super) fn forwards(&self, players: usize) -> f64 {
        let contexts = 2_f64.powi(players.min(64) as i32);
        let orders = players.saturating_sub(1) as f64;
        let of_pair = contexts.min(4.0 * orders * self.contexts as f64);
        let pairs = (players * players.saturating_sub(1) / 2).min(30) as f64;
        WITH_BACKWARD * (of_pair * (pairs + 1.0) + 4.0 * orders * self.draws as f64)
    }

    /// Measures the gradients.
    pub(super) fn measured<S: Subject>(
        &self,
        ready: &Ready<'_, S>,
        among: Among,
    ) -> Result<Outcome> {
        let Ready { subject, net, job } = ready;
        let measure = Measure {
            samples: among.samples.unwrap_or(10),
            part: among.part,
            any: true,
            ..Measure::default()
        };
        let (samples, candidates) = ready.measurable(among.part)?;
        let chosen = Chosen::of(*subject, &samples, net, &candidates, &measure, job.device())?;
        let mut learning = Learning::new(chosen.seated.players.clone())
            .orders(Orders::all())
            .pairs(self.pairs.clone())
            .contexts(self.contexts)
            .draws(self.draws)
            .seed(self.seed)
            .ids(chosen.batch.ids.clone());
        if let Some(baseline) = subject.baseline()? {
            learning = learning.baseline(baseline);
        }
        let found = learning.run(net, chosen.batch.inputs.clone(), chosen.targets.clone())?;
        Ok(outcome(&found))
    }
}

/// The numbers and curves of a learning strength.
fn outcome(found: &LearningStrength) -> Outcome {
    let mut outcome = Outcome::default();
    outcome.value("samples", found.samples.len() as f64, None);
    let orders = || found.orders.iter();
    let curve = |of: &dyn Fn(usize) -> Option<f64>| -> Vec<(f64, f64)> {
        let places = orders().enumerate();
        let points = places.map(|(place, order)| (order.ratio, of(place).unwrap_or(f64::NAN)));
        points.collect()
    };
    let own = |place: usize| &found.orders[place];
    outcome.curve(
        "learning strength",
        RATIO,
        curve(&|k| Some(own(k).strength)),
    );
    outcome.curve("persistence", RATIO, curve(&|k| own(k).persistence));
    outcome.curve(
        "squared mean over variance",
        RATIO,
        curve(&|k| own(k).zero_mean?.ratio),
    );
    if let Some(parts) = &found.parts {
        let share = |k: usize| parts.orders.get(own(k).order).map(|part| part.share);
        outcome.curve("share", RATIO, curve(&share));
        let (empty, individual) = (parts.empty, parts.individual);
        outcome.value("share of v(0)", empty.share, empty.share_error);
        outcome.value(
            "share of independent effects",
            individual.share,
            individual.share_error,
        );
        let all: f64 = parts.orders.iter().map(|part| part.share).sum();
        outcome.value("share of interactions", all, None);
        outcome.value("sum of shares", parts.total(), None);
        outcome.value("gradient of v(N)", parts.whole, None);
    }
    let ratios = orders().filter_map(|order| order.zero_mean?.ratio);
    let ratios: Vec<f64> = ratios.collect();
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    outcome.value("squared mean over variance", mean, None);
    theory(&mut outcome, found.effective_players().as_ref());
    outcome
}
