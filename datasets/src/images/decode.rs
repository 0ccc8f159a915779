use std::path::Path;

use image::{ImageError, ImageReader};

use super::ImageItem;
use crate::error::{Error, Result};

/// Reads an image file as three channels of 8 bits: grey is repeated, CMYK converted, transparency dropped.
pub(super) fn decode(path: &Path, label: usize, id: u64) -> Result<ImageItem> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, e, ""))?;
    if bytes.is_empty() {
        return Err(Error::file(path, "zero bytes: fetch the file again"));
    }
    let fail = |e: ImageError| Error::file(path, format!("not an image that can be read: {e}"));
    let reader = ImageReader::new(std::io::Cursor::new(&bytes));
    let reader = reader
        .with_guessed_format()
        .map_err(|e| Error::io(path, e, ""))?;
    if reader.format() == Some(image::ImageFormat::Jpeg) && is_cut(&bytes) {
        return Err(Error::file(path, "the image is cut: fetch the file again"));
    }
    let image = reader.decode().map_err(fail)?.into_rgb8();
    let (width, height) = image.dimensions();
    let interleaved = image.into_raw();
    // Pixel by pixel to channel by channel.
    let channel = |c: usize| interleaved.iter().skip(c).step_by(3).copied();
    Ok(ImageItem {
        pixels: (0..3).flat_map(channel).collect(),
        size: [3, height as usize, width as usize],
        label,
        id,
    })
}

/// Whether a JPEG has no end after the start of its last scan: the decoder would fill the missing part with grey.
fn is_cut(jpeg: &[u8]) -> bool {
    let last = |marker: u8| jpeg.windows(2).rposition(|pair| pair == [0xff, marker]);
    last(0xd9) < last(0xda)
}
