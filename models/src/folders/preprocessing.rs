//! The `preprocessor_config.json` of Hugging Face folders.

use serde_json::{Map, Value};

use crate::registry::{Filter, Preprocessing};

/// Largest side of an image in pixels.
const LARGEST: u64 = 1 << 14;

/// The preparation of images, and whether it squeezes those that are no squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prepared {
    pub preprocessing: Preprocessing,
    pub squeezed: bool,
}

/// Parses a `preprocessor_config.json` for a network of images of this side.
pub(super) fn parse(text: &str, side: usize) -> Result<Prepared, String> {
    let json: Map<String, Value> =
        serde_json::from_str(text).map_err(|e| format!("no settings of images: {e}"))?;
    let json = &json;
    let flag = |entry: &str, default: bool| match json.get(entry) {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(format!("{entry} is {other}: it is true or false")),
    };
    if !flag("do_resize", true)? {
        return Err("do_resize is false: images are brought to the network's size here".into());
    }
    let (mean, deviation) = match flag("do_normalize", true)? {
        true => (three(json, "image_mean")?, three(json, "image_std")?),
        false => ([0.0; 3], [1.0; 3]),
    };
    if let Some(factor) = number(json, "rescale_factor")?
        && flag("do_rescale", true)?
        && (factor - 1.0 / 255.0).abs() > 1e-6
    {
        return Err(format!(
            "rescale_factor is {factor}: pixels lie between 0 and 1 here, by 1/255"
        ));
    }
    if !flag("do_rescale", true)? {
        return Err("do_rescale is false: pixels lie between 0 and 1 here".into());
    }
    if deviation.iter().any(|deviation| *deviation <= 0.0) {
        return Err(format!(
            "image_std is {deviation:?}: deviations are greater than 0"
        ));
    }
    let filter = match json.get("resample").and_then(Value::as_u64) {
        Some(2) | None => Filter::Bilinear,
        Some(3) => Filter::Bicubic,
        Some(other) => {
            return Err(format!(
                "resample is {other}: images are resized by 2, bilinear, or 3, bicubic, here"
            ));
        }
    };
    let (resized, squeezed) = size(json, "size")?.unwrap_or((side, true));
    let centre = json.contains_key("crop_size") && flag("do_center_crop", true)?;
    let cut = match centre {
        true => size(json, "crop_size")?.map_or(resized, |(side, _)| side),
        false => resized,
    };
    if cut != side || resized < cut {
        return Err(format!(
            "images are resized to {resized} pixels and cut to {cut}, and the network takes {side}"
        ));
    }
    Ok(Prepared {
        preprocessing: Preprocessing {
            mean,
            deviation,
            size: side,
            // A little less, so that the side before the cut is whole again.
            crop: side as f64 / (resized as f64 + 1e-6),
            filter,
        },
        squeezed,
    })
}

fn number(json: &Map<String, Value>, entry: &str) -> Result<Option<f64>, String> {
    match json.get(entry) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64() {
            Some(number) => Ok(Some(number)),
            None => Err(format!("{entry} is {value}: it is a number")),
        },
    }
}

/// Three numbers, one for each channel.
fn three(json: &Map<String, Value>, entry: &str) -> Result<[f32; 3], String> {
    let value = json.get(entry).cloned().unwrap_or_default();
    let numbers: Option<[f32; 3]> = serde_json::from_value(value.clone()).ok();
    match numbers.filter(|numbers| numbers.iter().all(|n| n.is_finite())) {
        Some(numbers) => Ok(numbers),
        None => Err(format!(
            "{entry} is {value}: it is three numbers, one for each channel"
        )),
    }
}

/// A side in pixels, and whether height and width are set apart: `{height, width}`, `{shortest_edge}` or a number.
fn size(json: &Map<String, Value>, entry: &str) -> Result<Option<(usize, bool)>, String> {
    let Some(value) = json.get(entry).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let side = |value: &Value| {
        let side = value.as_u64().filter(|side| (1..=LARGEST).contains(side));
        side.map(|side| side as usize)
    };
    let found = match value {
        Value::Number(_) => side(value).map(|side| (side, true)),
        Value::Object(sides) => match ["height", "width", "shortest_edge"].map(|k| sides.get(k)) {
            [Some(height), Some(width), _] if height == width => side(height).map(|s| (s, true)),
            [None, None, Some(shortest)] => side(shortest).map(|side| (side, false)),
            _ => None,
        },
        _ => None,
    };
    match found {
        Some(found) => Ok(Some(found)),
        None => Err(format!(
            "{entry} is {value}: it is a side of 1 to {LARGEST} pixels, height and width alike, or the shortest edge"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings() -> Value {
        json!({
            "do_resize": true, "size": {"height": 224, "width": 224}, "resample": 2, "do_rescale": true,
            "rescale_factor": 0.00392156862745098, "do_normalize": true, "image_mean": [0.5, 0.5, 0.5],
            "image_std": [0.25, 0.5, 0.5]
        })
    }

    #[test]
    fn settings_are_read_and_those_that_are_not_here_refused_by_name() {
        let plain = parse(&settings().to_string(), 224).unwrap();
        assert_eq!(plain.preprocessing.resized(), 224);
        assert_eq!(plain.preprocessing.deviation, [0.25, 0.5, 0.5]);
        assert!(plain.squeezed);
        let mut cut = settings();
        cut["size"] = json!({"shortest_edge": 256});
        cut["crop_size"] = json!(224);
        cut["resample"] = json!(3);
        let cut = parse(&cut.to_string(), 224).unwrap();
        assert_eq!(
            (cut.preprocessing.resized(), cut.preprocessing.filter),
            (256, Filter::Bicubic)
        );
        assert!(!cut.squeezed);
        for (entry, value) in [
            ("do_resize", json!(false)),
            ("do_rescale", json!(false)),
            ("rescale_factor", json!(1.0)),
            ("image_mean", json!([0.5])),
            ("image_std", json!([0.0, 1.0, 1.0])),
            ("resample", json!(0)),
            ("size", json!({"height": 224, "width": 220})),
            ("size", json!({"shortest_edge": 1_000_000})),
        ] {
            let mut other = settings();
            other[entry] = value;
            let error = parse(&other.to_string(), 224).unwrap_err();
            assert!(error.contains(&format!("{entry} is ")), "{error}");
        }
        let error = parse(&settings().to_string(), 384).unwrap_err();
        assert!(
            error.contains("cut to 224, and the network takes 384"),
            "{error}"
        );
    }
}
