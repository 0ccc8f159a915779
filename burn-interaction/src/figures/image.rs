use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::coalition::Pair;
use crate::error::{Error, Result};

use super::png::{encode, writes_pictures};
use super::sign;
use super::style::{Drawn, INK, text};

const SIDE: u32 = 256;
const HEADER: u32 = 34;
const NAME: u32 = 26;
const KEY: u32 = 34;
const GAP: u32 = 14;

/// An image with the grid of its patches, and beside it maps of the patches: the strength that each takes part in, and pairs of
/// them as lines.
///
/// ```
/// use burn_interaction::figures::ImageChart;
///
/// let pixels = vec![128; 3 * 8 * 8];
/// let strengths = [Some(1.0), Some(0.2), None, Some(0.5)];
/// let svg = ImageChart::new("grey", &pixels, [8, 8], [2, 2])
///     .map("order 0", strengths, [((0, 3), -0.4)])
///     .to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ImageChart {
    title: String,
    pixels: Vec<u8>,
    size: [usize; 2],
    grid: [usize; 2],
    maps: Vec<Map>,
}

#[derive(Debug, Clone)]
struct Map {
    name: String,
    strengths: Vec<Option<f64>>,
    pairs: Vec<(Pair, f64)>,
}

impl ImageChart {
    /// An image of three bytes a pixel, row by row, of `size` rows and columns, in a grid of `grid` rows and columns of patches.
    pub fn new(
        title: impl Into<String>,
        pixels: &[u8],
        size: [usize; 2],
        grid: [usize; 2],
    ) -> Self {
        Self {
            title: title.into(),
            pixels: pixels.into(),
            size,
            grid,
            maps: Vec::new(),
        }
    }

    /// Adds a map: the strength of each patch, row by row, as a share of some largest one between 0 and 1, `None` where it was not
    /// measured; and pairs of patches as lines, each with its interaction as a share of some largest one between -1 and 1.
    pub fn map(
        mut self,
        name: impl Into<String>,
        strengths: impl IntoIterator<Item = Option<f64>>,
        pairs: impl IntoIterator<Item = (Pair, f64)>,
    ) -> Self {
        self.maps.push(Map {
            name: name.into(),
            strengths: strengths.into_iter().collect(),
            pairs: pairs.into_iter().collect(),
        });
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where the pixels are not those of the size, a map has other than one strength a patch, or a pair has a patch that is
    /// none.
    pub fn to_svg(&self) -> Result<String> {
        let fail = |reason: &str| Err(Error::Figure(reason.into()));
        let [[height, width], [rows, columns]] = [self.size, self.grid];
        let patches = rows * columns;
        if height * width == 0 || patches == 0 || self.pixels.len() != 3 * height * width {
            return fail("an image needs three bytes a pixel, and patches");
        }
        if self.maps.iter().any(|map| map.strengths.len() != patches) {
            return fail("a map needs a strength for each patch");
        }
        let mut pairs = self.maps.iter().flat_map(|map| &map.pairs);
        if pairs.any(|((i, j), _)| *i >= patches || *j >= patches) {
            return fail("a pair has a patch that the grid does not have");
        }
        let columns = self.maps.len() as u32 + 1;
        let size = (
            columns * (SIDE + GAP) + GAP,
            HEADER + NAME + self.tall() + KEY,
        );
        let figure = |e: DrawingAreaErrorKind<_>| Error::Figure(e.to_string());
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            area.fill(&WHITE).map_err(figure)?;
            self.draw(&area).map_err(figure)?;
            area.present().map_err(figure)?;
        }
        // The pixels themselves lie below the grid.
        let png = encode(&self.pixels, self.size)?;
        let image = format!(
            "<image x=\"{GAP}\" y=\"{}\" width=\"{SIDE}\" height=\"{}\" preserveAspectRatio=\"none\" image-rendering=\"pixelated\" href=\"data:image/png;base64,{}\"/>\n",
            HEADER + NAME,
            self.tall(),
            STANDARD.encode(png)
        );
        let after = svg.find("/>").map_or(0, |at| at + "/>\n".len());
        svg.insert_str(after, &image);
        Ok(svg)
    }

    /// The height of the image in the picture.
    fn tall(&self) -> u32 {
        let [height, width] = self.size;
        let tall = SIDE as f64 * height as f64 / width.max(1) as f64;
        (tall.round() as u32).clamp(SIDE / 4, 4 * SIDE)
    }

    /// The corners of a patch within its panel.
    fn corners(&self, patch: usize) -> [(i32, i32); 2] {
        let [rows, columns] = self.grid;
        let at = |place: usize, count: usize, length: u32| {
            (place as f64 * f64::from(length) / count as f64).round() as i32
        };
        let (row, column) = (patch / columns, patch % columns);
        let corner =
            |row: usize, column: usize| (at(column, columns, SIDE), at(row, rows, self.tall()));
        [corner(row, column), corner(row + 1, column + 1)]
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        area.draw(&Text::new(self.title.as_str(), (GAP as i32, 9), text(18)))?;
        let top = (HEADER + NAME) as i32;
        let left = |panel: usize| (GAP + panel as u32 * (SIDE + GAP)) as i32;
        let named = |name: &str, left: i32| {
            area.draw(&Text::new(
                name.to_string(),
                (left, HEADER as i32 + 4),
                text(14),
            ))
        };
        let [rows, columns] = self.grid;
        named(&format!("{rows} x {columns} patches"), left(0))?;
        let outline = WHITE.mix(0.55).stroke_width(1);
        for patch in 0..rows * columns {
            let corners = self.corners(patch);
            let moved = corners.map(|(x, y)| (x + left(0), y + top));
            area.draw(&Rectangle::new(moved, outline))?;
        }
        for (panel, map) in (1..).zip(&self.maps) {
            named(&map.name, left(panel))?;
            self.draw_map(area, map, (left(panel), top))?;
        }
        let key = "grey: strength that a patch takes part in; white: none measured; lines: the strongest pairs, red where they help each other, blue where they hinder; the number is that of the strongest";
        let below = top + self.tall() as i32 + 10;
        area.draw(&Text::new(key, (GAP as i32, below), text(12)))
    }

    fn draw_map<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        map: &Map,
        (left, top): (i32, i32),
    ) -> Drawn<(), B> {
        for (patch, strength) in map.strengths.iter().enumerate() {
            let corners = self.corners(patch).map(|(x, y)| (x + left, y + top));
            if let Some(share) = strength {
                area.draw(&Rectangle::new(corners, grey(*share).filled()))?;
            }
        }
        let [rows, columns] = self.grid;
        let [[upper, _], [_, lower]] =
            [0, rows * columns - 1].map(|p| self.corners(p).map(|(x, y)| (x + left, y + top)));
        area.draw(&Rectangle::new([upper, lower], INK.stroke_width(1)))?;
        let centre = |patch: usize| {
            let [(x, y), (right, below)] = self.corners(patch);
            ((x + right) / 2 + left, (y + below) / 2 + top)
        };
        let mut pairs = map.pairs.clone();
        pairs.sort_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        for ((i, j), share) in pairs {
            let (from, to, colour) = (centre(i), centre(j), sign(share));
            let wide = 2 + (3.0 * share.abs().min(1.0)).round() as u32;
            // A white rim, so that a line is seen on dark patches.
            for (colour, width) in [(WHITE, wide + 2), (colour, wide)] {
                area.draw(&PathElement::new(
                    vec![from, to],
                    colour.stroke_width(width),
                ))?;
            }
            for end in [from, to] {
                area.draw(&Circle::new(end, 4, WHITE.filled()))?;
                area.draw(&Circle::new(end, 3, colour.filled()))?;
            }
        }
        Ok(())
    }
}

/// The grey of a share between 0 and 1: nearly white where it is small.
fn grey(share: f64) -> RGBColor {
    let level = (242.0 - 172.0 * share.clamp(0.0, 1.0)) as u8;
    RGBColor(level, level, level)
}

writes_pictures!(ImageChart);

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(pixels: usize) -> ImageChart {
        ImageChart::new("a <b>", &vec![7; pixels], [4, 6], [2, 3])
    }

    #[test]
    fn maps_show_strengths_and_signed_pairs() {
        let strengths = [Some(1.0), None, Some(0.0), Some(0.5), None, None];
        let chart = chart(72).map("low", strengths, [((0, 5), 1.0), ((1, 2), -1.0)]);
        let svg = chart.to_svg().unwrap();
        for part in [
            "data:image/png;base64,",
            "#B2182B",
            "#2156AC",
            "a &lt;b&gt;",
            "2 x 3 patches",
        ] {
            assert!(svg.contains(part), "{part}");
        }
        // The image lies below everything but the background.
        assert!(svg.find("<image") < svg.find("<text"));
        let png = image_of(&chart.to_png().unwrap());
        // The grey of the image, and that of a map.
        assert!(png.contains(&[7, 7, 7]) && png.contains(&[70, 70, 70]));
    }

    /// The pixels of a PNG.
    fn image_of(png: &[u8]) -> Vec<[u8; 3]> {
        let map = resvg::tiny_skia::Pixmap::decode_png(png).unwrap();
        let pixels = map.pixels().iter();
        pixels.map(|p| [p.red(), p.green(), p.blue()]).collect()
    }

    #[test]
    fn images_maps_and_pairs_that_do_not_fit_are_refused() {
        assert!(chart(71).to_svg().is_err());
        assert!(chart(72).map("short", [Some(1.0)], []).to_svg().is_err());
        let far = chart(72).map("far", [None; 6], [((0, 6), 1.0)]);
        assert!(far.to_svg().is_err());
        assert!(chart(72).to_svg().is_ok());
    }
}
