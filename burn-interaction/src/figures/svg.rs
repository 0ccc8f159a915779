use plotters::coord::Shift;
use plotters::prelude::*;

use crate::error::{Error, Result};

use super::style::Drawn;

/// A picture of this size, width first, as SVG: white below all that `draw` draws.
pub(super) fn svg(
    size: (u32, u32),
    draw: impl for<'a> FnOnce(&DrawingArea<SVGBackend<'a>, Shift>) -> Drawn<(), SVGBackend<'a>>,
) -> Result<String> {
    let mut svg = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE)
            .and_then(|()| draw(&area))
            .and_then(|()| area.present())
    };
    match drawn {
        Ok(()) => Ok(svg),
        Err(e) => Err(Error::Figure(e.to_string())),
    }
}
