use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use burn_interaction::SegmentMap;

use super::labels::{ENDINGS, Labels, Read, has_labels, read};
use super::{ImageSamples, ImageSet};
use crate::error::{Error, Result};
use crate::folders::{Passed, entries};

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
            false => match read(path)? {
                Read::One(one) => Maps::One(one),
                Read::Stack(all) => Maps::Stack(all),
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

    /// The labels of the images of a set.
    fn among<'a>(&'a self, images: &'a dyn ImageSet) -> Finder<'a> {
        Finder {
            files: self,
            images,
            namesakes: OnceCell::new(),
        }
    }
}

/// Finds the labels of the images of one set.
struct Finder<'a> {
    files: &'a SegmentFiles,
    images: &'a dyn ImageSet,
    /// The images of each name, for files that are found by it alone.
    namesakes: OnceCell<HashMap<String, Vec<usize>>>,
}

impl<'a> Finder<'a> {
    /// The labels of an image.
    fn labels(&self, index: usize) -> Result<Labels> {
        let (number, count) = self.images.number(index);
        match &self.files.maps {
            Maps::One(labels) => Ok(labels.clone()),
            Maps::Stack(all) if all.len() == count => Ok(all[number].clone()),
            Maps::Stack(all) => {
                let reason = format!(
                    "maps of {} images, and there are {count}: give one for each, in their order",
                    all.len()
                );
                Err(Error::file(&self.files.path, reason))
            }
            Maps::Folder(files) => {
                let (path, alone) = self.path_in(files, index)?;
                if let (true, Some(other)) = (alone, self.namesake(index)) {
                    let reason = format!(
                        "labels of image {index}, or of image {other}, whose file has the same name? Put them into folders of the classes"
                    );
                    return Err(Error::file(path, reason));
                }
                match read(path)? {
                    Read::One(one) => Ok(one),
                    Read::Stack(_) => {
                        Err(Error::file(path, "an array of several maps, for one image"))
                    }
                }
            }
        }
    }

    /// The file of an image's labels among those of a folder, and whether it was found by the name of the image's file alone.
    fn path_in(
        &self,
        files: &'a BTreeMap<String, PathBuf>,
        index: usize,
    ) -> Result<(&'a PathBuf, bool)> {
        let names = match self.images.file(index) {
            Some(file) => names(file),
            None => vec![self.images.number(index).0.to_string()],
        };
        let found = names.iter().find_map(|name| Some((name, files.get(name)?)));
        let (name, path) = found.ok_or_else(|| {
            let reason = format!(
                "no labels of image {index}: there is no {} with an ending .npy, .{}",
                names.join(" or "),
                ENDINGS.join(", .")
            );
            Error::file(&self.files.path, reason)
        })?;
        let alone = self.images.file(index).is_some() && !name.contains('/');
        Ok((path, alone))
    }

    /// Another image of the set whose file has the same name in another folder.
    fn namesake(&self, index: usize) -> Option<usize> {
        let namesakes = self.namesakes.get_or_init(|| {
            let mut namesakes = HashMap::<String, Vec<usize>>::new();
            for index in 0..self.images.len() {
                if let Some(file) = self.images.file(index) {
                    namesakes.entry(stem(file)).or_default().push(index);
                }
            }
            namesakes
        });
        let own = namesakes.get(&stem(self.images.file(index)?))?;
        own.iter().copied().find(|other| *other != index)
    }
}

/// The names that the labels of an image file may have in a folder, without their ending: in the folder of its class, which is not one
/// called `images`, or beside others.
fn names(file: &Path) -> Vec<String> {
    let stem = stem(file);
    let mut folders = file.ancestors().skip(1).filter_map(Path::file_name);
    let class = folders.find(|name| *name != "images");
    let inside = class.map(|class| format!("{}/{stem}", class.to_string_lossy()));
    inside.into_iter().chain([stem]).collect()
}

/// The name of a file without its ending; of a number without leading zeros.
fn stem(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    match stem.parse::<usize>() {
        Ok(number) => number.to_string(),
        Err(_) => stem.into_owned(),
    }
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
            let name = match &class {
                Some(class) => format!("{class}/{}", stem(&path)),
                None => stem(&path),
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

impl ImageSamples {
    /// The segments of images at the size that the network takes, by the labels in these files, which have the size of an image
    /// before or after framing. They are named by their labels: numbers, or colours such as `#ff8000`. An image whose own map has less than
    /// two segments has `None`.
    ///
    /// # Errors
    ///
    /// Fails where the files have no labels of an image, labels of an image of another size, or one map for all images that has less
    /// than two segments.
    pub fn segments(
        &self,
        files: &SegmentFiles,
        indices: &[usize],
    ) -> Result<Vec<Option<SegmentMap>>> {
        let finder = files.among(self.images());
        let segments = |index: &usize| {
            let labels = self.framed_labels(&finder, *index)?;
            match (labels.segments(), files.is_shared()) {
                (Ok(map), _) => Ok(Some(map)),
                (Err(_), false) => Ok(None),
                (Err(e), true) => Err(Error::file(&files.path, e.to_string())),
            }
        };
        indices.iter().map(segments).collect()
    }

    fn framed_labels(&self, finder: &Finder<'_>, index: usize) -> Result<Labels> {
        let labels = finder.labels(index)?;
        // One map for all is framed as the images are only where they have one size.
        let own = match (finder.files.is_shared(), self.images().size()) {
            (true, None) => None,
            _ => Some(self.own_size(index)?),
        };
        let own = own.map(|[_, height, width]| [height, width]);
        match self.framing() {
            Some(framing) if Some(labels.size) == own => Ok(labels.framed(&framing)),
            Some(framing) if labels.size == [framing.side; 2] => Ok(labels),
            None if Some(labels.size) == own => Ok(labels),
            framing => {
                let sizes = own
                    .into_iter()
                    .chain(framing.map(|framing| [framing.side; 2]));
                let sizes: Vec<String> = sizes
                    .map(|[rows, columns]| format!("{rows}x{columns}"))
                    .collect();
                let [rows, columns] = labels.size;
                let reason = format!(
                    "labels of {rows}x{columns} pixels for image {index}: make them of {}",
                    sizes.join(" or, as the network takes it, ")
                );
                Err(Error::file(&finder.files.path, reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageBuffer, Luma, Rgba, RgbaImage};

    use super::*;
    use crate::images::{Framing, ImageFiles, Images};

    fn labels(size: [usize; 2]) -> Labels {
        let pixels = size[0] * size[1];
        Labels {
            labels: (0..pixels as i64).collect(),
            size,
            colours: false,
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
        let of = |name: &str| match read(&path(name)).unwrap() {
            Read::One(labels) => labels,
            Read::Stack(_) => panic!("{name} is a stack"),
        };
        assert_eq!(of("grey.png").labels, [9, 0, 9]);
        assert_eq!(of("deep.png").labels, [700, 3]);
        assert_eq!(of("deep.png").segments().unwrap().names(), ["3", "700"]);
        let colours = of("colours.png");
        assert_eq!(colours.segments().unwrap().names(), ["#010203", "#010204"]);
        let Labels { labels, size, .. } = colours;
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
        let of = |paths: &[&str]| {
            let paths = paths.iter().map(|path| (PathBuf::from(path), 0)).collect();
            ImageFiles::new(paths, vec!["a".into()]).unwrap()
        };
        let first = |paths: &[&str], index| {
            let labels = files.among(&of(paths)).labels(index);
            labels.map(|labels| labels.labels[0])
        };
        assert_eq!(first(&["data/cat/one.JPEG"], 0).unwrap(), 1);
        assert_eq!(first(&["data/cat/images/one.JPEG"], 0).unwrap(), 1);
        assert_eq!(first(&["data/dog/two.jpg"], 0).unwrap(), 2);
        // The number in a name is that of the name, and no place in the part.
        assert_eq!(first(&["x/00003.jpg", "x/00004.jpg"], 0).unwrap(), 3);
        let error = first(&["x/00003.jpg", "x/00004.jpg"], 1)
            .unwrap_err()
            .to_string();
        assert!(error.contains("no x/4 or 4 with"), "{error}");
        let error = first(&["cat/two.jpg", "dog/two.jpg"], 0)
            .unwrap_err()
            .to_string();
        assert!(error.contains("same name"), "{error}");
        // Images without files of their own go by their numbers, those of the whole file where a part of it was drawn.
        let images = |count: usize| {
            let pixels = vec![0; 4 * count];
            Images::new([1, 2, 2], vec!["a".into()], pixels, vec![0; count]).unwrap()
        };
        let value = |images: &Images, index| files.among(images).labels(index).map(|l| l.labels[0]);
        assert_eq!(value(&images(4), 3).unwrap(), 3);
        assert!(value(&images(4), 2).is_err());
        let drawn = images(2).numbered(vec![1, 3], 4);
        assert_eq!(value(&drawn, 1).unwrap(), 3);
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
    fn a_stack_has_a_map_for_each_image_of_its_set() {
        let files = SegmentFiles {
            path: "maps.npy".into(),
            maps: Maps::Stack(vec![labels([1, 1]); 3]),
        };
        let images = |count: usize| {
            Images::new([1, 1, 1], vec!["a".into()], vec![0; count], vec![0; count]).unwrap()
        };
        assert!(files.among(&images(3)).labels(2).is_ok());
        let error = files.among(&images(2)).labels(0).unwrap_err().to_string();
        assert!(
            error.contains("maps of 3 images, and there are 2"),
            "{error}"
        );
        assert!(
            files
                .among(&images(1).numbered(vec![2], 3))
                .labels(0)
                .is_ok()
        );
    }

    #[test]
    fn the_areas_of_a_framed_image_are_those_of_its_framed_labels() {
        // Nine areas of one level each; between them interpolation mixes levels, within them none.
        for (height, width, resized, side) in [(30, 42, 30, 24), (60, 48, 24, 24), (36, 36, 72, 48)]
        {
            let area =
                |place: usize| 3 * (3 * (place / width) / height) + 3 * (place % width) / width;
            let labels = Labels {
                labels: (0..height * width)
                    .map(|place| area(place) as i64)
                    .collect(),
                size: [height, width],
                colours: false,
            };
            let item = super::super::ImageItem {
                pixels: (0..height * width)
                    .map(|place| 25 * area(place) as u8)
                    .collect(),
                size: [1, height, width],
                label: 0,
                id: 0,
            };
            let framing = Framing {
                resized,
                side,
                cubic: false,
                squeezed: false,
            };
            let (image, labels) = (framing.apply(item), labels.framed(&framing));
            let pairs = image.pixels.iter().zip(&labels.labels);
            let same = pairs
                .filter(|(level, label)| i64::from(**level) == 25 * **label)
                .count();
            // Interpolation mixes two rows and two columns about each border.
            let inside = (side - 4) * (side - 4);
            assert!(same >= inside, "{same} of {side}x{side}");
            // A shift by two pixels would be seen.
            let apart = image
                .pixels
                .iter()
                .zip(&labels.labels)
                .map(|(level, label)| (i64::from(*level) - 25 * label).abs());
            assert!(apart.sum::<i64>() < 25 * (side * side) as i64 / 4);
        }
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
