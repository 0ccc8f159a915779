use std::path::{Path, PathBuf};

use burn::data::dataset::{Dataset, DatasetError};

use crate::error::{Error, Result};

/// One image and its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageItem {
    /// The pixels, channel by channel and row by row.
    pub pixels: Vec<u8>,
    /// Channels, height and width.
    pub size: [usize; 3],
    /// The class of the image.
    pub label: usize,
    /// The place of the image in the data set, by which results name it.
    pub id: u64,
}

/// Images with class labels, in memory or in files: also Burn's [`Dataset`] of [`ImageItem`]s.
pub trait ImageSet: Dataset<ImageItem> {
    /// The names of the classes.
    fn classes(&self) -> &[String];

    /// The class of an image, without reading the image.
    fn label(&self, index: usize) -> usize;

    /// Channels, height and width that all images have; `None` where they differ, or nobody has looked.
    fn size(&self) -> Option<[usize; 3]>;

    /// Reads an image.
    ///
    /// # Errors
    ///
    /// Fails where the file of the image is missing or no image.
    fn image(&self, index: usize) -> Result<ImageItem>;

    /// The file of an image; `None` for images that have no file each.
    fn file(&self, _index: usize) -> Option<&Path> {
        None
    }

    /// The number of an image among all images of the file that its part was drawn from, and how many these are: its place in the part
    /// and the size of that, where it has a file of its own or a part of its own.
    fn number(&self, index: usize) -> (usize, usize) {
        (index, self.len())
    }

    /// Notes for a user on how the set was read, such as the number of files that were passed over.
    fn notes(&self) -> &[String] {
        &[]
    }
}

/// Images of one size, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    pub(super) size: [usize; 3],
    pub(super) classes: Vec<String>,
    pub(super) pixels: Vec<u8>,
    pub(super) labels: Vec<u8>,
    pub(super) notes: Vec<String>,
    pub(super) numbers: Option<(Vec<usize>, usize)>,
}

impl Images {
    /// Images of one size, `[channels, height, width]`, with their classes: the pixels of one after the other, channel by channel and row by row.
    ///
    /// # Errors
    ///
    /// Fails where the pixels are not those of as many images as there are labels, a label has no name, or there are more than 256 classes.
    pub fn new(
        size: [usize; 3],
        classes: Vec<String>,
        pixels: Vec<u8>,
        labels: Vec<usize>,
    ) -> Result<Self> {
        let elements: usize = size.iter().product();
        if elements == 0 || pixels.len() != elements * labels.len() {
            return Err(Error::Data(format!(
                "{} pixels for {} images of {size:?}",
                pixels.len(),
                labels.len()
            )));
        }
        if let Some(label) = labels.iter().find(|label| **label >= classes.len()) {
            let count = classes.len();
            return Err(Error::Data(format!(
                "class {label}, but there are {count} classes"
            )));
        }
        let labels = labels
            .into_iter()
            .map(u8::try_from)
            .collect::<std::result::Result<_, _>>();
        Ok(Self {
            labels: labels.map_err(|_| Error::Data("more than 256 classes".into()))?,
            size,
            classes,
            pixels,
            notes: Vec::new(),
            numbers: None,
        })
    }

    /// Says which images of a file of so many these are.
    pub(crate) fn numbered(self, numbers: Vec<usize>, count: usize) -> Self {
        let numbers = Some((numbers, count));
        Self { numbers, ..self }
    }

    /// Adds notes on how the images were read.
    pub(crate) fn noting(mut self, notes: Vec<String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Channels, height and width.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The class of an image.
    pub fn label(&self, index: usize) -> usize {
        usize::from(self.labels[index])
    }

    /// The pixels of an image, channel by channel and row by row.
    pub fn pixels(&self, index: usize) -> &[u8] {
        let elements: usize = self.size.iter().product();
        &self.pixels[index * elements..(index + 1) * elements]
    }

    fn item(&self, index: usize) -> ImageItem {
        ImageItem {
            pixels: self.pixels(index).to_vec(),
            size: self.size,
            label: self.label(index),
            id: index as u64,
        }
    }
}

impl Dataset<ImageItem> for Images {
    fn get(&self, index: usize) -> std::result::Result<ImageItem, DatasetError> {
        Ok(self.item(index))
    }

    fn len(&self) -> usize {
        self.labels.len()
    }
}

impl ImageSet for Images {
    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> usize {
        usize::from(self.labels[index])
    }

    fn size(&self) -> Option<[usize; 3]> {
        Some(self.size)
    }

    fn image(&self, index: usize) -> Result<ImageItem> {
        Ok(self.item(index))
    }

    fn number(&self, index: usize) -> (usize, usize) {
        match &self.numbers {
            Some((numbers, count)) => (numbers[index], *count),
            None => (index, self.labels.len()),
        }
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// An image file and its class.
pub(super) type Labelled = (PathBuf, usize);
