use plotters::coord::Shift;
use plotters::prelude::*;

use crate::coalition::{Coalition, Pair};
use crate::error::{Error, Result};

use super::areas::Areas;
use super::cloud::{Dot, seen};
use super::pixels::Pixels;
use super::style::{COLOURS, Drawn, GRID, INK};
use super::trace::Trace;

/// The width of a tile, and of one with words.
const WIDTH: u32 = 150;
const WORDS: u32 = 176;
/// Letters of a word that are shown.
const LETTERS: usize = 18;
/// The height of a line of words.
const LINE: i32 = 22;
/// Pixels of a letter, on average.
const LETTER: i32 = 8;
/// The colours of the two players of a pair.
const PAIR: [RGBColor; 2] = [COLOURS[1], COLOURS[0]];

/// An input with some of its players absent, as a network sees it: an image, a point cloud, a sentence or a time series.
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
        areas: Areas,
    },
    Cloud {
        points: Vec<[f32; 3]>,
        regions: Vec<usize>,
        whole: Vec<[f32; 3]>,
        up: usize,
    },
    Series(Trace),
    Words {
        words: Vec<(String, Option<usize>)>,
        present: Coalition,
    },
}

impl Tile {
    /// An image whose players are the patches of a grid of so many rows and columns, or the segments of a map of its size.
    pub fn image(pixels: Pixels, areas: impl Into<Areas>) -> Self {
        Self::of(Seen::Image {
            pixels,
            areas: areas.into(),
        })
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

    /// The channels of a time series with the window of each step, drawn in the range of the `whole` series.
    pub fn series(channels: &[Vec<f32>], windows: &[usize], whole: &[Vec<f32>]) -> Self {
        let range = Trace::new(whole.into(), windows.into()).range;
        let own = Trace::new(channels.into(), windows.into());
        Self::of(Seen::Series(Trace {
            range: (range.0.min(own.range.0), range.1.max(own.range.1)),
            ..own
        }))
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

    pub(super) fn width(&self) -> u32 {
        match self.seen {
            Seen::Words { .. } => WORDS,
            _ => WIDTH,
        }
    }

    pub(super) fn height(&self) -> u32 {
        match &self.seen {
            Seen::Image { pixels, .. } => pixels.height_at(WIDTH),
            Seen::Cloud { .. } => WIDTH,
            Seen::Series(_) => WIDTH / 2,
            Seen::Words { words, .. } => {
                let lines = placed(words).last().map_or(1, |(_, y)| y / LINE + 1);
                (lines * LINE) as u32 + 8
            }
        }
    }

    /// Refuses tiles whose parts do not fit each other.
    pub(super) fn check(&self) -> Result<()> {
        let fits = match &self.seen {
            Seen::Image { pixels, areas } => {
                let count = areas.count();
                areas.check(Some(pixels)).is_ok() && self.pair.is_none_or(|(i, j)| i.max(j) < count)
            }
            Seen::Cloud {
                points,
                regions,
                whole,
                up,
            } => points.len() == regions.len() && !whole.is_empty() && *up < 3,
            Seen::Series(trace) => {
                let windows = trace.count();
                trace.is_whole() && self.pair.is_none_or(|(i, j)| i.max(j) < windows)
            }
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

    pub(super) fn below(&self) -> &str {
        &self.caption
    }

    /// The pixels of an image as an element of SVG, which lie below all that is drawn; nothing for other tiles.
    pub(super) fn element(&self, at: (i32, i32)) -> Result<String> {
        match &self.seen {
            Seen::Image { pixels, areas } => {
                let size = (self.width(), self.height());
                match areas {
                    Areas::Grid(_) => pixels.to_element(at, size),
                    Areas::Segments(map) => {
                        // The pair's colours on both sides of its outlines.
                        let line = |a, b| self.colour(a).or(self.colour(b));
                        Areas::raster(map, size, |at| pixels.colour(at), line, 2)?
                            .to_element(at, size)
                    }
                }
            }
            _ => Ok(String::new()),
        }
    }

    /// Draws all but the pixels of an image.
    pub(super) fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        (x, y): (i32, i32),
    ) -> Drawn<(), B> {
        let corner = (x + self.width() as i32, y + self.height() as i32);
        let frame = Rectangle::new([(x, y), corner], GRID.stroke_width(1));
        match &self.seen {
            Seen::Image { areas, .. } => self.draw_pair(area, (x, y), areas),
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
                    let (radius, strength) = match own {
                        Some(_) => (3, 1.0),
                        None => (2, 0.35 + 0.5 * near),
                    };
                    let at = (x + place.0, y + place.1);
                    area.draw(&Circle::new(at, radius, colour.mix(strength).filled()))?;
                }
                Ok(())
            }
            Seen::Series(trace) => {
                let size = (self.width(), self.height());
                for window in self.pair.iter().flat_map(|(i, j)| [*i, *j]) {
                    let (left, right) = trace.span(window, size.0);
                    let corners = [(x + left, y), (x + right, corner.1)];
                    // Other colours than those of the first channels.
                    let own = usize::from(self.pair.is_some_and(|(_, j)| j == window));
                    let colour = COLOURS[2 + own].mix(0.3);
                    area.draw(&Rectangle::new(corners, colour.filled()))?;
                }
                area.draw(&frame)?;
                trace.draw(area, (x, y), size)
            }
            Seen::Words { words, present } => {
                area.draw(&frame)?;
                for ((word, player), (left, top)) in words.iter().zip(placed(words)) {
                    let (left, top) = (x + left, y + top + 4);
                    match player.is_none_or(|player| present.contains(player)) {
                        true => {
                            let colour = self.colour(*player).unwrap_or(INK);
                            let style = ("sans-serif", 14).into_font().color(&colour);
                            area.draw(&Text::new(shown(word), (left, top), style))?;
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

    /// Frames the two patches of the pair.
    fn draw_pair<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        (x, y): (i32, i32),
        areas: &Areas,
    ) -> Drawn<(), B> {
        let size = (self.width(), self.height());
        for player in self.pair.iter().flat_map(|(i, j)| [*i, *j]) {
            let Some(corners) = areas.corners(player, size) else {
                continue;
            };
            let corners = corners.map(|(left, top)| (x + left, y + top));
            let colour = self.colour(Some(player)).unwrap_or(INK);
            // A white rim, so that the frame is seen on any patch.
            for (colour, width) in [(WHITE, 5), (colour, 3)] {
                area.draw(&Rectangle::new(corners, colour.stroke_width(width)))?;
            }
        }
        Ok(())
    }
}

/// A word, cut where it is too long for a line.
fn shown(word: &str) -> String {
    match word.chars().count() > LETTERS {
        true => word.chars().take(LETTERS - 1).chain(['\u{2026}']).collect(),
        false => word.into(),
    }
}

/// The width of a word and the space behind it.
fn wide(word: &str) -> i32 {
    LETTER * (word.chars().count().min(LETTERS) as i32 + 1)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_are_broken_into_lines() {
        let words: Vec<_> = (0..30).map(|k| (format!("word{k}"), Some(k))).collect();
        let ends = placed(&words).into_iter().zip(&words);
        assert!(
            ends.map(|((x, _), (word, _))| x + wide(word))
                .all(|end| end <= WORDS as i32)
        );
        assert!(Tile::words(words, Coalition::full(30)).height() > 5 * LINE as u32);
    }
}
