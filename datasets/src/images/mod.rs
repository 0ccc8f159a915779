mod batcher;
mod cifar10;
mod scenes;

pub use batcher::*;
pub use cifar10::*;
pub use scenes::*;

use burn::data::dataset::{Dataset, DatasetError};
use burn::tensor::{Device, Tensor};
use burn_interaction::Batch;

/// One image and its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageItem {
    /// Pixels, channel by channel and row by row.
    pub pixels: Vec<u8>,
    /// Channels, height and width.
    pub size: [usize; 3],
    /// Its class.
    pub label: usize,
}

/// Images of one size, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    size: [usize; 3],
    classes: Vec<String>,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Images {
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

    /// The images with these indices, normalised: `[images, channels, height, width]` and `[images]` tensors.
    pub fn batch(
        &self,
        indices: &[usize],
        normalization: &Normalization,
        device: &Device,
    ) -> Batch<Tensor<4>> {
        let images = indices.iter().map(|i| (self.pixels(*i), self.label(*i)));
        batcher::batch(images, self.size, normalization, device)
    }

    /// The same images, the first `count` of them.
    pub fn truncated(mut self, count: usize) -> Self {
        let count = count.min(self.labels.len());
        self.labels.truncate(count);
        self.pixels
            .truncate(count * self.size.iter().product::<usize>());
        self
    }
}

impl Dataset<ImageItem> for Images {
    fn get(&self, index: usize) -> Result<ImageItem, DatasetError> {
        Ok(ImageItem {
            pixels: self.pixels(index).to_vec(),
            size: self.size,
            label: self.label(index),
        })
    }

    fn len(&self) -> usize {
        self.labels.len()
    }
}
