use std::fmt::Write;

use super::super::cells::TrainingCell;
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
    /// The mean of each item over the seeds that all items have.
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
        let numbers = items.iter().map(|item| self.numbers(subject, item));
        let numbers = paired(numbers.collect());
        let given = self.is_given(subject);
        let inequalities: Vec<Inequality> = numbers
            .windows(2)
            .map(|pair| pair[0].above(&pair[1], given))
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

    /// Whether a subject is a network with given weights, which has samples and no seeds.
    fn is_given(&self, subject: &str) -> bool {
        let trainings = self.cells.trainings.iter();
        trainings
            .filter(|training| training.subject == subject)
            .any(TrainingCell::is_given)
    }

    /// The tests by which claims are judged, in words.
    pub(super) fn tests(&self) -> &'static str {
        let subjects = self.subjects().into_iter();
        let given: Vec<bool> = subjects.map(|subject| self.is_given(subject)).collect();
        match (given.contains(&true), given.contains(&false)) {
            (true, false) => "one-sided t over the samples of a given network, unpaired",
            (true, true) => {
                "paired one-sided t over seeds, unpaired over the samples of a given network"
            }
            (false, _) => "paired one-sided t over seeds",
        }
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
        let of = outcomes.filter_map(|(seed, outcome)| {
            let samples = outcome.values.get("samples");
            Some(Number {
                seed,
                value: value.of(outcome)? + item.plus,
                error: value.error(outcome),
                samples: samples.map_or(0, |samples| samples.value as usize),
            })
        });
        Numbers::Seeds(of.collect())
    }

    /// Writes the claims, each with what was found.
    pub(super) fn claims_text(&self, text: &mut String) -> std::fmt::Result {
        if self.study.claims.is_empty() {
            return Ok(());
        }
        writeln!(
            text,
            "\nClaims ({}, Holm over the inequalities of a claim, alpha .05)",
            self.tests()
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
    pub(super) fn found(&self) -> String {
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
            1 if self.inequalities.iter().all(|i| i.p.is_some()) => {
                format!(
                    "{items}; p {}, over the samples of one network",
                    p.join(", ")
                )
            }
            1 if self.inequalities.iter().any(Inequality::is_uncounted) => format!(
                "{items}; no test, as an earlier version did not count the samples: remove the cell of the measure and run again"
            ),
            1 => format!("{items}; one seed, no test"),
            _ => format!("{items}; p {}, {seeds} seeds", p.join(", ")),
        }
    }
}

/// The name of an item that is a number of the claim's own.
const CONSTANT: &str = "constant";

/// The number of an item for one seed.
#[derive(Clone, Copy)]
struct Number {
    seed: u64,
    value: f64,
    /// The error over samples, where it is known.
    error: Option<f64>,
    /// The samples; 0 where they are not counted, and as many as there may be of a constant.
    samples: usize,
}

/// The numbers of an item.
enum Numbers {
    /// A constant, whatever the seed.
    Constant(f64),
    /// One for each finished seed.
    Seeds(Vec<Number>),
}

impl Numbers {
    /// The inequality that these lie above the others: over seeds, or over the samples of a network with `given` weights.
    fn above(&self, other: &Self, given: bool) -> Inequality {
        let pairs = self.pairs(other);
        let differences: Vec<f64> = pairs.iter().map(|(a, b)| a.value - b.value).collect();
        match &pairs[..] {
            [(a, b)] if given => match (a.error, b.error) {
                (Some(first), Some(second)) => {
                    let samples = a.samples.min(b.samples);
                    Inequality::over_samples(differences[0], first.hypot(second), samples)
                }
                _ => Inequality::of(&differences),
            },
            _ => Inequality::of(&differences),
        }
    }

    /// The numbers for the seeds that both have.
    fn pairs(&self, other: &Self) -> Vec<(Number, Number)> {
        let exact = |value: f64, seed: u64| Number {
            seed,
            value,
            error: Some(0.0),
            samples: usize::MAX,
        };
        match (self, other) {
            (Self::Seeds(left), Self::Seeds(right)) => {
                let of = |seed: u64| right.iter().find(|number| number.seed == seed).copied();
                let pairs = left
                    .iter()
                    .filter_map(|number| Some((*number, of(number.seed)?)));
                pairs.collect()
            }
            (Self::Seeds(left), Self::Constant(c)) => left
                .iter()
                .map(|number| (*number, exact(*c, number.seed)))
                .collect(),
            (Self::Constant(c), Self::Seeds(right)) => right
                .iter()
                .map(|number| (exact(*c, number.seed), *number))
                .collect(),
            (Self::Constant(left), Self::Constant(right)) => {
                vec![(exact(*left, 0), exact(*right, 0))]
            }
        }
    }

    fn mean(&self) -> f64 {
        match self {
            Self::Constant(c) => *c,
            Self::Seeds(numbers) if numbers.is_empty() => f64::NAN,
            Self::Seeds(numbers) => {
                numbers.iter().map(|number| number.value).sum::<f64>() / numbers.len() as f64
            }
        }
    }
}

/// Leaves the numbers of the seeds that all items have, so that means are of what is compared.
fn paired(mut items: Vec<Numbers>) -> Vec<Numbers> {
    let seeds: Vec<Vec<u64>> = items
        .iter()
        .filter_map(|numbers| match numbers {
            Numbers::Constant(_) => None,
            Numbers::Seeds(own) => Some(own.iter().map(|number| number.seed).collect()),
        })
        .collect();
    for numbers in &mut items {
        if let Numbers::Seeds(own) = numbers {
            own.retain(|number| seeds.iter().all(|seeds| seeds.contains(&number.seed)));
        }
    }
    items
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

#[cfg(test)]
mod tests {
    use super::*;

    fn number(seed: u64, value: f64, samples: usize) -> Number {
        Number {
            seed,
            value,
            error: Some(0.02),
            samples,
        }
    }

    #[test]
    fn means_are_of_the_seeds_that_are_compared() {
        let seeds = |numbers: &[(u64, f64)]| {
            let numbers = numbers.iter();
            Numbers::Seeds(
                numbers
                    .map(|(seed, value)| number(*seed, *value, 0))
                    .collect(),
            )
        };
        let left = seeds(&[(1, 1.0), (2, 2.0), (3, 9.0)]);
        let right = seeds(&[(2, 1.0), (1, 0.0)]);
        let items = paired(vec![left, right, Numbers::Constant(0.0)]);
        let means: Vec<f64> = items.iter().map(Numbers::mean).collect();
        assert_eq!(means, [1.5, 0.5, 0.0]);
        let inequality = items[0].above(&items[1], false);
        assert_eq!((inequality.seeds, inequality.difference), (2, 1.0));
    }

    #[test]
    fn given_networks_are_judged_over_as_many_samples_as_were_measured() {
        let one = |samples: usize| Numbers::Seeds(vec![number(1, 0.54, samples)]);
        let constant = Numbers::Constant(0.5);
        let of = |samples: usize| one(samples).above(&constant, true);
        // Student's t at 2 has a tail of .147 with one degree of freedom, and of .023 with 999.
        let p = of(1000).p.unwrap();
        assert!((0.02..0.03).contains(&p), "{p}");
        assert!(of(0).is_uncounted());
        let uncounted = one(1000).above(&one(0), true);
        assert!(uncounted.is_uncounted());
    }
}
