/// Whether a whole number becomes another as a number of 32 bits, which are all that a network takes.
pub(crate) fn is_rounded(text: &str) -> bool {
    let whole = text.strip_suffix(".0").unwrap_or(text).parse::<i128>();
    whole.is_ok_and(|whole| whole as f32 as i128 != whole)
}

/// A note on a column or channel with a value that is rounded.
pub(crate) fn rounded(what: &str, value: &str) -> String {
    format!("{what} has {value}: values beyond 16,777,216 are rounded: subtract a constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_that_32_bits_do_not_hold_are_told() {
        for text in ["16777217", "-16777217", "16777217.0", "1700000001"] {
            assert!(is_rounded(text), "{text}");
        }
        for text in [
            "16777216",
            "16777218",
            "150000000",
            "0.1",
            "1e30",
            "",
            "16777217.5",
        ] {
            assert!(!is_rounded(text), "{text}");
        }
    }
}
