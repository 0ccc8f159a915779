//! The meaning of a study's entries: terms, trainings, evaluations and the items of claims.

use std::ops::Range;

use burn_interaction::modulation::Coefficient;
use burn_interaction::{Modulation, Term};
use toml::Spanned;

use super::file::{Claim, Factor, Item, MeasureEntry, Ratio, TermEntry, Tuning, value};
use crate::error::{Result, usage};
use crate::subject::Part;
use crate::work::{Among, Evaluation};

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
            samples: own.samples.or(base.samples),
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

/// The place of an entry whose value is at fault.
pub fn place<T>(entry: &Option<Spanned<T>>, fault: impl Fn(&T) -> bool) -> Option<Range<usize>> {
    let entry = entry.as_ref().filter(|entry| fault(entry.get_ref()));
    entry.map(Spanned::span)
}

/// The modulation of these terms.
///
/// # Errors
///
/// Fails where a term has no direction, or two.
pub fn modulation(terms: &[Spanned<TermEntry>]) -> Result<Modulation> {
    let mut made = Modulation::none();
    for term in terms {
        made = made.with(term.get_ref().term().map_err(usage)?);
    }
    Ok(made)
}

/// A copy of an entry's value.
fn plain<T: Clone>(entry: &Option<Spanned<T>>) -> Option<T> {
    entry.as_ref().map(|entry| entry.get_ref().clone())
}

impl MeasureEntry {
    /// The place of the kind that the measure is of.
    pub fn kind(&self) -> Option<Range<usize>> {
        fn span<T>(entry: &Option<Spanned<T>>) -> Option<Range<usize>> {
            place(entry, |_| true)
        }
        let kinds = [
            span(&self.orders),
            span(&self.fit),
            span(&self.attack),
            span(&self.attacked_orders),
            span(&self.masking),
            span(&self.learning),
        ];
        kinds.into_iter().flatten().next()
    }

    /// The evaluation that the measure asks for, of so many samples at most.
    ///
    /// # Errors
    ///
    /// Fails where it is of no kind, or of several.
    pub fn evaluation(&self, samples: Option<usize>) -> Result<Evaluation, String> {
        let samples = match (value(&self.samples), samples) {
            (Some(own), Some(most)) => Some(own.min(most)),
            (own, most) => own.or(most),
        };
        // Orders and gradients of a whole set are seldom wanted.
        let few = match (&self.learning, &self.orders, &self.attacked_orders) {
            (Some(_), ..) => Some(10),
            (None, None, None) => None,
            _ => Some(50),
        };
        let samples = samples.or(few);
        let among = Among {
            samples,
            part: self.part.unwrap_or(Part::Test),
        };
        let kinds = [
            plain(&self.learning).map(|own| Evaluation::Learning(own, among)),
            plain(&self.orders).map(|own| Evaluation::Orders(own, among)),
            plain(&self.fit).map(Evaluation::Fit),
            plain(&self.attack).map(|own| Evaluation::Attack(own, among)),
            plain(&self.attacked_orders).map(|own| Evaluation::AttackedOrders(own, among)),
            plain(&self.masking).map(|own| Evaluation::Masking(own, among)),
        ];
        let mut given = kinds.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(Evaluation::Fit(_)), None) if self.samples.is_some() || self.part.is_some() => {
                Err(format!(
                    "measure \"{}\": fit is of all training and test samples; leave samples and part out",
                    self.name.get_ref()
                ))
            }
            (Some(evaluation), None) => Ok(evaluation),
            _ => Err(format!(
                "measure \"{}\": give one of orders, attack, fit, learning, attacked-orders, masking",
                self.name.get_ref()
            )),
        }
    }
}
