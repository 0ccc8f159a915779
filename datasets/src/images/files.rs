use std::path::{Path, PathBuf};

use burn::data::dataset::{Dataset, DatasetError};

use super::set::Labelled;
use super::{ImageItem, ImageSet, decode::decode};
use crate::cache::Cache;
use crate::error::{Error, Result};
use crate::folders::{Passed, class_folders, with_ending};

/// Bytes of decoded images that [`ImageFiles`] keeps unless told otherwise.
const CACHE: usize = 1 << 30;

/// Endings of image files that are read.
const ENDINGS: [&str; 14] = [
    "jpeg", "jpg", "jpe", "jfif", "png", "webp", "bmp", "gif", "tif", "tiff", "pnm", "ppm", "pgm",
    "pbm",
];

/// Labelled image files, read when they are asked for; decoded images stay in memory up to a bound.
///
/// Burn's `ImageFolderDataset` hands images out in whatever colours their files have, a word for each pixel value;
/// here all have three channels of bytes, and the class of a file is known without reading it.
#[derive(Debug)]
pub struct ImageFiles {
    files: Vec<Labelled>,
    classes: Vec<String>,
    size: Option<[usize; 3]>,
    cache: Cache<ImageItem>,
    notes: Vec<String>,
}

impl ImageFiles {
    /// Makes a set of files, each with the index of its class among `classes`.
    ///
    /// # Errors
    ///
    /// Fails where there are no files, or a class is beyond the names.
    pub fn new(files: Vec<(PathBuf, usize)>, classes: Vec<String>) -> Result<Self> {
        if files.is_empty() {
            return Err(Error::Data("there are no image files".into()));
        }
        if let Some((path, class)) = files.iter().find(|(_, class)| *class >= classes.len()) {
            let reason = format!("class {class}, but there are {} classes", classes.len());
            return Err(Error::file(path, reason));
        }
        Ok(Self {
            files,
            classes,
            size: None,
            cache: Cache::new(CACHE),
            notes: Vec::new(),
        })
    }

    /// Opens a folder with one folder of images for each class, classes in the order of their folders' names. Hidden and
    /// system entries and files that are no images are passed over, which the [notes](ImageSet::notes) tell.
    ///
    /// # Errors
    ///
    /// Fails where the folder is missing, or it or a class has no images.
    pub fn folder(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        let mut passed = passed(root);
        let classes = class_folders(root, &mut passed)?;
        let files = in_folders(root, &classes, &mut passed)?;
        Ok(Self::new(files, classes)?.noting(passed.notes()))
    }

    /// Keeps at most this many bytes of decoded images in memory. The default is 1 GiB; zero keeps none.
    pub fn cached(mut self, bytes: usize) -> Self {
        self.cache = Cache::new(bytes);
        self
    }

    /// Declares that all images have this size; an image of another is an error when it is read.
    pub fn sized(mut self, size: [usize; 3]) -> Self {
        self.size = Some(size);
        self
    }

    /// Gives the classes other names, in the same order.
    pub(super) fn named(mut self, classes: Vec<String>) -> Self {
        self.classes = classes;
        self
    }

    /// Adds notes on how the files were found.
    pub(crate) fn noting(mut self, notes: Vec<String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The file of an image.
    pub fn path(&self, index: usize) -> &Path {
        &self.files[index].0
    }

    /// Bytes of decoded images in memory.
    pub fn cached_bytes(&self) -> usize {
        self.cache.bytes()
    }

    fn decoded(&self, index: usize) -> Result<ImageItem> {
        let (path, label) = &self.files[index];
        let item = decode(path, *label, index as u64)?;
        match self.size.filter(|size| *size != item.size) {
            None => Ok(item),
            Some(size) => {
                let [_, height, width] = item.size;
                let reason = format!("{height}x{width} pixels, not {}x{}", size[1], size[2]);
                Err(Error::file(path, reason))
            }
        }
    }
}

impl ImageSet for ImageFiles {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> usize {
        self.files[index].1
    }

    fn size(&self) -> Option<[usize; 3]> {
        self.size
    }

    fn image(&self, index: usize) -> Result<ImageItem> {
        let bytes = |item: &ImageItem| item.pixels.len();
        self.cache.get_or(index, bytes, || self.decoded(index))
    }

    fn file(&self, index: usize) -> Option<&Path> {
        Some(self.path(index))
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl Dataset<ImageItem> for ImageFiles {
    fn get(&self, index: usize) -> std::result::Result<ImageItem, DatasetError> {
        self.image(index).map_err(DatasetError::new)
    }

    fn len(&self) -> usize {
        self.files.len()
    }
}

/// Counts what is passed over in folders of images.
pub(super) fn passed(root: &Path) -> Passed {
    Passed::new(root, "images")
}

/// The images of each class folder, which may lie in its folder `images`, with the index of the class.
pub(super) fn in_folders(
    root: &Path,
    classes: &[String],
    passed: &mut Passed,
) -> Result<Vec<Labelled>> {
    let mut files = Vec::new();
    for (label, class) in classes.iter().enumerate() {
        let folder = inner(&root.join(class));
        let before = files.len();
        files.extend(
            images(&folder, passed)?
                .into_iter()
                .map(|path| (path, label)),
        );
        if files.len() == before {
            let reason = format!("no image with an ending .{}", ENDINGS.join(", ."));
            return Err(Error::file(&folder, reason));
        }
    }
    Ok(files)
}

/// The folder `images` of a folder, where it has one, else the folder itself.
pub(super) fn inner(folder: &Path) -> PathBuf {
    match folder.join("images") {
        inner if inner.is_dir() => inner,
        _ => folder.into(),
    }
}

/// The image files of a folder, in the order of their names.
pub(super) fn images(folder: &Path, passed: &mut Passed) -> Result<Vec<PathBuf>> {
    with_ending(folder, &ENDINGS, passed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, RgbImage};

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for class in ["cat", "dog"] {
            std::fs::create_dir(folder.path().join(class)).unwrap();
        }
        let colour = RgbImage::from_fn(4, 2, |x, y| image::Rgb([x as u8, y as u8, 9]));
        colour.save(folder.path().join("cat/a.png")).unwrap();
        let grey = GrayImage::from_pixel(4, 2, image::Luma([77]));
        grey.save(folder.path().join("dog/b.PNG")).unwrap();
        folder
    }

    #[test]
    fn folders_are_classes_and_grey_has_three_channels() {
        let folder = folder();
        let files = ImageFiles::folder(folder.path()).unwrap();
        assert_eq!(
            (files.len(), files.classes()),
            (2, &["cat".into(), "dog".into()][..])
        );
        let cat = files.image(0).unwrap();
        assert_eq!((cat.size, cat.label), ([3, 2, 4], 0));
        assert_eq!(cat.pixels[..8], [0, 1, 2, 3, 0, 1, 2, 3]);
        assert_eq!(
            cat.pixels[8..],
            [0, 0, 0, 0, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9, 9, 9]
        );
        assert_eq!(files.image(1).unwrap().pixels, [77; 24]);
    }

    #[test]
    fn every_format_is_read_and_other_entries_are_told() {
        let folder = folder();
        let pixels = RgbImage::from_fn(4, 2, |x, y| image::Rgb([9 * x as u8, y as u8, 7]));
        for name in [
            "b.webp", "c.bmp", "d.tiff", "e.TIF", "f.ppm", "g.gif", "h.pnm",
        ] {
            pixels.save(folder.path().join("cat").join(name)).unwrap();
        }
        std::fs::create_dir(folder.path().join(".ipynb_checkpoints")).unwrap();
        std::fs::create_dir(folder.path().join("cat/.ipynb_checkpoints")).unwrap();
        for file in [
            "cat/._a.png",
            "cat/Thumbs.db",
            "dog/readme.txt",
            ".DS_Store",
        ] {
            std::fs::write(folder.path().join(file), "none").unwrap();
        }
        let files = ImageFiles::folder(folder.path()).unwrap();
        assert_eq!((files.len(), files.classes().len()), (9, 2));
        for index in 1..8 {
            let item = files.image(index).unwrap();
            assert_eq!(item.size, [3, 2, 4]);
            // A palette of GIF has all of these few colours.
            assert_eq!(
                item.pixels[..8],
                [0, 9, 18, 27, 0, 9, 18, 27],
                "{:?}",
                files.path(index)
            );
        }
        let [hidden, other] = files.notes() else {
            panic!("{:?}", files.notes())
        };
        assert!(hidden.contains("5 hidden or system entries"), "{hidden}");
        assert!(
            other.contains("1 other entry") && other.contains("dog/readme.txt"),
            "{other}"
        );
    }

    #[test]
    fn a_jpeg_may_carry_bytes_behind_its_end_and_a_thumbnail_but_not_be_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpeg");
        let jpeg = |side: u32| {
            let pixels =
                RgbImage::from_fn(side, side, |x, y| image::Rgb([(x * y) as u8, x as u8, 9]));
            pixels.save(&path).unwrap();
            std::fs::read(&path).unwrap()
        };
        let (whole, small) = (jpeg(64), jpeg(8));
        // An application segment that holds a whole image, as EXIF's thumbnail, right after the start.
        let mut exif = whole[..2].to_vec();
        exif.extend([0xff, 0xe1]);
        exif.extend((small.len() as u16 + 8).to_be_bytes());
        exif.extend(b"Exif\0\0");
        exif.extend(&small);
        exif.extend(&whole[2..]);
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let files = ImageFiles::new(vec![(path.clone(), 0)], vec!["cat".into()]).unwrap();
            files.image(0)
        };
        let pixels = read(&whole).unwrap().pixels;
        for jpeg in [&whole, &exif] {
            for tail in [
                &b""[..],
                b"\0\0\0",
                b"tail \xff\xda \xff\xd8\xff",
                &small[..small.len() / 2],
            ] {
                assert_eq!(read(&[jpeg, tail].concat()).unwrap().pixels, pixels);
            }
            for cut in [
                jpeg.len() - 2,
                jpeg.len() - 1,
                jpeg.len() * 3 / 4,
                jpeg.len() / 2,
                30,
                3,
            ] {
                let error = read(&jpeg[..cut]).unwrap_err().to_string();
                assert!(error.contains("cut"), "{cut}: {error}");
            }
        }
    }

    #[test]
    fn the_cache_keeps_to_its_bound() {
        let folder = folder();
        let files = ImageFiles::folder(folder.path()).unwrap().cached(30);
        files.image(0).unwrap();
        files.image(1).unwrap();
        assert_eq!(files.cached_bytes(), 24);
        std::fs::remove_file(folder.path().join("cat/a.png")).unwrap();
        std::fs::remove_file(folder.path().join("dog/b.PNG")).unwrap();
        assert!(files.image(0).is_ok());
        assert!(files.image(1).unwrap_err().to_string().contains("b.PNG"));
    }

    #[test]
    fn what_is_no_image_is_named() {
        let folder = folder();
        let jpeg = folder.path().join("cat/whole.jpeg");
        RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * y) as u8, x as u8, y as u8]))
            .save(&jpeg)
            .unwrap();
        let whole = std::fs::read(&jpeg).unwrap();
        std::fs::remove_file(&jpeg).unwrap();
        for (name, bytes, what) in [
            ("zero.jpeg", &[][..], "zero bytes"),
            ("text.jpg", b"this is no image", "not an image"),
            ("cut.jpeg", &whole[..whole.len() * 3 / 4], "cut"),
            (
                "cut.png",
                &[0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0],
                "not an image",
            ),
        ] {
            let path = folder.path().join("cat").join(name);
            std::fs::write(&path, bytes).unwrap();
            let files = ImageFiles::new(vec![(path, 0)], vec!["cat".into()]).unwrap();
            let error = files.get(0).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(what), "{error}");
        }
        let path = folder.path().join("cat/a.png");
        let files = ImageFiles::new(vec![(path, 0)], vec!["cat".into()]).unwrap();
        let error = files.sized([3, 4, 4]).image(0).unwrap_err().to_string();
        assert!(error.contains("2x4 pixels, not 4x4"), "{error}");
    }

    #[test]
    fn empty_folders_are_refused() {
        let folder = folder();
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        let error = ImageFiles::folder(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("empty") && error.contains("no image"),
            "{error}"
        );
        let error = ImageFiles::folder(folder.path().join("empty")).unwrap_err();
        assert!(error.to_string().contains("no class folders"), "{error}");
        assert!(ImageFiles::folder(folder.path().join("nowhere")).is_err());
        assert!(ImageFiles::new(Vec::new(), Vec::new()).is_err());
        assert!(ImageFiles::new(vec![("a.png".into(), 1)], vec!["cat".into()]).is_err());
    }
}
