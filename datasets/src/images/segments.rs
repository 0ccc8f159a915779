use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn_interaction::SegmentMap;
use image::DynamicImage;

use super::decode::picture;
use super::{Framing, ImageSamples};
use crate::error::{Error, Result};
use crate::folders::{Passed, array, bytes, entries};

/// Endings of pictures of labels: such as keep every pixel as it was.
const ENDINGS: [&str; 6] = ["png", "bmp", "tif", "tiff", "pgm", "ppm"];

/// The labels of the pixels of an image, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Labels {
    labels: Vec<i64>,
    size: [usize; 2],
}

/// Label maps of images: superpixels, or segmentation masks.
///
/// One map for all images is a picture, each colour or grey of which is a label, or an array of whole numbers as NumPy's `save` writes
/// it, `[height, width]`. An array `[images, height, width]` has a map for each image of a part. A folder has a file for each: of
/// the name of the image's own file, beside others or in the folder of its class, or the number of the image in its part,
/// such as `17.png` or `00017.npy`. Transparent pixels and negative numbers are of no segment.
#[derive(Debug, Clone)]
pub struct SegmentFiles {
    path: PathBuf,
    maps: Maps,
}

#[derive(Debug, Clone)]
enum Maps {
    One(Labels),
    Stack(Vec<Labels>),
    Folder(BTreeMap<String, PathBuf>),
}

impl SegmentFiles {
    /// Opens a file of labels, or a folder of such files.
    ///
    /// # Errors
    ///
    /// Fails where there is no such file or folder, the file holds no labels, or the folder has no file that could.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let maps = match path.is_dir() {
            true => Maps::Folder(files(path)?),
            false => match <[Labels; 1]>::try_from(read(path)?) {
                Ok([one]) => Maps::One(one),
                Err(several) => Maps::Stack(several),
            },
        };
        Ok(Self {
            path: path.into(),
            maps,
        })
    }

    /// Whether one map is that of all images.
    pub fn is_shared(&self) -> bool {
        matches!(self.maps, Maps::One(_))
    }

    /// The labels of an image, given by its number in its part and by its file, where it has one.
    fn labels(&self, index: usize, file: Option<&Path>) -> Result<Labels> {
        match &self.maps {
            Maps::One(labels) => Ok(labels.clone()),
            Maps::Stack(all) => all.get(index).cloned().ok_or_else(|| {
                let reason = format!("maps of {} images, and none of image {index}", all.len());
                Error::file(&self.path, reason)
            }),
            Maps::Folder(files) => {
                let names = names(index, file);
                let found = names.iter().find_map(|name| files.get(name));
                let path = found.ok_or_else(|| {
                    let reason = format!(
                        "no labels of image {index}: there is no {} with an ending .npy, .{}",
                        names.join(" or "),
                        ENDINGS.join(", .")
                    );
                    Error::file(&self.path, reason)
                })?;
                match <[Labels; 1]>::try_from(read(path)?) {
                    Ok([one]) => Ok(one),
                    Err(_) => Err(Error::file(path, "an array of several maps, for one image")),
                }
            }
        }
    }
}

/// The names that the labels of an image may have in a folder, without their ending.
fn names(index: usize, file: Option<&Path>) -> Vec<String> {
    let of_file = |file: &Path| {
        let stem = file.file_stem()?.to_string_lossy().into_owned();
        let class = file.parent().and_then(Path::file_name);
        let inside = class.map(|class| format!("{}/{stem}", class.to_string_lossy()));
        Some(inside.into_iter().chain([stem]).collect())
    };
    let named: Vec<String> = file.and_then(of_file).unwrap_or_default();
    named.into_iter().chain([index.to_string()]).collect()
}

/// The files of labels in a folder and in the folders in it, by name without ending; numbers are without leading zeros.
fn files(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut passed = Passed::new(folder, "labels");
    let mut found = BTreeMap::new();
    for entry in entries(folder, &mut passed)? {
        let (inside, class) = match entry.is_dir() {
            true => (
                entries(&entry, &mut passed)?,
                entry
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned()),
            ),
            false => (vec![entry], None),
        };
        for path in inside.into_iter().filter(|path| has_labels(path)) {
            let Some(stem) = path.file_stem().map(|stem| stem.to_string_lossy()) else {
                continue;
            };
            let stem = match stem.parse::<usize>() {
                Ok(number) => number.to_string(),
                Err(_) => stem.into_owned(),
            };
            let name = match &class {
                Some(class) => format!("{class}/{stem}"),
                None => stem,
            };
            if let Some(other) = found.insert(name, path.clone()) {
                let reason = format!("{} has labels of the same image", other.display());
                return Err(Error::file(&path, reason));
            }
        }
    }
    match found.is_empty() {
        false => Ok(found),
        true => Err(Error::file(
            folder,
            format!("no labels with an ending .npy, .{}", ENDINGS.join(", .")),
        )),
    }
}

/// The ending of a file, in small letters.
fn ending(path: &Path) -> String {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.unwrap_or_default().to_ascii_lowercase()
}

fn has_labels(path: &Path) -> bool {
    let ending = ending(path);
    ending == "npy" || ENDINGS.contains(&ending.as_str())
}

/// Reads the labels of one or several images.
fn read(path: &Path) -> Result<Vec<Labels>> {
    if !has_labels(path) {
        let reason = format!(
            "labels are .npy, .{}; other pictures change their pixels",
            ENDINGS.join(", .")
        );
        return Err(Error::file(path, reason));
    }
    let labels = match ending(path) == "npy" {
        true => of_array(path)?,
        false => vec![of_picture(path)?],
    };
    match labels.iter().all(|labels| !labels.labels.is_empty()) && !labels.is_empty() {
        true => Ok(labels),
        false => Err(Error::file(path, "labels of no pixels")),
    }
}

fn of_array(path: &Path) -> Result<Vec<Labels>> {
    let whole = |number: f64| (number.fract() == 0.0).then_some(number as i64);
    let array = array(path, &bytes(path, "")?, whole)?;
    let (count, size) = match array.shape[..] {
        [height, width] => (1, [height, width]),
        [images, height, width] => (images, [height, width]),
        _ => {
            let reason = format!(
                "an array of {:?}: labels are [height, width], or [images, height, width]",
                array.shape
            );
            return Err(Error::file(path, reason));
        }
    };
    let pixels = array.values.len().checked_div(count).unwrap_or(0);
    let each = array.values.chunks_exact(pixels.max(1));
    Ok(each
        .map(|labels| Labels {
            labels: labels.into(),
            size,
        })
        .collect())
}

fn of_picture(path: &Path) -> Result<Labels> {
    let picture = picture(path)?;
    let size = [picture.height() as usize, picture.width() as usize];
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
    Ok(Labels { labels, size })
}

impl Labels {
    /// The labels of a framed image: each of its pixels has that of the nearest pixel before.
    fn framed(&self, framing: &Framing) -> Self {
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
        }
    }
}

impl ImageSamples {
    /// The segments of an image at the size that the network takes, by the labels in these files, which have the size of the image
    /// before or after framing; `None` where it has less than two segments.
    ///
    /// # Errors
    ///
    /// Fails where the files have no labels of the image, or labels of an image of another size.
    pub fn segments(&self, files: &SegmentFiles, index: usize) -> Result<Option<SegmentMap>> {
        let labels = files.labels(index, self.file(index))?;
        let [_, height, width] = self.own_size(index)?;
        let own = [height, width];
        let labels = match self.framing() {
            Some(framing) if labels.size == own => labels.framed(&framing),
            Some(framing) if labels.size == [framing.side; 2] => labels,
            None if labels.size == own => labels,
            framing => {
                let side = framing.map_or(String::new(), |framing| {
                    format!(
                        ", or of {side}x{side} as the network takes it",
                        side = framing.side
                    )
                });
                let [rows, columns] = labels.size;
                let reason = format!(
                    "labels of {rows}x{columns} pixels for image {index}, which has {height}x{width}: make them of that size{side}"
                );
                return Err(Error::file(&files.path, reason));
            }
        };
        Ok(SegmentMap::new(&labels.labels, labels.size).ok())
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageBuffer, Luma, Rgba, RgbaImage};

    use super::*;

    fn labels(size: [usize; 2]) -> Labels {
        let pixels = size[0] * size[1];
        Labels {
            labels: (0..pixels as i64).collect(),
            size,
        }
    }

    #[test]
    fn colours_and_greys_are_labels() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        GrayImage::from_raw(3, 1, vec![9, 0, 9])
            .unwrap()
            .save(path("grey.png"))
            .unwrap();
        let deep: ImageBuffer<Luma<u16>, Vec<u16>> =
            ImageBuffer::from_raw(2, 1, vec![700, 3]).unwrap();
        deep.save(path("deep.png")).unwrap();
        let mut colours = RgbaImage::from_pixel(2, 2, Rgba([1, 2, 3, 255]));
        colours.put_pixel(1, 0, Rgba([1, 2, 4, 255]));
        colours.put_pixel(1, 1, Rgba([1, 2, 3, 0]));
        colours.save(path("colours.png")).unwrap();
        let of = |name: &str| of_picture(&path(name)).unwrap();
        assert_eq!(of("grey.png").labels, [9, 0, 9]);
        assert_eq!(of("deep.png").labels, [700, 3]);
        let Labels { labels, size } = of("colours.png");
        assert_eq!(size, [2, 2]);
        assert!(labels[0] == labels[2] && labels[1] > labels[0] && labels[3] == -1);
    }

    #[test]
    fn files_are_found_by_the_image_s_name_or_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("cat")).unwrap();
        for (name, level) in [("cat/one.png", 1), ("two.png", 2), ("00003.png", 3)] {
            let picture = GrayImage::from_pixel(2, 2, Luma([level]));
            picture.save(root.join(name)).unwrap();
        }
        std::fs::write(root.join("notes.txt"), "no labels").unwrap();
        let files = SegmentFiles::open(root).unwrap();
        assert!(!files.is_shared());
        let first = |index, file: &str| {
            let labels = files.labels(index, Some(Path::new(file)));
            labels.map(|labels| labels.labels[0])
        };
        assert_eq!(first(0, "data/cat/one.JPEG").unwrap(), 1);
        assert_eq!(first(0, "data/dog/two.jpg").unwrap(), 2);
        assert_eq!(files.labels(3, None).unwrap().labels[0], 3);
        let error = first(4, "data/dog/five.jpg").unwrap_err().to_string();
        assert!(error.contains("no dog/five or five or 4"), "{error}");
        GrayImage::from_pixel(2, 2, Luma([0]))
            .save(root.join("3.png"))
            .unwrap();
        let error = SegmentFiles::open(root).unwrap_err().to_string();
        assert!(error.contains("same image"), "{error}");
    }

    #[test]
    fn files_without_labels_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = |name: &str| {
            let opened = SegmentFiles::open(folder.path().join(name));
            opened.unwrap_err().to_string()
        };
        assert!(error("").contains("no labels with an ending"));
        assert!(error("map.jpg").contains("change their pixels"));
        assert!(error("map.png").contains("map.png"));
        std::fs::write(folder.path().join("cut.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        assert!(error("cut.png").contains("cut.png"));
        std::fs::write(folder.path().join("none.npy"), b"").unwrap();
        assert!(error("none.npy").contains("none.npy"));
    }

    #[test]
    fn labels_are_framed_as_images_are() {
        // Twice as large, and cut in the middle.
        let framing = Framing {
            resized: 8,
            side: 4,
            cubic: false,
            squeezed: false,
        };
        let framed = labels([4, 6]).framed(&framing);
        assert_eq!(framed.labels[..4], [8, 8, 9, 9]);
        assert_eq!(framed.labels[12..], [14, 14, 15, 15]);
        // Half as large: the nearest of two is the second, as in Pillow.
        let framed = labels([4, 4]).framed(&Framing::whole(2));
        assert_eq!(framed.labels, [5, 7, 13, 15]);
    }
}
