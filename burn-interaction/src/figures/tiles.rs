use plotters::coord::Shift;
use plotters::prelude::*;

use crate::error::{Error, Result};

use super::caption::{fitted, wide};
use super::pixels::above_background;
use super::png::writes_pictures;
use super::spread::Spread;
use super::style::{Drawn, text};
use super::svg::svg;
use super::tile::Tile;

const GAP: i32 = 14;
/// The height of a title of one line, of each line more, and of a line below the rows.
const HEADER: i32 = 36;
const MORE: i32 = 22;
const LINE: i32 = 18;
/// The width at least.
const LEAST: i32 = 420;
/// The height of a row's name, and of a caption below a tile.
const NAME: i32 = 26;
const CAPTION: i32 = 22;

/// Rows of [`Tile`]s: an input with more and more of its players present, say, or under masks of several kinds. A row may end with
/// the spread of numbers that belong to it.
///
/// ```
/// use burn_interaction::figures::{Pixels, Tile, TileChart};
///
/// let pixels = Pixels::new(vec![128; 3 * 8 * 8], [8, 8])?;
/// let tile = Tile::image(pixels, [2, 2]).pair((0, 3)).caption("0.25");
/// let svg = TileChart::new("two patches of a grey image")
///     .row("order 0", [tile])
///     .spread([0.25, 0.2, 0.31])
///     .to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TileChart {
    title: String,
    rows: Vec<Row>,
    key: Vec<String>,
}

#[derive(Debug, Clone)]
struct Row {
    name: String,
    tiles: Vec<Tile>,
    spread: Vec<f64>,
}

impl Row {
    fn height(&self) -> i32 {
        let tallest = self.tiles.iter().map(Tile::height).max().unwrap_or(0);
        NAME + tallest as i32 + CAPTION
    }

    fn width(&self) -> i32 {
        let tiles = self.tiles.iter().map(|tile| tile.width() as i32 + GAP);
        tiles.sum()
    }
}

impl TileChart {
    /// A picture without rows.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            rows: Vec::new(),
            key: Vec::new(),
        }
    }

    /// Adds a row of tiles below the others.
    pub fn row(mut self, name: impl Into<String>, tiles: impl IntoIterator<Item = Tile>) -> Self {
        self.rows.push(Row {
            name: name.into(),
            tiles: tiles.into_iter().collect(),
            spread: Vec::new(),
        });
        self
    }

    /// Shows numbers at the end of the last row, on an axis that all rows share.
    pub fn spread(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        if let Some(row) = self.rows.last_mut() {
            row.spread = values.into_iter().collect();
        }
        self
    }

    /// Adds a line below the rows.
    pub fn key(mut self, line: impl Into<String>) -> Self {
        self.key.push(line.into());
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no tile, the players of one are not those of its input, or a number is not finite.
    pub fn to_svg(&self) -> Result<String> {
        let tiles = || self.rows.iter().flat_map(|row| &row.tiles);
        if tiles().next().is_none() {
            return Err(Error::Figure("a picture needs at least one tile".into()));
        }
        tiles().try_for_each(Tile::check)?;
        let spread = Spread::of(self.rows.iter().flat_map(|row| &row.spread))?;
        let widest = self.widest();
        let keys = self.keys();
        let height: i32 = self.rows.iter().map(Row::height).sum();
        let below = self.header() + height;
        let size = (
            self.width() as u32,
            (below + LINE * keys.len() as i32 + GAP) as u32,
        );
        let mut svg = svg(size, |area| {
            for (line, words) in (0..).zip(&self.titles()) {
                let at = (GAP, 9 + MORE * line);
                area.draw(&Text::new(words.as_str(), at, text(18)))?;
            }
            for (row, top) in self.placed() {
                row.draw(area, top)?;
                if let (Some(spread), false) = (spread, row.spread.is_empty()) {
                    let at = (GAP + widest, top + NAME);
                    let tall = row.height() - NAME - CAPTION;
                    spread.draw(area, at, tall, &row.spread)?;
                }
            }
            for (line, key) in (0..).zip(&keys) {
                let key = Text::new(key.as_str(), (GAP, below + LINE * line), text(12));
                area.draw(&key)?;
            }
            Ok(())
        })?;
        let tiles = self.placed().flat_map(|(row, top)| row.placed(top));
        let images: Result<String> = tiles.map(|(tile, at)| tile.element(at)).collect();
        above_background(&mut svg, &images?);
        Ok(super::valid(svg))
    }

    /// The width of the widest row of tiles.
    fn widest(&self) -> i32 {
        self.rows.iter().map(Row::width).max().unwrap_or(0)
    }

    /// The width of the picture, in which every row has its name on one line.
    fn width(&self) -> i32 {
        let room = match self.rows.iter().all(|row| row.spread.is_empty()) {
            true => 0,
            false => Spread::WIDTH as i32 + GAP,
        };
        let names = self.rows.iter().map(|row| wide(&row.name, 14) as i32);
        let names = names.max().unwrap_or(0) + 2 * GAP;
        (GAP + self.widest() + room).max(names).max(LEAST)
    }

    /// The lines of the title.
    fn titles(&self) -> Vec<String> {
        fitted(&self.title, (self.width() - 2 * GAP) as u32, 18)
    }

    /// The lines below the rows.
    fn keys(&self) -> Vec<String> {
        let room = (self.width() - 2 * GAP) as u32;
        let lines = self.key.iter().flat_map(|line| fitted(line, room, 12));
        lines.collect()
    }

    /// The height of the title.
    fn header(&self) -> i32 {
        HEADER + MORE * (self.titles().len() as i32 - 1).max(0)
    }

    /// The rows with their upper ends.
    fn placed(&self) -> impl Iterator<Item = (&Row, i32)> {
        let mut below = self.header();
        self.rows.iter().map(move |row| {
            let top = below;
            below += row.height();
            (row, top)
        })
    }
}

impl Row {
    /// The tiles with their left upper corners.
    fn placed(&self, top: i32) -> impl Iterator<Item = (&Tile, (i32, i32))> {
        let mut left = GAP;
        self.tiles.iter().map(move |tile| {
            let at = (left, top + NAME);
            left += tile.width() as i32 + GAP;
            (tile, at)
        })
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, top: i32) -> Drawn<(), B> {
        area.draw(&Text::new(self.name.as_str(), (GAP, top + 6), text(14)))?;
        for (tile, at) in self.placed(top) {
            tile.draw(area, at)?;
            let below = (at.0, at.1 + tile.height() as i32 + 5);
            area.draw(&Text::new(tile.below(), below, text(13)))?;
        }
        Ok(())
    }
}

writes_pictures!(TileChart);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Coalition;
    use crate::figures::Pixels;

    fn image() -> Tile {
        Tile::image(Pixels::new(vec![9; 48], [4, 4]).unwrap(), [2, 2])
    }

    #[test]
    fn rows_hold_images_clouds_and_words() {
        let words = [("not", Some(0)), ("<good>", Some(1)), ("film", Some(2))];
        let words = words.map(|(word, player)| (word.to_string(), player));
        let sentence = Tile::words(words, Coalition::of(3, [0, 1])).pair((0, 1));
        let points = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.5]];
        let cloud = Tile::cloud(&points, &[0, 1], &points, 2).pair((0, 1));
        let chart = TileChart::new("three kinds")
            .row("low", [image().pair((0, 3)).caption("+0.5"), cloud])
            .spread([0.5, -0.25])
            .row("high", [sentence])
            .key("a key");
        let svg = chart.to_svg().unwrap();
        for part in [
            "<image",
            "&lt;good&gt;",
            "+0.5",
            "#D55E00",
            "#0072B2",
            "a key",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        // The word of the absent player is covered.
        assert!(!svg.contains("film"));
        assert!(svg.find("<image") < svg.find("<text"));
    }

    #[test]
    fn long_titles_and_keys_are_broken_into_lines() {
        let words = "a title of many words ".repeat(5);
        let short = TileChart::new("short").row("", [image()]);
        let long = TileChart::new(words.as_str()).row("", [image()]);
        let long = long.key("a key of many words ".repeat(8));
        assert_eq!((short.width(), short.header()), (LEAST, HEADER));
        assert!(long.titles().len() == 3 && long.header() == HEADER + 2 * MORE);
        assert!(long.keys().len() > 1 && long.to_svg().is_ok());
        // Tiles begin below the title.
        assert!(long.placed().all(|(_, top)| top == long.header()));
        let name = "a row of a name that is longer than all of its tiles are wide, which are few";
        let named = TileChart::new("").row(name, [image()]);
        assert!(named.width() > LEAST && named.header() == HEADER);
    }

    #[test]
    fn tiles_that_do_not_fit_are_refused() {
        assert!(TileChart::new("none").to_svg().is_err());
        let refused = |tile: Tile| TileChart::new("").row("", [tile]).to_svg().is_err();
        assert!(refused(image().pair((0, 4))));
        assert!(refused(Tile::cloud(&[[0.0; 3]], &[], &[[0.0; 3]], 2)));
        assert!(refused(Tile::words(
            [("a".into(), Some(1))],
            Coalition::full(1)
        )));
        let endless = TileChart::new("").row("", [image()]).spread([f64::NAN]);
        assert!(endless.to_svg().is_err());
    }
}
