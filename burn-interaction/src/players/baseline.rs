use std::fmt;
use std::str::FromStr;

use burn::tensor::{Tensor, TensorData, module::conv2d, ops::ConvOptions};

use crate::error::{Error, Result};
use crate::input::Series;
use crate::text::{joined, number, numbers, spelled};

/// The look of an absent player: a function of the sample and of fixed values, never of the samples beside it.
///
/// Spelled `zero`, `mean`, `values:A,B,..`, `blur:PIXELS`, `mask`, `pad`, `unk` or `hide`.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Baseline {
    /// Zero in the network's units: the data's mean where inputs are standardised by the data's own statistics, and some
    /// other grey where they are not, as with the statistics of ImageNet; the origin of point clouds.
    #[default]
    Zero,
    /// Images: the mean of each channel of the same image. Point clouds: the centre of the same cloud, the mean of its
    /// points; their default. Series: the mean of each channel of the same series. Tables have no such baseline, as the mean of a
    /// row mixes its features.
    Mean,
    /// Given values, one for each channel of an image or a series, each feature of a table or each axis of a cloud.
    ///
    /// The papers' baseline, the empirical mean of each variable over the training data, is of this kind:
    /// [`mean_of_images`](Baseline::mean_of_images) and [`mean_of_rows`](Baseline::mean_of_rows) fit it.
    Values(Vec<f32>),
    /// Images only: the image blurred by a Gaussian of this standard deviation in pixels, renormalised at the border.
    Blur(f32),
    /// Texts only: the vocabulary's mask, such as `[MASK]`; their default where it has one.
    Mask,
    /// Texts only: the vocabulary's padding, such as `[PAD]`, seen by attention as any other piece.
    Pad,
    /// Texts only: the vocabulary's piece for what it does not know, such as `[UNK]`.
    Unknown,
    /// Texts only: attention does not see absent pieces; those behind them keep their positions.
    Hidden,
}

impl Baseline {
    /// The mean of each channel over images in the network's units, a `[images, channels, height, width]` tensor of the
    /// training part: the papers' baseline.
    ///
    /// # Errors
    ///
    /// Fails where there is no image, a value is not finite, or the device fails.
    pub fn mean_of_images(images: &Tensor<4>) -> Result<Self> {
        let [count, channels, height, width] = images.dims();
        let planes = images.clone().reshape([count, channels, height * width]);
        Self::fitted(planes.mean_dim(2).mean_dim(0).reshape([channels]))
    }

    /// The mean of each feature over rows in the network's units, a `[rows, features]` tensor of the training part: the
    /// papers' baseline.
    ///
    /// # Errors
    ///
    /// Fails where there is no row, a value is not finite, or the device fails.
    pub fn mean_of_rows(rows: &Tensor<2>) -> Result<Self> {
        let [_, features] = rows.dims();
        Self::fitted(rows.clone().mean_dim(0).reshape([features]))
    }

    fn fitted(means: Tensor<1>) -> Result<Self> {
        let means = means.try_into_vec_as::<f32>();
        let means = means.map_err(|e| Error::Execution(e.to_string()))?;
        match means.iter().all(|mean| mean.is_finite()) {
            true => Ok(Self::Values(means)),
            false => Err(Error::setting(
                "baseline",
                format!("{means:?}"),
                "fit it on finite values of at least one sample",
            )),
        }
    }

    /// Images with every player absent: `[batch, channels, height, width]` to the same shape.
    pub(super) fn of_images(&self, images: &Tensor<4>) -> Result<Tensor<4>> {
        let [batch, channels, height, width] = images.dims();
        match self {
            Self::Zero => Ok(images.zeros_like()),
            Self::Mean => {
                let mean = images.clone().mean_dim(3).mean_dim(2);
                Ok(mean.expand([batch, channels, height, width]))
            }
            Self::Values(values) => {
                let values = given(values, "baseline values, one a channel", channels)?;
                let values =
                    Tensor::<1>::from_data(values, &images.device()).reshape([1, channels, 1, 1]);
                Ok(values.expand([batch, channels, height, width]))
            }
            Self::Blur(sigma) => blur(images, *sigma),
            other => Err(other.unfit("images: use zero, mean, values or blur")),
        }
    }

    /// Rows of a table with every player absent: `[batch, features]` to the same shape.
    pub(super) fn of_rows(&self, rows: &Tensor<2>) -> Result<Tensor<2>> {
        let [batch, features] = rows.dims();
        match self {
            Self::Zero => Ok(rows.zeros_like()),
            Self::Mean => Err(Error::setting(
                "baseline",
                "mean",
                "the mean of a batch depends on who is measured together: fit values on the training rows, \
                 Baseline::mean_of_rows",
            )),
            Self::Values(values) => {
                let values = given(values, "baseline values, one a feature", features)?;
                Ok(Tensor::<1>::from_data(values, &rows.device())
                    .reshape([1, features])
                    .expand([batch, features]))
            }
            other => Err(other.unfit("tables: use zero or values")),
        }
    }

    /// Clouds with every player absent: `[batch, 3, points]` to the same shape.
    pub(super) fn of_clouds(&self, clouds: &Tensor<3>) -> Result<Tensor<3>> {
        let [batch, axes, points] = clouds.dims();
        match self {
            Self::Zero => Ok(clouds.zeros_like()),
            Self::Mean => Ok(clouds.clone().mean_dim(2).expand([batch, axes, points])),
            Self::Values(values) => {
                let values = given(values, "baseline values, one an axis", axes)?;
                Ok(Tensor::<1>::from_data(values, &clouds.device())
                    .reshape([1, axes, 1])
                    .expand([batch, axes, points]))
            }
            other => Err(other.unfit("point clouds: use zero, mean or values")),
        }
    }

    /// Series with every player absent: `[batch, channels, steps]` to the same shape, zero at padding.
    pub(super) fn of_series(&self, series: &Series) -> Result<Series> {
        let [batch, channels, steps] = series.dims();
        let shape = [batch, channels, steps];
        let levels = match self {
            Self::Zero => series.values.zeros_like(),
            Self::Mean => {
                let mean = series.mean(series.values.clone());
                mean.reshape([batch, channels, 1]).expand(shape)
            }
            Self::Values(values) => {
                let values = given(values, "baseline values, one a channel", channels)?;
                Tensor::<1>::from_data(values, &series.values.device())
                    .reshape([1, channels, 1])
                    .expand(shape)
            }
            other => return Err(other.unfit("time series: use zero, mean or values")),
        };
        Ok(Series {
            values: series.masked(levels),
            lengths: series.lengths.clone(),
        })
    }

    /// The error of a baseline that other inputs have.
    pub(super) fn unfit(&self, inputs: &str) -> Error {
        let text = self.to_string();
        let name = text.split(':').next().unwrap_or_default();
        Error::setting("baseline", name, format!("it is not for {inputs}"))
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero => f.write_str("zero"),
            Self::Mean => f.write_str("mean"),
            Self::Values(values) => write!(f, "values:{}", joined(values)),
            Self::Blur(deviation) => write!(f, "blur:{deviation}"),
            Self::Mask => f.write_str("mask"),
            Self::Pad => f.write_str("pad"),
            Self::Unknown => f.write_str("unk"),
            Self::Hidden => f.write_str("hide"),
        }
    }
}

impl FromStr for Baseline {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = || {
            let remedy = "give zero, mean, values:A,B,..; for images blur:PIXELS too; for texts mask, pad, unk or hide";
            Error::setting("baseline", text, remedy)
        };
        match text.split_once(':').unwrap_or((text, "")) {
            ("zero", "") => Ok(Self::Zero),
            ("mean", "") => Ok(Self::Mean),
            ("values", values) => numbers("baseline", values)
                .map(Self::Values)
                .map_err(|_| refused()),
            ("blur", deviation) => number("baseline", deviation)
                .map(Self::Blur)
                .map_err(|_| refused()),
            ("mask", "") => Ok(Self::Mask),
            ("pad", "") => Ok(Self::Pad),
            ("unk", "") => Ok(Self::Unknown),
            ("hide", "") => Ok(Self::Hidden),
            _ => Err(refused()),
        }
    }
}

spelled!(Baseline);

fn given(values: &[f32], what: &str, expected: usize) -> Result<TensorData> {
    if values.len() != expected {
        return Err(Error::Mismatch {
            what: what.into(),
            expected,
            found: values.len(),
        });
    }
    if let Some(value) = values.iter().find(|v| !v.is_finite()) {
        return Err(Error::setting(
            "baseline value",
            value,
            "give finite numbers",
        ));
    }
    Ok(TensorData::new(values.to_vec(), [expected]))
}

fn blur(images: &Tensor<4>, sigma: f32) -> Result<Tensor<4>> {
    if !(sigma.is_finite() && sigma > 0.0) {
        return Err(Error::setting(
            "blur",
            sigma,
            "the standard deviation is a positive number of pixels",
        ));
    }
    let [batch, channels, height, width] = images.dims();
    let rows = images.clone().reshape([batch * channels, 1, height, width]);
    // What falls outside the image is left out of the average.
    let weight = smooth(Tensor::ones([1, 1, height, width], &images.device()), sigma);
    Ok((smooth(rows, sigma) / weight).reshape([batch, channels, height, width]))
}

/// Convolves `[rows, 1, height, width]` with a Gaussian, first down and then across, zero outside.
fn smooth(rows: Tensor<4>, sigma: f32) -> Tensor<4> {
    let [_, _, height, width] = rows.dims();
    let radius = ((3.0 * sigma).ceil() as usize).clamp(1, height.max(width));
    let kernel: Vec<f32> = (0..=2 * radius)
        .map(|k| (-0.5 * ((k as f32 - radius as f32) / sigma).powi(2)).exp())
        .collect();
    let kernel = Tensor::<1>::from_data(TensorData::new(kernel, [2 * radius + 1]), &rows.device());
    let down = kernel.clone().reshape([1, 1, 2 * radius + 1, 1]);
    let across = kernel.reshape([1, 1, 1, 2 * radius + 1]);
    let rows = conv2d(
        rows,
        down,
        None,
        ConvOptions::new([1, 1], [radius, 0], [1, 1], 1),
    );
    conv2d(
        rows,
        across,
        None,
        ConvOptions::new([1, 1], [0, radius], [1, 1], 1),
    )
}
