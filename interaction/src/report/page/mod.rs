//! One page that says it all: a self-contained HTML file, readable without script, by keyboard and by screen readers.

mod comparison;
mod facts;
mod measurement;
mod samples;

pub use comparison::comparison;
pub use measurement::{Measurement, measurement};

use std::io::Write;
use std::path::Path;

use burn_interaction::internal::replace;
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

use crate::error::{Result, usage};

/// The largest file that is written: pictures are left out beyond it.
const MOST_BYTES: usize = 5_000_000;

/// A page.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// The title.
    pub title: String,
    /// Sentences for a reader in a hurry, the verdict first.
    pub summary: Vec<String>,
    /// The sections, in their order.
    pub sections: Vec<Section>,
}

/// A section of a page.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// The name of its anchor.
    pub id: String,
    /// The heading.
    pub heading: String,
    /// Paragraphs above the parts.
    pub words: Vec<String>,
    /// Figures, tables and the like.
    pub parts: Vec<Part>,
}

impl Section {
    /// A section with its first paragraph.
    pub fn new(id: &str, heading: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            heading: heading.into(),
            words: vec![words.into()],
            parts: Vec::new(),
        }
    }
}

/// A part of a section.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Part {
    /// A picture.
    Figure {
        /// The picture as SVG.
        svg: String,
        /// The picture in words, for those who do not see it.
        label: String,
        /// Whether its colours are those of things, which stay in the dark.
        photo: bool,
    },
    /// A table.
    Table {
        /// The title.
        caption: String,
        /// The names of the columns.
        header: Vec<String>,
        /// The rows, whose first cells name them.
        rows: Vec<Vec<String>>,
        /// Whether it is opened by a click.
        folded: bool,
    },
    /// Names with their values.
    Facts {
        /// The names and values.
        items: Vec<(String, String)>,
    },
    /// A command to copy.
    Command {
        /// The command.
        text: String,
    },
    /// Text whose columns stand below each other.
    Text {
        /// The text.
        text: String,
    },
    /// Pictures of which a slider shows one at a time.
    Slider {
        /// The title.
        heading: String,
        /// The pictures in words.
        label: String,
        /// A picture that stays beside them, as SVG.
        beside: Option<String>,
        /// The pictures.
        panels: Vec<Panel>,
    },
}

/// One picture of a slider.
#[derive(Debug, Clone, Serialize)]
pub struct Panel {
    /// The name.
    pub name: String,
    /// The picture as SVG.
    pub svg: String,
    /// The picture in words.
    pub lines: Vec<String>,
}

impl Page {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Fails where the template does not fit the page.
    pub fn to_html(&self) -> Result<String> {
        let fail = |e: minijinja::Error| usage(format!("making the page: {e:#}"));
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates
            .add_template("page", include_str!("page.html"))
            .map_err(fail)?;
        let values = context! {
            style => include_str!("style.css"),
            script => include_str!("script.js"),
            version => env!("CARGO_PKG_VERSION"),
            ..minijinja::Value::from_serialize(self)
        };
        let page = templates.get_template("page").map_err(fail)?;
        let html = page.render(values).map_err(fail)?;
        // Names may have control characters, HTML has none.
        let is_bad = |c: char| c.is_control() && !['\n', '\t'].contains(&c);
        Ok(html.replace(is_bad, " "))
    }

    /// Writes the page, without the samples at single orders where these would make it larger than five megabytes, which the page
    /// then says.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut html = self.to_html()?;
        let mut smaller = self.clone();
        while html.len() > MOST_BYTES && smaller.drop_a_slider() {
            html = smaller.to_html()?;
        }
        Ok(replace(path, |file| file.write_all(html.as_bytes()))?)
    }

    /// Leaves out the last slider; `false` where there is none.
    fn drop_a_slider(&mut self) -> bool {
        for section in self.sections.iter_mut().rev() {
            let slider = |part: &Part| matches!(part, Part::Slider { .. });
            if let Some(place) = section.parts.iter().rposition(slider) {
                section.parts.remove(place);
                let note = "A sample is left out here, to keep the page below five megabytes.";
                section.words.push(note.into());
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str) -> Page {
        let mut section = Section::new("curves", name, name);
        let panel = |svg: &str| Panel {
            name: name.into(),
            svg: svg.into(),
            lines: vec![name.into()],
        };
        section.parts = vec![
            Part::Figure {
                svg: "<svg><title>kept</title></svg>".into(),
                label: name.into(),
                photo: false,
            },
            Part::Table {
                caption: name.into(),
                header: vec![name.into()],
                rows: vec![vec![name.into(), name.into()]],
                folded: true,
            },
            Part::Facts {
                items: vec![(name.into(), name.into())],
            },
            Part::Command { text: name.into() },
            Part::Text { text: name.into() },
            Part::Slider {
                heading: name.into(),
                label: name.into(),
                beside: None,
                panels: vec![panel("<svg></svg>"), panel("<svg></svg>")],
            },
        ];
        Page {
            title: name.into(),
            summary: vec![name.into()],
            sections: vec![section],
        }
    }

    #[test]
    fn names_come_out_as_text() {
        let name = "<script>alert(1)</script> & \"q\" 'a' \u{5e9}\u{5dc} \u{1f600}\u{1}";
        let html = page(name).to_html().unwrap();
        assert!(!html.contains("<script>alert"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt; &amp; &quot;q&quot;"));
        assert!(!html.contains('\u{1}'));
        assert!(html.contains("\u{5e9}\u{5dc} \u{1f600}") && html.contains("<svg><title>kept"));
    }

    #[test]
    fn a_page_asks_for_nothing() {
        let html = page("a").to_html().unwrap();
        for asks in ["http:", "https:", "src=", "@import", "url(", "<link"] {
            assert!(!html.contains(asks), "{asks}");
        }
    }

    #[test]
    fn pages_that_would_be_too_large_leave_samples_out_and_say_so() {
        let mut large = page("a");
        if let Some(Part::Slider { panels, .. }) = large.sections[0].parts.last_mut() {
            panels[0].svg = "<svg>".to_string() + &" ".repeat(MOST_BYTES) + "</svg>";
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        large.write(&path).unwrap();
        let html = std::fs::read_to_string(path).unwrap();
        assert!(html.len() < MOST_BYTES && html.contains("is left out here"));
    }
}
