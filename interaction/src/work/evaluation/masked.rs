use burn_interaction::Players;
use burn_interaction::evaluation::{Masking, MaskingCurve, MaskingCurves, Random};
use serde::{Deserialize, Serialize};

use super::{Among, Outcome, Ready};
use crate::error::Result;
use crate::subject::Subject;
use crate::work::interrupt;

/// Accuracy when a share of the players is masked at random, and on grids when their surroundings are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Masked(pub Masking);

/// The axis of curves over the share of players that is masked.
const SHARE: &str = "share masked";

impl Masked {
    /// Masks every sample; `None` where that was interrupted.
    pub(super) fn evaluated<S: Subject>(
        &self,
        ready: &Ready<'_, S>,
        among: Among,
    ) -> Result<Option<Outcome>> {
        let players = ready.subject.players()?;
        let masking = Masking {
            baseline: match &self.0.baseline {
                Some(own) => Some(own.clone()),
                None => ready.subject.baseline()?,
            },
            ..self.0.clone()
        };
        let on_grid = players.grid().is_some();
        let (mut random, mut both): (Option<MaskingCurve>, Option<MaskingCurves>) = (None, None);
        let chosen = ready.chosen(among.part, among.samples)?;
        for batch in ready.batches(&chosen) {
            if interrupt::requested() {
                return Ok(None);
            }
            let batch = batch?;
            if on_grid {
                let more = masking.run(&ready.net, &players, batch)?;
                match &mut both {
                    None => both = Some(more),
                    Some(curves) => curves.extend(more)?,
                }
            } else {
                let more = masking.curve(&ready.net, &players, batch, &Random)?;
                match &mut random {
                    None => random = Some(more),
                    Some(curve) => curve.extend(more)?,
                }
            }
        }
        let mut outcome = Outcome::default();
        let points = |curve: &MaskingCurve| {
            let points = curve.points().into_iter();
            points
                .map(|p| (p.share, p.accuracy.value))
                .collect::<Vec<_>>()
        };
        if let Some(curves) = &both {
            let area = curves.area()?;
            outcome.value("area", area.value, area.standard_error);
            outcome.curve("surroundings masked", SHARE, points(&curves.surroundings));
        }
        if let Some(curve) = random.as_ref().or(both.as_ref().map(|both| &both.random)) {
            outcome.value("samples", curve.samples.len() as f64, None);
            outcome.curve("random masked", SHARE, points(curve));
            let mean = |values: Vec<(f64, f64)>| {
                let count = values.len() as f64;
                values.into_iter().map(|(_, value)| value).sum::<f64>() / count
            };
            outcome.value("accuracy", mean(points(curve)), None);
        }
        Ok(Some(outcome))
    }
}
