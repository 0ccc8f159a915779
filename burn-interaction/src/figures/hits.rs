//! Invisible shapes over a picture that say the value below them: viewers of SVG show their titles under the pointer, and screen
//! readers read them.

use std::fmt::Write;

/// A rectangle of a picture and the text that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// The left upper corner, in pixels.
    pub at: (i32, i32),
    /// Width and height, in pixels.
    pub size: (i32, i32),
    pub text: String,
}

impl Hit {
    /// A square around a point.
    pub fn around((x, y): (i32, i32), text: String) -> Self {
        const HALF: i32 = 8;
        Self {
            at: (x - HALF, y - HALF),
            size: (2 * HALF, 2 * HALF),
            text,
        }
    }
}

/// Puts hits above all else in a picture.
pub(super) fn add(svg: &mut String, hits: &[Hit]) {
    let mut layer = String::new();
    for hit in hits {
        let (((x, y), (width, height)), text) = ((hit.at, hit.size), escaped(&hit.text));
        // Writing to a string never fails.
        let _ = writeln!(
            layer,
            "<rect class=\"value\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"none\" pointer-events=\"all\"><title>{text}</title></rect>"
        );
    }
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    svg.insert_str(end, &layer);
}

/// A text as XML has it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Control characters are no characters of XML.
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_lie_above_the_picture_and_their_text_is_text() {
        let mut svg = String::from("<svg>\n<rect/>\n</svg>\n");
        add(
            &mut svg,
            &[Hit::around((20, 30), "a <b> & \"c\"\u{7}".into())],
        );
        let (rect, title) = (
            svg.find("x=\"12\" y=\"22\""),
            "a &lt;b&gt; &amp; &quot;c&quot; ",
        );
        assert!(rect > svg.find("<rect/>") && svg.contains(title), "{svg}");
        assert!(svg.trim_end().ends_with("</svg>"));
    }
}
