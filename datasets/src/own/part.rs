use std::path::Path;

use super::npz::Npz;
use super::parts::tested;
use crate::error::{Error, Result};
use crate::folders::{Array, Number, array};

/// Inputs and classes of one part.
pub(super) struct Part {
    pub(super) inputs: Array<f32>,
    pub(super) labels: Vec<i64>,
    /// The places of the samples in the file, where a part of it was drawn.
    pub(super) numbers: Option<Vec<usize>>,
}

impl Part {
    /// Reads the arrays of these names.
    ///
    /// # Errors
    ///
    /// Fails where an array is missing, cut or empty, a value is not finite or a class no whole number, or there is not one class for each input.
    pub(super) fn read(file: &mut Npz, x: &str, y: &str) -> Result<Self> {
        let [inputs, labels] = [file.bytes(x, u64::MAX)?, file.bytes(y, u64::MAX)?];
        let path = &file.path;
        let named = |name: &str| path.join(format!("{name}.npy"));
        let inputs = array(&named(x), &inputs, Number::real)?;
        let labels = array(&named(y), &labels, Number::whole)?;
        let count = inputs.shape.first().copied().unwrap_or(0);
        if inputs.values.is_empty() {
            let reason = format!("inputs of {:?} hold no values", inputs.shape);
            return Err(Error::file(&named(x), reason));
        }
        match labels.shape[..] {
            [own] | [own, 1] if own == count && count > 0 => Ok(Self {
                inputs,
                labels: labels.values,
                numbers: None,
            }),
            _ => Err(Error::file(
                &named(y),
                format!(
                    "classes of {:?} for {count} inputs: give one whole number for each",
                    labels.shape
                ),
            )),
        }
    }

    /// The values of each input with its class among these.
    pub(super) fn rows(&self, labels: Vec<usize>) -> Vec<(Vec<f32>, usize)> {
        let each = self.inputs.values.len() / self.inputs.shape[0].max(1);
        let rows = self
            .inputs
            .values
            .chunks_exact(each.max(1))
            .map(<[f32]>::to_vec);
        rows.zip(labels).collect()
    }

    /// The part to train on and the part to test on.
    ///
    /// # Errors
    ///
    /// Fails where there are less than two samples.
    pub(super) fn divided(self, path: &Path) -> Result<[Self; 2]> {
        let tested = tested(path, self.labels.len())?;
        let each = self.inputs.values.len() / self.labels.len();
        Ok([false, true].map(|wanted| {
            let chosen = || (0..tested.len()).filter(|index| tested[*index] == wanted);
            let row = |index: usize| &self.inputs.values[index * each..(index + 1) * each];
            let mut shape = self.inputs.shape.clone();
            shape[0] = chosen().count();
            Self {
                labels: chosen().map(|index| self.labels[index]).collect(),
                numbers: Some(chosen().collect()),
                inputs: Array {
                    values: chosen().flat_map(row).copied().collect(),
                    shape,
                },
            }
        }))
    }
}

/// The bytes of images, channel by channel, and their channels, height and width; values are multiplied by `scale` before.
///
/// # Errors
///
/// Fails where channels stand elsewhere than second or last, or a value is neither a byte nor a share.
pub(super) fn pixels(
    path: &Path,
    inputs: &Array<f32>,
    scale: f32,
) -> Result<(Vec<u8>, [usize; 3])> {
    let fail = |reason: String| Err(Error::file(path, reason));
    let (size, last) = match inputs.shape[..] {
        [_, height, width] => ([1, height, width], false),
        [_, channels @ (1 | 3), height, width] => ([channels, height, width], false),
        [_, height, width, channels @ (1 | 3)] => ([channels, height, width], true),
        _ => {
            return fail(format!(
                "images of {:?}: their channels, 1 or 3, stand second or last",
                inputs.shape
            ));
        }
    };
    let level = |value: f32| {
        let level = value * scale;
        let fits = (0.0..=255.0).contains(&level) && (scale != 1.0 || level.fract() == 0.0);
        fits.then_some(level.round() as u8)
    };
    let levels: Option<Vec<u8>> = inputs.values.iter().copied().map(level).collect();
    let Some(levels) = levels else {
        return fail("pixels that are neither bytes nor numbers from 0 to 1".into());
    };
    if !last {
        return Ok((levels, size));
    }
    let [channels, height, width] = size;
    let image = |image: &[u8]| {
        let plane = |channel: usize| image.iter().skip(channel).step_by(channels).copied();
        (0..channels).flat_map(plane).collect::<Vec<u8>>()
    };
    let each = levels.chunks_exact((channels * height * width).max(1));
    Ok((each.flat_map(image).collect(), size))
}
