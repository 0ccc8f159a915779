/// The natural logarithm of C(n, k); negative infinity where `k > n`.
pub(crate) fn ln_binomial(n: usize, k: usize) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    (0..k.min(n - k))
        .map(|i| ((n - i) as f64 / (i + 1) as f64).ln())
        .sum()
}

/// C(n, k) in floating point: exact while it fits 53 bits, infinite where it exceeds the range of `f64`.
pub(crate) fn binomial(n: usize, k: usize) -> f64 {
    if k > n {
        return 0.0;
    }
    // Each partial product is itself a binomial coefficient, hence whole.
    (0..k.min(n - k)).fold(1.0, |c: f64, i| {
        let (above, below) = ((n - i) as f64, (i + 1) as f64);
        // The product alone may overflow where the coefficient does not.
        match c < 1e300 {
            true => {
                let next = c * above / below;
                if next < 9e15 { next.round() } else { next }
            }
            false => c / below * above,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_coefficients_agree_with_their_logarithms() {
        assert_eq!(binomial(10, 3), 120.0);
        assert_eq!(binomial(4, 5), 0.0);
        assert_eq!(binomial(52, 5), 2_598_960.0);
        for (n, k) in [(10, 3), (254, 12), (254, 127)] {
            assert!((binomial(n, k).ln() - ln_binomial(n, k)).abs() < 1e-9 * ln_binomial(n, k));
        }
    }
}
