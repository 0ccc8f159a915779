use burn::tensor::{Int, Tensor, activation::log_softmax};

use crate::game::two_classes;

/// The cross entropy of logits with labels, averaged over the batch: `-log softmax(z)_y`.
///
/// The task's own loss in a modulated training step is this one.
///
/// # Shapes
///
/// - logits: `[batch, classes]`; a single column is that of class 1 of two, class 0 being at 0
/// - targets: `[batch]`
/// - output: `[1]`
///
/// # Panics
///
/// May panic, on the CPU at once, if a label is no class of the logits: labels stay on the device, which would wait if they were read.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
    let batch = logits.dims()[0];
    let picked = log_softmax(two_classes(logits), 1).gather(1, targets.reshape([batch, 1]));
    picked.mean().neg()
}
