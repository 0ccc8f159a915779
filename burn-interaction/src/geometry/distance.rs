use burn::tensor::Tensor;

/// Squared distances by the expanded formula of the references, `|a|^2 + |b|^2 - 2 a b`.
///
/// # Shapes
///
/// - a: `[batch, a, channels]`
/// - b: `[batch, b, channels]`
/// - output: `[batch, a, b]`
pub fn squared_distances(a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
    let squares = |x: &Tensor<3>| (x.clone() * x.clone()).sum_dim(2);
    let (from, to) = (squares(&a), squares(&b).swap_dims(1, 2));
    a.matmul(b.swap_dims(1, 2)) * -2.0 + from + to
}

/// The product of two points, rounded once a step as by a fused multiply-add: so PyTorch's matrix product adds up on CPUs,
/// and points at the very border of a ball, or equally near but for rounding, are taken as the references take them.
pub(super) fn product(a: &[f32], b: &[f32]) -> f32 {
    let step =
        |sum: f32, (a, b): (&f32, &f32)| (f64::from(*a) * f64::from(*b) + f64::from(sum)) as f32;
    a.iter().zip(b).fold(0.0, step)
}

/// The sum of a point's squares.
pub(super) fn square(point: &[f32]) -> f32 {
    point.iter().map(|v| v * v).sum()
}
