use burn_interaction::Term;
use burn_interaction::modulation::Coefficient;

use super::file::{Claim, Factor, Item, Ratio, TermEntry, Tuning};

impl TermEntry {
    /// The term that the entry describes.
    ///
    /// # Errors
    ///
    /// Fails where it has no direction, or two.
    pub fn term(&self) -> Result<Term, String> {
        let term = match (self.encourage, self.suppress) {
            (Some([r1, r2]), None) => Term::encourage(r1..r2),
            (None, Some([r1, r2])) => Term::suppress(r1..r2),
            _ => return Err("a term has one of encourage and suppress".into()),
        };
        let coefficient = match self.coefficient {
            None | Some(Factor::Ratio(Ratio::Sizes)) => Coefficient::Sizes,
            Some(Factor::Ratio(Ratio::Ratios)) => Coefficient::Ratios,
            Some(Factor::Number(number)) => Coefficient::Fixed(number),
        };
        Ok(term
            .weight(self.weight.unwrap_or(1.0))
            .coefficient(coefficient)
            .draws(self.draws.unwrap_or(1)))
    }
}

impl Tuning {
    /// Merges settings: those of `self`, and of `base` where `self` has none.
    pub fn over(&self, base: &Self) -> Self {
        let (own, base) = (self.clone(), base.clone());
        Self {
            epochs: own.epochs.or(base.epochs),
            batch: own.batch.or(base.batch),
            learning_rate: own.learning_rate.or(base.learning_rate),
            weight_decay: own.weight_decay.or(base.weight_decay),
            optimizer: own.optimizer.or(base.optimizer),
            augment: own.augment.or(base.augment),
        }
    }
}

impl Item {
    /// The item with what the claim says for all.
    pub fn within(&self, claim: &Claim) -> Self {
        let measure = claim.measure.as_ref().map(|name| name.get_ref().clone());
        Self {
            measure: self.measure.clone().or(measure),
            value: self.value.clone().or_else(|| claim.value.clone()),
            ..self.clone()
        }
    }
}
