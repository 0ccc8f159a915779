use std::ops::RangeInclusive;
use std::path::Path;

use burn_interaction::coalition::generator;
use burn_interaction::estimate::contextual_variability;
use burn_interaction::profile::Allocation;
use burn_interaction::{
    Classifier, Copies, Estimator, Measurement, Orders, Origin, Pairs, Precision, Profile, Reward,
    Strength, StrengthPoint, Verdict,
};
use serde::{Deserialize, Serialize};

use super::super::chosen::Chosen;
use super::super::measure::PILOT_SAMPLES;
use super::super::samples::weights_digest;
use super::super::{Measure, interrupt};
use super::{Among, Outcome, Quiet, Ready, Sizes, check_contexts, theory, whole};
use crate::error::{Result, usage};
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
    /// The error of J to reach, in units of the larger of 1 and J, instead of a budget of pairs and contexts; the most samples
    /// that may be taken are those of the evaluation. With fewer samples than a pilot takes the budget holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
    /// The most forwards that a precision may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_forwards: Option<u64>,
    /// The value of a coalition.
    pub reward: Reward,
    /// Whether only samples are measured that the network classifies rightly; otherwise all networks take theirs from one list,
    /// a precision as many as it needs.
    pub right: bool,
    /// The seed of every random draw.
    pub seed: u64,
}

/// Players up to which a price takes samples to be enumerated.
const ENUMERATED: usize = 12;
/// About the forwards of a pilot.
const PILOT_FORWARDS: f64 = 25_000.0;

impl Default for Strengths {
    fn default() -> Self {
        let measure = Measure::default();
        Self {
            orders: Orders::all(),
            pairs: None,
            estimator: None,
            contexts: measure.contexts.most(),
            precision: None,
            most_forwards: None,
            reward: measure.reward,
            right: false,
            seed: 0,
        }
    }
}

impl Strengths {
    /// Refuses numbers that no measurement can have.
    pub(super) fn check(&self) -> Result<()> {
        match (self.precision, self.most_forwards) {
            (None, Some(_)) => Err(usage("most-forwards is for a precision: give one")),
            (Some(error), _) if !(error.is_finite() && error > 0.0) => Err(usage(format!(
                "precision = {error}: give an error of J such as 0.1"
            ))),
            _ => check_contexts(self.contexts),
        }
    }

    /// Refuses orders and pairs that samples of these sizes do not have: those of several sizes have ratios in common and no
    /// orders, and only the pairs of the smallest. A single sample is of one size.
    pub(super) fn fits(&self, sizes: Sizes, among: Among) -> Result<()> {
        let Measure { orders, pairs, .. } = self.measure(among);
        let fewest = sizes.fewest_of(among.samples);
        if fewest < sizes.players {
            orders.common()?;
        } else {
            orders.resolve(sizes.players)?;
        }
        if let Some(pairs) = pairs {
            pairs.resolve(fewest, sizes.grid, &mut generator(0, 0))?;
        }
        Ok(())
    }

    /// The error wanted of so many samples, where they are enough for a pilot.
    fn wanted(&self, samples: usize) -> Option<Precision> {
        let precision = Precision::new(self.precision.filter(|_| samples >= PILOT_SAMPLES)?);
        Some(match self.most_forwards {
            Some(forwards) => precision.most_forwards(forwards),
            None => precision,
        })
    }

    /// About how many forwards a sample takes, among so many samples: those of its enumeration, its share of what a precision is
    /// expected to take, or at most four for each difference.
    pub(super) fn forwards(&self, sizes: Sizes, samples: usize) -> f64 {
        let players = sizes.players;
        if players <= ENUMERATED {
            return 2_f64.powi(players as i32);
        }
        if let Some(wanted) = self.wanted(samples) {
            // A tenth took a trained ResNet-20 of 256 players 90,000 forwards, besides its pilot.
            let expected = PILOT_FORWARDS + 900.0 / wanted.error().powi(2);
            let most = self.most_forwards.unwrap_or(u64::MAX) as f64;
            return expected.min(most) / samples as f64;
        }
        let orders = self.orders.resolve(players).map_or(0, |o| o.len());
        let given = self.pairs.as_ref().and_then(|pairs| {
            let drawn = pairs.resolve(players, sizes.grid, &mut generator(0, 0));
            Some(drawn.ok()?.len())
        });
        let pairs = given.unwrap_or_else(|| (players * (players - 1) / 2).min(200));
        4.0 * (orders * pairs * self.contexts) as f64
    }

    fn measure(&self, among: Among) -> Measure {
        let default = Measure::default();
        let precision = self.wanted(among.samples.unwrap_or(default.samples));
        Measure {
            orders: self.orders.clone(),
            // A precision draws pairs as the papers do, as many as it needs.
            pairs: self.pairs.clone().filter(|_| precision.is_none()),
            estimator: self.estimator,
            contexts: self.contexts.into(),
            precision,
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
        let chosen = Chosen::of(*subject, &samples, net, &candidates, &measure, job.device())?;
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
        let file = job.folder.join(PROFILE);
        let journal = job.folder.join("profile.partial.jsonl");
        let mut measurement = chosen
            .measurement(*subject, &samples, protocol, None, job.device())?
            .origin(origin)
            .journal(&journal);
        let earlier = match journal.exists() {
            true => Some(Profile::load_json(&journal)?),
            false => None,
        };
        let inputs = chosen.batch.inputs.clone();
        let net = &Copies::of(net, job.devices)?;
        if let Some(wanted) = measure.precision {
            let known = earlier.as_ref().and_then(Profile::precision);
            measurement = measurement.precision(wanted);
            let allocation = match known {
                Some(reached) => reached.allocation.clone(),
                None => {
                    let Some(planned) = planned(&measurement, net, &chosen)? else {
                        return Ok(None);
                    };
                    planned
                }
            };
            measurement = measurement.allocation(allocation);
        }
        if let Some(earlier) = earlier {
            measurement = measurement.resume(earlier);
        }
        let Some(profile) = whole(&measurement, net, inputs, &chosen)? else {
            return Ok(None);
        };
        profile.save_json(file)?;
        std::fs::remove_file(journal).ok();
        Ok(Some(outcome(&profile)))
    }
}

/// The outcome of a measure of orders in its folder, made again from the profile that it kept: what earlier versions wrote has
/// fewer numbers. `None` where there is no such profile.
pub fn measured_again(folder: &Path) -> Option<Outcome> {
    let profile = Profile::load_json(folder.join(PROFILE)).ok()?;
    Some(outcome(&profile))
}

/// The file of a measure's profile.
const PROFILE: &str = "profile.json";

/// The axis of curves over orders.
pub(super) const RATIO: &str = "order ratio";

/// The allocation that a pilot finds; `None` where that was interrupted.
fn planned<S: Subject>(
    measurement: &Measurement<S::Players>,
    net: &impl Classifier<S::Input>,
    chosen: &Chosen<S>,
) -> Result<Option<Allocation>> {
    let inputs = chosen.batch.inputs.clone();
    match measurement.plan(net, inputs, chosen.targets.clone(), &mut Quiet) {
        Err(burn_interaction::Error::Interrupted) if interrupt::requested() => Ok(None),
        planned => Ok(Some(planned?)),
    }
}

/// The order ratios m / (n - 2) that a claim of a U holds against its ends: .3 to .7. Orders are whole: the one called .3 of 256
/// players is .2992 and inside, that of 64 players .2903 and outside.
const MIDDLE: RangeInclusive<f64> = 0.295..=0.705;

/// The numbers, words and curves of a profile. Where no order shows more strength than rounding gives there is no J, and nothing that is
/// told by it.
fn outcome(profile: &Profile) -> Outcome {
    let strength = &profile.strength();
    let mut outcome = Outcome::default();
    outcome.value("samples", strength.samples as f64, None);
    outcome.value("forwards", strength.forwards as f64, None);
    let points = &strength.points;
    let some = points.iter().any(|p| p.corrected.unwrap_or(p.raw) > 0.0);
    let some = some && !strength.is_rounding();
    match some {
        true => shaped(&mut outcome, profile, strength),
        false => outcome.word("shape", "none"),
    }
    let curve = |of: &dyn Fn(&StrengthPoint) -> Option<f64>| {
        let of = points.iter().map(|p| (p.ratio, of(p).unwrap_or(f64::NAN)));
        of.collect::<Vec<_>>()
    };
    let relative = |p: &StrengthPoint| p.relative_corrected.unwrap_or(p.relative);
    outcome.curve("J", RATIO, curve(&|p| some.then(|| relative(p))));
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
    theory(&mut outcome, strength.effective_players().filter(|_| some));
    let correlation = strength.variability_correlation();
    for (name, value) in [
        ("tau", correlation.whole),
        ("tau left", correlation.left),
        ("tau right", correlation.right),
    ] {
        outcome.value(name, value.unwrap_or(f64::NAN), None);
    }
    let level = points.iter().map(|p| p.corrected.unwrap_or(p.raw));
    outcome.value(
        "level of S",
        level.sum::<f64>() / points.len().max(1) as f64,
        None,
    );
    outcome
}

/// Writes what the shape of J tells.
fn shaped(outcome: &mut Outcome, profile: &Profile, strength: &Strength) {
    let errors = strength.points.iter().map(|p| {
        let (value, error) = (p.relative_corrected?, p.relative_error?);
        Some(error / value.max(1.0))
    });
    let errors: Option<Vec<f64>> = errors.collect();
    let worst = errors.map_or(f64::NAN, |errors| errors.into_iter().fold(0.0, f64::max));
    outcome.value("error of J", worst, None);
    for (name, end) in [("left end", 0.0), ("right end", 1.0)] {
        if let Some(rise) = profile.rise(end..=end, MIDDLE) {
            outcome.value(format!("{name} over middle"), rise.value, rise.error);
        }
    }
    if let Some((middle, error)) = profile.relative_level(MIDDLE) {
        outcome.value("middle of J", middle, error);
    }
    outcome.word("shape", shape(strength.verdict()));
    if let Some(depth) = strength.depth() {
        outcome.value("depth", depth.value, depth.error);
    }
}

/// The shape that a verdict tells, in a word.
fn shape(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::U(_) => "U",
        Verdict::Hump(_) => "hump",
        Verdict::Falling { .. } => "falling",
        Verdict::Rising { .. } => "rising",
        Verdict::Flat { .. } => "flat",
        _ => "undecided",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Part;

    #[test]
    fn orders_and_pairs_are_those_that_samples_of_several_sizes_have() {
        let several = Sizes {
            train: 9,
            test: 9,
            fewest: 5,
            players: 9,
            grid: None,
            numeric: false,
        };
        let one = Sizes {
            fewest: 9,
            ..several
        };
        let among = |samples: usize| Among {
            samples: Some(samples),
            part: Part::Test,
        };
        let orders = Strengths {
            orders: Orders::given([0, 2]),
            ..Strengths::default()
        };
        assert!(orders.fits(several, among(4)).is_err());
        assert!(orders.fits(several, among(1)).is_ok() && orders.fits(one, among(4)).is_ok());
        let pairs = Strengths {
            pairs: Some(Pairs::given([(0, 7)])),
            ..Strengths::default()
        };
        assert!(pairs.fits(several, among(4)).is_err());
        assert!(pairs.fits(several, among(1)).is_ok() && pairs.fits(one, among(4)).is_ok());
        assert!(Strengths::default().fits(several, among(4)).is_ok());
    }
}
