use std::path::Path;

use image::{DynamicImage, ImageError, ImageReader};

use super::ImageItem;
use crate::error::{Error, Result};
use crate::folders;

/// Reads an image file as three channels of 8 bits: grey is repeated, CMYK converted, transparency dropped.
pub(super) fn decode(path: &Path, label: usize, id: u64) -> Result<ImageItem> {
    let image = picture(path)?.into_rgb8();
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

/// Reads an image file, which is not cut and has pixels.
pub(super) fn picture(path: &Path) -> Result<DynamicImage> {
    let bytes = folders::bytes(path, "")?;
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
    let image = reader.decode().map_err(fail)?;
    match (image.width(), image.height()) {
        (width, height) if width == 0 || height == 0 => {
            let reason = format!("an image of {width}x{height} pixels has none");
            Err(Error::file(path, reason))
        }
        _ => Ok(image),
    }
}

/// Whether a JPEG ends before its end marker: the decoder would fill the missing part with grey. Segments are stepped over,
/// as they may hold an image of their own, and whatever follows the marker is no matter.
fn is_cut(jpeg: &[u8]) -> bool {
    const END: u8 = 0xd9;
    let mut rest = jpeg;
    while let Some(at) = rest.windows(2).position(|pair| is_marker(pair[0], pair[1])) {
        let (marker, segment) = (rest[at + 1], &rest[at + 2..]);
        let length = match (marker, segment) {
            (END, _) => return false,
            // These stand alone, or are none.
            (0x01..=0xbf | 0xd0..=0xd8 | 0xf0..=0xfd, _) => 0,
            (_, [high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return true,
        };
        rest = segment.get(length..).unwrap_or_default();
    }
    true
}

/// Whether two bytes are a marker, not a byte of pixels that is escaped and not filling.
fn is_marker(first: u8, second: u8) -> bool {
    first == 0xff && !matches!(second, 0x00 | 0xff)
}
