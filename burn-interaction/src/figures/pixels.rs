use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

use super::png;

/// An image of three bytes a pixel, red, green and blue, row by row. Files hold it as a PNG in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Pixels {
    bytes: Vec<u8>,
    size: [usize; 2],
}

impl Pixels {
    /// An image of `size` rows and columns.
    ///
    /// # Errors
    ///
    /// Fails where there is no pixel, or the bytes are not three for each.
    pub fn new(bytes: impl Into<Vec<u8>>, size: [usize; 2]) -> Result<Self> {
        let bytes = bytes.into();
        let [rows, columns] = size;
        match rows * columns > 0 && bytes.len() == 3 * rows * columns {
            true => Ok(Self { bytes, size }),
            false => Err(Error::Figure(format!(
                "an image of {rows} x {columns} pixels needs three bytes for each, here are {}",
                bytes.len()
            ))),
        }
    }

    /// Rows and columns.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// The colour of a pixel by its place, row by row.
    pub(super) fn colour(&self, at: usize) -> RGBColor {
        RGBColor(
            self.bytes[3 * at],
            self.bytes[3 * at + 1],
            self.bytes[3 * at + 2],
        )
    }

    /// The height of the image where it is drawn so wide, within a quarter and four times of it.
    pub(super) fn height_at(&self, width: u32) -> u32 {
        let [rows, columns] = self.size;
        let height = f64::from(width) * rows as f64 / columns as f64;
        (height.round() as u32).clamp(width / 4, 4 * width)
    }

    /// The image as an element of SVG, with sharp pixels.
    pub(super) fn to_element(
        &self,
        (x, y): (i32, i32),
        (width, height): (u32, u32),
    ) -> Result<String> {
        Ok(format!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>\n",
            STANDARD.encode(self.to_png()?)
        ))
    }

    /// The image as PNG.
    ///
    /// # Errors
    ///
    /// Fails where the image is too large for one.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        png::encode(&self.bytes, self.size)
    }
}

/// Puts elements of SVG above the background of a picture, and below all else.
pub(super) fn above_background(svg: &mut String, elements: &str) {
    let after = svg.find("/>").map_or(0, |at| at + "/>\n".len());
    svg.insert_str(after.min(svg.len()), elements);
}

impl From<Pixels> for String {
    fn from(pixels: Pixels) -> Self {
        // An image that was made has a size that PNG has.
        STANDARD.encode(pixels.to_png().unwrap_or_default())
    }
}

impl TryFrom<String> for Pixels {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        let fail =
            |reason: String| Error::Figure(format!("an image that is no PNG in base64: {reason}"));
        let bytes = STANDARD.decode(text).map_err(|e| fail(e.to_string()))?;
        let (bytes, size) = png::decode(&bytes)?;
        Self::new(bytes, size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_survive_a_file() {
        let bytes: Vec<u8> = (0..36).map(|k| k * 7).collect();
        let pixels = Pixels::new(bytes, [3, 4]).unwrap();
        let text = serde_json::to_string(&pixels).unwrap();
        assert_eq!(serde_json::from_str::<Pixels>(&text).unwrap(), pixels);
    }

    #[test]
    fn other_bytes_are_refused() {
        assert!(Pixels::new(vec![0; 5], [1, 2]).is_err());
        assert!(Pixels::new(Vec::new(), [0, 2]).is_err());
        for text in ["\"!\"", "\"AAAA\""] {
            assert!(serde_json::from_str::<Pixels>(text).is_err(), "{text}");
        }
    }
}
