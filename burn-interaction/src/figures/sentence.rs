use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::coalition::Pair;
use crate::error::{Error, Result};

use super::SIGNS;
use super::arc::{Arcs, arcs};
use super::pixels::above_background;
use super::png::writes_pictures;
use super::style::{Drawn, INK, text};
use super::svg::svg;

const HEADER: u32 = 34;
/// Height of a panel's name, of its highest arc and of its words.
const PANEL: (u32, u32, u32) = (24, 110, 34);
const MARGIN: i32 = 16;
const LEAST_WIDTH: u32 = 460;
/// The height of the line below the panels.
const KEY: u32 = 24;
const ABSENT: RGBColor = RGBColor(160, 160, 160);

/// A sentence with pairs of its players as arcs; several panels one below the other.
///
/// ```
/// use burn_interaction::figures::SentenceChart;
///
/// let words = [("[CLS]", None), ("not", Some(0)), ("happy", Some(1)), ("[SEP]", None)];
/// let words = words.map(|(text, player)| (text.to_string(), player));
/// let svg = SentenceChart::new("negative", words)
///     .pairs("order 0: -2.1", [((0, 1), -1.0)])
///     .to_svg()?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SentenceChart {
    title: String,
    words: Vec<(String, Option<usize>)>,
    panels: Vec<Panel>,
}

#[derive(Debug, Clone)]
struct Panel {
    name: String,
    arcs: Vec<(Pair, f64)>,
}

impl SentenceChart {
    /// A sentence in its words or pieces, each with its player; `None` for those that are always present.
    pub fn new(
        title: impl Into<String>,
        words: impl IntoIterator<Item = (String, Option<usize>)>,
    ) -> Self {
        Self {
            title: title.into(),
            words: words.into_iter().collect(),
            panels: Vec::new(),
        }
    }

    /// Adds a panel with these pairs of players as arcs, each with its interaction as a share of some largest one between -1
    /// and 1: red where they help each other, blue where they hinder each other, thicker the larger it is.
    pub fn pairs(
        mut self,
        name: impl Into<String>,
        pairs: impl IntoIterator<Item = (Pair, f64)>,
    ) -> Self {
        self.panels.push(Panel {
            name: name.into(),
            arcs: pairs.into_iter().collect(),
        });
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    ///
    /// Fails where there is no panel, or a pair has a player that no word has.
    pub fn to_svg(&self) -> Result<String> {
        let fail = |reason: &str| Err(Error::Figure(reason.into()));
        if self.panels.is_empty() {
            return fail("a sentence needs at least one panel");
        }
        let (places, width) = self.places();
        let centre = |player: usize| {
            let of = |(_, own): &(i32, Option<usize>)| *own == Some(player);
            places.iter().find(|place| of(place)).map(|(at, _)| *at)
        };
        let pairs = || self.panels.iter().flat_map(|panel| &panel.arcs);
        if pairs().any(|((i, j), _)| centre(*i).is_none() || centre(*j).is_none()) {
            return fail("a pair has a player that is no word of the sentence");
        }
        let panels = self.panels.len() as u32;
        let height = HEADER + panels * (PANEL.0 + PANEL.1 + PANEL.2) + KEY;
        let key = Text::new(SIGNS, (MARGIN, (height - KEY) as i32 + 2), text(12));
        let mut svg = svg((width, height), |area| {
            self.draw(area, &places)?;
            area.draw(&key)
        })?;
        above_background(&mut svg, &self.arcs(|player| centre(player).unwrap_or(0)));
        Ok(super::valid(svg))
    }

    /// Where each word has its middle, with its player, and how wide the picture is.
    fn places(&self) -> (Vec<(i32, Option<usize>)>, u32) {
        let mut left = MARGIN;
        let place = |(text, player): &(String, Option<usize>)| {
            // About the width of a letter of the font, and a space.
            let width = 8 * text.chars().count().max(2) as i32 + 10;
            left += width;
            (left - width / 2, *player)
        };
        let places = self.words.iter().map(place).collect();
        (places, ((left + MARGIN) as u32).max(LEAST_WIDTH))
    }

    /// The arcs of all panels as elements of SVG.
    fn arcs(&self, centre: impl Fn(usize) -> i32) -> String {
        let panels = (0..).zip(&self.panels).map(|(number, panel)| Arcs {
            line: self.top(number) + (PANEL.0 + PANEL.1) as i32,
            pairs: &panel.arcs,
        });
        // Interactions are shares of a largest one already.
        arcs(panels, centre, f64::from(PANEL.1 - 10), 1.0)
    }

    /// The upper end of a panel.
    fn top(&self, panel: i32) -> i32 {
        HEADER as i32 + panel * (PANEL.0 + PANEL.1 + PANEL.2) as i32
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        places: &[(i32, Option<usize>)],
    ) -> Drawn<(), B> {
        let style = |size: u32, colour: &RGBColor| ("sans-serif", size).into_font().color(colour);
        area.draw_text(&self.title, &text(18), (MARGIN, 8))?;
        for (number, panel) in (0..).zip(&self.panels) {
            let top = self.top(number);
            area.draw_text(&panel.name, &text(14), (MARGIN, top + 4))?;
            let line = top + (PANEL.0 + PANEL.1) as i32;
            for ((word, _), (at, player)) in self.words.iter().zip(places) {
                let colour = if player.is_some() { INK } else { ABSENT };
                let middle = style(14, &colour).pos(Pos::new(HPos::Center, VPos::Top));
                area.draw_text(word, &middle, (*at, line + 6))?;
            }
        }
        Ok(())
    }
}

writes_pictures!(SentenceChart);

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> SentenceChart {
        let words = [
            ("[CLS]", None),
            ("not", Some(0)),
            ("a", Some(1)),
            ("film", Some(2)),
        ];
        SentenceChart::new("a title", words.map(|(text, player)| (text.into(), player)))
    }

    #[test]
    fn pairs_are_arcs_coloured_by_their_sign() {
        let pairs = [((0, 2), 1.0), ((0, 1), -0.25)];
        let svg = chart().pairs("order 0", pairs).to_svg().unwrap();
        assert_eq!(svg.matches("<path").count(), 2);
        assert!(
            svg.contains("#B2182B") && svg.contains("stroke-width=\"5.0\""),
            "{svg}"
        );
        for word in ["[CLS]", "not", "film", "order 0", "a title"] {
            assert!(svg.contains(word), "{word}");
        }
    }

    #[test]
    fn players_that_are_no_words_are_refused() {
        assert!(chart().to_svg().is_err());
        assert!(chart().pairs("", [((0, 3), 1.0)]).to_svg().is_err());
        assert!(chart().pairs("no pairs", []).to_svg().is_ok());
    }
}
