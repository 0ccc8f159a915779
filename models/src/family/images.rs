use burn::tensor::{Device, Tensor};
use burn_interaction::Classifier;

use super::Preprocessing;
use crate::error::{Error, Result};
use crate::weights::Reference;

/// Channels, height and width of the images a network is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageSize {
    /// Number of channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl ImageSize {
    /// The size of colour images with this side.
    pub const fn square(side: usize) -> Self {
        Self {
            channels: 3,
            height: side,
            width: side,
        }
    }

    /// The size of CIFAR's images: 3x32x32.
    pub const fn cifar() -> Self {
        Self::square(32)
    }
}

/// The task that a network is made for.
#[derive(Debug, Clone)]
pub struct ImageSpec {
    /// The name of the network, for messages.
    pub name: String,
    /// The size of the images.
    pub size: ImageSize,
    /// The number of classes.
    pub classes: usize,
    /// Side of the network's patches in pixels, where it has patches.
    pub patch: usize,
}

impl ImageSpec {
    /// Height and width of the images.
    pub fn sides(&self) -> [usize; 2] {
        [self.size.height, self.size.width]
    }

    /// Refuses images with a shorter side than this.
    ///
    /// # Errors
    ///
    /// Fails where a side is shorter.
    pub fn at_least(&self, side: usize) -> Result<()> {
        match self.size.height.min(self.size.width) >= side {
            true => Ok(()),
            false => Err(self.unfit(format!("its images have sides of at least {side} pixels"))),
        }
    }

    /// The error for a network that cannot take such images.
    pub fn unfit(&self, remedy: impl Into<String>) -> Error {
        let ImageSize {
            channels,
            height,
            width,
        } = self.size;
        Error::Unfit {
            network: self.name.clone(),
            given: format!("images of {channels}x{height}x{width}"),
            remedy: remedy.into(),
        }
    }
}

/// One network of a family: its name, the images that its published weights expect, and how it is made.
pub struct Variant<M> {
    pub(crate) name: &'static str,
    pub(crate) preprocessing: Preprocessing,
    pub(crate) patch: Option<usize>,
    #[allow(clippy::type_complexity)]
    pub(crate) build: Box<dyn Fn(&ImageSpec, &Device) -> Result<M>>,
}

/// Makes the entry of a network without patches.
pub(crate) fn variant<M>(
    name: &'static str,
    preprocessing: Preprocessing,
    build: impl Fn(&ImageSpec, &Device) -> Result<M> + 'static,
) -> Variant<M> {
    Variant {
        name,
        preprocessing,
        patch: None,
        build: Box::new(build),
    }
}

impl<M: 'static> Variant<M> {
    pub(crate) fn boxed<N: From<M>>(self) -> Variant<N> {
        let build = self.build;
        Variant {
            name: self.name,
            preprocessing: self.preprocessing,
            patch: self.patch,
            build: Box::new(move |spec, device| Ok(build(spec, device)?.into())),
        }
    }

    /// Gives the network patches of this side, unless the name says otherwise.
    pub(crate) fn patch(mut self, side: usize) -> Self {
        self.patch = Some(side);
        self
    }
}

/// A family of networks for images, such as every depth of VGG.
pub trait ImageFamily: Reference + Classifier<Tensor<4>> {
    /// The networks of the family.
    fn variants() -> Vec<Variant<Self>>;
}
