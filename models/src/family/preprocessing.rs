/// The way a resized pixel is made from its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Linear interpolation between neighbours, averaging where the image shrinks.
    Bilinear,
    /// Cubic interpolation between neighbours (a = -0.5), averaging where the image shrinks.
    Bicubic,
}

/// The preparation of images that a network's published weights expect.
///
/// The image's shorter side is resized to [`resized`](Self::resized) pixels, or both sides are where it is `squeezed`; a square
/// of `size` pixels is cut from its centre, and pixels between 0 and 1 become `(pixel - mean) / deviation`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preprocessing {
    /// The mean of each channel.
    pub mean: [f32; 3],
    /// The standard deviation of each channel.
    pub deviation: [f32; 3],
    /// Side of the input in pixels.
    pub size: usize,
    /// The share of the resized image's shorter side that the cut keeps.
    pub crop: f64,
    /// The filter to resize with.
    pub filter: Filter,
    /// Whether images that are no squares are squeezed into one, as transformers' processors of images do.
    pub squeezed: bool,
}

const IMAGENET: ([f32; 3], [f32; 3]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

impl Preprocessing {
    /// The preparation for torchvision's networks: 224 out of 256 pixels, bilinear, ImageNet's statistics.
    pub const fn torchvision() -> Self {
        Self {
            mean: IMAGENET.0,
            deviation: IMAGENET.1,
            size: 224,
            crop: 0.875,
            filter: Filter::Bilinear,
            squeezed: false,
        }
    }

    /// The preparation for transformers trained with DeiT's recipe: 224 pixels, nine tenths of the image, bicubic,
    /// ImageNet's statistics.
    pub const fn deit() -> Self {
        Self {
            crop: 0.9,
            filter: Filter::Bicubic,
            ..Self::torchvision()
        }
    }

    /// The preparation for PVT: that of [`deit`](Self::deit), with 224 out of 256 pixels.
    pub const fn pvt() -> Self {
        Self {
            crop: 0.875,
            ..Self::deit()
        }
    }

    /// The preparation for ViT and TNT: that of [`deit`](Self::deit), with mean and deviation 0.5.
    pub const fn half() -> Self {
        Self {
            mean: [0.5; 3],
            deviation: [0.5; 3],
            ..Self::deit()
        }
    }

    /// The preparation for the CIFAR networks: 32 pixels as they are, ImageNet's statistics.
    pub const fn cifar() -> Self {
        Self {
            size: 32,
            crop: 1.0,
            ..Self::torchvision()
        }
    }

    /// The side that an image's shorter side is resized to.
    pub fn resized(&self) -> usize {
        (self.size as f64 / self.crop).floor() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_before_the_cut_are_the_published_ones() {
        assert_eq!(Preprocessing::torchvision().resized(), 256);
        assert_eq!(Preprocessing::deit().resized(), 248);
        assert_eq!(Preprocessing::cifar().resized(), 32);
    }
}
