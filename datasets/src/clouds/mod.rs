//! Point clouds, and the surfaces that they are drawn from.

mod augmentation;
mod files;
mod lists;
mod mesh;
mod modelnet;
mod off;
mod relabel;
mod samples;
mod set;
mod shapenet;
mod solids;

pub use augmentation::*;
pub use files::CloudFiles;
pub use mesh::*;
pub use modelnet::*;
pub use samples::*;
pub use set::*;
pub use shapenet::*;
pub use solids::*;
