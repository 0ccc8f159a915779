use plotters::coord::Shift;
use plotters::prelude::*;

use crate::coalition::Pair;
use crate::error::{Error, Result};

use super::areas::Areas;
use super::hits::{self, Hit};
use super::layer::{Layer, strongest_last};
use super::pixels::{Pixels, above_background};
use super::png::writes_pictures;
use super::style::{Drawn, INK, text};
use super::svg::svg;
use super::{grey, short, sign};

const SIDE: u32 = 256;
const HEADER: u32 = 34;
const NAME: u32 = 26;
const KEY: u32 = 18;
const GAP: u32 = 14;

/// An image with the [areas](Areas) that are its players, patches or segments, and beside it maps of them: the strength that each
/// takes part in, and pairs of them as lines.
///
/// ```
/// use burn_interaction::figures::{ImageChart, Pixels};
///
/// let pixels = Pixels::new(vec![128; 3 * 8 * 8], [8, 8])?;
/// let strengths = [Some(0.5), Some(0.1), None, Some(0.25)];
/// let svg = ImageChart::new("grey", pixels, [2, 2])
///     .map("order 0", strengths, [((0, 3), -0.4)])
///     .to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ImageChart {
    title: String,
    pixels: Option<Pixels>,
    tall: u32,
    areas: Areas,
    maps: Vec<Layer>,
    largest: Option<f64>,
}

impl ImageChart {
    /// An image and its areas: rows and columns of patches, or the segments of a map of its size.
    pub fn new(title: impl Into<String>, pixels: Pixels, areas: impl Into<Areas>) -> Self {
        Self {
            title: title.into(),
            tall: pixels.height_at(SIDE),
            pixels: Some(pixels),
            areas: areas.into(),
            maps: Vec::new(),
            largest: None,
        }
    }

    /// Adds a map: the strength of each area, `None` where it was not measured, and pairs of areas as lines, each with its
    /// interaction. Patches are given row by row. The darkest area of a map is its strongest; the thickest line is the strongest
    /// pair of all maps.
    pub fn map(
        mut self,
        name: impl Into<String>,
        strengths: impl IntoIterator<Item = Option<f64>>,
        pairs: impl IntoIterator<Item = (Pair, f64)>,
    ) -> Self {
        self.maps.push(Layer::new(name, strengths, pairs));
        self
    }

    /// The interaction that the thickest line stands for; by default the largest of all maps.
    pub fn largest(mut self, largest: f64) -> Self {
        self.largest = Some(largest);
        self
    }

    /// Shows the maps alone, where the image itself stands beside the picture.
    pub fn maps_alone(mut self) -> Self {
        self.pixels = None;
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is nothing to show, segments are those of an image of another size, a map has other than one strength an
    /// area, a number is not finite, or a pair has an area that is none.
    pub fn to_svg(&self) -> Result<String> {
        self.check()?;
        let size = (
            self.panels() * (SIDE + GAP) + GAP,
            HEADER + NAME + self.tall + self.key_height(),
        );
        let mut svg = svg(size, |area| self.draw(area))?;
        // Pixels lie below all that is drawn.
        above_background(&mut svg, &self.elements()?);
        hits::add(&mut svg, &self.hits());
        Ok(super::valid(svg))
    }

    fn check(&self) -> Result<()> {
        self.areas.check(self.pixels.as_ref())?;
        if self.panels() == 0 {
            let reason = "an image needs itself or a map to show";
            return Err(Error::Figure(reason.into()));
        }
        Layer::check(&self.maps, self.areas.count(), self.areas.unit())
    }

    /// The number of panels side by side.
    fn panels(&self) -> u32 {
        self.first_map() + self.maps.len() as u32
    }

    /// The panel of the first map.
    fn first_map(&self) -> u32 {
        u32::from(self.pixels.is_some())
    }

    fn key_height(&self) -> u32 {
        KEY * self.key().len() as u32 + 14
    }

    /// The lines below the panels, short enough for the width of the picture.
    fn key(&self) -> Vec<String> {
        let unit = self.areas.unit();
        let parts = [
            format!("grey: strength that a {unit} takes part in"),
            format!("white: no pair of the {unit} was measured"),
            "red: a pair that helps each other, blue: hinders".into(),
        ];
        match self.maps.is_empty() {
            true => Vec::new(),
            false => parts.into(),
        }
    }

    /// The left end of a panel.
    fn left(panel: u32) -> i32 {
        (GAP + panel * (SIDE + GAP)) as i32
    }

    /// The width and height of a panel.
    fn panel(&self) -> (u32, u32) {
        (SIDE, self.tall)
    }

    /// The value of each area of each map, for the pointer.
    fn hits(&self) -> Vec<Hit> {
        let mut hits = Vec::new();
        let centres = self.areas.centres(self.panel());
        for (panel, map) in (self.first_map()..).zip(&self.maps) {
            let moved = |(x, y): (i32, i32)| (x + Self::left(panel), y + (HEADER + NAME) as i32);
            for (player, strength) in map.strengths.iter().enumerate() {
                let Some(strength) = strength else { continue };
                let value = format!("{}: mean |I| {}", self.areas.name(player), short(*strength));
                hits.push(match self.areas.corners(player, self.panel()) {
                    Some([(x, y), (right, below)]) => Hit {
                        at: moved((x, y)),
                        size: (right - x, below - y),
                        text: value,
                    },
                    None => Hit::around(moved(centres[player]), value),
                });
            }
        }
        hits
    }

    /// The pixels of the image and of maps of segments, as elements of SVG.
    fn elements(&self) -> Result<String> {
        let top = (HEADER + NAME) as i32;
        let mut elements = String::new();
        let (size, near) = (self.panel(), RGBColor(255, 255, 255));
        if let Some(pixels) = &self.pixels {
            let at = (Self::left(0), top);
            let shown = match &self.areas {
                Areas::Grid(_) => pixels.to_element(at, size)?,
                Areas::Segments(map) => {
                    let line = |_, _| Some(near);
                    Areas::raster(map, size, |at| pixels.colour(at), line, 1)?
                        .to_element(at, size)?
                }
            };
            elements.push_str(&shown);
        }
        let Areas::Segments(segments) = &self.areas else {
            return Ok(elements);
        };
        for (panel, map) in (self.first_map()..).zip(&self.maps) {
            let most = map.most();
            let colour = |at: usize| {
                let strength = segments.of_pixels()[at].and_then(|player| map.strengths[player]);
                strength.map_or(near, |strength| grey(strength / most))
            };
            let line = |_, _| Some(RGBColor(150, 150, 150));
            let picture = Areas::raster(segments, size, colour, line, 1)?;
            elements.push_str(&picture.to_element((Self::left(panel), top), size)?);
        }
        Ok(elements)
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        area.draw(&Text::new(self.title.as_str(), (GAP as i32, 9), text(18)))?;
        let top = (HEADER + NAME) as i32;
        let named = |name: &str, left: i32| {
            area.draw(&Text::new(
                name.to_string(),
                (left, HEADER as i32 + 4),
                text(14),
            ))
        };
        if self.pixels.is_some() {
            named(&self.areas.describe(), Self::left(0))?;
            let outline = WHITE.mix(0.55).stroke_width(1);
            for player in 0..self.areas.count() {
                if let Some(corners) = self.areas.corners(player, self.panel()) {
                    let moved = corners.map(|(x, y)| (x + Self::left(0), y + top));
                    area.draw(&Rectangle::new(moved, outline))?;
                }
            }
        }
        let largest = Layer::largest(&self.maps, self.largest);
        for (panel, map) in (self.first_map()..).zip(&self.maps) {
            named(&map.name, Self::left(panel))?;
            self.draw_map(area, map, (Self::left(panel), top), largest)?;
        }
        for (row, line) in (0..).zip(self.key()) {
            let below = top + self.tall as i32 + 10 + row * KEY as i32;
            area.draw(&Text::new(line, (GAP as i32, below), text(12)))?;
        }
        Ok(())
    }

    fn draw_map<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        map: &Layer,
        (left, top): (i32, i32),
        largest: f64,
    ) -> Drawn<(), B> {
        let most = map.most();
        for (player, strength) in map.strengths.iter().enumerate() {
            let corners = self.areas.corners(player, self.panel());
            if let (Some(strength), Some(corners)) = (strength, corners) {
                let corners = corners.map(|(x, y)| (x + left, y + top));
                area.draw(&Rectangle::new(corners, grey(strength / most).filled()))?;
            }
        }
        let lower = (left + SIDE as i32, top + self.tall as i32);
        area.draw(&Rectangle::new([(left, top), lower], INK.stroke_width(1)))?;
        let centres = self.areas.centres(self.panel());
        let centre = |player: usize| {
            let (x, y) = centres[player];
            (x + left, y + top)
        };
        for ((i, j), value) in strongest_last(&map.pairs) {
            let share = value / largest;
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

writes_pictures!(ImageChart);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::players::SegmentMap;

    fn chart() -> ImageChart {
        let pixels = Pixels::new(vec![7; 72], [4, 6]).unwrap();
        ImageChart::new("a <b>", pixels, [2, 3])
    }

    #[test]
    fn maps_show_strengths_and_signed_pairs() {
        let strengths = [Some(2.0), None, Some(0.0), Some(1.0), None, None];
        let chart = chart().map("low", strengths, [((0, 5), 3.0), ((1, 2), -3.0)]);
        let svg = chart.to_svg().unwrap();
        for part in [
            "data:image/png;base64,",
            "#B2182B",
            "#2156AC",
            "a &lt;b&gt;",
            "2 x 3 patches",
            "patch (2, 1): mean |I| 1.000</title>",
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
    fn maps_and_pairs_that_do_not_fit_are_refused() {
        assert!(chart().to_svg().is_ok());
        assert!(chart().maps_alone().to_svg().is_err());
        for refused in [
            chart().map("short", [Some(1.0)], []),
            chart().map("far", [None; 6], [((0, 6), 1.0)]),
            chart().map("no number", [Some(f64::NAN); 6], []),
            chart().map("no number", [None; 6], [((0, 1), f64::INFINITY)]),
        ] {
            assert!(refused.to_svg().is_err(), "{refused:?}");
        }
    }

    #[test]
    fn segments_are_drawn_by_their_pixels() {
        let labels: Vec<i64> = (0..24)
            .map(|pixel| (pixel % 6) / 3 - (pixel / 23))
            .collect();
        let map = SegmentMap::new(&labels, [4, 6]).unwrap();
        let pixels = Pixels::new(vec![7; 72], [4, 6]).unwrap();
        let chart = ImageChart::new("halves", pixels.clone(), map.clone()).map(
            "low",
            [Some(1.0), None],
            [((0, 1), 2.0)],
        );
        let svg = chart.to_svg().unwrap();
        for part in [
            "2 segments",
            "segment 0: mean |I| 1.000</title>",
            "no pair of the segment",
        ] {
            assert!(svg.contains(part), "{part}");
        }
        let png = image_of(&chart.to_png().unwrap());
        assert!(png.contains(&[7, 7, 7]) && png.contains(&[70, 70, 70]));
        let narrow = Pixels::new(vec![7; 36], [4, 3]).unwrap();
        let error = ImageChart::new("", narrow, map).to_svg().unwrap_err();
        assert!(error.to_string().contains("another size"), "{error}");
    }

    #[test]
    fn maps_alone_are_drawn_without_the_image() {
        let chart = chart().map("low", [Some(1.0); 6], []).maps_alone();
        let svg = chart.to_svg().unwrap();
        assert!(
            !svg.contains("<image") && svg.contains("width=\"284\""),
            "{svg}"
        );
    }
}
