use std::path::Path;

use burn_interaction::figures::{Line, Lines};

use super::super::cells::{MeasureCell, TrainingCell};
use super::{Report, Spread};
use crate::error::Result;
use crate::work::Outcome;

impl Report<'_> {
    /// Every finished measure with its training.
    pub(super) fn each(&self) -> impl Iterator<Item = (&TrainingCell, &MeasureCell, &Outcome)> {
        let cells = self.cells.measures.iter().zip(&self.outcomes);
        cells.filter_map(|(cell, outcome)| {
            Some((
                &self.cells.trainings[cell.training],
                cell,
                outcome.as_ref()?,
            ))
        })
    }

    /// Draws each curve of each measure, a picture for each subject with a line for each variant. Returns the names of the
    /// files.
    pub(super) fn draw(&self, folder: &Path) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for measure in &self.study.measures {
            let of = measure.name.get_ref();
            let mut kinds: Vec<(&str, &str)> = Vec::new();
            for (_, _, outcome) in self.each().filter(|(_, cell, _)| cell.measure == *of) {
                for (name, curve) in &outcome.curves {
                    let kind = (name.as_str(), curve.along.as_str());
                    if !kinds.contains(&kind) {
                        kinds.push(kind);
                    }
                }
            }
            for (curve, along) in kinds {
                for subject in self.subjects() {
                    let lines = self.lines(subject, of, curve, along);
                    if lines.is_empty() {
                        continue;
                    }
                    let file = format!("{of}-{}-{subject}", curve.replace(' ', "-"));
                    lines.save_svg(folder.join(format!("{file}.svg")))?;
                    lines.save_png(folder.join(format!("{file}.png")))?;
                    names.push(format!("{file}.svg"));
                    names.push(format!("{file}.png"));
                }
            }
        }
        Ok(names)
    }

    /// The lines of a curve: the mean over seeds of each variant, with a band of one standard deviation.
    fn lines(&self, subject: &str, measure: &str, curve: &str, along: &str) -> Lines {
        let title = format!("{}: {subject}", self.study.title);
        let mut lines = Lines::new(title, along, curve);
        for variant in &self.study.variants {
            let outcomes = self.outcomes(subject, variant.name.get_ref(), measure);
            let curves = outcomes
                .iter()
                .filter_map(|(_, outcome)| outcome.curves.get(curve));
            let curves: Vec<_> = curves.collect();
            let Some(first) = curves.first() else {
                continue;
            };
            let points = first.places.iter().map(|place| {
                let at = curves.iter().filter_map(|curve| {
                    let found = curve.places.iter().position(|p| p == place)?;
                    Some(curve.values[found])
                });
                let spread = Spread::of(at);
                (*place, spread.mean, spread.deviation)
            });
            let label = variant.label.as_ref().unwrap_or(variant.name.get_ref());
            lines = lines.line(Line {
                name: label.clone(),
                points: points.collect(),
            });
        }
        lines
    }
}
