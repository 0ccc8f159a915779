use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::coalition::Pair;
use crate::error::{Error, Result};

use super::caption::{fitted, wide};
use super::hits::{self, Hit};
use super::png::writes_pictures;
use super::style::{Drawn, GRID, text};
use super::svg::svg;
use super::{grey, short};

const CELL: i32 = 24;
/// The height of a title of one line, and of each line more.
const HEADER: i32 = 34;
const MORE: i32 = 22;
/// The height of a matrix's name of one line, and of each line more.
const NAME: i32 = 26;
const LINE: i32 = 17;
/// The width of a line of a matrix's name at least, where the matrix is no wider.
const ROOM: i32 = 190;
const GAP: i32 = 18;
const KEY: i32 = 30;
/// The width of the picture at least, which holds the line below the matrices.
const LEAST: i32 = 580;
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
        let height = self.top() + self.side() + self.margin() + KEY;
        let size = (self.width() as u32, height as u32);
        let mut svg = svg(size, |area| self.draw(area))?;
        hits::add(&mut svg, &self.hits());
        Ok(super::valid(svg))
    }

    /// The width of a matrix, which is its height.
    fn side(&self) -> i32 {
        CELL * self.names.len() as i32
    }

    /// The lines of a matrix's name.
    fn head(&self, name: &str) -> Vec<String> {
        fitted(name, self.side().max(ROOM) as u32, 14)
    }

    /// The room from the left end of a matrix to that of the next, which holds its name, too.
    fn pitch(&self) -> i32 {
        let lines = self.panels.iter().flat_map(|(name, _)| self.head(name));
        let widest = lines.map(|line| wide(&line, 14) as i32).max();
        self.side().max(widest.unwrap_or(0)) + GAP
    }

    fn width(&self) -> i32 {
        (GAP + self.margin() + self.panels.len() as i32 * self.pitch()).max(LEAST)
    }

    /// The lines of the title.
    fn titles(&self) -> Vec<String> {
        fitted(&self.title, (self.width() - 2 * GAP) as u32, 18)
    }

    /// The upper end of the names of matrices.
    fn header(&self) -> i32 {
        HEADER + MORE * (self.titles().len() as i32 - 1).max(0)
    }

    /// The upper end of the matrices.
    fn top(&self) -> i32 {
        let lines = self.panels.iter().map(|(name, _)| self.head(name).len());
        let lines = lines.max().unwrap_or(0) as i32;
        self.header() + NAME + LINE * (lines - 1).max(0)
    }

    fn places(&self) -> Places {
        Places {
            left: GAP + self.margin(),
            top: self.top(),
            pitch: self.pitch(),
        }
    }

    /// The value of each cell, for the pointer.
    fn hits(&self) -> Vec<Hit> {
        let mut hits = Vec::new();
        let places = self.places();
        for (panel, (_, pairs)) in self.panels.iter().enumerate() {
            for ((i, j), value) in pairs {
                let [first, second] = [*i, *j].map(|player| &self.names[player]);
                let value = short(*value);
                for (row, column) in [(*i, *j), (*j, *i)] {
                    hits.push(Hit {
                        at: places.cell(panel, row, column)[0],
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
        for (line, words) in (0..).zip(&self.titles()) {
            let at = (GAP, 9 + MORE * line);
            area.draw(&Text::new(words.as_str(), at, text(18)))?;
        }
        let places = self.places();
        let names: Vec<String> = self.names.iter().map(|name| cut(name)).collect();
        for (row, name) in (0..).zip(&names) {
            let right = text(13).pos(Pos::new(HPos::Right, VPos::Center));
            let at = (places.left - 8, places.top + row * CELL + CELL / 2);
            area.draw(&Text::new(name.as_str(), at, right))?;
        }
        let found = self.panels.iter().flat_map(|(_, pairs)| pairs);
        let found = found.map(|(_, value)| value.abs()).fold(0.0, f64::max);
        let largest = self.largest.unwrap_or(found).max(f64::MIN_POSITIVE);
        let below = places.top + self.side() + 6;
        for (panel, (name, pairs)) in self.panels.iter().enumerate() {
            let left = places.cell(panel, 0, 0)[0].0;
            for (line, words) in (0..).zip(&self.head(name)) {
                let at = (left, self.header() + 4 + LINE * line);
                area.draw(&Text::new(words.as_str(), at, text(14)))?;
            }
            self.draw_cells(area, places, (panel, pairs.as_slice()), largest)?;
            for (column, name) in (0..).zip(&names) {
                let turned = text(13)
                    .transform(FontTransform::Rotate90)
                    .pos(Pos::new(HPos::Left, VPos::Center));
                let at = (left + column * CELL + CELL / 2, below);
                area.draw(&Text::new(name.as_str(), at, turned))?;
            }
        }
        let key = match self.unsigned {
            true => "the darker, the stronger; empty: within noise, or not measured",
            false => {
                "red: the two help each other, blue: they hinder each other; empty: within noise, or not measured"
            }
        };
        area.draw(&Text::new(key, (GAP, below + self.margin()), text(12)))
    }

    /// Draws the cells of a matrix, and the colours of its pairs.
    fn draw_cells<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        places: Places,
        (panel, pairs): (usize, &[(Pair, f64)]),
        largest: f64,
    ) -> Drawn<(), B> {
        for row in 0..self.names.len() {
            for column in (0..self.names.len()).filter(|column| *column != row) {
                let place = places.cell(panel, row, column);
                area.draw(&Rectangle::new(place, GRID.stroke_width(1)))?;
            }
        }
        for ((i, j), value) in pairs {
            let colour = match self.unsigned {
                true => grey(value / largest),
                false => shade(value / largest),
            };
            for (row, column) in [(*i, *j), (*j, *i)] {
                let place = places.cell(panel, row, column);
                area.draw(&Rectangle::new(place, colour.filled()))?;
            }
        }
        Ok(())
    }
}

/// Where the matrices lie.
#[derive(Clone, Copy)]
struct Places {
    left: i32,
    top: i32,
    pitch: i32,
}

impl Places {
    /// The corners of a cell of a matrix.
    fn cell(self, panel: usize, row: usize, column: usize) -> [(i32, i32); 2] {
        let left = self.left + panel as i32 * self.pitch;
        let corner = (left + column as i32 * CELL, self.top + row as i32 * CELL);
        [corner, (corner.0 + CELL - 1, corner.1 + CELL - 1)]
    }
}

/// A name as it is shown: without its middle where it is long, as names of columns begin alike or end alike.
fn cut(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= SHOWN {
        return name.into();
    }
    let last = (SHOWN - 1) / 2;
    let (first, last) = (SHOWN - 1 - last, letters.len() - last);
    let ends = letters[..first].iter().chain(&['\u{2026}']);
    ends.chain(&letters[last..]).collect()
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

    #[test]
    fn names_of_matrices_stand_beside_each_other_however_few_columns_there_are() {
        for columns in [2, 5, 12, 60] {
            let names = (0..columns).map(|column| format!("column {column}"));
            let mut chart = MatrixChart::new("a row", names);
            for name in [
                "low: order 0 of 0 to 3",
                "middle: order 2 of 0 to 3",
                "high",
            ] {
                let name = format!("{name}, strongest -8.5e-3");
                chart = chart.pairs(name, [((0, 1), 1.0)]);
            }
            let places = chart.places();
            assert!(places.pitch >= chart.side() + GAP);
            for (name, _) in &chart.panels {
                let head = chart.head(name);
                assert!(head.len() <= 2, "{head:?}");
                let fits = |line: &String| (wide(line, 14) as i32) < places.pitch;
                assert!(head.iter().all(fits), "{head:?}");
                let below = chart.header() + 4 + LINE * head.len() as i32;
                assert!(below <= places.top, "{head:?}");
            }
            assert!(chart.width() >= places.left + 3 * places.pitch - GAP);
            assert!(chart.to_svg().is_ok());
        }
    }

    #[test]
    fn long_names_are_cut_in_their_middle() {
        assert_eq!(cut("age"), "age");
        assert_eq!(cut("education_years_of"), "education_years_of");
        let long = ["education_years_completed", "education_years_remaining"].map(cut);
        assert_eq!(
            long,
            ["education\u{2026}ompleted", "education\u{2026}emaining"]
        );
        assert!(long.iter().all(|name| name.chars().count() == SHOWN));
    }
}
