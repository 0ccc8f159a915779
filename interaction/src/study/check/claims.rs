//! Refuses claims that mean nothing, or that no report could judge.

use std::ops::Range;

use toml::Spanned;

use super::super::file::{Claim, Item, MeasureEntry, Study};
use super::{Reader, measures, subjects, variants};
use crate::error::Result;

impl Reader<'_> {
    /// Refuses claims of too few items, of unknown names, and those that could not be judged.
    pub(super) fn claims(&self, study: &Study) -> Result<()> {
        let measures = measures(study);
        for claim in &study.claims {
            self.filled(&claim.subjects, claim.descending.span())?;
            for name in claim
                .subjects
                .iter()
                .flatten()
                .chain(claim.published.keys())
            {
                self.known("subject", name, &subjects(study))?;
            }
            if let Some(measure) = &claim.measure {
                self.known("measure", measure, &measures)?;
            }
            let items = claim.descending.get_ref();
            if items.len() < 2 {
                let reason = "a claim compares at least two items";
                return Err(self.at(claim.descending.span(), reason));
            }
            for item in items {
                let whole = item.get_ref().within(claim);
                self.item(item.get_ref(), &whole, item.span(), study, &measures)?;
            }
            self.judged(claim, study)?;
            for (subject, published) in &claim.published {
                if published.len() != items.len() {
                    let reason = format!(
                        "{} published numbers for {} items",
                        published.len(),
                        items.len()
                    );
                    return Err(self.at(subject.span(), reason));
                }
            }
        }
        Ok(())
    }

    /// Refuses a claim that no report could judge: a measure of an item is not made of its variant, or no subject has all measures.
    fn judged(&self, claim: &Claim, study: &Study) -> Result<()> {
        let has = |names: &Option<Vec<Spanned<String>>>, name: &str| {
            let names = names.as_ref();
            names.is_none_or(|names| names.iter().any(|own| own.get_ref() == name))
        };
        let mut measured: Vec<&MeasureEntry> = Vec::new();
        for item in claim.descending.get_ref() {
            let whole = item.get_ref().within(claim);
            let (Some(variant), Some(measure)) = (&whole.variant, &whole.measure) else {
                continue;
            };
            let mut measures = study.measures.iter();
            let Some(entry) = measures.find(|entry| entry.name.get_ref() == measure) else {
                continue;
            };
            if !has(&entry.variants, variant) {
                let reason = format!("the measure {measure} is not made of the variant {variant}");
                return Err(self.at(item.span(), reason));
            }
            let on_the_way =
                entry.epoch.is_some() || entry.at.as_ref().is_some_and(|at| *at.get_ref() < 1.0);
            let mut untrained = study.variants.iter().filter(|variant| variant.untrained);
            if on_the_way && untrained.any(|own| own.name.get_ref() == variant) {
                let reason = format!(
                    "the measure {measure} is made on the way of a training, and {variant} has none"
                );
                return Err(self.at(item.span(), reason));
            }
            measured.push(entry);
        }
        let judged = subjects(study).into_iter().any(|subject| {
            let mut entries = measured.iter();
            has(&claim.subjects, subject) && entries.all(|entry| has(&entry.subjects, subject))
        });
        match judged {
            true => Ok(()),
            false => Err(self.at(
                claim.descending.span(),
                "no subject of the claim has all measures of its items",
            )),
        }
    }

    fn item(
        &self,
        own: &Item,
        item: &Item,
        span: Range<usize>,
        study: &Study,
        measures: &[&str],
    ) -> Result<()> {
        if !item.plus.is_finite() || item.constant.is_some_and(|number| !number.is_finite()) {
            return Err(self.at(span, "an item's numbers are finite"));
        }
        if item.constant.is_some() {
            return match own.variant.is_some() || own.measure.is_some() || own.value.is_some() {
                true => Err(self.at(span, "an item is a constant or a variant's value, not both")),
                false => Ok(()),
            };
        }
        let Item {
            variant: Some(variant),
            measure: Some(measure),
            value: Some(_),
            ..
        } = item
        else {
            let reason = "an item has a variant, a measure and a value, its own or the claim's, or a constant";
            return Err(self.at(span, reason));
        };
        let spanned = |name: &String| Spanned::new(span.clone(), name.clone());
        self.known("variant", &spanned(variant), &variants(study))?;
        self.known("measure", &spanned(measure), measures)
    }
}
