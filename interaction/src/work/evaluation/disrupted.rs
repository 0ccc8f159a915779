use burn_interaction::evaluation::Attack;
use burn_interaction::{Copies, Profile};
use serde::{Deserialize, Serialize};

use super::super::Measure;
use super::super::chosen::Chosen;
use super::strengths::RATIO;
use super::{Among, Outcome, Ready, whole};
use crate::error::Result;
use crate::subject::Subject;

/// The interactions of clean and of attacked inputs, order by order: which orders does an attack disrupt?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Disrupting {
    /// The attack.
    pub attack: Attack,
}

impl Disrupting {
    /// Measures both; `None` where that was interrupted.
    pub(super) fn measured<S: Subject>(
        &self,
        ready: &Ready<'_, S>,
        among: Among,
    ) -> Result<Option<Outcome>> {
        let Ready { subject, net, job } = ready;
        let measure = Measure {
            orders: burn_interaction::Orders::all(),
            samples: among.samples.unwrap_or(50),
            part: among.part,
            any: true,
            ..Measure::default()
        };
        let (samples, candidates) = ready.measurable(among.part)?;
        let chosen = Chosen::of(*subject, &samples, net, &candidates, &measure, job.device())?;
        let protocol = chosen.protocol(*subject, &measure)?;
        let measurement = chosen.measurement(*subject, &samples, protocol, None, job.device())?;
        let attacked = self.attack.run(net, chosen.batch.clone())?;
        let copies = Copies::of(net, job.devices)?;
        let mut profiles = Vec::new();
        for inputs in [chosen.batch.inputs.clone(), attacked.inputs] {
            let measured = whole(&measurement, &copies, inputs, &chosen)?;
            let Some(profile) = measured else {
                return Ok(None);
            };
            profiles.push(profile);
        }
        let changed = attacked.samples.iter().filter(|s| s.class != s.clean_class);
        let mut outcome = compared(&profiles[0], &profiles[1]);
        outcome.value("samples", attacked.samples.len() as f64, None);
        let share = changed.count() as f64 / attacked.samples.len() as f64;
        outcome.value("changed class", share, None);
        Ok(Some(outcome))
    }
}

/// The strengths of both, and the mean |difference| of their interactions: the disruption, of which the relative one is in
/// units of the clean strength.
fn compared(clean: &Profile, attacked: &Profile) -> Outcome {
    let mut outcome = Outcome::default();
    let ratios = clean.ratios();
    let strength = |profile: &Profile| -> Vec<f64> {
        profile.strength().points.iter().map(|p| p.raw).collect()
    };
    let [before, after] = [clean, attacked].map(strength);
    let disruption: Vec<f64> = (0..ratios.len())
        .map(|place| {
            let samples = clean.samples().iter().zip(attacked.samples());
            let each = samples.flat_map(|(a, b)| {
                let order = a.orders()[place];
                let pairs = a.at_order(order).zip(b.at_order(order));
                let pairs =
                    pairs.map(|(a, b)| a.iter().zip(b).map(|(a, b)| (a.mean - b.mean).abs()));
                pairs.into_iter().flatten()
            });
            let (sum, count) = each.fold((0.0, 0), |(sum, count), d| (sum + d, count + 1));
            sum / f64::from(count)
        })
        .collect();
    let curve = |values: Vec<f64>| ratios.iter().copied().zip(values).collect::<Vec<_>>();
    let over = |values: &[f64]| values.iter().zip(&before).map(|(v, b)| v / b).collect();
    outcome.curve("relative disruption", RATIO, curve(over(&disruption)));
    outcome.curve("attacked over clean", RATIO, curve(over(&after)));
    outcome.curve("disruption", RATIO, curve(disruption));
    outcome.curve("S clean", RATIO, curve(before));
    outcome.curve("S attacked", RATIO, curve(after));
    outcome
}
