use plotters::coord::Shift;
use plotters::prelude::*;

use super::style::{COLOURS, Drawn};

/// Channels of a time series over its windows, in a rectangle.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    /// The values of each channel.
    pub channels: Vec<Vec<f32>>,
    /// The window of each step.
    pub windows: Vec<usize>,
    /// The least and the largest value that the rectangle shows.
    pub range: (f32, f32),
}

impl Trace {
    /// Channels in the range of their own values.
    pub fn new(channels: Vec<Vec<f32>>, windows: Vec<usize>) -> Self {
        let values = || channels.iter().flatten().copied();
        let range = (
            values().fold(f32::INFINITY, f32::min),
            values().fold(f32::NEG_INFINITY, f32::max),
        );
        Self {
            channels,
            windows,
            range,
        }
    }

    /// The number of windows.
    pub fn count(&self) -> usize {
        self.windows.iter().max().map_or(0, |last| last + 1)
    }

    /// Whether every channel has a value for each step, all finite, and every window has a step.
    pub fn is_whole(&self) -> bool {
        let steps = self.windows.len();
        let has = |window: usize| self.windows.contains(&window);
        steps > 0
            && !self.channels.is_empty()
            && self.channels.iter().all(|channel| channel.len() == steps)
            && self
                .channels
                .iter()
                .flatten()
                .all(|value| value.is_finite())
            && (0..self.count()).all(has)
    }

    /// The left and the right end of a window in a rectangle so wide.
    pub fn span(&self, window: usize, width: u32) -> (i32, i32) {
        let steps = self.windows.len().max(1);
        let at = |step: usize| (step as f64 * f64::from(width) / steps as f64).round() as i32;
        let of = |own: &usize| *own == window;
        let first = self.windows.iter().position(of).unwrap_or(0);
        let last = self.windows.iter().rposition(of).unwrap_or(0);
        (at(first), at(last + 1))
    }

    /// Draws the lines of the channels into the rectangle with this left upper corner, width and height.
    pub fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        (x, y): (i32, i32),
        (width, height): (u32, u32),
    ) -> Drawn<(), B> {
        let steps = self.windows.len().max(1) as f64;
        let (low, high) = (f64::from(self.range.0), f64::from(self.range.1));
        let point = |(step, value): (usize, &f32)| {
            let along = (step as f64 + 0.5) / steps;
            let up = match high > low {
                true => ((f64::from(*value) - low) / (high - low)).clamp(0.0, 1.0),
                false => 0.5,
            };
            // A margin of a twelfth keeps lines off the frame.
            let down = f64::from(height) * (1.0 - (up * 10.0 + 1.0) / 12.0);
            (x + (along * f64::from(width)) as i32, y + down as i32)
        };
        for (number, channel) in self.channels.iter().enumerate() {
            let colour = COLOURS[number % COLOURS.len()].stroke_width(1);
            let points: Vec<(i32, i32)> = channel.iter().enumerate().map(point).collect();
            area.draw(&PathElement::new(points, colour))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lie_side_by_side() {
        let trace = Trace::new(vec![vec![0.0; 4]], vec![0, 0, 0, 1]);
        assert_eq!((trace.span(0, 40), trace.span(1, 40)), ((0, 30), (30, 40)));
        assert!(trace.is_whole() && trace.count() == 2);
        assert!(!Trace::new(vec![vec![0.0; 3]], vec![0, 0, 0, 1]).is_whole());
        assert!(!Trace::new(vec![vec![0.0; 2]], vec![0, 2]).is_whole());
        assert!(!Trace::new(vec![vec![f32::NAN; 2]], vec![0, 1]).is_whole());
    }
}
