use std::fmt::Write;
use std::path::PathBuf;

use super::super::cells::TrainingCell;
use super::super::file::{Claim, Item};
use super::super::judge::{Inequality, Judgement, judge};
use super::Report;
use super::numbers::short;
use crate::work::Outcome;

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
    /// The inequalities between neighbouring items, each over the seeds that both have.
    pub inequalities: Vec<Inequality>,
    /// The means of both sides of each inequality, over its seeds.
    pub sides: Vec<[f64; 2]>,
    /// The judgement.
    pub judgement: Judgement,
    /// The folders of the measures whose samples are not counted.
    uncounted: Vec<PathBuf>,
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
        let Compared {
            means,
            inequalities,
            sides,
        } = compared(numbers.collect(), self.is_given(subject));
        Some(Judged {
            claim,
            subject,
            judgement: judge(&inequalities),
            uncounted: self.uncounted(subject, &items),
            items: items.iter().map(words).collect(),
            means,
            inequalities,
            sides,
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

    /// The folders of the finished measures of these items that do not tell how many samples they are of.
    fn uncounted(&self, subject: &str, items: &[Item]) -> Vec<PathBuf> {
        let cells = self.cells.measures.iter().zip(&self.outcomes);
        let folders = cells.filter_map(|(cell, outcome)| {
            let training = &self.cells.trainings[cell.training];
            let is_of = |item: &Item| {
                Some(&training.variant) == item.variant.as_ref()
                    && Some(&cell.measure) == item.measure.as_ref()
            };
            let tells = counted(outcome.as_ref()?) > 0;
            let own = training.subject == subject && items.iter().any(is_of);
            (own && !tells).then(|| self.store.measure(cell))
        });
        folders.collect()
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
            Some(Number {
                seed,
                value: value.of(outcome)? + item.plus,
                error: value.error(outcome),
                samples: counted(outcome),
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
        let items = items.join(" > ");
        match self.inequalities.iter().any(|i| i.seeds == 0) {
            true => "not measured yet".into(),
            false => format!("{items}; {}", tested(&self.inequalities, &self.uncounted)),
        }
    }
}

/// The samples that a measure is of; 0 where it does not tell them, as those of earlier versions.
fn counted(outcome: &Outcome) -> usize {
    let samples = outcome.values.get("samples");
    samples.map_or(0, |samples| samples.value as usize)
}

/// The tests of inequalities in words: their probabilities, and the seeds or the samples that they are over; the remedy where
/// measures in these folders do not tell their samples.
fn tested(inequalities: &[Inequality], uncounted: &[PathBuf]) -> String {
    let all = || inequalities.iter();
    let p = all().map(|i| match i.p {
        Some(p) => format!("{p:.4}"),
        None => "-".into(),
    });
    let p = p.collect::<Vec<String>>().join(", ");
    if all().any(|i| i.seeds > 1) {
        let mut seeds: Vec<String> = all().map(|i| i.seeds.to_string()).collect();
        if seeds.iter().all(|count| *count == seeds[0]) {
            seeds.truncate(1);
        }
        return format!("p {p}, {} seeds", seeds.join(" and "));
    }
    if all().all(|i| i.p.is_some()) {
        return format!("p {p}, over the samples of one network");
    }
    if all().any(Inequality::is_uncounted) {
        let folders = uncounted.iter().map(|folder| folder.display().to_string());
        return format!(
            "no test, as an earlier version did not count the samples: remove {} and run again",
            folders.collect::<Vec<_>>().join(" and ")
        );
    }
    match all().any(|i| i.samples == Some(1)) {
        true => "one sample, no test".into(),
        false => "one seed, no test".into(),
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

    /// The means of these and of the others over the seeds that both have.
    fn means(&self, other: &Self) -> [f64; 2] {
        let pairs = self.pairs(other);
        let count = pairs.len() as f64;
        let left: f64 = pairs.iter().map(|(left, _)| left.value).sum();
        let right: f64 = pairs.iter().map(|(_, right)| right.value).sum();
        [left / count, right / count]
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

/// Items of a claim as they are compared.
struct Compared {
    means: Vec<f64>,
    inequalities: Vec<Inequality>,
    sides: Vec<[f64; 2]>,
}

/// Compares neighbouring items over the seeds that both have: a seed that a third item lacks counts too. The means in one line
/// are over the seeds that all items have.
fn compared(items: Vec<Numbers>, given: bool) -> Compared {
    let pairs = || items.windows(2);
    let inequalities = pairs().map(|pair| pair[0].above(&pair[1], given)).collect();
    let sides = pairs().map(|pair| pair[0].means(&pair[1])).collect();
    Compared {
        means: paired(items).iter().map(Numbers::mean).collect(),
        inequalities,
        sides,
    }
}

/// Leaves the numbers of the seeds that all items have, so that means in one line are of the same seeds.
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

    /// An item with these values by seed.
    fn seeds(numbers: &[(u64, f64)]) -> Numbers {
        let numbers = numbers.iter();
        Numbers::Seeds(
            numbers
                .map(|(seed, value)| number(*seed, *value, 0))
                .collect(),
        )
    }

    #[test]
    fn means_are_of_the_seeds_that_are_compared() {
        let left = seeds(&[(1, 1.0), (2, 2.0), (3, 9.0)]);
        let right = seeds(&[(2, 1.0), (1, 0.0)]);
        let found = compared(vec![left, right, Numbers::Constant(0.0)], false);
        assert_eq!(found.means, [1.5, 0.5, 0.0]);
        let inequality = found.inequalities[0];
        assert_eq!((inequality.seeds, inequality.difference), (2, 1.0));
        assert_eq!(found.sides, [[1.5, 0.5], [0.5, 0.0]]);
    }

    #[test]
    fn an_inequality_is_over_all_seeds_that_its_own_items_have() {
        let low = seeds(&[(1, 2.0), (2, 3.0), (3, 4.0), (4, 7.0)]);
        let normal = seeds(&[(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)]);
        let middle = seeds(&[(1, 0.0), (2, 0.5)]);
        let found = compared(vec![low, normal, middle], false);
        let counts = found.inequalities.iter().map(|i| i.seeds);
        assert_eq!(counts.collect::<Vec<_>>(), [4, 2]);
        assert_eq!(found.means, [2.5, 1.5, 0.25]);
        // A row of claims.csv adds up.
        assert_eq!(found.sides, [[4.0, 2.5], [1.5, 0.25]]);
        for (inequality, [left, right]) in found.inequalities.iter().zip(&found.sides) {
            assert_eq!(inequality.difference, left - right);
        }
        let text = tested(&found.inequalities, &[]);
        assert!(text.ends_with(", 4 and 2 seeds"), "{text}");
        let text = tested(&found.inequalities[..1], &[]);
        assert!(text.ends_with(", 4 seeds"), "{text}");
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
        let folders = ["store/measures/1", "store/measures/2"].map(PathBuf::from);
        let text = tested(&[uncounted], &folders);
        assert!(
            text.ends_with("remove store/measures/1 and store/measures/2 and run again"),
            "{text}"
        );
        // One sample is counted, and has no test either.
        assert_eq!(tested(&[of(1)], &[]), "one sample, no test");
    }
}
