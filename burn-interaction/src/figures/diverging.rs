//! Colours on both sides of a neutral one, equally far from it to the eye.

use plotters::style::RGBColor;

/// The lightness of the neutral colour and of both ends, and the colourfulness of the ends, in Oklab.
const LIGHT: f64 = 0.97;
const DARK: f64 = 0.43;
const FULL: f64 = 0.115;
/// The hues of the lower and of the upper end in degrees: blue and brown, which people with any colour vision tell apart.
const BELOW: f64 = 252.0;
const ABOVE: f64 = 52.0;

/// The colour of a value between -1 and 1: near white in the middle, blue below, brown above, darker with the distance.
pub(super) fn around_one(value: f64) -> RGBColor {
    let share = value.abs().min(1.0);
    let hue = if value < 0.0 { BELOW } else { ABOVE };
    let lightness = LIGHT + share * (DARK - LIGHT);
    // Pale colours are tinted enough to tell the sides apart.
    let colourful = FULL * share.powf(0.75);
    let hue = hue.to_radians();
    oklab(lightness, colourful * hue.cos(), colourful * hue.sin())
}

/// A colour of Oklab in sRGB (Ottosson 2020).
fn oklab(lightness: f64, a: f64, b: f64) -> RGBColor {
    let cone = |of_a: f64, of_b: f64| (lightness + of_a * a + of_b * b).powi(3);
    let l = cone(0.396_337_777_4, 0.215_803_757_3);
    let m = cone(-0.105_561_345_8, -0.063_854_172_8);
    let s = cone(-0.089_484_177_5, -1.291_485_548);
    let encoded = |linear: f64| {
        let linear = linear.clamp(0.0, 1.0);
        let value = match linear <= 0.003_130_8 {
            true => 12.92 * linear,
            false => 1.055 * linear.powf(1.0 / 2.4) - 0.055,
        };
        (255.0 * value).round() as u8
    };
    RGBColor(
        encoded(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
        encoded(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
        encoded(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oklab of pure colours, from the table of its author.
    #[test]
    fn oklab_is_the_published_one() {
        assert_eq!(oklab(1.0, 0.0, 0.0), RGBColor(255, 255, 255));
        assert_eq!(oklab(0.627_955, 0.224_863, 0.125_846), RGBColor(255, 0, 0));
        assert_eq!(
            oklab(0.452_014, -0.032_457, -0.311_528),
            RGBColor(0, 0, 255)
        );
    }

    /// Relative luminance, by which greyscale prints and people who see no hues read the scale.
    fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
        let linear = |value: u8| (f64::from(value) / 255.0).powf(2.2);
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn both_sides_darken_alike_and_differ_in_blue_against_red() {
        for step in 1..=10 {
            let (share, before) = (f64::from(step) / 10.0, f64::from(step - 1) / 10.0);
            let (low, high) = (around_one(-share), around_one(share));
            assert!(luminance(low) < luminance(around_one(-before)), "{share}");
            assert!(luminance(high) < luminance(around_one(before)), "{share}");
            assert!((luminance(low) - luminance(high)).abs() < 0.06, "{share}");
            assert!(low.2 > low.0 && high.0 > high.2, "{low:?} {high:?}");
        }
        assert!(luminance(around_one(0.0)) > 0.85);
    }
}
