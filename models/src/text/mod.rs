//! Transformers for texts.

mod bert;
mod config;
mod family;
mod folder;
mod names;
mod network;
mod xlnet;

pub use bert::*;
pub use config::*;
pub use family::*;
pub use folder::*;
pub use names::BertKind;
pub use network::TextNetwork;
pub(crate) use network::catalogue;
pub use xlnet::*;

use burn::tensor::{Bool, Tensor};

/// The bias of hidden pieces in scores: less than any score, so that nothing is left of these pieces after the softmax.
const HIDDEN: f32 = -1e30;

/// Biases that hide pieces from all attention: `[batch, keys]` to `[batch, 1, tokens, keys]`.
fn hide(visible: Tensor<2, Bool>) -> Tensor<4> {
    let [batch, keys] = visible.dims();
    let hidden = visible.bool_not().float() * HIDDEN;
    hidden
        .reshape([batch, 1, 1, keys])
        .expand([batch, 1, keys, keys])
}
