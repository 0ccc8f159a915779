//! How images are brought to a network: size and statistics, from the settings of its training, its folder or its published weights.

use burn_interaction::input::Kind;
use burn_interaction_datasets::{Framing, ImageSet, Normalization};
use burn_interaction_models::ImageConfig;
use burn_interaction_models::registry::{Filter, ImageSize, Preprocessing};

use crate::error::{Result, usage};
use crate::subject::{Normalize, Spec, Statistics, Trained, unknown_entries};

/// Refuses images of another size than that of a network with a fixed one.
pub fn check_size(model: &str, own: ImageSize, given: ImageSize) -> Result<()> {
    match own == given {
        true => Ok(()),
        false => Err(usage(format!(
            "--model {model}: the network takes images of {}x{}x{}, these are {}x{}x{}; give --image {}",
            own.channels,
            own.height,
            own.width,
            given.channels,
            given.height,
            given.width,
            own.height
        ))),
    }
}

/// Reads the settings of a Hugging Face folder.
pub fn folder(spec: &Spec, notes: &mut Vec<String>) -> Result<ImageConfig> {
    let config = ImageConfig::open(&spec.model)?;
    notes.push(format!("--model {} is a Hugging Face folder", spec.model));
    notes.extend(unknown_entries(config.kind(), config.unknown()));
    Ok(config)
}

/// The framing that brings images to the network's size; `None` where they have it.
pub fn framing(
    spec: &Spec,
    trained: Option<&Trained>,
    own: Option<[usize; 3]>,
    expected: Preprocessing,
) -> Result<Option<Framing>> {
    match (trained, spec.image) {
        (_, Some(0)) => Err(usage("--image 0: a side has at least one pixel")),
        (Some(trained), None) => Ok(trained.framing),
        (Some(trained), side) if trained.framing.map(|framing| framing.side) == side => {
            Ok(trained.framing)
        }
        (None, None) if own.is_some() && !spec.model_is_folder() => Ok(None),
        (None, None)
            if own.is_some_and(|[_, height, width]| [height, width] == [expected.size; 2]) =>
        {
            Ok(None)
        }
        (_, side) => {
            let side = side.unwrap_or(expected.size);
            let of_side = Preprocessing {
                size: side,
                ..expected
            };
            Ok(Some(Framing {
                // Images of one size are framed already.
                resized: own.map_or_else(|| of_side.resized(), |_| side),
                side,
                cubic: expected.filter == Filter::Bicubic,
                squeezed: expected.squeezed,
            }))
        }
    }
}

/// The statistics that images are normalised by, and whether they are the training images' own.
pub fn normalization(
    spec: &Spec,
    trained: Option<&Trained>,
    images: &dyn ImageSet,
    expected: Preprocessing,
) -> Result<(Normalization, bool)> {
    let of = |preprocessing: Preprocessing| Normalization {
        mean: preprocessing.mean.into(),
        deviation: preprocessing.deviation.into(),
    };
    let channels = images.size().map_or(3, |[channels, ..]| channels);
    let statistics = trained.map(|trained| &trained.statistics);
    Ok(match (spec.normalize, statistics) {
        (Some(Normalize::Imagenet), _) => (of(Preprocessing::torchvision()), false),
        (Some(Normalize::Half), _) => (of(Preprocessing::half()), false),
        (Some(Normalize::Data), _) => (Normalization::fit(images)?, true),
        (None, Some(Statistics::Images(normalization))) => (normalization.clone(), false),
        (None, Some(other)) => return Err(other.of_another(Kind::Images)),
        (None, None) if (spec.weights.is_some() || spec.model_is_folder()) && channels == 3 => {
            (of(expected), false)
        }
        (None, None) => (Normalization::fit(images)?, true),
    })
}

/// The preparation that images have had, as a Hugging Face folder says it; `None` where they are not of three channels.
pub fn preparation(
    own: Preprocessing,
    framing: Option<Framing>,
    normalization: &Normalization,
) -> Option<Preprocessing> {
    let three = |values: &[f32]| <[f32; 3]>::try_from(values).ok();
    let own = Preprocessing {
        mean: three(&normalization.mean)?,
        deviation: three(&normalization.deviation)?,
        ..own
    };
    Some(match framing {
        Some(framing) => Preprocessing {
            // A little less, so that the side before the cut is whole again.
            crop: framing.side as f64 / (framing.resized as f64 + 1e-6),
            filter: match framing.cubic {
                true => Filter::Bicubic,
                false => Filter::Bilinear,
            },
            squeezed: framing.squeezed,
            ..own
        },
        None => own,
    })
}
