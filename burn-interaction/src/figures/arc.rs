use plotters::style::RGBColor;

use super::sign;

/// An arc over a line as an element of SVG: half an ellipse of this rise between two places, coloured by the sign of a share between -1 and 1 and thicker
/// the larger it is.
pub(super) fn arc(ends: (i32, i32), line: i32, rise: f64, share: f64) -> String {
    let share = share.clamp(-1.0, 1.0);
    let (from, to) = (ends.0.min(ends.1), ends.0.max(ends.1));
    let across = f64::from(to - from) / 2.0;
    let RGBColor(r, g, b) = sign(share);
    let wide = 1.0 + 4.0 * share.abs();
    format!(
        "<path d=\"M {from} {line} A {across:.1} {rise:.1} 0 0 1 {to} {line}\" fill=\"none\" stroke=\"#{r:02X}{g:02X}{b:02X}\" stroke-width=\"{wide:.1}\"/>\n"
    )
}
