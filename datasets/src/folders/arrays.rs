use std::fmt::{Display, Formatter};
use std::io::Cursor;
use std::path::Path;

use npyz::{NpyFile, Order};

use crate::error::{Error, Result};

/// The most dimensions of an array that is read.
const DIMENSIONS: usize = 4;
/// The largest whole number up to which a real number holds every one: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Numbers in several dimensions, the last of which goes through the values fastest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array<T> {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<T>,
}

/// A number of an array, as its file has it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    /// A whole number of any type.
    Whole(i128),
    /// A real number of any type.
    Real(f64),
}

impl Number {
    /// The number in 32 bits, rounded; `None` where it is not finite.
    pub(crate) fn real(self) -> Option<f32> {
        let number = match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        };
        let number = number as f32;
        number.is_finite().then_some(number)
    }

    /// The number in 64 bits where it is a whole one; `None` for a real one that is so large that it may be rounded.
    pub(crate) fn whole(self) -> Option<i64> {
        match self {
            Self::Whole(whole) => i64::try_from(whole).ok(),
            Self::Real(real) => {
                let is_whole = real.fract() == 0.0 && real.abs() <= EXACT;
                is_whole.then_some(real as i64)
            }
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(whole) => write!(f, "{whole}"),
            Self::Real(real) => write!(f, "{real}"),
        }
    }
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {
        $(
            impl From<$type> for Number {
                fn from(number: $type) -> Self {
                    Self::Whole(i128::from(number))
                }
            }
        )*
    };
}

whole_numbers!(u8, i8, u16, i16, u32, i32, u64, i64, bool);

impl From<f32> for Number {
    fn from(number: f32) -> Self {
        Self::Real(f64::from(number))
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

/// Reads an array of numbers as NumPy's `save` writes it, whatever their type and byte order. `convert` makes values of them,
/// or refuses one.
///
/// # Errors
///
/// Fails where the bytes are no such file, it holds no numbers or too few, has more than four dimensions, or a value is refused.
pub(crate) fn array<T: Copy>(
    path: &Path,
    bytes: &[u8],
    convert: impl Fn(Number) -> Option<T>,
) -> Result<Array<T>> {
    let fail = |reason: String| Error::file(path, reason);
    let file = opened(bytes).map_err(fail)?;
    let shape: Vec<usize> = file.shape().iter().map(|side| *side as usize).collect();
    let count = shape
        .iter()
        .try_fold(1usize, |all, side| all.checked_mul(*side));
    // A value has at least a byte: a length that is not there is not believed.
    let count = count.filter(|count| *count <= bytes.len());
    let Some(count) = count.filter(|_| shape.len() <= DIMENSIONS) else {
        return Err(fail(format!(
            "an array of {shape:?} in {} bytes: the file is cut, or has more than {DIMENSIONS} dimensions",
            bytes.len()
        )));
    };
    let columns_first = file.order() == Order::Fortran;
    let values = converted(file, count, bytes.len(), convert).map_err(fail)?;
    if values.len() != count {
        return Err(fail(format!(
            "{} values of {count}: the file is cut",
            values.len()
        )));
    }
    let values = match columns_first {
        false => values,
        true => places(&shape).map(|place| values[place]).collect(),
    };
    Ok(Array { shape, values })
}

/// Reads the header of an array, whose length is not believed before it is known to fit.
///
/// # Errors
///
/// Fails with the reason where the bytes are no array, or end within its header.
pub(crate) fn opened(bytes: &[u8]) -> Result<NpyFile<Cursor<&[u8]>>, String> {
    // After six bytes of name and two of version: two bytes of length in the first version, four in others.
    let length = match bytes {
        [_, _, _, _, _, _, 1, _, low, high, ..] => {
            Some(u32::from(u16::from_le_bytes([*low, *high])))
        }
        [_, _, _, _, _, _, _, _, a, b, c, d, ..] => Some(u32::from_le_bytes([*a, *b, *c, *d])),
        _ => None,
    };
    match length.is_some_and(|length| length as usize <= bytes.len()) {
        true => NpyFile::new(Cursor::new(bytes)).map_err(|e| format!("no array of NumPy: {e}")),
        false => Err("no array of NumPy, or cut within its header".into()),
    }
}

/// The values of an array in the order of the file, each made of its number as it is read: `count` of them in a file of so many bytes.
fn converted<T>(
    mut file: NpyFile<Cursor<&[u8]>>,
    count: usize,
    length: usize,
    convert: impl Fn(Number) -> Option<T>,
) -> Result<Vec<T>, String> {
    /// Reads numbers of one of these types.
    macro_rules! of_types {
        ($($type:ty),*) => {
            $(
                file = match file.try_data::<$type>() {
                    Ok(numbers) => {
                        // A length that the file cannot have takes no memory.
                        let room = count.min(length / size_of::<$type>());
                        let mut values = Vec::with_capacity(room);
                        for number in numbers {
                            let number = number.map_err(|e| format!("the file is cut: {e}"))?;
                            let number = Number::from(number);
                            let value = convert(number);
                            values.push(value.ok_or_else(|| {
                                format!("the value {number} means nothing here")
                            })?);
                        }
                        return Ok(values);
                    }
                    Err(other) => other,
                };
            )*
        };
    }
    of_types!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, bool);
    Err(format!(
        "values of the type {}: save whole or real numbers",
        file.dtype().descr()
    ))
}

/// The place of each value in a file that has the first dimension go fastest, in the order in which the last does.
fn places(shape: &[usize]) -> impl Iterator<Item = usize> {
    let count: usize = shape.iter().product();
    (0..count).map(move |at| {
        let (mut rest, mut place) = (at, 0);
        let mut step = count;
        for side in shape.iter().rev() {
            step /= side;
            place += rest % side * step;
            rest /= side;
        }
        place
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folders::made::npy;

    fn read(bytes: &[u8]) -> Result<Array<i64>> {
        array(Path::new("labels.npy"), bytes, Number::whole)
    }

    #[test]
    fn arrays_of_any_type_and_order_are_read() {
        let values = [1, 2, 3, 4, 5, 6];
        let rows = read(&npy(&values, &[2, 3], Order::C)).unwrap();
        assert_eq!(
            (rows.shape, rows.values),
            (vec![2, 3], vec![1, 2, 3, 4, 5, 6])
        );
        let columns = read(&npy(&values, &[2, 3], Order::Fortran)).unwrap();
        assert_eq!(columns.values, [1, 3, 5, 2, 4, 6]);
        let cube = read(&npy(
            &[1u8, 2, 3, 4, 5, 6, 7, 8],
            &[2, 2, 2],
            Order::Fortran,
        ))
        .unwrap();
        assert_eq!(cube.values, [1, 5, 3, 7, 2, 6, 4, 8]);
        let reals = read(&npy(&[-1.0f32, 7.0], &[2], Order::C)).unwrap();
        assert_eq!(reals.values, [-1, 7]);
    }

    #[test]
    fn whole_numbers_are_kept_to_the_last_digit_or_refused() {
        let large = (1i64 << 53) + 1;
        let whole = read(&npy(&[large, -large, i64::MAX], &[3], Order::C)).unwrap();
        assert_eq!(whole.values, [large, -large, i64::MAX]);
        for bytes in [
            npy(&[u64::MAX], &[1], Order::C),
            npy(&[2.0 * EXACT], &[1], Order::C),
        ] {
            let error = read(&bytes).unwrap_err().to_string();
            assert!(error.contains("means nothing here"), "{error}");
        }
        let flags = read(&npy(&[true, false], &[2], Order::C)).unwrap();
        assert_eq!(flags.values, [1, 0]);
        assert_eq!(Number::from(-0.1f64).real(), Some(-0.1));
        assert_eq!(Number::from(1e300f64).real(), None);
    }

    #[test]
    fn arrays_that_are_none_are_refused() {
        let whole = npy(&[1i32, 2, 3, 4], &[2, 2], Order::C);
        let refused = |bytes: &[u8], reason: &str| {
            let error = read(bytes).unwrap_err().to_string();
            assert!(
                error.contains("labels.npy") && error.contains(reason),
                "{error}"
            );
        };
        refused(&whole[..whole.len() - 3], "cut");
        refused(b"no array", "no array of NumPy");
        refused(&npy(&[0.5f64], &[1], Order::C), "0.5");
        let text = String::from_utf8_lossy(&whole).replace("(2, 2)", "(9999999, 999999999)");
        assert!(read(text.as_bytes()).is_err());
    }
}
