mod batcher;
mod cifar10;
mod decode;
mod files;
mod imagenet;
mod scenes;
mod set;
mod tiny_imagenet;
mod transform;

pub use batcher::*;
pub use cifar10::*;
pub use files::ImageFiles;
pub use imagenet::*;
pub use scenes::*;
pub use set::{ImageItem, ImageSet, Images};
pub use tiny_imagenet::*;
pub use transform::*;
