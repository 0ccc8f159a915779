//! The `preprocessor_config.json` of Hugging Face folders.

use serde_json::{Map, Value, json};

use crate::registry::{Filter, Preprocessing};

/// Largest side of an image in pixels.
const LARGEST: u64 = 1 << 14;

/// The preparation of images, and the entries of the file that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prepared {
    pub preprocessing: Preprocessing,
    json: Map<String, Value>,
}

impl Prepared {
    /// The entries of the file.
    pub fn json(&self) -> &Map<String, Value> {
        &self.json
    }

    /// The entries for another preparation; those that stay the same are kept as they were.
    pub fn with(mut self, new: Preprocessing) -> Self {
        let old = std::mem::replace(&mut self.preprocessing, new);
        let mut set = |entry: &str, value: Value| self.json.insert(entry.into(), value);
        if (old.mean, old.deviation) != (new.mean, new.deviation) {
            set("do_normalize", true.into());
            set("image_mean", json!(new.mean));
            set("image_std", json!(new.deviation));
        }
        if old.filter != new.filter {
            set("resample", code(new.filter).into());
        }
        let sides = |p: &Preprocessing| (p.resized(), p.size, p.squeezed);
        if sides(&old) == sides(&new) {
            return self;
        }
        // Processors of transformers that know of both sides and of the shorter one, and cut the middle out.
        let resized = new.resized();
        let (processor, size) = match new.squeezed {
            true => (
                "DeiTImageProcessor",
                json!({"height": resized, "width": resized}),
            ),
            false => ("CLIPImageProcessor", json!({"shortest_edge": resized})),
        };
        set("image_processor_type", processor.into());
        set("size", size);
        set("do_center_crop", true.into());
        set("crop_size", json!({"height": new.size, "width": new.size}));
        self.json.remove("feature_extractor_type");
        self
    }
}

/// The number that Pillow has for a filter.
fn code(filter: Filter) -> u64 {
    match filter {
        Filter::Bilinear => 2,
        Filter::Bicubic => 3,
    }
}

/// Parses a `preprocessor_config.json` for a network of images of this side.
pub(super) fn parse(text: &str, side: usize) -> Result<Prepared, String> {
    let entries: Map<String, Value> =
        serde_json::from_str(text).map_err(|e| format!("no settings of images: {e}"))?;
    let json = &entries;
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
            squeezed,
        },
        json: entries,
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
        assert!(plain.preprocessing.squeezed);
        let mut cut = settings();
        cut["size"] = json!({"shortest_edge": 256});
        cut["crop_size"] = json!(224);
        cut["resample"] = json!(3);
        let cut = parse(&cut.to_string(), 224).unwrap();
        assert_eq!(
            (cut.preprocessing.resized(), cut.preprocessing.filter),
            (256, Filter::Bicubic)
        );
        assert!(!cut.preprocessing.squeezed);
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
    #[test]
    fn settings_of_another_preparation_are_read_as_they_were_meant() {
        let plain = parse(&settings().to_string(), 224).unwrap();
        assert_eq!(plain.clone().with(plain.preprocessing), plain);
        let cut = Preprocessing {
            size: 224,
            ..Preprocessing::torchvision()
        };
        let squeezed = Preprocessing {
            squeezed: true,
            ..Preprocessing::half()
        };
        for wanted in [cut, squeezed] {
            let text = serde_json::to_string(plain.clone().with(wanted).json()).unwrap();
            let found = parse(&text, 224).unwrap().preprocessing;
            assert_eq!(found.resized(), wanted.resized());
            assert_eq!(
                (found.mean, found.deviation, found.filter, found.squeezed),
                (
                    wanted.mean,
                    wanted.deviation,
                    wanted.filter,
                    wanted.squeezed
                )
            );
        }
    }
}
