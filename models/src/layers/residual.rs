use burn::module::{Flag, Module, Param};
use burn::nn::LayerNorm;
use burn::tensor::{Distribution, Tensor};

/// Half a transformer block: `x + branch(norm(x))`, the branch dropped while training.
pub(crate) fn residual<const D: usize>(
    x: Tensor<D>,
    norm: &LayerNorm,
    drop: &StochasticDepth,
    branch: impl FnOnce(Tensor<D>) -> Tensor<D>,
) -> Tensor<D> {
    let y = branch(norm.forward(x.clone()));
    x + drop.forward(y)
}

/// Drops a residual branch for whole samples while training, and scales the rest; does nothing at inference.
///
/// Training is what it is for dropout: an autodiff device and the flag, so that a frozen network drops nothing where
/// gradients are taken.
#[derive(Module, Debug)]
pub(crate) struct StochasticDepth {
    #[module(skip)]
    rate: f64,
    training: Param<Flag>,
}

impl StochasticDepth {
    pub(crate) fn new(rate: f64) -> Self {
        Self {
            rate,
            training: Param::from_bool(true),
        }
    }

    fn forward<const D: usize>(&self, branch: Tensor<D>) -> Tensor<D> {
        let device = branch.device();
        if self.rate == 0.0 || !self.training.is_enabled() || !device.is_autodiff() {
            return branch;
        }
        let keep = 1.0 - self.rate;
        let mut shape = [1; D];
        shape[0] = branch.dims()[0];
        let kept = Tensor::<D>::random(shape, Distribution::Bernoulli(keep), &device);
        branch * (kept / keep)
    }
}

/// The rate of each of `depth` blocks, rising linearly from 0 to `last`.
pub(crate) fn depth_rates(last: f64, depth: usize) -> impl Iterator<Item = f64> {
    (0..depth).map(move |block| last * block as f64 / (depth.max(2) - 1) as f64)
}
