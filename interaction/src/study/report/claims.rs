use std::fmt::Write;
use std::path::PathBuf;

use super::super::cells::{MeasureCell, TrainingCell};
use super::super::file::{Among, Claim, Item};
use super::super::judge::{Inequality, Judgement, Mean, judge};
use super::Report;
use super::compare::{Compared, Number, Numbers, compared};
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
    /// The mean of each item: over the seeds that all items have, or over its own where sides are not paired.
    pub means: Vec<f64>,
    /// The inequalities between items.
    pub inequalities: Vec<Inequality>,
    /// The means of both sides of each inequality, over its seeds.
    pub sides: Vec<[f64; 2]>,
    /// The judgement.
    pub judgement: Judgement,
    /// Whether every measure of its items is finished.
    measured: bool,
    /// The folders of the measures whose samples are not counted.
    uncounted: Vec<PathBuf>,
    /// The seeds of the study.
    seeds: usize,
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
        } = compared(numbers.collect(), claim.compare, self.is_given(subject));
        Some(Judged {
            claim,
            subject,
            judgement: judge(&inequalities),
            measured: self.measured(subject, &items),
            uncounted: self.uncounted(subject, &items),
            seeds: self.cells.seeds.clone().count(),
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
            (true, false) => {
                "one-sided t over the samples of a given network and the draws of those beside it, unpaired"
            }
            (true, true) => {
                "paired one-sided t over seeds, unpaired over the samples of a given network and the draws of those beside it"
            }
            (false, _) => "paired one-sided t over seeds",
        }
    }

    /// Whether every measure of these items is finished.
    fn measured(&self, subject: &str, items: &[Item]) -> bool {
        let mut cells = self.cells.measures.iter().zip(&self.outcomes);
        cells.all(|(cell, outcome)| outcome.is_some() || !self.is_among(cell, subject, items))
    }

    /// Whether a measure is one of these items of a subject.
    fn is_among(&self, cell: &MeasureCell, subject: &str, items: &[Item]) -> bool {
        let training = &self.cells.trainings[cell.training];
        let is_of = |item: &Item| {
            Some(&training.variant) == item.variant.as_ref()
                && Some(&cell.measure) == item.measure.as_ref()
        };
        training.subject == subject && items.iter().any(is_of)
    }

    /// The folders of the finished measures of given networks among these items that do not tell how many samples they are of.
    fn uncounted(&self, subject: &str, items: &[Item]) -> Vec<PathBuf> {
        let cells = self.cells.measures.iter().zip(&self.outcomes);
        let folders = cells.filter_map(|(cell, outcome)| {
            let tells = counted(outcome.as_ref()?) > 0;
            let given = self.cells.trainings[cell.training].is_given();
            let own = given && self.is_among(cell, subject, items);
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
        let mut trainings = self.cells.trainings.iter();
        let own = |cell: &TrainingCell| cell.subject == subject && cell.variant == *variant;
        let drawn = self.is_given(subject) && !trainings.any(|cell| own(cell) && cell.is_given());
        let outcomes = self.outcomes(subject, variant, measure).into_iter();
        let of = outcomes.filter_map(|(seed, outcome)| {
            Some(Number {
                seed,
                value: value.of(outcome)? + item.plus,
                error: value.error(outcome),
                samples: counted(outcome),
                drawn,
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
                "    {:12}  {}: {}",
                judged.judgement,
                judged.subject,
                judged.found()
            )?;
        }
        Ok(())
    }
}

impl Judged<'_> {
    /// The places of the items of each inequality.
    pub(super) fn pairs(&self) -> Vec<[usize; 2]> {
        self.claim.compare.pairs(self.items.len())
    }

    /// The items with their means: of all in one line, or of each inequality where these are over other seeds.
    fn items(&self) -> String {
        let one = |place: usize, mean: f64| match (self.items[place].as_str(), mean.is_nan()) {
            (CONSTANT, _) => short(mean),
            (item, true) => format!("{item} -"),
            (item, false) => format!("{item} {}", short(mean)),
        };
        let pairs = || self.pairs().into_iter().zip(&self.sides);
        let common = |(places, sides): ([usize; 2], &[f64; 2])| {
            places.iter().zip(sides).all(|(place, side)| {
                (self.means[*place] - side).abs() <= 1e-9 * side.abs() || side.is_nan()
            })
        };
        if !pairs().all(common) {
            let each = pairs().map(|([left, right], means)| {
                format!("{} > {}", one(left, means[0]), one(right, means[1]))
            });
            return each.collect::<Vec<String>>().join(", ");
        }
        let all = self.means.iter().enumerate();
        let mut all: Vec<String> = all.map(|(place, mean)| one(place, *mean)).collect();
        match self.claim.compare {
            Among::Neighbours => all.join(" > "),
            Among::First => {
                let others = all.split_off(1);
                format!("{} > {}", all.join(""), others.join(", "))
            }
            Among::Last => {
                let last = all.pop().unwrap_or_default();
                format!("{} > {last}", all.join(", "))
            }
        }
    }

    /// The finding in words: every item with its mean, and the probabilities of the inequalities.
    pub(super) fn found(&self) -> String {
        let items = self.items();
        match self.judgement {
            Judgement::Unmeasured if self.measured => {
                format!("{items}; a number is lacking, as J is where no order shows any strength")
            }
            Judgement::Unmeasured => "not measured yet".into(),
            _ => {
                let tested = tested(&self.inequalities, self.seeds, &self.uncounted);
                format!("{items}; {tested}")
            }
        }
    }
}

/// The samples that a measure is of; 0 where it does not tell them, as those of earlier versions.
fn counted(outcome: &Outcome) -> usize {
    let samples = outcome.values.get("samples");
    samples.map_or(0, |samples| samples.value as usize)
}

/// The tests of inequalities in words: their probabilities, and the seeds, of so many of the study, or the samples that they are over;
/// the remedy where measures in these folders do not tell their samples.
fn tested(inequalities: &[Inequality], seeds: usize, uncounted: &[PathBuf]) -> String {
    let all = || inequalities.iter();
    let p = all().map(|i| match i.p {
        Some(p) if p < 5e-5 => "< 0.0001".into(),
        Some(p) => format!("{p:.4}"),
        None => "-".into(),
    });
    let p = p.collect::<Vec<String>>().join(", ");
    if all().any(|i| i.seeds > 1) {
        let mut counts: Vec<usize> = all().map(|i| i.seeds).collect();
        let fewer = counts.iter().any(|count| *count < seeds);
        if counts.iter().all(|count| *count == counts[0]) {
            counts.truncate(1);
        }
        let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
        let of = match fewer {
            true => format!(" of {seeds}"),
            false => String::new(),
        };
        return format!("p {p}, {}{of} seeds", counts.join(" and "));
    }
    if all().all(|i| i.p.is_some()) {
        let sides = all().filter_map(|i| i.unpaired).flatten();
        let draws = sides.filter_map(|side| match side {
            Mean::Draws(count) => Some(count),
            _ => None,
        });
        let beside = match draws.max() {
            Some(count) if count < seeds => {
                format!(" and the draws of {count} of {seeds} networks beside it")
            }
            Some(count) => format!(" and the draws of {count} networks beside it"),
            None => String::new(),
        };
        return format!("p {p}, over the samples of one network{beside}");
    }
    if all().any(Inequality::is_uncounted) {
        let folders = uncounted.iter().map(|folder| folder.display().to_string());
        return format!(
            "no test, as an earlier version did not count the samples: remove {} and run again",
            folders.collect::<Vec<_>>().join(" and ")
        );
    }
    let any = |mean: Mean| all().any(|i| i.is_of(mean));
    let words = match all().any(|i| i.unpaired.is_some()) {
        _ if any(Mean::Samples(1)) => "one sample, no test",
        _ if any(Mean::Draws(1)) => "one network beside it, no test",
        true => "no error over samples, no test",
        false => "one seed, no test",
    };
    words.into()
}

/// The name of an item that is a number of the claim's own.
const CONSTANT: &str = "constant";

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
    use crate::study::judge::Side;

    #[test]
    fn tests_in_words_tell_seeds_or_samples_and_draws() {
        let three = Inequality::of(&[1.0, 0.5, 0.8]);
        let two = Inequality::of(&[1.0, 0.5]);
        for (inequalities, seeds, end) in [
            (&[three][..], 3, ", 3 seeds"),
            (&[three], 5, ", 3 of 5 seeds"),
            (&[three, two], 3, ", 3 and 2 of 3 seeds"),
            (&[Inequality::of(&[1.0])], 1, "one seed, no test"),
        ] {
            let text = tested(inequalities, seeds, &[]);
            assert!(text.ends_with(end), "{text}");
        }
        let side = |mean: f64, of: Mean| Side {
            mean,
            error: Some(0.1),
            of,
            shared: None,
        };
        let given = |samples: usize| side(0.5, Mean::Samples(samples));
        let beside = |draws: usize| side(0.7, Mean::Draws(draws));
        let found = [Inequality::unpaired(beside(3), given(100))];
        let text = tested(&found, 3, &[]);
        let end = ", over the samples of one network and the draws of 3 networks beside it";
        assert!(text.ends_with(end), "{text}");
        let text = tested(&found, 4, &[]);
        assert!(
            text.ends_with("the draws of 3 of 4 networks beside it"),
            "{text}"
        );
        let lone = [Inequality::unpaired(beside(1), given(100))];
        assert_eq!(tested(&lone, 3, &[]), "one network beside it, no test");
        let blind = Side {
            error: None,
            ..given(100)
        };
        let blind = [Inequality::unpaired(beside(3), blind)];
        assert_eq!(tested(&blind, 3, &[]), "no error over samples, no test");
        let found = [Inequality::unpaired(given(100), given(100))];
        let text = tested(&found, 1, &[]);
        assert!(
            text.ends_with(", over the samples of one network"),
            "{text}"
        );
        // One sample is counted, and has no test either.
        let single = [Inequality::unpaired(given(100), given(1))];
        assert_eq!(tested(&single, 1, &[]), "one sample, no test");
        let uncounted = [Inequality::unpaired(given(100), given(0))];
        let folders = ["store/measures/1", "store/measures/2"].map(PathBuf::from);
        let text = tested(&uncounted, 1, &folders);
        assert!(
            text.ends_with("remove store/measures/1 and store/measures/2 and run again"),
            "{text}"
        );
    }
}
