//! The softmax of attention, at inference on the CPU.
//!
//! Burn's attention takes exponentials number by number, which costs a small transformer as much as its products of queries and
//! keys. Here a row is computed several numbers at a time, in one order whatever batch it stands in.

use rayon::prelude::*;

/// Partial sums of a row, as many as the widest vector has numbers.
const LANES: usize = 16;
/// Rows that a core computes at a time.
const ROWS: usize = 64;

/// Replaces each row `s`, `[rows, length]`, by `softmax(scale s + bias)`: `bias` gives the biases of a row by its number. A row
/// that is minus infinity throughout becomes zero.
pub(super) fn softmax<'a>(
    rows: &mut [f32],
    length: usize,
    scale: f32,
    bias: impl Fn(usize) -> Option<&'a [f32]> + Sync,
) {
    let vectors = pulp::Arch::new();
    let chunks = rows.par_chunks_mut(ROWS * length.max(1)).enumerate();
    chunks.for_each(|(chunk, rows)| {
        vectors.dispatch(
            #[inline(always)]
            || {
                for (number, row) in rows.chunks_exact_mut(length).enumerate() {
                    of_row(row, scale, bias(chunk * ROWS + number));
                }
            },
        );
    });
}

#[inline(always)]
fn of_row(row: &mut [f32], scale: f32, bias: Option<&[f32]>) {
    match bias {
        Some(bias) => row
            .iter_mut()
            .zip(bias)
            .for_each(|(v, b)| *v = *v * scale + b),
        None => row.iter_mut().for_each(|v| *v *= scale),
    }
    let most = folded(
        row,
        f32::NEG_INFINITY,
        |most, v| if v > most { v } else { most },
    );
    if most == f32::NEG_INFINITY && row.iter().all(|v| *v == most) {
        return row.fill(0.0);
    }
    row.iter_mut().for_each(|v| *v = exponential(*v - most));
    let factor = 1.0 / folded(row, 0.0, |sum, v| sum + v);
    row.iter_mut().for_each(|v| *v *= factor);
}

/// The fold of a row, every `LANES`-th number together first.
#[inline(always)]
fn folded(row: &[f32], start: f32, with: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [start; LANES];
    let chunks = row.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, v) in lanes.iter_mut().zip(chunk) {
            *lane = with(*lane, *v);
        }
    }
    let mut all = start;
    for v in lanes.iter().chain(rest) {
        all = with(all, *v);
    }
    all
}

/// e^x for x up to 0, within a few roundings; 0 where it is below 1e-37. Powers of two by the exponent, the rest by a polynomial.
#[inline(always)]
fn exponential(x: f32) -> f32 {
    // The sum with this number has the nearest whole number in its last bits.
    const WHOLE: f32 = 12_582_912.0;
    let sum = x * std::f32::consts::LOG2_E + WHOLE;
    let whole = sum - WHOLE;
    // ln(2) in two parts, the first exact times any whole number here.
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let mut tail = 1.987_569_1e-4;
    for term in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        tail = tail * rest + term;
    }
    let power = sum
        .to_bits()
        .wrapping_sub(WHOLE.to_bits())
        .wrapping_add(127);
    let value = (tail * rest * rest + rest + 1.0) * f32::from_bits(power << 23);
    match x < -85.0 {
        true => 0.0,
        false => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_within_the_rounding_of_32_bits() {
        for i in 0..=850_000 {
            let x = i as f32 * -1e-4;
            let (found, expected) = (f64::from(exponential(x)), f64::from(x).exp());
            assert!((found / expected - 1.0).abs() < 2e-7, "{x}: {found}");
        }
        assert_eq!(exponential(0.0), 1.0);
        assert_eq!(exponential(f32::NEG_INFINITY), 0.0);
        assert!(exponential(f32::NAN).is_nan());
    }

    #[test]
    fn rows_sum_to_one_and_nothing_is_lost() {
        let none = f32::NEG_INFINITY;
        let mut rows = [
            [1.0, 2.0, 3.0],
            [none, 0.0, none],
            [none; 3],
            [f32::NAN, 0.0, 1.0],
        ]
        .concat();
        let bias = [0.0, 0.0, none];
        softmax(&mut rows, 3, 2.0, |row| (row == 0).then_some(&bias[..]));
        let e = 2.0_f32.exp();
        let expected = [1.0 / (1.0 + e), e / (1.0 + e), 0.0];
        for (found, expected) in rows.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{rows:?}");
        }
        assert_eq!(rows[3..9], [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(rows[9..].iter().all(|v| v.is_nan()));
    }
}
