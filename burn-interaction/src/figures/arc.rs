use plotters::style::RGBColor;

use crate::coalition::Pair;

use super::layer::strongest_last;
use super::sign;

/// The pairs of a panel, which are arcs over a line.
pub(super) struct Arcs<'a> {
    /// The line that the arcs stand on.
    pub line: i32,
    pub pairs: &'a [(Pair, f64)],
}

/// The arcs of several panels as elements of SVG, the strongest of each last: the widest of all rises `high`, and `largest` is the interaction of the
/// thickest.
pub(super) fn arcs<'a>(
    panels: impl Iterator<Item = Arcs<'a>> + Clone,
    centre: impl Fn(usize) -> i32,
    high: f64,
    largest: f64,
) -> String {
    let reach = |(i, j): Pair| f64::from((centre(i) - centre(j)).abs());
    let all = panels.clone().flat_map(|panel| panel.pairs);
    let widest = all.map(|(pair, _)| reach(*pair)).fold(1.0, f64::max);
    let mut elements = String::new();
    for panel in panels {
        for ((i, j), value) in strongest_last(panel.pairs) {
            let rise = high * (reach((i, j)) / widest).sqrt();
            let ends = (centre(i), centre(j));
            elements.push_str(&arc(ends, panel.line, rise, value / largest));
        }
    }
    elements
}

/// An arc over a line as an element of SVG: half an ellipse of this rise between two places, coloured by the sign of a share between -1 and 1 and thicker
/// the larger it is.
fn arc(ends: (i32, i32), line: i32, rise: f64, share: f64) -> String {
    let share = share.clamp(-1.0, 1.0);
    let (from, to) = (ends.0.min(ends.1), ends.0.max(ends.1));
    let across = f64::from(to - from) / 2.0;
    let RGBColor(r, g, b) = sign(share);
    let wide = 1.0 + 4.0 * share.abs();
    format!(
        "<path d=\"M {from} {line} A {across:.1} {rise:.1} 0 0 1 {to} {line}\" fill=\"none\" stroke=\"#{r:02X}{g:02X}{b:02X}\" stroke-width=\"{wide:.1}\"/>\n"
    )
}
