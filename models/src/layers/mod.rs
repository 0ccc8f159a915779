//! Parts that several networks share.

mod attention;
mod conv;
mod direct;
mod embed;
mod feed_forward;
mod gelu;
mod head;
mod plain;
mod pool;
mod residual;
mod softmax;

pub(crate) use attention::*;
pub use conv::convolve;
pub(crate) use conv::*;
pub(crate) use direct::*;
pub(crate) use embed::*;
pub(crate) use feed_forward::*;
pub(crate) use gelu::*;
pub(crate) use head::*;
pub(crate) use pool::*;
pub(crate) use residual::*;
