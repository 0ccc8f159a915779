use std::fmt::Write;

use super::super::file::{Claim, Item};
use super::super::judge::{Inequality, Judgement, judge};
use super::Report;
use super::numbers::short;

/// A claim as it is judged on one subject.
pub struct Judged<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// The subject.
    pub subject: &'a str,
    /// The items, largest first as the claim has it, in words.
    pub items: Vec<String>,
    /// The mean of each item over the seeds.
    pub means: Vec<f64>,
    /// The inequalities between neighbouring items.
    pub inequalities: Vec<Inequality>,
    /// The judgement.
    pub judgement: Judgement,
}

impl Report<'_> {
    /// Every claim on every subject that it can be judged on.
    pub fn judged(&self) -> Vec<Judged<'_>> {
        let mut judged = Vec::new();
        for claim in &self.study.claims {
            for subject in self.subjects() {
                let among = claim
                    .subjects
                    .as_ref()
                    .is_none_or(|names| names.iter().any(|name| name.get_ref() == subject));
                if among {
                    judged.extend(self.judge(claim, subject));
                }
            }
        }
        judged
    }

    /// A claim on a subject; `None` where its measures are not made of this subject.
    fn judge<'a>(&'a self, claim: &'a Claim, subject: &'a str) -> Option<Judged<'a>> {
        let items: Vec<Item> = claim
            .descending
            .get_ref()
            .iter()
            .map(|item| item.get_ref().within(claim))
            .collect();
        let made = |item: &Item| {
            item.constant.is_some()
                || self.cells.measures.iter().any(|cell| {
                    let training = &self.cells.trainings[cell.training];
                    training.subject == subject
                        && Some(&training.variant) == item.variant.as_ref()
                        && Some(&cell.measure) == item.measure.as_ref()
                })
        };
        if !items.iter().all(made) {
            return None;
        }
        let numbers: Vec<Numbers> = items
            .iter()
            .map(|item| self.numbers(subject, item))
            .collect();
        let inequalities: Vec<Inequality> = numbers
            .windows(2)
            .map(|pair| Inequality::of(&pair[0].minus(&pair[1])))
            .collect();
        Some(Judged {
            claim,
            subject,
            judgement: judge(&inequalities),
            items: items.iter().map(words).collect(),
            means: numbers.iter().map(Numbers::mean).collect(),
            inequalities,
        })
    }

    fn numbers(&self, subject: &str, item: &Item) -> Numbers {
        if let Some(constant) = item.constant {
            return Numbers::Constant(constant + item.plus);
        }
        let (Some(variant), Some(measure), Some(value)) =
            (&item.variant, &item.measure, &item.value)
        else {
            return Numbers::Seeds(Vec::new());
        };
        let outcomes = self.outcomes(subject, variant, measure).into_iter();
        let of =
            outcomes.filter_map(|(seed, outcome)| Some((seed, value.of(outcome)? + item.plus)));
        Numbers::Seeds(of.collect())
    }

    /// Writes the claims, each with what was found.
    pub(super) fn claims_text(&self, text: &mut String) -> std::fmt::Result {
        if self.study.claims.is_empty() {
            return Ok(());
        }
        writeln!(
            text,
            "\nClaims (paired one-sided t over seeds, Holm over the inequalities of a claim, alpha .05)"
        )?;
        let mut last: Option<&Claim> = None;
        for judged in self.judged() {
            if last.is_none_or(|last| !std::ptr::eq(last, judged.claim)) {
                let Claim {
                    text: words,
                    section,
                    ..
                } = judged.claim;
                writeln!(text, "  {words} ({section})")?;
                last = Some(judged.claim);
            }
            writeln!(
                text,
                "    {:9}  {}: {}",
                judged.judgement.to_string(),
                judged.subject,
                judged.found()
            )?;
        }
        Ok(())
    }
}

impl Judged<'_> {
    /// The finding in words: every item with its mean, and the probabilities of the inequalities.
    fn found(&self) -> String {
        let items = self.items.iter().zip(&self.means);
        let items: Vec<String> = items
            .map(|(item, mean)| match (item.as_str(), mean.is_nan()) {
                (CONSTANT, _) => short(*mean),
                (_, true) => format!("{item} -"),
                (_, false) => format!("{item} {}", short(*mean)),
            })
            .collect();
        let p = self.inequalities.iter().map(|i| match i.p {
            Some(p) => format!("{p:.4}"),
            None => "-".into(),
        });
        let p: Vec<String> = p.collect();
        let seeds = self.inequalities.iter().map(|i| i.seeds).min().unwrap_or(0);
        let items = items.join(" > ");
        match seeds {
            0 => "not measured yet".into(),
            1 => format!("{items}; one seed, no test"),
            _ => format!("{items}; p {}, {seeds} seeds", p.join(", ")),
        }
    }
}

/// The name of an item that is a number of the claim's own.
const CONSTANT: &str = "constant";

/// The numbers of an item.
enum Numbers {
    /// A constant, whatever the seed.
    Constant(f64),
    /// One for each finished seed.
    Seeds(Vec<(u64, f64)>),
}

impl Numbers {
    /// The differences for the seeds that both have.
    fn minus(&self, other: &Self) -> Vec<f64> {
        match (self, other) {
            (Self::Seeds(left), Self::Seeds(right)) => {
                let of = |seed: &u64| right.iter().find(|(of, _)| of == seed).map(|(_, v)| *v);
                let pairs = left.iter().filter_map(|(seed, v)| Some(v - of(seed)?));
                pairs.collect()
            }
            (Self::Seeds(left), Self::Constant(c)) => left.iter().map(|(_, v)| v - c).collect(),
            (Self::Constant(c), Self::Seeds(right)) => right.iter().map(|(_, v)| c - v).collect(),
            (Self::Constant(left), Self::Constant(right)) => vec![left - right],
        }
    }

    fn mean(&self) -> f64 {
        match self {
            Self::Constant(c) => *c,
            Self::Seeds(numbers) if numbers.is_empty() => f64::NAN,
            Self::Seeds(numbers) => {
                numbers.iter().map(|(_, v)| v).sum::<f64>() / numbers.len() as f64
            }
        }
    }
}

/// An item in words.
fn words(item: &Item) -> String {
    let plus = match item.plus {
        0.0 => String::new(),
        plus => format!(" + {plus}"),
    };
    match (&item.variant, &item.value) {
        (Some(variant), Some(value)) => format!("{variant} {value}{plus}"),
        _ => CONSTANT.into(),
    }
}
