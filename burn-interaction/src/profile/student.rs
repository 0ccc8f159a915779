//! Student's t distribution, for whole degrees of freedom.

/// The t with P(|T| <= t) = `confidence` at `freedom` degrees of freedom; infinite where there are none.
pub fn quantile(confidence: f64, freedom: usize) -> f64 {
    if freedom == 0 || confidence >= 1.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while within(high, freedom) < confidence && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        match within(middle, freedom) < confidence {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// P(|T| <= t): the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4.
pub fn within(t: f64, freedom: usize) -> f64 {
    let angle = (t / (freedom as f64).sqrt()).atan();
    let (sin, cos) = angle.sin_cos();
    let odd = freedom % 2;
    let (mut term, mut sum) = match (odd, freedom) {
        (1, 1) => return angle * std::f64::consts::FRAC_2_PI,
        (1, _) => (cos, cos),
        _ => (1.0, 1.0),
    };
    for power in (2 + odd..freedom.saturating_sub(1)).step_by(2) {
        term *= cos * cos * (power - 1) as f64 / power as f64;
        sum += term;
    }
    match odd {
        1 => (angle + sin * sum) * std::f64::consts::FRAC_2_PI,
        _ => sin * sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // scipy.stats.t.ppf((1 + confidence) / 2, freedom).
        for (confidence, freedom, t) in [
            (0.95, 1, 12.706_204_736),
            (0.95, 2, 4.302_652_730),
            (0.95, 3, 3.182_446_305),
            (0.95, 4, 2.776_445_105),
            (0.95, 9, 2.262_157_163),
            (0.99, 10, 3.169_272_673),
            (0.9, 49, 1.676_550_893),
            (0.95, 1000, 1.962_339_081),
        ] {
            let found = quantile(confidence, freedom);
            assert!((found - t).abs() < 1e-8 * t, "{freedom}: {found}, not {t}");
        }
        assert_eq!(quantile(0.95, 0), f64::INFINITY);
    }
}
