use burn::tensor::{Distribution, Tensor};

/// Drops a residual branch for whole samples while training, and scales what stays; nothing at inference.
pub(crate) fn stochastic_depth<const D: usize>(branch: Tensor<D>, rate: f64) -> Tensor<D> {
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
