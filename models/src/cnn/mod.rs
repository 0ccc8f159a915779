//! Convolutional networks for images.

mod alexnet;
mod googlenet;
mod resnet;
mod resnet_cifar;
mod vgg;

pub use alexnet::*;
pub use googlenet::*;
pub use resnet::*;
pub use resnet_cifar::*;
pub use vgg::*;
