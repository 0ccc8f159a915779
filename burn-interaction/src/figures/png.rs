use std::path::Path;
use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use crate::error::{Error, Result};
use crate::file::writing;

/// Draws an SVG at twice its size. The font is embedded, so that pictures are the same on every machine.
pub(super) fn render(svg: &str) -> Result<Vec<u8>> {
    const SCALE: f32 = 2.0;
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
    let family = fonts
        .faces()
        .next()
        .and_then(|face| face.families.first().map(|(name, _)| name.clone()));
    if let Some(family) = family {
        fonts.set_sans_serif_family(family);
    }
    let options = usvg::Options {
        fontdb: Arc::new(fonts),
        ..Default::default()
    };
    let fail = |reason: String| Error::Figure(reason);
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| fail(e.to_string()))?;
    let size = tree
        .size()
        .to_int_size()
        .scale_by(SCALE)
        .ok_or_else(|| fail("the picture has no size".into()))?;
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height())
        .ok_or_else(|| fail("the picture has no pixels".into()))?;
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(SCALE, SCALE),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(|e| fail(e.to_string()))
}

/// Encodes an image of three bytes a pixel, row by row, as PNG.
pub(super) fn encode(pixels: &[u8], [height, width]: [usize; 2]) -> Result<Vec<u8>> {
    let fail = |reason: String| Error::Figure(reason);
    let size = tiny_skia::IntSize::from_wh(width as u32, height as u32);
    let size = size.ok_or_else(|| fail("an image without pixels".into()))?;
    let opaque = pixels.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]);
    let map = tiny_skia::Pixmap::from_vec(opaque.collect(), size);
    let map = map.ok_or_else(|| fail("pixels that are not those of the size".into()))?;
    map.encode_png().map_err(|e| fail(e.to_string()))
}

/// Reads the bytes of a PNG, three a pixel, and its rows and columns.
pub(super) fn decode(png: &[u8]) -> Result<(Vec<u8>, [usize; 2])> {
    let map = tiny_skia::Pixmap::decode_png(png).map_err(|e| Error::Figure(e.to_string()))?;
    let bytes = map.pixels().iter().flat_map(|pixel| {
        let pixel = pixel.demultiply();
        [pixel.red(), pixel.green(), pixel.blue()]
    });
    Ok((
        bytes.collect(),
        [map.height() as usize, map.width() as usize],
    ))
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(writing(path))
}

/// Gives a chart with `to_svg` its PNG and its files.
macro_rules! writes_pictures {
    ($Chart:ident) => {
        impl $Chart {
            /// The picture as PNG, at twice the size of the SVG.
            ///
            /// # Errors
            ///
            /// Fails where [`to_svg`](Self::to_svg) does.
            pub fn to_png(&self) -> $crate::error::Result<Vec<u8>> {
                super::png::render(&self.to_svg()?)
            }

            /// Writes the picture as SVG.
            ///
            /// # Errors
            ///
            /// Fails where [`to_svg`](Self::to_svg) does, or where the file cannot be written.
            pub fn save_svg(&self, path: impl AsRef<std::path::Path>) -> $crate::error::Result<()> {
                super::png::write(path.as_ref(), self.to_svg()?.as_bytes())
            }

            /// Writes the picture as PNG.
            ///
            /// # Errors
            ///
            /// Fails where [`to_svg`](Self::to_svg) does, or where the file cannot be written.
            pub fn save_png(&self, path: impl AsRef<std::path::Path>) -> $crate::error::Result<()> {
                super::png::write(path.as_ref(), &self.to_png()?)
            }
        }
    };
}
pub(super) use writes_pictures;
