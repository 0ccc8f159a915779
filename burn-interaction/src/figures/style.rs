//! The looks of text and of lines: colour, marker and dashes.

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

/// The result of drawing.
pub(super) type Drawn<T, B> =
    std::result::Result<T, DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// Colours that people with any colour vision tell apart (Okabe and Ito).
pub(super) const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 86, 86),
];
/// The colour of text and axes.
pub(super) const INK: RGBColor = RGBColor(60, 60, 60);
/// The colour of the lines of a grid.
pub(super) const GRID: RGBColor = RGBColor(225, 225, 225);
/// Lengths of dashes and of the gaps between them, from none on.
const DASHES: [Option<(u32, u32)>; 4] = [None, Some((9, 5)), Some((3, 4)), Some((15, 5))];
/// Looks that differ from each other.
pub(super) const LOOKS: usize = 60;

/// The style of text of this size.
pub(super) fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// The mark at the points of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Disc,
    Square,
    Triangle,
    Diamond,
    Cross,
}

const MARKERS: [Marker; 5] = [
    Marker::Disc,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::Cross,
];

/// The look of a curve: its neighbours have another colour, another marker and other dashes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub colour: RGBColor,
    pub marker: Marker,
    pub dashes: Option<(u32, u32)>,
}

impl Look {
    /// The look of a curve by its number; the first [`LOOKS`] differ.
    pub fn of(number: usize) -> Self {
        Self {
            colour: COLOURS[number % COLOURS.len()],
            marker: MARKERS[number % MARKERS.len()],
            dashes: DASHES[number % DASHES.len()],
        }
    }

    /// Draws the marker at a pixel of an area.
    pub fn mark<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        (x, y): (i32, i32),
    ) -> Drawn<(), B> {
        let full = self.colour.filled();
        match self.marker {
            Marker::Disc => area.draw(&Circle::new((x, y), 4, full)),
            Marker::Square => area.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], full)),
            Marker::Triangle => area.draw(&TriangleMarker::new((x, y), 5, full)),
            Marker::Diamond => {
                let corners = vec![(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)];
                area.draw(&Polygon::new(corners, full))
            }
            Marker::Cross => area.draw(&Cross::new((x, y), 4, self.colour.stroke_width(2))),
        }
    }

    /// Draws a line through pixels of an area.
    pub fn line<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        points: Vec<(i32, i32)>,
    ) -> Drawn<(), B> {
        let style = self.colour.stroke_width(2);
        match self.dashes {
            None => area.draw(&PathElement::new(points, style)),
            Some((length, gap)) => area.draw(&DashedPathElement::new(
                points,
                length as i32,
                gap as i32,
                style,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_curves_look_alike() {
        let looks: Vec<Look> = (0..LOOKS).map(Look::of).collect();
        for (k, look) in looks.iter().enumerate() {
            assert!(!looks[..k].contains(look), "{k}");
        }
        // Without their colour the first five differ, too.
        for (k, look) in looks[..5].iter().enumerate() {
            assert!(looks[..k].iter().all(|other| other.marker != look.marker));
        }
    }

    #[test]
    fn text_stands_out_from_white() {
        let light = |value: u8| {
            let share = f64::from(value) / 255.0;
            match share <= 0.04045 {
                true => share / 12.92,
                false => ((share + 0.055) / 1.055).powf(2.4),
            }
        };
        let RGBColor(r, g, b) = INK;
        let ink = 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
        // The contrast of WCAG 2, of which readers of small text need 4.5.
        assert!(1.05 / (ink + 0.05) > 4.5);
    }
}
