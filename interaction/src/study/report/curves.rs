use std::path::Path;

use burn_interaction::figures::{Line, Lines};
use toml::Spanned;

use super::super::cells::{MeasureCell, TrainingCell};
use super::super::file::{MeasureEntry, Picture, PictureLine};
use super::{Report, Spread};
use crate::error::Result;
use crate::work::{Curve, Outcome};

impl Report<'_> {
    /// Every finished measure with its training.
    pub(super) fn each(&self) -> impl Iterator<Item = (&TrainingCell, &MeasureCell, &Outcome)> {
        let cells = self.cells.measures.iter().zip(&self.outcomes);
        cells.filter_map(|(cell, outcome)| {
            let training = &self.cells.trainings[cell.training];
            Some((training, cell, outcome.as_ref()?))
        })
    }

    /// Draws the pictures of each measure, one for each subject, and returns the names of their files.
    pub(super) fn draw(&self, folder: &Path) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for measure in &self.study.measures {
            for curves in self.pictures(measure) {
                for subject in self.subjects() {
                    let lines = self.lines(subject, measure, &curves);
                    if lines.is_empty() {
                        continue;
                    }
                    let curves = curves.join("-").replace(' ', "-");
                    let file = format!("{}-{curves}-{subject}", measure.name.get_ref());
                    names.extend(save(&lines, folder, &file)?);
                }
            }
        }
        for picture in &self.study.pictures {
            for subject in self.subjects() {
                let lines = self.picture(subject, picture);
                if !lines.is_empty() {
                    let file = format!("{}-{subject}", picture.name.get_ref());
                    names.extend(save(&lines, folder, &file)?);
                }
            }
        }
        Ok(names)
    }

    /// The lines of a picture for one subject.
    fn picture(&self, subject: &str, picture: &Picture) -> Lines {
        let lines = picture.lines.get_ref().iter().map(Spanned::get_ref);
        let found: Vec<(&PictureLine, Vec<&Curve>)> = lines
            .map(|line| {
                let outcomes = self.outcomes(subject, &line.variant, &line.measure);
                let curves = outcomes.into_iter();
                let curves = curves.filter_map(|(_, outcome)| outcome.curves.get(&picture.curve));
                (line, curves.collect())
            })
            .collect();
        let along = found.iter().find_map(|(_, curves)| curves.first());
        let along = along.map_or("", |curve| curve.along.as_str());
        let title = picture.title.as_ref().unwrap_or(&self.study.title);
        let title = format!("{title}: {subject}");
        // Lines that this size lacks take no colours from the others.
        let lines = found.iter().filter(|(_, curves)| !curves.is_empty());
        lines.enumerate().fold(
            Lines::new(title, along, picture.curve.clone()),
            |drawn, (colour, (line, curves))| {
                drawn.line(Line {
                    name: self.label(line),
                    points: mean(curves),
                    colour,
                    dashed: false,
                })
            },
        )
    }

    /// The label of a line: its own, or what tells it from the others of its picture.
    fn label(&self, line: &PictureLine) -> String {
        if let Some(label) = &line.label {
            return label.clone();
        }
        let mut variants = self.study.variants.iter();
        let variant = variants.find(|variant| *variant.name.get_ref() == line.variant);
        let variant = variant.and_then(|variant| variant.label.clone());
        format!(
            "{}, {}",
            variant.unwrap_or_else(|| line.variant.clone()),
            line.measure
        )
    }

    /// The pictures of a measure, each as the names of its curves.
    fn pictures(&self, measure: &MeasureEntry) -> Vec<Vec<String>> {
        if let Some(pictures) = &measure.pictures {
            return pictures.clone();
        }
        let mut names: Vec<Vec<String>> = Vec::new();
        let own = self.each();
        for (_, _, outcome) in own.filter(|(_, cell, _)| cell.measure == *measure.name.get_ref()) {
            for name in outcome.curves.keys() {
                if !names.iter().any(|known| known[0] == *name) {
                    names.push(vec![name.clone()]);
                }
            }
        }
        names
    }

    /// The lines of some curves: the mean over seeds of each variant, with a band of one standard deviation; curves after the
    /// first are dashed.
    fn lines(&self, subject: &str, measure: &MeasureEntry, curves: &[String]) -> Lines {
        let name = measure.name.get_ref();
        let first = self.each().find_map(|(_, cell, outcome)| {
            let found = outcome.curves.get(curves.first()?);
            found.filter(|_| cell.measure == *name)
        });
        let along = first.map_or("", |curve| curve.along.as_str());
        let title = format!("{}: {subject}", self.study.title);
        let mut lines = Lines::new(title, along, curves.join(", dashed: "));
        for (colour, variant) in self.study.variants.iter().enumerate() {
            let outcomes = self.outcomes(subject, variant.name.get_ref(), name);
            let label = variant.label.as_ref().unwrap_or(variant.name.get_ref());
            for (place, curve) in curves.iter().enumerate() {
                let found = outcomes
                    .iter()
                    .map(|(_, outcome)| outcome.curves.get(curve));
                let points = mean(&found.flatten().collect::<Vec<_>>());
                if !points.is_empty() {
                    lines = lines.line(Line {
                        name: match curves.len() {
                            1 => label.clone(),
                            _ => format!("{label}, {curve}"),
                        },
                        points,
                        colour,
                        dashed: place > 0,
                    });
                }
            }
        }
        lines
    }
}

/// Draws lines to files of this name, and returns those of both.
fn save(lines: &Lines, folder: &Path, name: &str) -> Result<[String; 2]> {
    let names = ["svg", "png"].map(|ending| format!("{name}.{ending}"));
    lines.save_svg(folder.join(&names[0]))?;
    lines.save_png(folder.join(&names[1]))?;
    Ok(names)
}

/// The mean of curves at the places of the first, with their standard deviation.
fn mean(curves: &[&Curve]) -> Vec<(f64, f64, Option<f64>)> {
    let Some(first) = curves.first() else {
        return Vec::new();
    };
    let point = |place: &f64| {
        let at = curves.iter().filter_map(|curve| {
            let found = curve.places.iter().position(|p| p == place)?;
            Some(curve.values[found])
        });
        let spread = Spread::of(at);
        (*place, spread.mean, spread.deviation)
    };
    first.places.iter().map(point).collect()
}
