use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::{Error, Result};

use super::png::writes_pictures;
use super::style::{Drawn, text};
use super::svg::svg;
use super::{SIGNS, sign};

const SIDE: u32 = 300;
const HEADER: u32 = 34;
/// The height of the line below the panels.
const KEY: u32 = 24;
const OTHERS: RGBColor = RGBColor(214, 214, 214);

/// Where the viewer stands: turned about the vertical, and above the horizon, in radians.
const VIEW: (f64, f64) = (0.6, 0.35);

/// A point cloud coloured by region, or by the interaction of two of its regions; several panels side by side.
///
/// ```
/// use burn_interaction::figures::CloudChart;
///
/// let points = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.5], [0.0, 1.0, 1.0]];
/// let svg = CloudChart::new("three points")
///     .regions("regions", &points, &[0, 1, 2])
///     .pair("order 0: +0.5", &points, &[0, 1, 2], (0, 2), 0.5)
///     .to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CloudChart {
    title: String,
    up: usize,
    panels: Vec<Panel>,
}

#[derive(Debug, Clone)]
struct Panel {
    name: String,
    points: Vec<[f32; 3]>,
    regions: Vec<usize>,
    shade: Shade,
}

#[derive(Debug, Clone, Copy)]
enum Shade {
    Regions(usize),
    Pair((usize, usize), f64),
}

impl CloudChart {
    /// An empty chart; the third axis points up.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            up: 2,
            panels: Vec::new(),
        }
    }

    /// Another axis (0, 1 or 2) points up: the second in ShapeNet.
    pub fn up(mut self, axis: usize) -> Self {
        self.up = axis;
        self
    }

    /// Adds a panel with a colour for each region.
    pub fn regions(self, name: impl Into<String>, points: &[[f32; 3]], regions: &[usize]) -> Self {
        let count = regions.iter().max().map_or(0, |region| region + 1);
        self.panel(name, points, regions, Shade::Regions(count))
    }

    /// Adds a panel with two regions coloured by their interaction, as a share of some largest one between -1 and 1: red
    /// where they help each other, blue where they hinder each other; the others are grey.
    pub fn pair(
        self,
        name: impl Into<String>,
        points: &[[f32; 3]],
        regions: &[usize],
        pair: (usize, usize),
        share: f64,
    ) -> Self {
        self.panel(name, points, regions, Shade::Pair(pair, share))
    }

    fn panel(
        mut self,
        name: impl Into<String>,
        points: &[[f32; 3]],
        regions: &[usize],
        shade: Shade,
    ) -> Self {
        self.panels.push(Panel {
            name: name.into(),
            points: points.into(),
            regions: regions.into(),
            shade,
        });
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no panel, or a panel has other than one region a point.
    pub fn to_svg(&self) -> Result<String> {
        let fail = |reason: &str| Err(Error::Figure(reason.into()));
        if self.panels.is_empty() || self.up > 2 {
            return fail("a cloud needs at least one panel, and axis 0, 1 or 2 upwards");
        }
        if self
            .panels
            .iter()
            .any(|p| p.points.len() != p.regions.len())
        {
            return fail("a panel needs a region for each point");
        }
        let size = (SIDE * self.panels.len() as u32, SIDE + HEADER + KEY);
        Ok(super::valid(svg(size, |area| self.draw(area))?))
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        let (header, body) = area.split_vertically(HEADER);
        let (body, key) = body.split_vertically(SIDE);
        header.draw_text(&self.title, &text(18), (12, 8))?;
        key.draw_text(SIGNS, &text(12), (12, 2))?;
        let areas = body.split_evenly((1, self.panels.len()));
        for (panel, area) in self.panels.iter().zip(areas) {
            area.draw_text(&panel.name, &text(14), (12, 2))?;
            let dots = seen(&panel.points, &panel.regions, &panel.points, self.up, SIDE);
            for dot in &dots {
                let region = dot.region;
                let place = (dot.place.0, dot.place.1 + 10);
                // Far points are smaller and paler; the pair stands out wherever it is.
                let (radius, strength) = match panel.shade {
                    Shade::Pair((i, j), _) if region == i || region == j => (4, 1.0),
                    _ => (if dot.near > 0.5 { 3 } else { 2 }, 0.45 + 0.55 * dot.near),
                };
                let colour = panel.colour(region).mix(strength);
                area.draw(&Circle::new(place, radius, colour.filled()))?;
            }
            panel.number(&dots, &area)?;
        }
        Ok(())
    }
}

writes_pictures!(CloudChart);

/// A point as it is seen.
pub(super) struct Dot {
    pub place: (i32, i32),
    /// Nearness between 0 and 1.
    pub near: f64,
    pub region: usize,
}

/// Points from far to near in a square of so many pixels, turned and scaled so that the `whole` cloud fills it.
pub(super) fn seen(
    points: &[[f32; 3]],
    regions: &[usize],
    whole: &[[f32; 3]],
    up: usize,
    side: u32,
) -> Vec<Dot> {
    let ((sin, cos), (rise, level)) = (VIEW.0.sin_cos(), VIEW.1.sin_cos());
    let turn = |point: &[f32; 3]| {
        let [x, y, z] = [(up + 1) % 3, (up + 2) % 3, up].map(|axis| f64::from(point[axis]));
        let (across, away) = (cos * x - sin * y, sin * x + cos * y);
        [across, level * z + rise * away, level * away - rise * z]
    };
    let frame: Vec<[f64; 3]> = whole.iter().map(turn).collect();
    let range = |axis: usize| {
        let values = frame.iter().map(|p| p[axis]);
        let least = values.clone().fold(f64::INFINITY, f64::min);
        (least, values.fold(f64::NEG_INFINITY, f64::max))
    };
    let ranges = [range(0), range(1), range(2)];
    let width = |(least, most): (f64, f64)| (most - least).max(1e-9);
    let scale = 0.84 * f64::from(side) / width(ranges[0]).max(width(ranges[1]));
    let middle = |(least, most): (f64, f64)| (least + most) / 2.0;
    let half = f64::from(side) / 2.0;
    let place = |p: &[f64; 3]| {
        let across = half + scale * (p[0] - middle(ranges[0]));
        let down = half - scale * (p[1] - middle(ranges[1]));
        (across.round() as i32, down.round() as i32)
    };
    let dot = |(p, region): ([f64; 3], &usize)| Dot {
        place: place(&p),
        near: ((ranges[2].1 - p[2]) / width(ranges[2])).clamp(0.0, 1.0),
        region: *region,
    };
    let mut seen: Vec<Dot> = points.iter().map(turn).zip(regions).map(dot).collect();
    seen.sort_by(|a, b| a.near.total_cmp(&b.near));
    seen
}

impl Panel {
    /// Writes the numbers of regions at their middles: of all, or of the pair.
    fn number<B: DrawingBackend>(
        &self,
        dots: &[Dot],
        area: &DrawingArea<B, Shift>,
    ) -> Drawn<(), B> {
        let numbered = match self.shade {
            Shade::Regions(count) => (0..count).collect(),
            Shade::Pair((i, j), _) => vec![i, j],
        };
        for region in numbered {
            let own = || dots.iter().filter(|dot| dot.region == region);
            let count = own().count() as i32;
            if count == 0 {
                continue;
            }
            let x = own().map(|dot| dot.place.0).sum::<i32>() / count;
            let y = own().map(|dot| dot.place.1).sum::<i32>() / count + 10;
            let number = region.to_string();
            let half = 4 * number.len() as i32 + 2;
            let plate = [(x - half, y - 8), (x + half, y + 8)];
            area.draw(&Rectangle::new(plate, WHITE.mix(0.8).filled()))?;
            let style = text(13).pos(Pos::new(HPos::Center, VPos::Center));
            area.draw(&Text::new(number, (x, y), style))?;
        }
        Ok(())
    }

    fn colour(&self, region: usize) -> RGBColor {
        match self.shade {
            Shade::Regions(count) => {
                // Neighbouring numbers lie apart on the circle of hues, in three lightnesses.
                let hue = (region as f64 * 0.618_034).fract();
                let light = [0.42, 0.56, 0.68][if count > 8 { region % 3 } else { 0 }];
                let (r, g, b) = HSLColor(hue, 0.62, light).rgb();
                RGBColor(r, g, b)
            }
            Shade::Pair((i, j), share) if region == i || region == j => sign(share),
            Shade::Pair(..) => OTHERS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_need_a_region_for_each_point() {
        assert!(CloudChart::new("nothing").to_svg().is_err());
        let short = CloudChart::new("short").regions("a", &[[0.0; 3]], &[]);
        assert!(short.to_svg().is_err());
        // One point has no extent.
        let one = CloudChart::new("one").regions("a", &[[0.5; 3]], &[0]);
        assert!(one.to_svg().unwrap().contains("<circle"));
    }

    #[test]
    fn a_pair_stands_out_by_its_sign() {
        let points = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        let colour = |share| {
            let chart = CloudChart::new("").pair("", &points, &[0, 1, 2], (0, 1), share);
            let panel = &chart.panels[0];
            [0, 1, 2].map(|region| panel.colour(region))
        };
        let (help, hinder) = (colour(1.0), colour(-1.0));
        assert_eq!(help, [RGBColor(178, 24, 43), RGBColor(178, 24, 43), OTHERS]);
        assert_eq!(hinder[0], RGBColor(33, 86, 172));
    }
}
