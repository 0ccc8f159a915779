use burn_interaction::Batch;
use burn_interaction::evaluation::{Attack, AttackedSample, Robustness};
use serde::{Deserialize, Serialize};

use super::{Outcome, Ready};
use crate::error::Result;
use crate::subject::{Part, Subject};
use crate::work::interrupt;

/// Accuracy under a projected gradient descent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attacking(pub Attack);

/// The samples of an evaluation: so many at most, of a part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Among {
    /// Samples at most, shared out over the classes; all where absent.
    pub samples: Option<usize>,
    /// The part of the data.
    pub part: Part,
}

impl Attacking {
    /// Attacks every sample; `None` where that was interrupted.
    pub(super) fn attacked<S: Subject>(
        &self,
        ready: &Ready<'_, S>,
        among: Among,
    ) -> Result<Option<Outcome>> {
        let mut samples: Vec<AttackedSample> = Vec::new();
        let chosen = ready.chosen(among.part, among.samples)?;
        for batch in ready.batches(&chosen) {
            if interrupt::requested() {
                return Ok(None);
            }
            let batch: Batch<S::Input> = batch?;
            samples.extend(self.0.run(&ready.net, batch)?.samples);
        }
        let found = Robustness::of(&samples)?;
        let mut outcome = Outcome::default();
        outcome.value("samples", found.samples as f64, None);
        for (name, mean) in [
            ("clean accuracy", found.clean),
            ("accuracy", found.adversarial),
            ("balanced clean accuracy", found.balanced_clean),
            ("balanced accuracy", found.balanced_adversarial),
            ("clean loss", found.clean_loss),
            ("loss", found.loss),
        ] {
            outcome.value(name, mean.value, mean.standard_error);
        }
        for class in found.classes {
            let accuracy = class.adversarial;
            let name = format!("accuracy of class {}", class.label);
            outcome.value(name, accuracy.value, accuracy.standard_error);
        }
        Ok(Some(outcome))
    }
}
