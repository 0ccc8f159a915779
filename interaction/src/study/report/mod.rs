//! The report of a study, from the cells that are finished: tables, curves and judgements.

mod claims;
mod compare;
mod curves;
mod files;
mod findings;
mod gathered;
mod makers;
mod named;
mod numbers;
mod page;
mod summaries;

pub use findings::findings;
pub use gathered::gathered;
pub use named::Named;
pub use page::study_page;

use std::collections::BTreeMap;
use std::fmt::Write;

use super::cells::{Cells, Size};
use super::file::{MeasureEntry, Study};
use super::store::{Finished, OUTCOME, Store};
use super::value::Value;
use crate::work::{Outcome, measured_again};

use makers::Makers;
use numbers::Spread;

/// The report of a study in one size.
pub struct Report<'a> {
    study: &'a Study,
    size: Size,
    named: Named,
    cells: &'a Cells,
    store: &'a Store,
    /// The outcome of each measure; absent where it is not finished.
    outcomes: Vec<Option<Outcome>>,
    /// Seconds that the finished cells took.
    seconds: f64,
    /// The makers of the finished cells.
    makers: Makers,
}

impl<'a> Report<'a> {
    /// Reads the finished cells of a store, for a report of this name.
    pub fn of(
        study: &'a Study,
        size: Size,
        named: Named,
        cells: &'a Cells,
        store: &'a Store,
    ) -> Self {
        let trainings = cells.trainings.iter();
        let trainings = trainings.filter_map(|cell| Store::finished(&store.training(cell)));
        let trainings: Vec<Finished> = trainings.collect();
        let measures = cells.measures.iter();
        let measures = measures.map(|cell| store.measured(&cells.trainings[cell.training], cell));
        let measures: Vec<Option<Finished>> = measures.collect();
        let all = || trainings.iter().chain(measures.iter().flatten());
        let (seconds, makers) = (all().map(|cell| cell.seconds).sum(), all().collect());
        let mut outcomes = Vec::with_capacity(measures.len());
        for (cell, finished) in cells.measures.iter().zip(measures) {
            outcomes.push(finished.map(|finished| match finished.form < OUTCOME {
                true => measured_again(&store.measure(cell)).unwrap_or(finished.outcome),
                false => finished.outcome,
            }));
        }
        Self {
            study,
            size,
            named,
            cells,
            store,
            outcomes,
            seconds,
            makers,
        }
    }

    /// How many measures are finished, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        let finished = self.outcomes.iter().flatten().count();
        (finished, self.outcomes.len())
    }

    /// The subjects of this size, in the order of the study.
    fn subjects(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for cell in &self.cells.trainings {
            if !names.contains(&cell.subject.as_str()) {
                names.push(&cell.subject);
            }
        }
        names
    }

    /// The finished outcomes of a measure of a variant of a subject, with their seeds.
    fn outcomes(&self, subject: &str, variant: &str, measure: &str) -> Vec<(u64, &Outcome)> {
        let cells = self.cells.measures.iter().zip(&self.outcomes);
        let found = cells.filter_map(|(cell, outcome)| {
            let training = &self.cells.trainings[cell.training];
            let fits = training.subject == subject
                && training.variant == variant
                && cell.measure == measure;
            Some((training.recipe.seed, outcome.as_ref().filter(|_| fits)?))
        });
        found.collect()
    }

    /// A number over the seeds.
    fn spread(&self, subject: &str, variant: &str, measure: &str, value: &Value) -> Spread {
        let outcomes = self.outcomes(subject, variant, measure);
        Spread::of(outcomes.iter().filter_map(|(_, outcome)| value.of(outcome)))
    }

    /// How often each word was found over the seeds, such as `U 2, falling 1`; the word alone for one seed, `None` for a number.
    fn tally(&self, subject: &str, variant: &str, measure: &str, value: &Value) -> Option<String> {
        let outcomes = self.outcomes(subject, variant, measure);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for word in outcomes
            .iter()
            .filter_map(|(_, outcome)| value.word(outcome))
        {
            *counts.entry(word).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        match &counts[..] {
            [] => None,
            [(word, 1)] => Some((*word).to_string()),
            counts => {
                let each = counts.iter().map(|(word, count)| format!("{word} {count}"));
                Some(each.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The numbers of a measure that its table shows.
    fn shown(&self, measure: &MeasureEntry) -> Vec<Value> {
        if let Some(shown) = &measure.shown {
            return shown.clone();
        }
        let cells = self.cells.measures.iter().zip(&self.outcomes);
        let own = cells.filter(|(cell, _)| cell.measure == *measure.name.get_ref());
        let mut names: Vec<&String> = Vec::new();
        for outcome in own.filter_map(|(_, outcome)| outcome.as_ref()) {
            for name in outcome.words.keys().chain(outcome.values.keys()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.into_iter().cloned().map(Value::Named).collect()
    }

    /// The number that the source has for a variant of a subject, in a claim on this measure and value.
    fn published(&self, subject: &str, variant: &str, measure: &str, value: &Value) -> Option<f64> {
        self.study.claims.iter().find_map(|claim| {
            let mut of = claim.published.iter();
            let (_, numbers) = of.find(|(name, _)| name.get_ref() == subject)?;
            let place = claim.descending.get_ref().iter().position(|item| {
                let item = item.get_ref().within(claim);
                item.variant.as_deref() == Some(variant)
                    && item.measure.as_deref() == Some(measure)
                    && item.value.as_ref() == Some(value)
            })?;
            numbers.get(place).copied()
        })
    }

    /// The report as text: a table for each measure, then the claims.
    pub fn text(&self) -> String {
        let (finished, all) = self.progress();
        let mut text = format!(
            "{}: {} ({}), {} scale\n{}\n{finished} of {all} measures are finished; their cells took {}\n{}\n{}",
            self.study.name.get_ref(),
            self.study.title,
            self.study.source,
            self.size.name(),
            self.study.about,
            crate::report::seconds(self.seconds),
            self.named,
            self.made(),
        );
        for measure in &self.study.measures {
            // Writing to a string never fails.
            let _ = self.table(&mut text, measure);
        }
        let _ = self.claims_text(&mut text);
        let _ = self.unknown(&mut text);
        if !self.study.ours.is_empty() {
            let _ = writeln!(text, "\nOpen in the source, and chosen here:");
            for choice in &self.study.ours {
                let _ = writeln!(text, "  {choice}");
            }
        }
        text
    }

    /// A line on the makers of the finished cells; nothing where none is finished.
    fn made(&self) -> String {
        match self.makers.all() {
            [] => String::new(),
            _ => format!("made of {}\n", self.makers),
        }
    }

    /// Names the numbers that tables and claims ask for and no finished measure has, beside those that there are.
    fn unknown(&self, text: &mut String) -> std::fmt::Result {
        for measure in &self.study.measures {
            let name = measure.name.get_ref();
            let own: Vec<&Outcome> = self
                .each()
                .filter(|(_, cell, _)| cell.measure == *name)
                .map(|(_, _, outcome)| outcome)
                .collect();
            let Some(first) = own.first() else {
                continue;
            };
            let items = self.study.claims.iter().flat_map(|claim| {
                let items = claim.descending.get_ref().iter();
                items.map(|item| item.get_ref().within(claim))
            });
            let items = items.filter(|item| item.measure.as_ref() == Some(name));
            let claimed = items.filter_map(|item| item.value);
            let mut asked: Vec<Value> = measure.shown.iter().flatten().cloned().collect();
            for value in claimed {
                if !asked.contains(&value) {
                    asked.push(value);
                }
            }
            for curve in self.study.pictures.iter().filter_map(|picture| {
                let mut lines = picture.lines.get_ref().iter();
                let of = lines.any(|line| line.get_ref().measure == *name);
                let known = own.iter().any(|o| o.curves.contains_key(&picture.curve));
                (of && !known).then_some(&picture.curve)
            }) {
                writeln!(text, "\nwarning: {name} has no curve \"{curve}\"")?;
            }
            for value in asked {
                let lacks = |outcome: &&Outcome| {
                    value.of(outcome).is_none() && value.word(outcome).is_none()
                };
                if own.iter().all(lacks) {
                    let numbers = first.values.keys().chain(first.words.keys());
                    let numbers: Vec<&str> = numbers.map(String::as_str).collect();
                    let curves: Vec<&str> = first.curves.keys().map(String::as_str).collect();
                    writeln!(
                        text,
                        "\nwarning: {name} has no \"{value}\"; its numbers are {}, its curves {}",
                        numbers.join(", "),
                        curves.join(", ")
                    )?;
                }
            }
        }
        Ok(())
    }

    /// Writes the table of a measure: a row for each variant of each subject, a column for each number.
    fn table(&self, text: &mut String, measure: &MeasureEntry) -> std::fmt::Result {
        let name = measure.name.get_ref();
        let values = self.shown(measure);
        let mut rows: Vec<Vec<String>> = Vec::new();
        for subject in self.subjects() {
            for variant in &self.study.variants {
                let of = variant.name.get_ref();
                let count = self.outcomes(subject, of, name).len();
                if count == 0 {
                    continue;
                }
                let label = variant.label.as_ref().unwrap_or(of);
                let mut row = vec![subject.to_string(), label.clone(), count.to_string()];
                row.extend(values.iter().map(|value| {
                    let words = self.tally(subject, of, name, value);
                    words.unwrap_or_else(|| {
                        let published = self.published(subject, of, name, value);
                        self.spread(subject, of, name, value).text(published)
                    })
                }));
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let label = measure.label.as_ref().unwrap_or(name);
        let published = match rows.iter().flatten().any(|cell| cell.contains('[')) {
            true => " [published]",
            false => "",
        };
        writeln!(
            text,
            "\n{label}: mean over seeds +- standard deviation{published}"
        )?;
        let mut header: Vec<String> = ["subject", "variant", "seeds"].map(String::from).into();
        header.extend(values.iter().map(Value::to_string));
        rows.insert(0, header);
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..rows[0].len()).filter_map(width).collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).enumerate();
            let line = cells.map(|(column, (cell, width))| match column {
                0 | 1 => format!("{cell:width$}"),
                _ => format!("{cell:>width$}"),
            });
            let line: Vec<String> = line.collect();
            writeln!(text, "  {}", line.join("  ").trim_end())?;
        }
        Ok(())
    }
}
