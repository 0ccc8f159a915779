use burn::tensor::Tensor;
use burn_interaction::internal::is_cpu;

/// Numbers in the largest tensor of a part: 128 MiB.
const LARGEST: usize = 1 << 25;
/// Numbers in the largest tensor of a part on the CPU: 4 MiB, which stay in the cache and in memory that is used again.
const LARGEST_CPU: usize = 1 << 20;

/// Sends clouds, `[batch, 3, points]`, through a network in parts whose largest tensor holds [`LARGEST`] numbers, of which
/// one cloud makes `numbers`. With gradients all clouds go at once: every tensor is kept for the backward pass anyway,
/// and batch normalisation needs the whole batch.
pub(super) fn in_parts(
    clouds: Tensor<3>,
    numbers: usize,
    forward: impl Fn(Tensor<3>) -> Tensor<2>,
) -> Tensor<2> {
    let batch = clouds.dims()[0];
    let largest = match is_cpu(&clouds.device()) {
        true => LARGEST_CPU,
        false => LARGEST,
    };
    let part = (largest / numbers.max(1)).max(1);
    if part >= batch || clouds.device().is_autodiff() {
        return forward(clouds);
    }
    Tensor::cat(clouds.split(part, 0).into_iter().map(forward).collect(), 0)
}
