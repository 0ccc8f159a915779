//! Point clouds, and the surfaces they are drawn from.

mod augmentation;
mod batcher;
mod files;
mod lists;
mod mesh;
mod modelnet;
mod off;
mod set;
mod shapenet;
mod solids;

pub use augmentation::*;
pub use batcher::*;
pub use files::CloudFiles;
pub use mesh::*;
pub use modelnet::*;
pub use set::*;
pub use shapenet::*;
pub use solids::*;
