//! Names of curves beside their looks, in an area of their own.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::style::{Drawn, Look, text};

/// The height of a row.
const ROW: u32 = 22;
/// The length of the line that shows a look, and the room before a name.
const SAMPLE: i32 = 44;
const INDENT: i32 = 64;
/// Pixels of a letter, on average.
const LETTER: u32 = 8;

/// A name and its look; a line without a marker where there is none.
pub(super) struct Entry {
    pub name: String,
    pub look: Look,
    pub marked: bool,
}

/// The number of columns that names fit into.
fn columns(names: &[&str], width: u32) -> u32 {
    let longest = names.iter().map(|name| name.chars().count()).max();
    let needed = INDENT as u32 + LETTER * longest.unwrap_or(0) as u32 + 16;
    (width / needed.max(1)).clamp(1, 3)
}

/// The height of a legend of these names.
pub(super) fn height(names: &[&str], width: u32) -> u32 {
    ROW * (names.len() as u32).div_ceil(columns(names, width)) + 8
}

/// Draws the names in rows, from left to right.
pub(super) fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    entries: &[Entry],
) -> Drawn<(), B> {
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let (width, _) = area.dim_in_pixel();
    let columns = columns(&names, width);
    for (index, entry) in (0_u32..).zip(entries) {
        let x = (index % columns * (width / columns)) as i32 + 12;
        let y = (index / columns * ROW) as i32 + ROW as i32 / 2;
        entry.look.line(area, vec![(x, y), (x + SAMPLE, y)])?;
        if entry.marked {
            entry.look.mark(area, (x + SAMPLE / 2, y))?;
        }
        let style = text(15);
        area.draw(&Text::new(
            entry.name.as_str(),
            (x + INDENT - 12, y - 6),
            style,
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_share_rows_where_they_are_short() {
        assert_eq!(height(&["a", "b", "c"], 760), ROW + 8);
        let long = "a network with a very long name on a data set with another, and more";
        assert_eq!(height(&[long, "b"], 760), 2 * ROW + 8);
        assert_eq!(height(&[], 760), 8);
    }
}
