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

/// The natural logarithm of C(x, k) for real numbers `0 <= k <= x`, factorials being gamma functions.
pub(crate) fn ln_choose(x: f64, k: f64) -> f64 {
    ln_factorial(x) - ln_factorial(k) - ln_factorial(x - k)
}

/// The natural logarithm of Gamma(x + 1) for `x >= 0`, by Lanczos' approximation (g = 7, 9 terms): some 15 digits.
fn ln_factorial(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let terms = TERMS.iter().enumerate();
    let series: f64 = terms.map(|(i, c)| c / (x + (i + 1) as f64)).sum();
    let t = x + 7.5;
    let root = 0.5 * std::f64::consts::TAU.ln();
    root + (x + 0.5) * t.ln() - t + (0.999_999_999_999_809_9 + series).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_coefficients_agree_with_whole_ones_and_with_the_gamma_function() {
        for (n, k) in [(0, 0), (1, 1), (10, 3), (254, 127), (1022, 500)] {
            let (real, whole) = (ln_choose(n as f64, k as f64), ln_binomial(n, k));
            assert!((real - whole).abs() < 1e-11 * whole.max(1.0), "C({n}, {k})");
        }
        // Gamma(3/2) is half the root of pi.
        assert!((ln_factorial(0.5) - (0.5 * std::f64::consts::PI.sqrt()).ln()).abs() < 1e-14);
        // math.lgamma(8.25) in Python.
        assert!((ln_factorial(7.25) - 9.033_186_919_605_123).abs() < 1e-13);
    }

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
