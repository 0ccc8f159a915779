//! The labels in a file: colours of a picture, or numbers of an array.

use std::collections::BTreeSet;
use std::path::Path;

use burn_interaction::SegmentMap;
use image::DynamicImage;

use super::Framing;
use super::decode::picture;
use crate::error::{Error, Result};
use crate::folders::{Number, array, bytes};

/// Endings of pictures of labels: such as keep every pixel as it was.
pub const ENDINGS: [&str; 6] = ["png", "bmp", "tif", "tiff", "pgm", "ppm"];

/// The labels of the pixels of an image, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    pub labels: Vec<i64>,
    pub size: [usize; 2],
    /// Whether they are colours, of 16 bits for each of red, green and blue.
    pub colours: bool,
}

/// The ending of a file, in small letters.
fn ending(path: &Path) -> String {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.unwrap_or_default().to_ascii_lowercase()
}

/// Whether a file may hold labels, by its ending.
pub fn has_labels(path: &Path) -> bool {
    let ending = ending(path);
    ending == "npy" || ENDINGS.contains(&ending.as_str())
}

/// The labels in a file: of one image, or of each image of a stack.
pub enum Read {
    One(Labels),
    Stack(Vec<Labels>),
}

/// Reads the labels of one or several images.
pub fn read(path: &Path) -> Result<Read> {
    if !has_labels(path) {
        let reason = format!(
            "labels are .npy, .{}; other pictures change their pixels",
            ENDINGS.join(", .")
        );
        return Err(Error::file(path, reason));
    }
    if ending(path) != "npy" {
        return of_picture(path).map(Read::One);
    }
    let array = array(path, &bytes(path, "")?, Number::whole)?;
    let (size, stacked) = match array.shape[..] {
        [height, width] => ([height, width], false),
        [_, height, width] => ([height, width], true),
        _ => {
            let reason = format!(
                "an array of {:?}: labels are [height, width], or [images, height, width]",
                array.shape
            );
            return Err(Error::file(path, reason));
        }
    };
    let pixels = size[0] * size[1];
    if array.values.is_empty() {
        return Err(Error::file(path, "labels of no pixels"));
    }
    let each = array.values.chunks_exact(pixels).map(|labels| Labels {
        labels: labels.into(),
        size,
        colours: false,
    });
    Ok(match (stacked, each.collect::<Vec<Labels>>()) {
        (false, mut one) => Read::One(one.remove(0)),
        (true, all) => Read::Stack(all),
    })
}

fn of_picture(path: &Path) -> Result<Labels> {
    let picture = picture(path)?;
    let size = [picture.height() as usize, picture.width() as usize];
    let colours = !matches!(
        picture,
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_)
    );
    let labels = match picture {
        DynamicImage::ImageLuma8(grey) => grey.into_raw().into_iter().map(i64::from).collect(),
        DynamicImage::ImageLuma16(grey) => grey.into_raw().into_iter().map(i64::from).collect(),
        other => {
            let label = |pixel: &image::Rgba<u16>| match pixel.0 {
                [.., 0] => -1,
                [red, green, blue, _] => {
                    (i64::from(red) << 32) | (i64::from(green) << 16) | i64::from(blue)
                }
            };
            other.into_rgba16().pixels().map(label).collect()
        }
    };
    Ok(Labels {
        labels,
        size,
        colours,
    })
}

/// A colour as style sheets write it, of two digits for each of red, green and blue where they say it all, else of four.
fn colour(label: i64) -> String {
    let channels = [32, 16, 0].map(|shift| (label >> shift) & 0xffff);
    let (digits, unit) = match channels.iter().all(|level| level % 257 == 0) {
        true => (2, 257),
        false => (4, 1),
    };
    let digits = channels.map(|level| format!("{:0digits$x}", level / unit));
    format!("#{}", digits.concat())
}

impl Labels {
    /// The labels of a framed image: each of its pixels has that of the nearest pixel before.
    pub fn framed(&self, framing: &Framing) -> Self {
        let [height, width] = self.size;
        let ([tall, wide], [top, left]) = framing.window(self.size);
        let side = framing.side;
        let from = |place: usize, full: usize, own: usize| (2 * place + 1) * own / (2 * full);
        let row = |y: usize| from(y + top, tall, height).min(height - 1);
        let column = |x: usize| from(x + left, wide, width).min(width - 1);
        let labels =
            (0..side).flat_map(|y| (0..side).map(move |x| self.labels[row(y) * width + column(x)]));
        Self {
            labels: labels.collect(),
            size: [side; 2],
            ..*self
        }
    }

    /// The segments that these labels make, named by them.
    pub fn segments(&self) -> burn_interaction::Result<SegmentMap> {
        let map = SegmentMap::new(&self.labels, self.size)?;
        if !self.colours {
            return Ok(map);
        }
        let own = self.labels.iter().filter(|label| **label >= 0);
        let own: BTreeSet<i64> = own.copied().collect();
        map.named(own.into_iter().map(colour))
    }
}
