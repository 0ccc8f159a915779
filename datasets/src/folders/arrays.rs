use std::io::Cursor;
use std::path::Path;

use npyz::{NpyFile, Order};

use crate::error::{Error, Result};

/// The most dimensions of an array that is read.
const DIMENSIONS: usize = 4;

/// Numbers in several dimensions, the last of which goes through the values fastest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array<T> {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<T>,
}

/// Reads an array of numbers as NumPy's `save` writes it, whatever their type and byte order. `convert` makes values of them,
/// or refuses one.
///
/// # Errors
///
/// Fails where the bytes are no such file, it holds no numbers or too few, has more than four dimensions, or a value is refused.
pub(crate) fn array<T>(
    path: &Path,
    bytes: &[u8],
    convert: impl Fn(f64) -> Option<T>,
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
    let numbers = numbers(file).map_err(fail)?;
    if numbers.len() != count {
        return Err(fail(format!(
            "{} values of {count}: the file is cut",
            numbers.len()
        )));
    }
    let value = |number: f64| {
        convert(number).ok_or_else(|| fail(format!("the value {number} means nothing here")))
    };
    let values: Vec<T> = match columns_first {
        false => numbers.into_iter().map(value).collect::<Result<_>>()?,
        true => places(&shape)
            .map(|place| value(numbers[place]))
            .collect::<Result<_>>()?,
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

/// The values of an array in the order of the file.
fn numbers(mut file: NpyFile<Cursor<&[u8]>>) -> Result<Vec<f64>, String> {
    /// Reads values of one of these types, each as a number.
    macro_rules! of_types {
        ($($type:ty),*) => {
            $(
                file = match file.try_data::<$type>() {
                    Ok(values) => {
                        let number = |value: std::io::Result<$type>| Ok(value?.into_number());
                        let numbers: std::io::Result<Vec<f64>> = values.map(number).collect();
                        return numbers.map_err(|e| format!("the file is cut: {e}"));
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

/// A value that is a number.
trait IntoNumber {
    fn into_number(self) -> f64;
}

macro_rules! into_number {
    ($($type:ty),*) => {
        $(
            impl IntoNumber for $type {
                fn into_number(self) -> f64 {
                    self as f64
                }
            }
        )*
    };
}

into_number!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

impl IntoNumber for bool {
    fn into_number(self) -> f64 {
        f64::from(u8::from(self))
    }
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
        let whole = |number: f64| (number.fract() == 0.0).then_some(number as i64);
        array(Path::new("labels.npy"), bytes, whole)
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
