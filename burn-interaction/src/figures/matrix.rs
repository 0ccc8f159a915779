use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::coalition::Pair;
use crate::error::{Error, Result};

use super::png::writes_pictures;
use super::style::{Drawn, GRID, text};

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
}

impl MatrixChart {
    /// A chart of players with these names.
    pub fn new(title: impl Into<String>, names: impl IntoIterator<Item = String>) -> Self {
        Self {
            title: title.into(),
            names: names.into_iter().collect(),
            panels: Vec::new(),
        }
    }

    /// Adds a matrix of pairs, each with its interaction as a share of some largest one between -1 and 1; pairs that are not given
    /// stay empty.
    pub fn pairs(
        mut self,
        name: impl Into<String>,
        pairs: impl IntoIterator<Item = (Pair, f64)>,
    ) -> Self {
        self.panels.push((name.into(), pairs.into_iter().collect()));
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no panel, or a pair has a player that has no name.
    pub fn to_svg(&self) -> Result<String> {
        let players = self.names.len();
        if self.panels.is_empty() || players == 0 {
            return Err(Error::Figure("a matrix needs players and a panel".into()));
        }
        let mut pairs = self.panels.iter().flat_map(|(_, pairs)| pairs);
        if pairs.any(|((i, j), _)| *i >= players || *j >= players) {
            let reason = "a pair has a player that has no name";
            return Err(Error::Figure(reason.into()));
        }
        let side = CELL * players as i32;
        let width = GAP + self.margin() + self.panels.len() as i32 * (side + GAP);
        let height = HEADER + NAME + side + self.margin() + KEY;
        let figure = |e: DrawingAreaErrorKind<_>| Error::Figure(e.to_string());
        let mut svg = String::new();
        {
            let size = (width.max(420) as u32, height as u32);
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            area.fill(&WHITE).map_err(figure)?;
            self.draw(&area).map_err(figure)?;
            area.present().map_err(figure)?;
        }
        Ok(svg)
    }

    /// The room for names.
    fn margin(&self) -> i32 {
        let longest = self.names.iter().map(|name| name.chars().count()).max();
        LETTER * longest.unwrap_or(0).min(SHOWN) as i32 + 12
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        area.draw(&Text::new(self.title.as_str(), (GAP, 9), text(18)))?;
        let (top, players) = (HEADER + NAME, self.names.len() as i32);
        let side = CELL * players;
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
        for (panel, (name, pairs)) in (0..).zip(&self.panels) {
            let left = GAP + self.margin() + panel * (side + GAP);
            area.draw(&Text::new(name.as_str(), (left, HEADER + 4), text(14)))?;
            let cell = |row: i32, column: i32| {
                let corner = (left + column * CELL, top + row * CELL);
                [corner, (corner.0 + CELL - 1, corner.1 + CELL - 1)]
            };
            for row in 0..players {
                for column in (0..players).filter(|column| *column != row) {
                    area.draw(&Rectangle::new(cell(row, column), GRID.stroke_width(1)))?;
                }
            }
            for ((i, j), share) in pairs {
                for (row, column) in [(*i, *j), (*j, *i)] {
                    let place = cell(row as i32, column as i32);
                    area.draw(&Rectangle::new(place, shade(*share).filled()))?;
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
        let key = "red: the two help each other, blue: they hinder each other; empty: within noise, or not measured";
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
        let chart = MatrixChart::new("a row", names).pairs("order 0", [((0, 2), -1.0)]);
        let svg = chart.to_svg().unwrap();
        assert_eq!(svg.matches("fill=\"#2156AC\"").count(), 2);
        assert!(svg.contains("b &amp; c"), "{svg}");
        let far = chart.pairs("order 1", [((0, 3), 1.0)]);
        assert!(far.to_svg().is_err());
        assert!(MatrixChart::new("none", []).to_svg().is_err());
    }
}
