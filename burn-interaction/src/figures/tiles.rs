use plotters::coord::Shift;
use plotters::prelude::*;

use crate::coalition::{Coalition, Pair};
use crate::error::{Error, Result};

use super::cloud::{Dot, seen};
use super::pixels::{Pixels, above_background};
use super::png::writes_pictures;
use super::spread::Spread;
use super::style::{COLOURS, Drawn, GRID, INK, text};

/// The width of a tile, and of one with words.
const WIDTH: u32 = 150;
const WORDS: u32 = 230;
const GAP: i32 = 14;
const HEADER: i32 = 36;
/// The height of a row's name, of a caption below a tile, and of a line of words.
const NAME: i32 = 26;
const CAPTION: i32 = 22;
const LINE: i32 = 22;
/// Pixels of a letter, on average.
const LETTER: i32 = 8;
/// The colours of the two players of a pair.
const PAIR: [RGBColor; 2] = [COLOURS[1], COLOURS[0]];

/// An input with some of its players absent, as a network sees it: an image, a point cloud or a sentence.
#[derive(Debug, Clone)]
pub struct Tile {
    seen: Seen,
    pair: Option<Pair>,
    caption: String,
}

#[derive(Debug, Clone)]
enum Seen {
    Image {
        pixels: Pixels,
        grid: [usize; 2],
    },
    Cloud {
        points: Vec<[f32; 3]>,
        regions: Vec<usize>,
        whole: Vec<[f32; 3]>,
        up: usize,
    },
    Words {
        words: Vec<(String, Option<usize>)>,
        present: Coalition,
    },
}

impl Tile {
    /// An image whose players are the patches of a grid of so many rows and columns.
    pub fn image(pixels: Pixels, grid: [usize; 2]) -> Self {
        Self::of(Seen::Image { pixels, grid })
    }

    /// A point cloud whose players are regions, with the region of each point, in the frame of the `whole` cloud; the axis `up` (0, 1
    /// or 2) points up.
    pub fn cloud(points: &[[f32; 3]], regions: &[usize], whole: &[[f32; 3]], up: usize) -> Self {
        Self::of(Seen::Cloud {
            points: points.into(),
            regions: regions.into(),
            whole: whole.into(),
            up,
        })
    }

    /// A sentence in words, each with its player, `None` for those that are always present; words of absent players are covered.
    pub fn words(
        words: impl IntoIterator<Item = (String, Option<usize>)>,
        present: Coalition,
    ) -> Self {
        Self::of(Seen::Words {
            words: words.into_iter().collect(),
            present,
        })
    }

    fn of(seen: Seen) -> Self {
        Self {
            seen,
            pair: None,
            caption: String::new(),
        }
    }

    /// Marks two players in colours of their own.
    pub fn pair(mut self, pair: Pair) -> Self {
        self.pair = Some(pair);
        self
    }

    /// A line below the tile.
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }

    fn width(&self) -> u32 {
        match self.seen {
            Seen::Words { .. } => WORDS,
            _ => WIDTH,
        }
    }

    fn height(&self) -> u32 {
        match &self.seen {
            Seen::Image { pixels, .. } => pixels.height_at(WIDTH),
            Seen::Cloud { .. } => WIDTH,
            Seen::Words { words, .. } => {
                let lines = placed(words).last().map_or(1, |(_, y)| y / LINE + 1);
                (lines * LINE) as u32 + 8
            }
        }
    }

    /// Refuses tiles whose parts do not fit each other.
    fn check(&self) -> Result<()> {
        let fits = match &self.seen {
            Seen::Image { grid, .. } => {
                let patches = grid[0] * grid[1];
                patches > 0 && self.pair.is_none_or(|(i, j)| i.max(j) < patches)
            }
            Seen::Cloud {
                points,
                regions,
                whole,
                up,
            } => points.len() == regions.len() && !whole.is_empty() && *up < 3,
            Seen::Words { words, present } => {
                let last = words.iter().filter_map(|(_, player)| *player).max();
                last.is_none_or(|last| last < present.players())
            }
        };
        match fits {
            true => Ok(()),
            false => Err(Error::Figure(
                "a tile whose players are not those of its input".into(),
            )),
        }
    }

    fn colour(&self, player: Option<usize>) -> Option<RGBColor> {
        let (pair, player) = (self.pair?, player?);
        [pair.0, pair.1]
            .iter()
            .position(|own| *own == player)
            .map(|which| PAIR[which])
    }

    /// Draws all but the pixels of an image, which lie below.
    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        (x, y): (i32, i32),
    ) -> Drawn<(), B> {
        let (width, height) = (self.width() as i32, self.height() as i32);
        let frame = Rectangle::new([(x, y), (x + width, y + height)], GRID.stroke_width(1));
        match &self.seen {
            Seen::Image { grid, .. } => {
                for player in self.pair.iter().flat_map(|(i, j)| [*i, *j]) {
                    let [rows, columns] = grid.map(|side| side as i32);
                    let (row, column) = (player as i32 / columns, player as i32 % columns);
                    let corner = |row: i32, column: i32| {
                        (x + column * width / columns, y + row * height / rows)
                    };
                    let corners = [corner(row, column), corner(row + 1, column + 1)];
                    let colour = self.colour(Some(player)).unwrap_or(INK);
                    // A white rim, so that the frame is seen on any patch.
                    for (colour, width) in [(WHITE, 5), (colour, 3)] {
                        area.draw(&Rectangle::new(corners, colour.stroke_width(width)))?;
                    }
                }
                Ok(())
            }
            Seen::Cloud {
                points,
                regions,
                whole,
                up,
            } => {
                area.draw(&frame)?;
                for Dot {
                    place,
                    near,
                    region,
                } in seen(points, regions, whole, *up, WIDTH)
                {
                    let own = self.colour(Some(region));
                    let colour = own.unwrap_or(RGBColor(120, 120, 120));
                    let strength = if own.is_some() {
                        1.0
                    } else {
                        0.35 + 0.5 * near
                    };
                    let at = (x + place.0, y + place.1);
                    let radius = if own.is_some() { 3 } else { 2 };
                    area.draw(&Circle::new(at, radius, colour.mix(strength).filled()))?;
                }
                Ok(())
            }
            Seen::Words { words, present } => {
                area.draw(&frame)?;
                for ((word, player), (left, top)) in words.iter().zip(placed(words)) {
                    let (left, top) = (x + left, y + top + 4);
                    let there = player.is_none_or(|player| present.contains(player));
                    match there {
                        true => {
                            let colour = self.colour(*player).unwrap_or(INK);
                            let style = ("sans-serif", 14).into_font().color(&colour);
                            area.draw(&Text::new(word.as_str(), (left, top), style))?;
                        }
                        false => {
                            let right = left + wide(word) - LETTER;
                            let cover = [(left, top + 1), (right, top + 14)];
                            area.draw(&Rectangle::new(cover, GRID.filled()))?;
                        }
                    }
                }
                Ok(())
            }
        }
    }
}

/// The width of a word and the space behind it.
fn wide(word: &str) -> i32 {
    LETTER * (word.chars().count() as i32 + 1)
}

/// The left upper corner of each word in lines.
fn placed(words: &[(String, Option<usize>)]) -> Vec<(i32, i32)> {
    let (mut x, mut y) = (6, 0);
    let place = |(word, _): &(String, Option<usize>)| {
        if x > 6 && x + wide(word) > WORDS as i32 {
            (x, y) = (6, y + LINE);
        }
        let at = (x, y);
        x += wide(word);
        at
    };
    words.iter().map(place).collect()
}

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
        let widest = self.rows.iter().map(Row::width).max().unwrap_or(0);
        let room = spread.map_or(0, |_| Spread::WIDTH as i32 + GAP);
        let height: i32 = self.rows.iter().map(Row::height).sum();
        let below = HEADER + height;
        let size = (
            (GAP + widest + room).max(420) as u32,
            (below + 18 * self.key.len() as i32 + GAP) as u32,
        );
        let figure = |e: DrawingAreaErrorKind<_>| Error::Figure(e.to_string());
        let (mut svg, mut images) = (String::new(), String::new());
        {
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            area.fill(&WHITE).map_err(figure)?;
            let title = Text::new(self.title.as_str(), (GAP, 9), text(18));
            area.draw(&title).map_err(figure)?;
            let mut top = HEADER;
            for row in &self.rows {
                for (tile, at) in row.placed(top) {
                    if let Seen::Image { pixels, .. } = &tile.seen {
                        images += &pixels.to_element(at, (tile.width(), tile.height()))?;
                    }
                }
                row.draw(&area, top).map_err(figure)?;
                if let (Some(spread), false) = (spread, row.spread.is_empty()) {
                    let at = (GAP + widest, top + NAME);
                    let tall = row.height() - NAME - CAPTION;
                    spread.draw(&area, at, tall, &row.spread).map_err(figure)?;
                }
                top += row.height();
            }
            for (line, key) in (0..).zip(&self.key) {
                let key = Text::new(key.as_str(), (GAP, below + 18 * line), text(12));
                area.draw(&key).map_err(figure)?;
            }
            area.present().map_err(figure)?;
        }
        above_background(&mut svg, &images);
        Ok(svg)
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
            area.draw(&Text::new(tile.caption.as_str(), below, text(13)))?;
        }
        Ok(())
    }
}

writes_pictures!(TileChart);

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn long_sentences_are_broken_into_lines() {
        let words: Vec<_> = (0..30).map(|k| (format!("word{k}"), Some(k))).collect();
        let places = placed(&words);
        assert!(
            places
                .iter()
                .zip(&words)
                .all(|((x, _), (word, _))| x + wide(word) <= WORDS as i32)
        );
        assert!(Tile::words(words, Coalition::full(30)).height() > 5 * LINE as u32);
    }
}
