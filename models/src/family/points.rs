use burn::tensor::{Device, Tensor};
use burn_interaction::Classifier;

use crate::weights::Reference;

/// One network of a family: its name, the clouds it can take, and how it is made.
pub struct PointVariant<M> {
    pub(crate) name: &'static str,
    pub(crate) least: usize,
    pub(crate) copies: bool,
    #[allow(clippy::type_complexity)]
    pub(crate) build: Box<dyn Fn(usize, &Device) -> M>,
}

/// Makes the entry of a network for clouds of at least so many points.
pub(crate) fn point_variant<M>(
    name: &'static str,
    least: usize,
    build: impl Fn(usize, &Device) -> M + 'static,
) -> PointVariant<M> {
    PointVariant {
        name,
        least,
        copies: false,
        build: Box::new(build),
    }
}

impl<M: 'static> PointVariant<M> {
    /// Declares that copies of a cloud's first point at its end change nothing, so that regions can be dropped.
    pub(crate) fn copies_change_nothing(mut self) -> Self {
        self.copies = true;
        self
    }

    pub(crate) fn boxed<N: From<M>>(self) -> PointVariant<N> {
        let build = self.build;
        PointVariant {
            name: self.name,
            least: self.least,
            copies: self.copies,
            build: Box::new(move |classes, device| build(classes, device).into()),
        }
    }
}

/// A family of networks for point clouds.
pub trait PointFamily: Reference + Classifier<Tensor<3>> {
    /// The networks of the family.
    fn variants() -> Vec<PointVariant<Self>>;
}
