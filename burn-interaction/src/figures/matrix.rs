use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::coalition::Pair;
use crate::error::{Error, Result};

use super::hits::{self, Hit};
use super::png::writes_pictures;
use super::style::{Drawn, GRID, text};
use super::svg::svg;
use super::{grey, short};

const CELL: i32 = 24;
const HEADER: i32 = 34;
const NAME: i32 = 26;
const GAP: i32 = 18;
const KEY: i32 = 30;
/// Pixels of a letter, on average.
const LETTER: i32 = 7;
/// Letters of a name that are shown.
const SHOWN: usize = 18;

/// The interactions of all pairs of named players, such as the columns of a table, as matrices side by side.
///
/// ```
/// use burn_interaction::figures::MatrixChart;
///
/// let svg = MatrixChart::new("a row", ["age", "hours"].map(String::from))
///     .pairs("order 0", [((0, 1), 0.7)])
///     .to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MatrixChart {
    title: String,
    names: Vec<String>,
    panels: Vec<(String, Vec<(Pair, f64)>)>,
    largest: Option<f64>,
    unsigned: bool,
}

impl MatrixChart {
    /// A chart of players with these names.
    pub fn new(title: impl Into<String>, names: impl IntoIterator<Item = String>) -> Self {
        Self {
            title: title.into(),
            names: names.into_iter().collect(),
            panels: Vec::new(),
            largest: None,
            unsigned: false,
        }
    }

    /// Adds a matrix of pairs, each with its interaction; pairs that are not given stay empty. The fullest colour is that of the
    /// strongest pair of all matrices.
    pub fn pairs(
        mut self,
        name: impl Into<String>,
        pairs: impl IntoIterator<Item = (Pair, f64)>,
    ) -> Self {
        self.panels.push((name.into(), pairs.into_iter().collect()));
        self
    }

    /// The interaction that the fullest colour stands for; by default the largest of all matrices.
    pub fn largest(mut self, largest: f64) -> Self {
        self.largest = Some(largest);
        self
    }

    /// Shows strengths, which have no sign, in greys.
    pub fn of_strengths(mut self) -> Self {
        self.unsigned = true;
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no panel, a number is not finite, or a pair has a player that has no name.
    pub fn to_svg(&self) -> Result<String> {
        let players = self.names.len();
        if self.panels.is_empty() || players == 0 {
            return Err(Error::Figure("a matrix needs players and a panel".into()));
        }
        let pairs = || self.panels.iter().flat_map(|(_, pairs)| pairs);
        if pairs().any(|((i, j), _)| *i >= players || *j >= players) {
            let reason = "a pair has a player that has no name";
            return Err(Error::Figure(reason.into()));
        }
        if !pairs().all(|(_, value)| value.is_finite()) {
            let reason = "an interaction is not finite: leave it out";
            return Err(Error::Figure(reason.into()));
        }
        let side = CELL * players as i32;
        let width = GAP + self.margin() + self.panels.len() as i32 * (side + GAP);
        let height = HEADER + NAME + side + self.margin() + KEY;
        let size = (width.max(580) as u32, height as u32);
        let mut svg = svg(size, |area| self.draw(area))?;
        hits::add(&mut svg, &self.hits());
        Ok(super::valid(svg))
    }

    /// The corners of a cell.
    fn cell(&self, panel: usize, row: usize, column: usize) -> [(i32, i32); 2] {
        let side = CELL * self.names.len() as i32;
        let left = GAP + self.margin() + panel as i32 * (side + GAP);
        let corner = (
            left + column as i32 * CELL,
            HEADER + NAME + row as i32 * CELL,
        );
        [corner, (corner.0 + CELL - 1, corner.1 + CELL - 1)]
    }

    /// The value of each cell, for the pointer.
    fn hits(&self) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (panel, (_, pairs)) in self.panels.iter().enumerate() {
            for ((i, j), value) in pairs {
                let [first, second] = [*i, *j].map(|player| &self.names[player]);
                let value = short(*value);
                for (row, column) in [(*i, *j), (*j, *i)] {
                    hits.push(Hit {
                        at: self.cell(panel, row, column)[0],
                        size: (CELL, CELL),
                        text: format!("{first}, {second}: {value}"),
                    });
                }
            }
        }
        hits
    }

    /// The room for names.
    fn margin(&self) -> i32 {
        let longest = self.names.iter().map(|name| name.chars().count()).max();
        LETTER * longest.unwrap_or(0).min(SHOWN) as i32 + 12
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        area.draw(&Text::new(self.title.as_str(), (GAP, 9), text(18)))?;
        let top = HEADER + NAME;
        let side = CELL * self.names.len() as i32;
        let short = |name: &String| match name.chars().count() > SHOWN {
            true => name.chars().take(SHOWN - 1).chain(['\u{2026}']).collect(),
            false => name.clone(),
        };
        let names: Vec<String> = self.names.iter().map(short).collect();
        for (row, name) in (0..).zip(&names) {
            let right = text(13).pos(Pos::new(HPos::Right, VPos::Center));
            let at = (GAP + self.margin() - 8, top + row * CELL + CELL / 2);
            area.draw(&Text::new(name.as_str(), at, right))?;
        }
        let found = self.panels.iter().flat_map(|(_, pairs)| pairs);
        let found = found.map(|(_, value)| value.abs()).fold(0.0, f64::max);
        let largest = self.largest.unwrap_or(found).max(f64::MIN_POSITIVE);
        for (panel, (name, pairs)) in self.panels.iter().enumerate() {
            let left = self.cell(panel, 0, 0)[0].0;
            area.draw(&Text::new(name.as_str(), (left, HEADER + 4), text(14)))?;
            for row in 0..self.names.len() {
                for column in (0..self.names.len()).filter(|column| *column != row) {
                    let place = self.cell(panel, row, column);
                    area.draw(&Rectangle::new(place, GRID.stroke_width(1)))?;
                }
            }
            for ((i, j), value) in pairs {
                let colour = match self.unsigned {
                    true => grey(value / largest),
                    false => shade(value / largest),
                };
                for (row, column) in [(*i, *j), (*j, *i)] {
                    let place = self.cell(panel, row, column);
                    area.draw(&Rectangle::new(place, colour.filled()))?;
                }
            }
            for (column, name) in (0..).zip(&names) {
                let turned = text(13)
                    .transform(FontTransform::Rotate90)
                    .pos(Pos::new(HPos::Left, VPos::Center));
                let at = (left + column * CELL + CELL / 2, top + side + 6);
                area.draw(&Text::new(name.as_str(), at, turned))?;
            }
        }
        let key = match self.unsigned {
            true => "the darker, the stronger; empty: not measured",
            false => {
                "red: the two help each other, blue: they hinder each other; empty: within noise, or not measured"
            }
        };
        let below = top + side + self.margin() + 6;
        area.draw(&Text::new(key, (GAP, below), text(12)))
    }
}

/// The colour of an interaction, as a share of some largest one between -1 and 1: white where there is none, red where the two help
/// each other, blue where they hinder each other.
fn shade(share: f64) -> RGBColor {
    let RGBColor(r, g, b) = super::sign(share.signum());
    let share = share.abs().min(1.0);
    let mixed = |full: u8| (255.0 + share * (f64::from(full) - 255.0)) as u8;
    RGBColor(mixed(r), mixed(g), mixed(b))
}

writes_pictures!(MatrixChart);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_fills_both_of_its_cells() {
        let names = ["a", "b & c", "d"].map(String::from);
        let chart = MatrixChart::new("a row", names).pairs("order 0", [((0, 2), -2.5)]);
        let svg = chart.to_svg().unwrap();
        assert_eq!(svg.matches("fill=\"#2156AC\"").count(), 2);
        assert!(
            svg.contains("b &amp; c") && svg.contains("a, d: -2.500"),
            "{svg}"
        );
        let strengths = MatrixChart::new("strengths", ["a", "b"].map(String::from));
        let strengths = strengths.pairs("order 0", [((0, 1), 2.5)]).of_strengths();
        let greys = strengths.to_svg().unwrap();
        assert!(
            greys.contains("#464646") && !greys.contains("#2156AC"),
            "{greys}"
        );
        let no_number = chart.clone().pairs("order 1", [((0, 1), f64::NAN)]);
        assert!(no_number.to_svg().is_err());
        let far = chart.pairs("order 1", [((0, 3), 1.0)]);
        assert!(far.to_svg().is_err());
        assert!(MatrixChart::new("none", []).to_svg().is_err());
    }
}
