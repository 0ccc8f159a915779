//! Numbers as dots over one axis, with their mean.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::error::{Error, Result};

use super::short;
use super::style::{COLOURS, Drawn, GRID, INK, text};

/// The room for the labels of the axis.
const LABELS: i32 = 20;
/// The room that the label of an end needs beside zero.
const APART: i32 = 45;
/// Rows that dots take turns in, so that equal numbers do not hide each other.
const TURNS: i32 = 5;

/// The axis that spreads share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    low: f64,
    high: f64,
}

impl Spread {
    pub const WIDTH: u32 = 200;

    /// An axis for all of these numbers and zero; `None` where there are none.
    ///
    /// # Errors
    ///
    /// Fails where a number is not finite.
    pub fn of<'a>(values: impl Iterator<Item = &'a f64>) -> Result<Option<Self>> {
        let mut ends: Option<(f64, f64)> = None;
        for value in values {
            if !value.is_finite() {
                let reason = "a number is not finite: leave it out";
                return Err(Error::Figure(reason.into()));
            }
            let (low, high) = ends.unwrap_or((0.0, 0.0));
            ends = Some((low.min(*value), high.max(*value)));
        }
        Ok(ends.map(|(low, high)| match high > low {
            true => Self { low, high },
            false => Self {
                low: -1.0,
                high: 1.0,
            },
        }))
    }

    /// The place of a value from the left end of the axis.
    fn place(self, value: f64) -> i32 {
        let share = (value - self.low) / (self.high - self.low);
        (8.0 + share * f64::from(Self::WIDTH - 16)).round() as i32
    }

    /// Whether an end has its number below it: not where that would lie over the one of zero.
    fn is_labelled(self, end: f64) -> bool {
        (self.place(end) - self.place(0.0)).abs() >= APART
    }

    /// Draws numbers with their mean, zero and the ends of the axis.
    pub fn draw<B: DrawingBackend>(
        self,
        area: &DrawingArea<B, Shift>,
        (x, y): (i32, i32),
        tall: i32,
        values: &[f64],
    ) -> Drawn<(), B> {
        let foot = y + (tall - LABELS).max(LABELS);
        let at = |value: f64| x + self.place(value);
        let line = |from: (i32, i32), to: (i32, i32), style: ShapeStyle| {
            area.draw(&PathElement::new(vec![from, to], style))
        };
        let (left, right) = (at(self.low), at(self.high));
        line((left, foot), (right, foot), GRID.stroke_width(1))?;
        line((at(0.0), y), (at(0.0), foot), INK.mix(0.5).stroke_width(1))?;
        let step = (foot - y - 16).max(TURNS) / TURNS;
        for (turn, value) in (0..).zip(values) {
            let dot = (at(*value), y + 10 + turn % TURNS * step);
            area.draw(&Circle::new(dot, 3, COLOURS[0].mix(0.55).filled()))?;
        }
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        line((at(mean), y), (at(mean), foot), COLOURS[1].stroke_width(2))?;
        for (value, left) in [(self.low, left - 8), (self.high, right - 36)] {
            if self.is_labelled(value) {
                area.draw(&Text::new(short(value), (left, foot + 5), text(12)))?;
            }
        }
        let zero = (at(0.0) - 3, foot + 5);
        area.draw(&Text::new("0", zero, text(12)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_holds_zero_and_every_number() {
        let axis = Spread::of([0.5, 2.0].iter()).unwrap().unwrap();
        assert_eq!((axis.low, axis.high), (0.0, 2.0));
        assert!(axis.place(0.0) < axis.place(0.5) && axis.place(2.0) <= Spread::WIDTH as i32);
        assert_eq!(Spread::of([].iter()).unwrap(), None);
        assert!(Spread::of([0.0].iter()).unwrap().is_some());
        assert!(Spread::of([f64::NAN].iter()).is_err());
    }

    #[test]
    fn an_end_beside_zero_has_no_label() {
        let labelled = |low: f64, high: f64| {
            let axis = Spread::of([low, high].iter()).unwrap().unwrap();
            [axis.low, axis.high].map(|end| axis.is_labelled(end))
        };
        assert_eq!(labelled(-1.0, 1.0), [true, true]);
        assert_eq!(labelled(-0.1, 2.0), [false, true]);
        assert_eq!(labelled(-2.0, 0.1), [true, false]);
        assert_eq!(labelled(0.5, 2.0), [false, true]);
    }
}
