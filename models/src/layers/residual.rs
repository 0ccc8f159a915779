use burn::nn::LayerNorm;
use burn::tensor::{Distribution, Tensor};

/// Half a transformer block: `x + branch(norm(x))`, the branch dropped at this rate while training.
pub(crate) fn residual<const D: usize>(
    x: Tensor<D>,
    norm: &LayerNorm,
    drop: f64,
    branch: impl FnOnce(Tensor<D>) -> Tensor<D>,
) -> Tensor<D> {
    let y = branch(norm.forward(x.clone()));
    x + stochastic_depth(y, drop)
}

/// Drops a residual branch for whole samples while training, and scales the rest; does nothing at inference.
fn stochastic_depth<const D: usize>(branch: Tensor<D>, rate: f64) -> Tensor<D> {
    let device = branch.device();
    if rate == 0.0 || !device.is_autodiff() {
        return branch;
    }
    let keep = 1.0 - rate;
    let mut shape = [1; D];
    shape[0] = branch.dims()[0];
    let kept = Tensor::<D>::random(shape, Distribution::Bernoulli(keep), &device);
    branch * (kept / keep)
}

/// The rate of each of `depth` blocks, rising linearly from 0 to `last`.
pub(crate) fn depth_rates(last: f64, depth: usize) -> impl Iterator<Item = f64> {
    (0..depth).map(move |block| last * block as f64 / (depth.max(2) - 1) as f64)
}
