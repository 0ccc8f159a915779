use plotters::coord::Shift;
use plotters::prelude::*;

use crate::coalition::Pair;
use crate::error::{Error, Result};
use crate::players::window_names;

use super::arc::{Arcs, arcs};
use super::hits::{self, Hit};
use super::layer::Layer;
use super::pixels::above_background;
use super::png::writes_pictures;
use super::style::{COLOURS, Drawn, INK, text};
use super::svg::svg;
use super::trace::Trace;
use super::{SIGNS, grey, short};

const WIDTH: u32 = 560;
const HEADER: u32 = 34;
/// Height of a panel's name, of its highest arc and of its lines, and the gap below.
const PANEL: (u32, u32, u32, u32) = (24, 56, 84, 14);
const MARGIN: i32 = 16;
const KEY: u32 = 18;

/// A time series over its windows; several panels one below the other, each with the strength that every window takes part in as its grey, and pairs of
/// windows as arcs.
///
/// ```
/// use burn_interaction::figures::SeriesChart;
///
/// let channels = [("speed".to_string(), vec![0.0, 1.0, 0.0, 2.0])];
/// let svg = SeriesChart::new("a run", channels, [0, 0, 1, 1])
///     .map("order 0", [Some(0.5), Some(0.5)], [((0, 1), -0.5)])
///     .to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SeriesChart {
    title: String,
    names: Vec<String>,
    trace: Trace,
    panels: Vec<Layer>,
    largest: Option<f64>,
}

impl SeriesChart {
    /// A series of named channels, with the window of each step.
    pub fn new(
        title: impl Into<String>,
        channels: impl IntoIterator<Item = (String, Vec<f32>)>,
        windows: impl IntoIterator<Item = usize>,
    ) -> Self {
        let (names, channels) = channels.into_iter().unzip();
        Self {
            title: title.into(),
            names,
            trace: Trace::new(channels, windows.into_iter().collect()),
            panels: Vec::new(),
            largest: None,
        }
    }

    /// Adds a panel: the strength of each window, `None` where it was not measured, and pairs of windows as arcs, each with its interaction. The
    /// darkest window of a panel is its strongest; the thickest arc is the strongest pair of all panels.
    pub fn map(
        mut self,
        name: impl Into<String>,
        strengths: impl IntoIterator<Item = Option<f64>>,
        pairs: impl IntoIterator<Item = (Pair, f64)>,
    ) -> Self {
        self.panels.push(Layer::new(name, strengths, pairs));
        self
    }

    /// The interaction that the thickest arc stands for; by default the largest of all panels.
    pub fn largest(mut self, largest: f64) -> Self {
        self.largest = Some(largest);
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no panel, a channel has other than one value a step, a window has no step, a panel has other than one strength a
    /// window, a number is not finite, or a pair has a window that is none.
    pub fn to_svg(&self) -> Result<String> {
        self.check()?;
        let panels = self.panels.len() as u32;
        let keys = self.key().len() as u32;
        let size = (
            WIDTH + 2 * MARGIN as u32,
            HEADER + panels * Self::tall() + keys * KEY + 8,
        );
        let mut svg = svg(size, |area| self.draw(area))?;
        above_background(&mut svg, &self.arcs());
        hits::add(&mut svg, &self.hits());
        Ok(super::valid(svg))
    }

    fn check(&self) -> Result<()> {
        if self.panels.is_empty() || !self.trace.is_whole() {
            let reason = "a series needs a panel, a finite value a step of each channel, and a step in each window";
            return Err(Error::Figure(reason.into()));
        }
        Layer::check(&self.panels, self.trace.count(), "window")
    }

    /// The height of a panel.
    const fn tall() -> u32 {
        PANEL.0 + PANEL.1 + PANEL.2 + PANEL.3
    }

    /// The line that a panel's arcs stand on, which is the upper end of its lines.
    fn line(number: i32) -> i32 {
        HEADER as i32 + number * Self::tall() as i32 + (PANEL.0 + PANEL.1) as i32
    }

    fn key(&self) -> [&'static str; 2] {
        [SIGNS, "grey: strength that a window takes part in"]
    }

    fn centre(&self, window: usize) -> i32 {
        let (left, right) = self.trace.span(window, WIDTH);
        MARGIN + (left + right) / 2
    }

    /// The arcs of all panels as elements of SVG, the strongest last.
    fn arcs(&self) -> String {
        let panels = (0..).zip(&self.panels).map(|(number, panel)| Arcs {
            line: Self::line(number),
            pairs: &panel.pairs,
        });
        let largest = Layer::largest(&self.panels, self.largest);
        arcs(
            panels,
            |window| self.centre(window),
            f64::from(PANEL.1 - 8),
            largest,
        )
    }

    /// The value of each window of each panel, for the pointer.
    fn hits(&self) -> Vec<Hit> {
        let mut hits = Vec::new();
        let names = window_names(&self.trace.windows);
        for (number, panel) in (0..).zip(&self.panels) {
            for (window, strength) in panel.strengths.iter().enumerate() {
                let (Some(strength), Some(name)) = (strength, names.get(window)) else {
                    continue;
                };
                let (left, right) = self.trace.span(window, WIDTH);
                hits.push(Hit {
                    at: (MARGIN + left, Self::line(number)),
                    size: (right - left, PANEL.2 as i32),
                    text: format!("{name}: mean |I| {}", short(*strength)),
                });
            }
        }
        hits
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        area.draw_text(&self.title, &text(18), (MARGIN, 8))?;
        let mut right = MARGIN + WIDTH as i32;
        for (number, name) in self.names.iter().enumerate().rev() {
            let style = ("sans-serif", 13)
                .into_font()
                .color(&COLOURS[number % COLOURS.len()]);
            right -= 8 * name.chars().count() as i32 + 12;
            area.draw_text(name, &style, (right.max(MARGIN), 12))?;
        }
        for (number, panel) in (0..).zip(&self.panels) {
            let top = Self::line(number);
            let name = (MARGIN, top - (PANEL.0 + PANEL.1) as i32 + 4);
            area.draw_text(&panel.name, &text(14), name)?;
            let most = panel.most();
            let below = top + PANEL.2 as i32;
            for (window, strength) in panel.strengths.iter().enumerate() {
                let (left, right) = self.trace.span(window, WIDTH);
                let corners = [(MARGIN + left, top), (MARGIN + right, below)];
                if let Some(strength) = strength {
                    // Pale, so that the lines are seen on it.
                    let colour = grey(0.6 * strength / most).filled();
                    area.draw(&Rectangle::new(corners, colour))?;
                }
                area.draw(&Rectangle::new(corners, INK.mix(0.35).stroke_width(1)))?;
            }
            self.trace.draw(area, (MARGIN, top), (WIDTH, PANEL.2))?;
        }
        let end = HEADER as i32 + self.panels.len() as i32 * Self::tall() as i32;
        for (row, line) in (0..).zip(self.key()) {
            area.draw_text(line, &text(12), (MARGIN, end + row * KEY as i32))?;
        }
        Ok(())
    }
}

writes_pictures!(SeriesChart);

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> SeriesChart {
        let channels = ["up <", "down"].map(|name| (name.to_string(), vec![0.0, 1.0, 4.0, 2.0]));
        SeriesChart::new("a series", channels, [0, 0, 1, 2])
    }

    #[test]
    fn windows_have_strengths_and_pairs_are_arcs() {
        let strengths = [Some(2.0), None, Some(1.0)];
        let chart = chart().map("order 1", strengths, [((0, 2), -3.0)]);
        let svg = chart.to_svg().unwrap();
        for part in [
            "#2156AC",
            "steps 0 to 1: mean |I| 2.000</title>",
            "order 1",
            "up &lt;",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert_eq!(svg.matches("<path").count(), 1);
        assert!(chart.to_png().unwrap().len() > 1000);
    }

    #[test]
    fn panels_that_do_not_fit_are_refused() {
        assert!(chart().to_svg().is_err());
        for refused in [
            chart().map("short", [Some(1.0)], []),
            chart().map("far", [None; 3], [((0, 3), 1.0)]),
            chart().map("no number", [Some(f64::NAN); 3], []),
            SeriesChart::new("", [("x".into(), vec![1.0])], [0, 1]).map("", [None; 2], []),
        ] {
            assert!(refused.to_svg().is_err(), "{refused:?}");
        }
    }
}
