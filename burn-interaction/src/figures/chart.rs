use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::error::{Error, Result};
use crate::profile::{Curves, Strength, StrengthPoint};

use super::caption::{caption, fitted};
use super::hits::{self, Hit};
use super::legend::{self, Entry};
use super::panel::{Panel, Trace};
use super::png::writes_pictures;
use super::style::{Drawn, LOOKS, Look, text};
use super::svg::svg;

const WIDTH: u32 = 760;
/// The height of a title of one line, of each line more, of a line of the caption, and of the panels.
const TITLE: u32 = 40;
const MORE: u32 = 24;
const CAPTION: u32 = 17;
const RELATIVE: u32 = 340;
const ABSOLUTE: u32 = 260;
const FLUCTUATIONS: u32 = 210;

/// Which strength a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// J^(m), relative to the mean over the measured orders.
    Relative,
    /// S^(m), in units of the reward.
    Absolute,
}

/// Several order curves in one picture: J^(m), which shows their shapes, and below S^(m), which shows how strong each is, on a
/// logarithmic axis where that spans decades. A third panel has how much Delta v fluctuates over contexts, in units of the
/// strength, where it is known.
///
/// Lines are the strengths corrected for noise, and thin ones the raw strengths where they differ; bands belong to the corrected
/// ones. The legend stands above the panels, a caption below them says what was measured and how.
///
/// ```
/// use burn_interaction::figures::Chart;
/// use burn_interaction::game::Dividends;
/// use burn_interaction::Measurement;
///
/// let strength = Measurement::of_games().run_game(&Dividends::random(8, 1))?.strength();
/// let svg = Chart::new("a random game").curve("dividends", &strength).to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Chart {
    title: String,
    scale: Option<Scale>,
    curves: Vec<(String, Strength)>,
}

impl Chart {
    /// An empty chart of J and S.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            scale: None,
            curves: Vec::new(),
        }
    }

    /// Shows one strength only.
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = Some(scale);
        self
    }

    /// Adds a named curve.
    pub fn curve(mut self, name: impl Into<String>, strength: &Strength) -> Self {
        self.curves.push((name.into(), strength.clone()));
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no curve, or there are more than 60, which could not be told apart.
    pub fn to_svg(&self) -> Result<String> {
        let empty = |(_, strength): &(String, Strength)| strength.points.is_empty();
        if self.curves.iter().all(empty) {
            return Err(Error::Figure("a chart needs at least one curve".into()));
        }
        if self.curves.len() > LOOKS {
            let count = self.curves.len();
            let reason = format!("{count} curves in one chart: {LOOKS} can be told apart");
            return Err(Error::Figure(reason));
        }
        let parts = self.parts();
        let height = parts.iter().map(Part::height).sum();
        let mut values = Vec::new();
        let mut svg = svg((WIDTH, height), |area| {
            let mut rest = area.clone();
            for part in &parts {
                let (area, below) = rest.split_vertically(part.height());
                values.extend(self.draw(part, &area)?);
                rest = below;
            }
            Ok(())
        })?;
        hits::add(&mut svg, &values);
        Ok(super::valid(svg))
    }

    /// The parts of the picture, from top to bottom.
    fn parts(&self) -> Vec<Part> {
        let names: Vec<&str> = self.curves.iter().map(|(name, _)| name.as_str()).collect();
        let curves: Vec<(&str, &Strength)> =
            self.curves.iter().map(|(n, s)| (n.as_str(), s)).collect();
        let mut parts = vec![
            Part::Title(fitted(&self.title, WIDTH - 28, 20)),
            Part::Legend(legend::height(&names, WIDTH)),
        ];
        if self.scale != Some(Scale::Absolute) {
            parts.push(Part::Panel(RELATIVE, self.panel(Some(Scale::Relative))));
        }
        if self.scale != Some(Scale::Relative) {
            parts.push(Part::Panel(ABSOLUTE, self.panel(Some(Scale::Absolute))));
        }
        let fluctuations = self.panel(None);
        if fluctuations.top() > 0.0 {
            parts.push(Part::Panel(FLUCTUATIONS, fluctuations));
        }
        parts.push(Part::Caption(caption(&curves)));
        parts
    }

    /// The panel of a strength, or that of fluctuations.
    fn panel(&self, scale: Option<Scale>) -> Panel {
        let of = |p: &StrengthPoint| -> (Option<f64>, Option<f64>, Option<(f64, f64)>) {
            match scale {
                Some(Scale::Relative) => (Some(p.shown().1), Some(p.relative), p.relative_band),
                Some(Scale::Absolute) => (p.corrected.or(Some(p.raw)), Some(p.raw), p.band),
                None => (p.fluctuation, None, None),
            }
        };
        let trace = |(number, (name, strength)): (usize, &(String, Strength))| {
            let mut trace = Trace::new(name, Look::of(number));
            for point in &strength.points {
                let (value, raw, band) = of(point);
                let x = point.ratio;
                trace.line.extend(value.map(|value| (x, value)));
                trace.thin.extend(raw.map(|raw| (x, raw)));
                trace.band.extend(band.map(|(low, high)| (x, low, high)));
            }
            trace
        };
        let (label, level) = match scale {
            Some(Scale::Relative) => ("relative strength J", Some(1.0)),
            Some(Scale::Absolute) => ("strength S", None),
            None => ("fluctuation / S", None),
        };
        Panel {
            label,
            level,
            decades: scale == Some(Scale::Absolute),
            traces: self.curves.iter().enumerate().map(trace).collect(),
        }
    }

    /// Draws a part of the picture, and returns where its values lie.
    fn draw<B: DrawingBackend>(
        &self,
        part: &Part,
        area: &DrawingArea<B, Shift>,
    ) -> Drawn<Vec<Hit>, B> {
        match part {
            Part::Title(lines) => {
                for (row, line) in (0..).zip(lines) {
                    let y = row * MORE as i32 + 12;
                    area.draw(&Text::new(line.as_str(), (14, y), text(20)))?;
                }
            }
            Part::Legend(_) => {
                let entry = |(number, (name, _)): (usize, &'_ (String, Strength))| Entry {
                    name: name.clone(),
                    look: Look::of(number),
                    marked: true,
                };
                let entries: Vec<Entry> = self.curves.iter().enumerate().map(entry).collect();
                legend::draw(area, &entries)?;
            }
            Part::Panel(_, panel) => return panel.draw(area),
            Part::Caption(lines) => {
                for (row, line) in (0..).zip(lines) {
                    let y = row * CAPTION as i32 + 6;
                    area.draw(&Text::new(line.as_str(), (14, y), text(12)))?;
                }
            }
        }
        Ok(Vec::new())
    }
}

/// A part of the picture, over its whole width, with its height where that does not follow from what is in it.
enum Part {
    Title(Vec<String>),
    Legend(u32),
    Panel(u32, Panel),
    Caption(Vec<String>),
}

impl Part {
    fn height(&self) -> u32 {
        match self {
            Self::Title(lines) => TITLE + MORE * (lines.len() as u32).saturating_sub(1),
            Self::Legend(height) | Self::Panel(height, _) => *height,
            Self::Caption(lines) => CAPTION * lines.len() as u32 + 14,
        }
    }
}

writes_pictures!(Chart);

impl From<&Curves> for Chart {
    fn from(curves: &Curves) -> Self {
        let chart = Self::new(&curves.title);
        curves.curves.iter().fold(chart, |chart, curve| {
            chart.curve(&curve.name, &curve.strength)
        })
    }
}

impl Strength {
    /// Writes the curves of J and S as SVG; [`Chart`] draws several in one picture.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_svg(&self, path: impl AsRef<Path>) -> Result<()> {
        Chart::new("Strength of interaction orders")
            .curve("network", self)
            .save_svg(path)
    }

    /// Writes the curves of J and S as PNG; [`Chart`] draws several in one picture.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_png(&self, path: impl AsRef<Path>) -> Result<()> {
        Chart::new("Strength of interaction orders")
            .curve("network", self)
            .save_png(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Measurement;
    use crate::game::Dividends;

    fn strength() -> Strength {
        let game = Dividends::random(8, 1);
        Measurement::of_games().run_game(&game).unwrap().strength()
    }

    #[test]
    fn no_curves_and_too_many_are_refused() {
        assert!(matches!(
            Chart::new("nothing").to_svg(),
            Err(Error::Figure(_))
        ));
        let strength = strength();
        let many = (0..=LOOKS).fold(Chart::new("many"), |chart, k| {
            chart.curve(format!("curve {k}"), &strength)
        });
        assert!(many.to_svg().unwrap_err().to_string().contains("61 curves"));
    }

    #[test]
    fn everything_has_a_place_of_its_own() {
        let strength = strength();
        let chart = Chart::new("two")
            .curve("a", &strength)
            .curve("b", &strength);
        // Parts are stacked, so that a legend never lies over a curve.
        let kinds: Vec<&str> = chart
            .parts()
            .iter()
            .map(|part| match part {
                Part::Title(_) => "title",
                Part::Legend(_) => "legend",
                Part::Panel(_, panel) => panel.label,
                Part::Caption(lines) if lines.is_empty() => "nothing",
                Part::Caption(_) => "caption",
            })
            .collect();
        let expected = ["title", "legend", "relative strength J", "strength S"];
        assert_eq!(kinds[..4], expected);
        assert_eq!(kinds.last(), Some(&"caption"));
        let one = chart.scale(Scale::Absolute).parts();
        let has_j = |part: &Part| matches!(part, Part::Panel(_, p) if p.level.is_some());
        assert!(!one.iter().any(has_j));
    }

    #[test]
    fn a_long_title_takes_the_lines_that_it_needs() {
        let strength = strength();
        let title = format!(
            "{}end of title",
            "a network of a long name on data ".repeat(4)
        );
        let chart = Chart::new(title).curve("a", &strength);
        let parts = chart.parts();
        let Part::Title(lines) = &parts[0] else {
            unreachable!("the title is the first part")
        };
        assert!(lines.len() == 2 && parts[0].height() == TITLE + MORE);
        let svg = chart.to_svg().unwrap();
        assert!(svg.contains(lines[1].as_str()) && lines[1].ends_with("end of title"));
        assert_eq!(Part::Title(Vec::new()).height(), TITLE);
    }
}
