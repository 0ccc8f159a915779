use burn::tensor::Tensor;

/// Numbers in the largest tensor of a part.
const LARGEST: usize = 1 << 25;

/// Sends clouds, `[batch, 3, points]`, through a network in parts whose largest tensor holds [`LARGEST`] numbers, of which
/// one cloud makes `numbers`. With gradients all clouds go at once: every tensor is kept for the backward pass anyway,
/// and batch normalisation needs the whole batch.
pub(super) fn in_parts(
    clouds: Tensor<3>,
    numbers: usize,
    forward: impl Fn(Tensor<3>) -> Tensor<2>,
) -> Tensor<2> {
    let batch = clouds.dims()[0];
    let part = (LARGEST / numbers.max(1)).max(1);
    if part >= batch || clouds.device().is_autodiff() {
        return forward(clouds);
    }
    Tensor::cat(clouds.split(part, 0).into_iter().map(forward).collect(), 0)
}
