/// Writes a number of seconds as a person says it.
pub fn seconds(seconds: f64) -> String {
    // The sum of no times at all is -0.
    let seconds = 0.0 + seconds;
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Writes a number with four decimals, or in powers of ten where four decimals would show little of it.
pub fn number(value: f64) -> String {
    match value {
        v if v == 0.0 || v >= 0.01 => format!("{v:.4}"),
        v => format!("{v:.2e}"),
    }
}

/// Writes an interaction with its sign and three decimals, or in powers of ten where three decimals would show little of it.
pub fn signed(value: f64) -> String {
    match value.abs() < 0.01 {
        true => format!("{value:+.1e}"),
        false => format!("{value:+.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_read_well() {
        assert_eq!(seconds([].iter().sum()), "0.0 s");
        assert_eq!(seconds(1.26), "1.3 s");
        assert_eq!(seconds(61.0), "1 min 1 s");
        assert_eq!(seconds(7320.0), "2 h 2 min");
        assert_eq!(
            [number(0.0), number(0.25), number(0.001234)],
            ["0.0000", "0.2500", "1.23e-3"]
        );
        assert_eq!([signed(0.25), signed(-0.00123)], ["+0.250", "-1.2e-3"]);
    }
}
