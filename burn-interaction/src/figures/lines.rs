use plotters::coord::Shift;
use plotters::prelude::*;

use crate::error::{Error, Result};

use super::caption::fitted;
use super::legend::{self, Entry};
use super::png::writes_pictures;
use super::style::{COLOURS, Drawn, GRID, INK, Look, text};
use super::svg::svg;

const WIDTH: u32 = 760;
/// The height of a title of one line, of each line more, and of the lines below the legend.
const TITLE: u32 = 40;
const MORE: u32 = 24;
const HEIGHT: u32 = 440;

/// One line of [`Lines`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// The name in the legend.
    pub name: String,
    /// The points: place, value, and the half of the band's height where there is a band.
    pub points: Vec<(f64, f64, Option<f64>)>,
    /// The number of the colour, 0 to 5, then again from the first with dots, up to 11: lines that belong together share one.
    pub colour: usize,
    /// Whether the line is dashed.
    pub dashed: bool,
}

/// Lengths of dashes and of the gaps between them, of lines that are not dashed and that are, for each round of the colours.
const DASHES: [[Option<(u32, u32)>; 2]; 2] = [[None, Some((7, 5))], [Some((2, 4)), Some((14, 4))]];

impl Line {
    fn look(&self) -> Look {
        let round = self.colour / COLOURS.len() % DASHES.len();
        Look {
            dashes: DASHES[round][usize::from(self.dashed)],
            ..Look::of(self.colour)
        }
    }
}

/// Several lines over any axis in one picture, each with a band where it has one: losses by epoch, accuracies by the share
/// that is masked. The legend stands above them.
///
/// ```
/// use burn_interaction::figures::{Line, Lines};
///
/// let points = vec![(1.0, 0.7, None), (2.0, 0.4, Some(0.1))];
/// let loss = Line { name: "loss".into(), points, ..Line::default() };
/// let svg = Lines::new("a training", "epoch", "loss").line(loss).to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Lines {
    title: String,
    axes: [String; 2],
    lines: Vec<Line>,
}

impl Lines {
    /// An empty picture with the names of its axes.
    pub fn new(
        title: impl Into<String>,
        along: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            axes: [along.into(), value.into()],
            lines: Vec::new(),
        }
    }

    /// Adds a line.
    pub fn line(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.points.is_empty())
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no point, or a number is not finite.
    pub fn to_svg(&self) -> Result<String> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        if self.is_empty() {
            return Err(Error::Figure("a picture needs at least one point".into()));
        }
        if points().any(|(x, y, band)| {
            !(x.is_finite() && y.is_finite() && band.unwrap_or(0.0).is_finite())
        }) {
            return Err(Error::Figure("a point is not finite: leave it out".into()));
        }
        let names: Vec<&str> = self.lines.iter().map(|line| line.name.as_str()).collect();
        let title = fitted(&self.title, WIDTH - 28, 20);
        let tall = TITLE + MORE * (title.len() as u32).saturating_sub(1);
        let above = tall + legend::height(&names, WIDTH);
        let svg = svg((WIDTH, above + HEIGHT), |area| {
            let (head, lines) = area.split_vertically(above);
            let (head, rows) = head.split_vertically(tall);
            for (row, line) in (0..).zip(&title) {
                let y = row * MORE as i32 + 12;
                head.draw(&Text::new(line.as_str(), (14, y), text(20)))?;
            }
            self.draw_legend(&rows)?;
            self.draw(&lines)
        })?;
        Ok(super::valid(svg))
    }

    /// The range of the places, and of the values with their bands; that of the values includes zero where it is near.
    fn ranges(&self) -> [(f64, f64); 2] {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let range = |values: &mut dyn Iterator<Item = f64>| {
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
                (low.min(v), high.max(v))
            })
        };
        let wide = |(low, high): (f64, f64)| match high > low {
            true => (low, high),
            false => (low - 0.5, high + 0.5),
        };
        let x = wide(range(&mut points().map(|p| p.0)));
        let ends = |p: &(f64, f64, Option<f64>)| {
            let band = p.2.unwrap_or(0.0);
            [p.1 - band, p.1 + band]
        };
        let (low, high) = wide(range(&mut points().flat_map(ends)));
        let margin = 0.06 * (high - low);
        let from = if low >= 0.0 && low < 0.4 * high {
            0.0
        } else {
            low - margin
        };
        [x, (from, high + margin)]
    }

    fn draw_legend<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        let entry = |line: &Line| Entry {
            name: line.name.clone(),
            look: line.look(),
            marked: false,
        };
        let entries: Vec<Entry> = self.lines.iter().map(entry).collect();
        legend::draw(area, &entries)
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        let [x, y] = self.ranges();
        let mut chart = ChartBuilder::on(area)
            .margin(14)
            .margin_right(24)
            .x_label_area_size(46)
            .y_label_area_size(70)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
        let digits = |range: (f64, f64)| {
            let step = (range.1 - range.0) / 10.0;
            (-step.log10().floor()).clamp(0.0, 6.0) as usize
        };
        let mut points = self.lines.iter().flat_map(|line| &line.points);
        let whole = points.all(|point| point.0.fract() == 0.0);
        let (of_x, of_y) = (if whole { 0 } else { digits(x) }, digits(y));
        let labels = if whole { (x.1 - x.0) as usize + 1 } else { 11 };
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(INK)
            .x_labels(labels.min(11))
            .y_labels(7)
            .x_label_formatter(&|x| format!("{x:.of_x$}"))
            .y_label_formatter(&|y| format!("{y:.of_y$}"))
            .x_desc(&self.axes[0])
            .y_desc(&self.axes[1])
            .label_style(text(14))
            .axis_desc_style(text(15))
            .draw()?;
        for line in &self.lines {
            let Look { colour, dashes, .. } = line.look();
            let upper = line.points.iter().filter_map(|p| Some((p.0, p.1 + p.2?)));
            let lower = line.points.iter().rev();
            let lower = lower.filter_map(|p| Some((p.0, p.1 - p.2?)));
            let band: Vec<_> = upper.chain(lower).collect();
            if !band.is_empty() {
                chart.draw_series(std::iter::once(Polygon::new(band, colour.mix(0.12))))?;
            }
            let points = line.points.iter().map(|p| (p.0, p.1));
            let style = colour.stroke_width(2);
            match dashes {
                None => chart.draw_series(LineSeries::new(points, style))?,
                Some((length, gap)) => {
                    chart.draw_series(DashedLineSeries::new(points, length, gap, style))?
                }
            };
        }
        Ok(())
    }
}

writes_pictures!(Lines);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_what_is_not_finite_are_refused() {
        let lines = Lines::new("nothing", "x", "y");
        assert!(lines.is_empty() && matches!(lines.to_svg(), Err(Error::Figure(_))));
        let line = |y: f64| Line {
            name: "a".into(),
            points: vec![(0.0, y, None)],
            ..Line::default()
        };
        assert!(lines.clone().line(line(f64::NAN)).to_svg().is_err());
        assert!(lines.line(line(1.0)).to_svg().is_ok());
    }

    #[test]
    fn twelve_lines_and_their_dashed_ones_are_told_apart() {
        let looks = (0..24).map(|number| {
            let line = Line {
                colour: number / 2,
                dashed: number % 2 == 1,
                ..Line::default()
            };
            let Look { colour, dashes, .. } = line.look();
            (colour, dashes)
        });
        let looks: Vec<_> = looks.collect();
        for (place, look) in looks.iter().enumerate() {
            assert!(!looks[..place].contains(look), "{place}");
        }
    }

    #[test]
    fn values_near_zero_are_drawn_from_zero() {
        let of = |values: [f64; 2]| {
            let points = values.iter().enumerate().map(|(x, y)| (x as f64, *y, None));
            let line = Line {
                name: "a".into(),
                points: points.collect(),
                ..Line::default()
            };
            Lines::new("a", "x", "y").line(line).ranges()[1].0
        };
        assert_eq!(of([0.1, 1.0]), 0.0);
        assert!(of([0.8, 1.0]) > 0.7);
        assert!(of([-0.1, 1.0]) < -0.1);
    }
}
