//! GELU, and its approximation by tanh.
//!
//! Burn computes both number by number on one core, which took half of a small transformer's time. At inference on the CPU all
//! cores compute them here, several numbers at a time, by quotients of polynomials that are within the rounding of 32-bit numbers.

use burn::tensor::{Tensor, activation};
use burn_interaction::internal::numbers;
use rayon::prelude::*;

use super::plain::{is_plain, tensor};

/// Numbers that a core computes at a time.
const TOGETHER: usize = 1 << 12;

/// Numerator of erf(x) / x, by falling powers of x^2, for |x| up to 4, where erf is 1 within a rounding.
const ERF: [f32; 7] = [
    -2.726_142_3e-10,
    2.770_681_4e-8,
    -2.101_024e-6,
    -5.692_506_4e-5,
    -7.349_906_3e-4,
    -2.954_6e-3,
    -1.609_603_3e-2,
];
/// Denominator of erf(x) / x, by falling powers of x^2.
const OVER_ERF: [f32; 5] = [
    -1.456_607_2e-5,
    -2.133_740_6e-4,
    -1.682_827e-3,
    -7.373_329e-3,
    -1.426_473_9e-2,
];

/// Numerator of tanh(x) / x, by falling powers of x^2, for |x| up to 9, where tanh is 1 within a rounding.
const TANH: [f32; 7] = [
    -2.760_768_5e-16,
    2.000_188e-13,
    -8.604_672e-11,
    5.122_297e-8,
    1.485_722_4e-5,
    6.372_619_3e-4,
    4.893_524_6e-3,
];
/// Denominator of tanh(x) / x, by falling powers of x^2.
const OVER_TANH: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];

/// GELU: x (1 + erf(x / sqrt(2))) / 2.
pub(crate) fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    each(x, gelu_of, activation::gelu)
}

/// GELU by tanh: x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2. The cube is a product, where Burn's takes a power of each number.
pub(crate) fn tanh_gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    each(x, tanh_gelu_of, |x| {
        let scale = (2.0 / std::f64::consts::PI).sqrt();
        let square = x.clone() * x.clone();
        let inner = (square * (0.044715 * scale) + scale) * x.clone();
        x * ((inner.tanh() + 1.0) * 0.5)
    })
}

/// Applies a function to each number at inference on the CPU, and another to the tensor elsewhere.
fn each<const D: usize>(
    x: Tensor<D>,
    function: impl Fn(f32) -> f32 + Copy + Sync,
    elsewhere: impl FnOnce(Tensor<D>) -> Tensor<D>,
) -> Tensor<D> {
    if !is_plain(&x) {
        return elsewhere(x);
    }
    let (shape, device) = (x.dims(), x.device());
    let mut values = numbers(x);
    let vectors = pulp::Arch::new();
    values.par_chunks_mut(TOGETHER).for_each(|values| {
        vectors.dispatch(
            #[inline(always)]
            || {
                for value in values {
                    *value = function(*value);
                }
            },
        );
    });
    tensor(values, shape, &device)
}

#[inline(always)]
fn gelu_of(x: f32) -> f32 {
    let at = x * std::f32::consts::FRAC_1_SQRT_2;
    0.5 * x * (1.0 + quotient(at, 4.0, &ERF, &OVER_ERF))
}

#[inline(always)]
fn tanh_gelu_of(x: f32) -> f32 {
    // sqrt(2 / pi), and 0.044715 of it.
    let (scale, cubic) = (0.797_884_6, 0.035_677_408);
    let at = (x * x * cubic + scale) * x;
    0.5 * x * (1.0 + quotient(at, 9.0, &TANH, &OVER_TANH))
}

/// An odd function as x P(x^2) / Q(x^2), which is 1 from a bound on.
#[inline(always)]
fn quotient<const P: usize, const Q: usize>(
    x: f32,
    bound: f32,
    over: &[f32; P],
    under: &[f32; Q],
) -> f32 {
    let square = x * x;
    let polynomial = |terms: &[f32]| {
        let mut sum = terms[0];
        for term in &terms[1..] {
            sum = sum * square + term;
        }
        sum
    };
    let inside = x * polynomial(over) / polynomial(under);
    match x.abs() >= bound {
        true => x.signum(),
        false => inside,
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    /// The largest error over max(1, |x|) from -20 to 20, beside a function in 64 bits.
    fn error(found: impl Fn(Tensor<1>) -> Tensor<1>, expected: impl Fn(f64) -> f64) -> f64 {
        let at: Vec<f32> = (-200_000..=200_000).map(|i| i as f32 / 1e4).collect();
        let found = numbers(found(Tensor::from_floats(at.as_slice(), &Device::flex())));
        let errors = at.iter().zip(found).map(|(x, found)| {
            let x = f64::from(*x);
            (f64::from(found) - expected(x)).abs() / x.abs().max(1.0)
        });
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn gelu_is_within_the_rounding_of_32_bits() {
        let scale = (2.0 / std::f64::consts::PI).sqrt();
        let by_tanh = |x: f64| 0.5 * x * (1.0 + (scale * (x + 0.044_715 * x.powi(3))).tanh());
        let by_erf = |x: f64| 0.5 * x * (1.0 + libm::erf(x / 2.0_f64.sqrt()));
        // PyTorch's own in 32 bits is within 3.7e-7 of the truth.
        assert!(error(gelu, by_erf) < 3e-7);
        assert!(error(tanh_gelu, by_tanh) < 3e-7);
    }

    #[test]
    fn gelu_loses_no_value_that_is_no_number() {
        let none = || Tensor::<1>::from_floats([f32::NAN; 3], &Device::flex());
        let found = [gelu(none()), tanh_gelu(none())].map(numbers);
        assert!(found.iter().flatten().all(|v| v.is_nan()));
        let large = || Tensor::<1>::from_floats([f32::INFINITY, 50.0], &Device::flex());
        assert_eq!(numbers(gelu(large())), [f32::INFINITY, 50.0], "gelu");
        assert_eq!(numbers(tanh_gelu(large())), [f32::INFINITY, 50.0]);
    }
}
