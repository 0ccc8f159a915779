//! Places in the picture of a history, and the drawing of each part.

use std::collections::BTreeMap;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::error::{Error, Result};
use crate::figures::diverging::around_one;
use crate::figures::style::{Drawn, GRID, INK, Look, text};

use super::HistoryEpoch;

pub(super) const WIDTH: i32 = 760;
/// The height of the title.
const TITLE: i32 = 46;
/// The left end of the columns, and the room for the keys right of them.
const LEFT: i32 = 74;
const KEYS: i32 = 128;
/// The heights of the map if rows allow and at least, of the accuracies and of what is between them.
const MAP: i32 = 286;
const LEAST: i32 = 140;
const SHARES: i32 = 150;
const GAP: i32 = 22;
/// The room below the accuracies for epochs, and the height of a line of the caption.
pub(super) const EPOCHS: i32 = 52;
pub(super) const LINE: i32 = 18;
/// Most orders that a map has.
const ORDERS: usize = 140;
/// Doublings of J that the colours reach at least and at most.
const DOUBLINGS: (i32, i32) = (1, 4);

/// Epochs that are shown, orders, and where they lie.
pub(super) struct Layout<'a> {
    epochs: Vec<&'a HistoryEpoch>,
    /// The shown epochs are one in so many.
    pub every: usize,
    /// Ratios from the lowest, and J of each by epoch.
    orders: Vec<(f64, Vec<Option<f64>>)>,
    pub missing: bool,
    /// Doublings of J from 1 to the end of the colours.
    doublings: i32,
    row: i32,
    /// The lower ends of the map and of the accuracies.
    map: i32,
    pub bottom: i32,
}

impl<'a> Layout<'a> {
    pub fn of(epochs: &'a [HistoryEpoch]) -> Result<Self> {
        let columns = (WIDTH - LEFT - KEYS) as usize;
        let every = epochs.len().div_ceil(columns);
        let epochs: Vec<&HistoryEpoch> = epochs.iter().step_by(every).collect();
        // Ratios as whole numbers, so that equal ones are one row.
        let mut orders: BTreeMap<u64, (f64, Vec<Option<f64>>)> = BTreeMap::new();
        for (place, epoch) in epochs.iter().enumerate() {
            for (ratio, j) in &epoch.curve {
                let key = (ratio * 1e9).round() as u64;
                let row = orders.entry(key);
                let row = row.or_insert_with(|| (*ratio, vec![None; epochs.len()]));
                row.1[place] = Some(*j);
            }
        }
        if orders.len() > ORDERS {
            return Err(Error::Figure(format!(
                "{} orders do not fit on a map: give at most {ORDERS}",
                orders.len()
            )));
        }
        let orders: Vec<(f64, Vec<Option<f64>>)> = orders.into_values().collect();
        let known = || orders.iter().flat_map(|(_, row)| row.iter().flatten());
        let far = known().filter(|j| **j > 0.0).map(|j| j.log2().abs());
        let far = far.fold(0.0, f64::max).ceil() as i32;
        // The key beside the map ends above that of the accuracies however few orders there are.
        let count = orders.len().max(1) as i32;
        let row = (MAP / count).clamp(2, 34.max(LEAST / count));
        let map = TITLE + row * orders.len() as i32;
        Ok(Self {
            every,
            missing: orders.iter().any(|(_, row)| row.contains(&None)),
            doublings: far.clamp(DOUBLINGS.0, DOUBLINGS.1),
            row,
            map,
            bottom: map + GAP + SHARES,
            epochs,
            orders,
        })
    }

    /// The left end of an epoch's column, which is the right end of the one before.
    fn left(&self, place: usize) -> i32 {
        LEFT + (place as i32 * (WIDTH - LEFT - KEYS)) / self.epochs.len() as i32
    }

    fn centre(&self, place: usize) -> i32 {
        (self.left(place) + self.left(place + 1)) / 2
    }

    /// The place of J on the colours, from -1 to 1; J of zero or less is at the lower end.
    fn place(&self, j: f64) -> f64 {
        let doublings = if j > 0.0 { j.log2() } else { f64::NEG_INFINITY };
        (doublings / f64::from(self.doublings)).clamp(-1.0, 1.0)
    }

    pub fn draw_map<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        let narrowest = (WIDTH - LEFT - KEYS) / self.epochs.len() as i32;
        let numbered = narrowest >= 27 && self.row >= 16;
        for (index, (_, row)) in (0..).zip(&self.orders) {
            let lower = self.map - index * self.row;
            for (place, j) in row.iter().enumerate() {
                let (left, right) = (self.left(place), self.left(place + 1));
                let corners = [(left, lower - self.row), (right, lower)];
                let Some(j) = j else {
                    let (from, to) = ((left, lower), (right, lower - self.row));
                    area.draw(&PathElement::new([from, to], GRID.stroke_width(1)))?;
                    continue;
                };
                let share = self.place(*j);
                area.draw(&Rectangle::new(corners, around_one(share).filled()))?;
                if numbered {
                    let colour = if share.abs() > 0.62 { WHITE } else { INK };
                    let style = text(12).color(&colour);
                    let style = style.pos(Pos::new(HPos::Center, VPos::Center));
                    let at = ((left + right) / 2, lower - self.row / 2);
                    area.draw(&Text::new(number(*j), at, style))?;
                }
            }
        }
        let step = (14 / self.row).max(1) as usize;
        for (index, (ratio, _)) in self.orders.iter().enumerate().step_by(step) {
            let style = text(13).pos(Pos::new(HPos::Right, VPos::Center));
            let at = (LEFT - 8, self.map - index as i32 * self.row - self.row / 2);
            area.draw(&Text::new(format!("{ratio:.2}"), at, style))?;
        }
        self.name(area, "order ratio m / (n - 2)", (TITLE + self.map) / 2)?;
        let frame = [(LEFT, TITLE), (WIDTH - KEYS, self.map)];
        area.draw(&Rectangle::new(frame, INK.stroke_width(1)))
    }

    /// Writes the name of an axis upwards, left of the labels.
    fn name<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        name: &str,
        middle: i32,
    ) -> Drawn<(), B> {
        let style = text(14)
            .transform(FontTransform::Rotate270)
            .pos(Pos::new(HPos::Center, VPos::Center));
        area.draw(&Text::new(name, (20, middle), style))
    }

    /// The upper end and the height of the colours beside the map.
    fn key(&self) -> (i32, i32) {
        (TITLE + 14, (self.map - TITLE - 22).clamp(90, 220))
    }

    /// The middle of the first name beside the accuracies.
    fn first_name(&self) -> i32 {
        self.map + GAP + 16
    }

    /// Draws the colours with their numbers, right of the map.
    pub fn draw_key<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        let (left, right) = (WIDTH - KEYS + 26, WIDTH - KEYS + 44);
        let (top, height) = self.key();
        for y in 0..height {
            let share = 1.0 - 2.0 * (f64::from(y) + 0.5) / f64::from(height);
            let line = [(left, top + y), (right, top + y + 1)];
            area.draw(&Rectangle::new(line, around_one(share).filled()))?;
        }
        let frame = [(left, top), (right, top + height)];
        area.draw(&Rectangle::new(frame, INK.stroke_width(1)))?;
        let style = |at| text(13).pos(Pos::new(at, VPos::Center));
        area.draw(&Text::new(
            "J",
            ((left + right) / 2, top - 10),
            style(HPos::Center),
        ))?;
        for doubling in -self.doublings..=self.doublings {
            let share = f64::from(doubling) / f64::from(self.doublings);
            let y = top + (0.5 * (1.0 - share) * f64::from(height)).round() as i32;
            let tick = [(right, y), (right + 4, y)];
            area.draw(&PathElement::new(tick, INK.stroke_width(1)))?;
            let label = self.doubled(doubling);
            area.draw(&Text::new(label, (right + 8, y), style(HPos::Left)))?;
        }
        Ok(())
    }

    /// J after so many doublings from 1, and a sign where the colour there stands for all beyond it.
    fn doubled(&self, doublings: i32) -> String {
        let place = |j: &f64| {
            if *j > 0.0 {
                j.log2()
            } else {
                f64::NEG_INFINITY
            }
        };
        let mut known = self.orders.iter().flat_map(|(_, row)| row.iter().flatten());
        let end = f64::from(self.doublings);
        match doublings {
            0 => "1, the mean".into(),
            below if below < 0 => {
                let beyond = below == -self.doublings && known.any(|j| place(j) < -end);
                format!("{}1/{}", if beyond { "\u{2264} " } else { "" }, 1 << -below)
            }
            above => {
                let beyond = above == self.doublings && known.any(|j| place(j) > end);
                format!("{}{}", if beyond { "\u{2265} " } else { "" }, 1 << above)
            }
        }
    }

    /// Draws the accuracies below the map, with their names right of them.
    pub fn draw_shares<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        let lines = [
            (
                "train",
                self.epochs.iter().map(|e| e.train).collect::<Vec<_>>(),
            ),
            ("valid", self.epochs.iter().map(|e| e.valid).collect()),
        ];
        let (low, high) = tenths(lines.iter().flat_map(|(_, shares)| shares.iter().flatten()));
        let top = self.map + GAP;
        let y = |tenth: f64| {
            let share = (tenth - f64::from(low)) / f64::from(high - low);
            self.bottom - (share * f64::from(SHARES)).round() as i32
        };
        let step = if high - low > 5 { 2 } else { 1 };
        for tenth in (low..=high).step_by(step as usize) {
            let y = y(f64::from(tenth));
            let line = [(LEFT, y), (WIDTH - KEYS, y)];
            area.draw(&PathElement::new(line, GRID.stroke_width(1)))?;
            let style = text(13).pos(Pos::new(HPos::Right, VPos::Center));
            let label = format!("{} %", 10 * tenth);
            area.draw(&Text::new(label, (LEFT - 8, y), style))?;
        }
        let frame = [(LEFT, top), (WIDTH - KEYS, self.bottom)];
        area.draw(&Rectangle::new(frame, INK.stroke_width(1)))?;
        self.name(area, "accuracy", (top + self.bottom) / 2)?;
        for (index, (name, shares)) in (0..).zip(&lines) {
            let look = Look::of(index);
            let known = shares.iter().enumerate();
            let points: Vec<(i32, i32)> = known
                .filter_map(|(place, share)| Some((self.centre(place), y(10.0 * (*share)?))))
                .collect();
            if points.is_empty() {
                continue;
            }
            if points.len() <= 60 {
                points
                    .iter()
                    .try_for_each(|point| look.mark(area, *point))?;
            }
            look.line(area, points)?;
            let (left, y) = (WIDTH - KEYS + 26, self.first_name() + 24 * index as i32);
            look.line(area, vec![(left, y), (left + 36, y)])?;
            look.mark(area, (left + 18, y))?;
            let style = text(14).pos(Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(*name, (left + 44, y), style))?;
        }
        Ok(())
    }

    /// Writes the numbers of epochs below the accuracies, as many as there is room for.
    pub fn draw_epochs<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn<(), B> {
        let last = self.epochs.last().map_or(1, |epoch| epoch.number);
        let first = self.epochs.first().map_or(1, |epoch| epoch.number);
        let step = round_step((last - first) / 20 + 1);
        let style = text(13).pos(Pos::new(HPos::Center, VPos::Top));
        let mut due = first.next_multiple_of(step);
        for (place, epoch) in self.epochs.iter().enumerate() {
            if epoch.number >= due {
                let at = (self.centre(place), self.bottom + 6);
                area.draw(&Text::new(epoch.number.to_string(), at, style.clone()))?;
                due = (epoch.number + 1).next_multiple_of(step);
            }
        }
        let middle = (LEFT + WIDTH - KEYS) / 2;
        let style = text(14).pos(Pos::new(HPos::Center, VPos::Top));
        area.draw(&Text::new("epoch", (middle, self.bottom + 24), style))
    }
}

/// The least of 1, 2, 5, 10, 20, 50 and so on that is no less than a number.
fn round_step(least: usize) -> usize {
    let mut power = 1;
    loop {
        if let Some(step) = [1, 2, 5]
            .map(|k| k * power)
            .into_iter()
            .find(|step| *step >= least)
        {
            return step;
        }
        power *= 10;
    }
}

/// The tenths around shares, at least one apart.
fn tenths<'a>(shares: impl Iterator<Item = &'a f64>) -> (i32, i32) {
    let (low, high) = shares.fold((1.0_f64, 0.0_f64), |(low, high), share| {
        (low.min(*share), high.max(*share))
    });
    if low > high {
        return (0, 10);
    }
    let (low, high) = ((10.0 * low).floor() as i32, (10.0 * high).ceil() as i32);
    match high - low {
        0 => (low.min(9), low.min(9) + 1),
        // Lines are two tenths apart then.
        6.. => (low - low % 2, high + high % 2),
        _ => (low, high),
    }
}

/// J in a cell or beside the key.
fn number(j: f64) -> String {
    match j.abs() {
        size if size >= 9.995 => format!("{j:.0}"),
        size if size >= 0.995 && j.fract() == 0.0 => format!("{j:.0}"),
        size if size >= 0.995 => format!("{j:.1}"),
        _ => format!("{j:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_colours_ends_above_the_names_of_the_accuracies() {
        for orders in [1_usize, 2, 3, 4, 5, 8, 13, 140] {
            let ratio = |order: usize| order as f64 / (orders - 1).max(1) as f64;
            let epochs = [HistoryEpoch {
                number: 1,
                // Sixteen times the mean: the key has nine numbers.
                curve: (0..orders).map(|order| (ratio(order), 16.0)).collect(),
                ..HistoryEpoch::default()
            }];
            let layout = Layout::of(&epochs).unwrap();
            let ((top, height), line) = (layout.key(), 14);
            assert!(top + height + line <= layout.first_name(), "{orders}");
            assert!(layout.doublings == 4 && height / 8 >= line, "{orders}");
            assert!(layout.map - TITLE >= LEAST - 2, "{orders}");
        }
    }

    #[test]
    fn accuracies_have_an_axis_of_whole_tenths() {
        assert_eq!(tenths([0.52, 0.97].iter()), (5, 10));
        assert_eq!(tenths([1.0, 1.0].iter()), (9, 10));
        assert_eq!(tenths([0.3, 0.3].iter()), (3, 4));
        assert_eq!(tenths([0.31, 0.97].iter()), (2, 10));
        assert_eq!(tenths([].iter()), (0, 10));
        assert_eq!([1, 2, 3, 6, 11, 51].map(round_step), [1, 2, 5, 10, 20, 100]);
    }
}
