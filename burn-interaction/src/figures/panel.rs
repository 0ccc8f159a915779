//! One panel of curves over the order ratio.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::hits::Hit;
use super::short;
use super::style::{Drawn, GRID, INK, Look, text};

/// Values that lie further apart than this factor are drawn on a logarithmic axis.
const SPAN: f64 = 50.0;

/// One curve of a panel, each of its parts in ascending order of the ratio.
pub(super) struct Trace {
    pub name: String,
    pub look: Look,
    pub line: Vec<(f64, f64)>,
    /// A thin line where it differs from the other.
    pub thin: Vec<(f64, f64)>,
    /// The band, from below to above.
    pub band: Vec<(f64, f64, f64)>,
}

impl Trace {
    pub fn new(name: &str, look: Look) -> Self {
        Self {
            name: name.into(),
            look,
            line: Vec::new(),
            thin: Vec::new(),
            band: Vec::new(),
        }
    }
}

/// A panel of curves over the order ratio from 0 to 1.
pub(super) struct Panel {
    pub label: &'static str,
    /// A value that a line marks.
    pub level: Option<f64>,
    /// Whether values may be drawn on a logarithmic axis.
    pub decades: bool,
    pub traces: Vec<Trace>,
}

type Plane<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The axis of the values: linear from zero, or logarithmic.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Axis {
    Linear { top: f64 },
    Decades { low: f64, high: f64 },
}

impl Axis {
    fn range(self) -> std::ops::Range<f64> {
        match self {
            Self::Linear { top } => 0.0..top,
            Self::Decades { low, high } => low..high,
        }
    }

    /// The place of a value; what a logarithmic axis does not reach lies at its foot.
    fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear { .. } => value,
            Self::Decades { low, .. } => value.log10().max(low),
        }
    }

    fn label(self, place: f64) -> String {
        match self {
            Self::Linear { top } if top >= 1.0 => format!("{place:.1}"),
            Self::Linear { top } if top >= 0.01 => format!("{place:.3}"),
            Self::Linear { .. } => format!("{place:.0e}"),
            Self::Decades { .. } => {
                let value = 10.0_f64.powf(place);
                match (1e-3..1e4).contains(&value) {
                    true => format!("{value:.3}")
                        .trim_end_matches('0')
                        .trim_end_matches('.')
                        .into(),
                    false => format!("{value:.0e}"),
                }
            }
        }
    }
}

impl Panel {
    /// The largest value, bands included.
    pub fn top(&self) -> f64 {
        self.values().fold(0.0, f64::max)
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.traces.iter().flat_map(|trace| {
            let lines = trace
                .line
                .iter()
                .chain(&trace.thin)
                .map(|(_, value)| *value);
            lines.chain(trace.band.iter().map(|(.., high)| *high))
        })
    }

    fn axis(&self) -> Axis {
        let lines = self.traces.iter().flat_map(|trace| &trace.line);
        let positive = lines.map(|(_, value)| *value).filter(|value| *value > 0.0);
        let least = positive.fold(f64::INFINITY, f64::min);
        let top = self.top();
        match self.decades && least.is_finite() && top / least > SPAN {
            true => Axis::Decades {
                // A band or a noisy order far below the rest does not stretch the axis without end.
                low: least.max(top * 1e-6).log10().floor(),
                high: top.log10() + 0.1,
            },
            false => Axis::Linear {
                top: 1.08 * if top > 0.0 { top } else { 0.93 },
            },
        }
    }

    /// Draws the panel, and returns where in the whole picture each value lies.
    pub fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<Vec<Hit>, B> {
        let axis = self.axis();
        let mut hits = Vec::new();
        let mut plane = self.axes(area, axis)?;
        if let Some(level) = self.level.filter(|level| axis.range().contains(level)) {
            let ends = [(0.0, level), (1.0, level)];
            let style = RGBColor(150, 150, 150).stroke_width(1);
            plane.draw_series(DashedLineSeries::new(ends, 2, 3, style))?;
        }
        for trace in &self.traces {
            let placed = |(x, value): &(f64, f64)| (*x, axis.place(*value));
            let upper = trace.band.iter().map(|(x, _, high)| placed(&(*x, *high)));
            let lower = trace.band.iter().rev();
            let lower = lower.map(|(x, low, _)| placed(&(*x, *low)));
            let band: Vec<(f64, f64)> = upper.chain(lower).collect();
            if !band.is_empty() {
                let pale = trace.look.colour.mix(0.15);
                plane.draw_series(std::iter::once(Polygon::new(band, pale)))?;
            }
            let apart = 1e-3 * self.top();
            let differs = |(a, b): (&(f64, f64), &(f64, f64))| (a.1 - b.1).abs() > apart;
            if trace.line.iter().zip(&trace.thin).any(differs) {
                let thin = trace.look.colour.mix(0.6).stroke_width(1);
                plane.draw_series(LineSeries::new(trace.thin.iter().map(placed), thin))?;
            }
            // Lines and markers in pixels of the whole panel, so that markers at its ends are whole.
            let (left, upper) = area.get_base_pixel();
            let pixel = |point: &(f64, f64)| {
                let (x, y) = plane.plotting_area().map_coordinate(&placed(point));
                (x - left, y - upper)
            };
            let points: Vec<(i32, i32)> = trace.line.iter().map(pixel).collect();
            let at = points.iter().map(|(x, y)| (x + left, y + upper));
            let values = at.zip(&trace.line);
            hits.extend(values.map(|(at, value)| Hit::around(at, self.told(trace, *value))));
            for point in &points {
                trace.look.mark(area, *point)?;
            }
            if points.len() > 1 {
                trace.look.line(area, points)?;
            }
        }
        Ok(hits)
    }

    /// A value in words, with its band where there is one.
    fn told(&self, trace: &Trace, (ratio, value): (f64, f64)) -> String {
        let band = trace.band.iter().find(|(x, ..)| *x == ratio);
        let band = band.map_or(String::new(), |(_, low, high)| {
            format!(", {} to {}", short(*low), short(*high))
        });
        let (name, label) = (&trace.name, self.label);
        format!("{name}, ratio {ratio:.2}: {label} {}{band}", short(value))
    }

    fn axes<'a, B: DrawingBackend>(
        &self,
        area: &'a DrawingArea<B, Shift>,
        axis: Axis,
    ) -> Drawn<Plane<'a, B>, B> {
        let mut plane = ChartBuilder::on(area)
            .margin(10)
            .margin_right(24)
            .x_label_area_size(44)
            .y_label_area_size(68)
            .build_cartesian_2d(0.0..1.0, axis.range())?;
        let rows = match axis {
            Axis::Linear { .. } => 6,
            Axis::Decades { low, high } => (high - low).ceil() as usize + 1,
        };
        plane
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(INK)
            .x_labels(11)
            .y_labels(rows)
            .x_label_formatter(&|x| format!("{x:.1}"))
            .y_label_formatter(&|y| axis.label(*y))
            .x_desc("order ratio  m / (n - 2)")
            .y_desc(self.label)
            .label_style(text(14))
            .axis_desc_style(text(15))
            .draw()?;
        Ok(plane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(values: &[f64]) -> Panel {
        let mut trace = Trace::new("a", Look::of(0));
        trace.line = values.iter().map(|value| (0.5, *value)).collect();
        Panel {
            label: "strength S",
            level: None,
            decades: true,
            traces: vec![trace],
        }
    }

    #[test]
    fn strengths_that_span_decades_have_a_logarithmic_axis() {
        assert!(matches!(panel(&[1.0, 0.5]).axis(), Axis::Linear { .. }));
        let axis = panel(&[1.0, 0.01, 0.0]).axis();
        let Axis::Decades { low, .. } = axis else {
            unreachable!("{axis:?}")
        };
        assert_eq!(
            (low, axis.place(0.0), axis.label(-2.0)),
            (-2.0, -2.0, "0.01".into())
        );
        assert_eq!(panel(&[]).axis(), Axis::Linear { top: 1.08 * 0.93 });
    }
}
