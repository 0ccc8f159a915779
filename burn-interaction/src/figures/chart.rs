use std::path::Path;

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::error::{Error, Result};
use crate::profile::{Curves, Strength};

use super::png::writes_pictures;

/// Colours that people with any colour vision tell apart (Okabe and Ito).
pub(super) const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 86, 86),
];

const WIDTH: u32 = 760;
/// The height of the curves, and of the panel of fluctuations below them.
const HEIGHTS: [u32; 2] = [460, 230];
/// The colour of text and axes.
pub(super) const INK: RGBColor = RGBColor(60, 60, 60);

/// Which strength a chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// J^(m), relative to the mean over the measured orders.
    #[default]
    Relative,
    /// S^(m), in units of the reward.
    Absolute,
}

/// Several order curves in one picture: the raw strength as a line, dashed the strength corrected for noise where it
/// differs, and the band of the corrected one over samples. Below, where it is known, how much Delta v fluctuates over contexts,
/// in units of the strength.
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
    scale: Scale,
    curves: Vec<Curve>,
}

/// The result of drawing.
pub(super) type Drawn<T, B> =
    std::result::Result<T, DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

#[derive(Debug, Clone)]
struct Curve {
    name: String,
    strength: Strength,
}

struct Point {
    x: f64,
    raw: f64,
    corrected: Option<f64>,
    band: Option<(f64, f64)>,
}

impl Curve {
    fn points(&self, scale: Scale) -> Vec<Point> {
        let point = |p: &crate::profile::StrengthPoint| match scale {
            Scale::Relative => Point {
                x: p.ratio,
                raw: p.relative,
                corrected: p.relative_corrected,
                band: p.relative_band,
            },
            Scale::Absolute => Point {
                x: p.ratio,
                raw: p.raw,
                corrected: p.corrected,
                band: p.band,
            },
        };
        self.strength.points.iter().map(point).collect()
    }
}

impl Chart {
    /// An empty chart of J.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            scale: Scale::default(),
            curves: Vec::new(),
        }
    }

    /// Which strength to show.
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }

    /// Adds a named curve.
    pub fn curve(mut self, name: impl Into<String>, strength: &Strength) -> Self {
        self.curves.push(Curve {
            name: name.into(),
            strength: strength.clone(),
        });
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no curve.
    pub fn to_svg(&self) -> Result<String> {
        if self
            .curves
            .iter()
            .all(|curve| curve.strength.points.is_empty())
        {
            return Err(Error::Figure("a chart needs at least one curve".into()));
        }
        let mut svg = String::new();
        {
            let [curves, fluctuations] = HEIGHTS;
            let below = self.has_fluctuations();
            let height = curves + if below { fluctuations } else { 0 };
            let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
            let figure = |e: DrawingAreaErrorKind<_>| Error::Figure(e.to_string());
            area.fill(&WHITE).map_err(figure)?;
            let (upper, lower) = area.split_vertically(curves);
            self.draw(&upper).map_err(figure)?;
            if below {
                self.draw_fluctuations(&lower).map_err(figure)?;
            }
            area.present().map_err(figure)?;
        }
        Ok(svg)
    }

    fn top(&self) -> f64 {
        let points = self.curves.iter().flat_map(|c| c.points(self.scale));
        points
            .map(|p| p.raw.max(p.band.map_or(0.0, |b| b.1)))
            .fold(0.0, f64::max)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, plotters::coord::Shift>,
    ) -> Drawn<(), B> {
        let top = 1.08 * if self.top() > 0.0 { self.top() } else { 0.93 };
        let strength = match self.scale {
            Scale::Relative => "relative strength J",
            Scale::Absolute => "strength S",
        };
        let mut builder = ChartBuilder::on(area);
        builder.caption(&self.title, text(20));
        let mut chart = axes(&mut builder, top, 7, strength)?;
        let mut corrected = false;
        for (curve, colour) in self.curves.iter().zip(COLOURS.iter().cycle()) {
            let points = curve.points(self.scale);
            let upper = points.iter().filter_map(|p| p.band.map(|b| (p.x, b.1)));
            let lower = points
                .iter()
                .rev()
                .filter_map(|p| p.band.map(|b| (p.x, b.0)));
            let band: Vec<_> = upper.chain(lower).collect();
            if !band.is_empty() {
                chart.draw_series(std::iter::once(Polygon::new(band, colour.mix(0.15))))?;
            }
            if points
                .iter()
                .any(|p| p.corrected.is_some_and(|c| (c - p.raw).abs() > 1e-3 * top))
            {
                corrected = true;
                let dashed = points.iter().filter_map(|p| Some((p.x, p.corrected?)));
                chart.draw_series(DashedLineSeries::new(dashed, 5, 4, colour.stroke_width(1)))?;
            }
            chart
                .draw_series(LineSeries::new(
                    points.iter().map(|p| (p.x, p.raw)),
                    colour.stroke_width(2),
                ))?
                .label(&curve.name)
                .legend(|(x, y)| {
                    PathElement::new(vec![(x, y), (x + 22, y)], colour.stroke_width(3))
                });
            chart.draw_series(
                points
                    .iter()
                    .map(|p| Circle::new((p.x, p.raw), 3, colour.filled())),
            )?;
        }
        if corrected {
            chart
                .draw_series(std::iter::empty::<Circle<(f64, f64), i32>>())?
                .label("dashed: corrected for noise")
                .legend(|(x, y)| PathElement::new(vec![(x, y), (x + 8, y)], INK.stroke_width(1)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperMiddle)
            .background_style(WHITE.mix(0.85))
            .legend_area_size(30)
            .label_font(text(15))
            .draw()?;
        Ok(())
    }
}

/// The style of text of this size.
pub(super) fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

type Plane<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Axes from order ratio 0 to 1 and from 0 to `top`.
fn axes<'a, B: DrawingBackend>(
    builder: &mut ChartBuilder<'a, '_, B>,
    top: f64,
    labels: usize,
    strength: &str,
) -> Drawn<Plane<'a, B>, B> {
    let mut chart = builder
        .margin(14)
        .margin_right(24)
        .x_label_area_size(46)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..1.0, 0.0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(RGBColor(225, 225, 225))
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .x_labels(11)
        .y_labels(labels)
        .x_label_formatter(&|x| format!("{x:.1}"))
        .y_label_formatter(&|y| {
            if top >= 1.0 {
                format!("{y:.1}")
            } else {
                format!("{y:.3}")
            }
        })
        .x_desc("order ratio  m / (n - 2)")
        .y_desc(strength)
        .label_style(text(14))
        .axis_desc_style(text(15))
        .draw()?;
    Ok(chart)
}

/// The panel below: how much Delta v fluctuates over contexts, in units of the strength.
impl Chart {
    fn fluctuations(&self) -> impl Iterator<Item = (Vec<(f64, f64)>, &RGBColor)> {
        let curves = self.curves.iter().zip(COLOURS.iter().cycle());
        curves.map(|(curve, colour)| {
            let points = curve.strength.points.iter();
            let known = points.filter_map(|p| Some((p.ratio, p.fluctuation?)));
            (known.collect(), colour)
        })
    }

    fn has_fluctuations(&self) -> bool {
        let mut all = self.fluctuations().flat_map(|(points, _)| points);
        all.any(|(_, fluctuation)| fluctuation > 0.0)
    }

    fn draw_fluctuations<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, plotters::coord::Shift>,
    ) -> Drawn<(), B> {
        let all = self.fluctuations().flat_map(|(points, _)| points);
        let top = 1.08 * all.map(|(_, fluctuation)| fluctuation).fold(0.0, f64::max);
        let mut builder = ChartBuilder::on(area);
        let mut chart = axes(&mut builder, top, 5, "fluctuation / S")?;
        for (points, colour) in self.fluctuations() {
            let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
            chart.draw_series(line)?;
            chart.draw_series(points.iter().map(|p| Circle::new(*p, 3, colour.filled())))?;
        }
        Ok(())
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
    /// Writes the curve of J as SVG; [`Chart`] draws several in one picture.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn save_svg(&self, path: impl AsRef<Path>) -> Result<()> {
        Chart::new("Strength of interaction orders")
            .curve("network", self)
            .save_svg(path)
    }

    /// Writes the curve of J as PNG; [`Chart`] draws several in one picture.
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

    #[test]
    fn a_chart_without_curves_is_refused() {
        assert!(matches!(
            Chart::new("nothing").to_svg(),
            Err(Error::Figure(_))
        ));
    }
}
