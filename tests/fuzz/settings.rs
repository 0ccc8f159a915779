//! Settings of Hugging Face folders.

use std::path::{Path, PathBuf};

use burn_interaction_models::{ImageConfig, TextConfig};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::weights::{ALLOWED, changed, claims};
use crate::{alone, file, fixture};

/// A file of settings with entries changed to anything, or bytes.
fn settings(name: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let file = fixture(name);
    let json: Value = serde_json::from_slice(&file).unwrap();
    let mut entries: Vec<String> = json.as_object().unwrap().keys().cloned().collect();
    entries.push("num_labels".into());
    let value = prop_oneof![
        claims().prop_map(Value::from),
        (1..64_u64).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!(true)),
        Just(json!("gelu")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([1, 2, 0, -1])),
        Just(json!({"height": 1_000_000, "width": 3})),
        Just(json!({"7": "a"})),
    ];
    let pairs = prop::collection::vec((prop::sample::select(entries), value), 0..5);
    let changes = pairs.prop_map(move |pairs| {
        let mut json = json.clone();
        for (entry, value) in pairs {
            json[entry.as_str()] = value;
        }
        json.to_string().into_bytes()
    });
    prop_oneof![4 => changes, 1 => changed(file)]
}

fn fuzz(name: &str, contents: impl Strategy<Value = Vec<u8>>, read: impl Fn(&Path)) {
    let (_folder, path) = file(name);
    crate::fuzz(&path, contents, Some(ALLOWED), read);
}

fn beside(path: &Path, name: &str) -> PathBuf {
    path.with_file_name(name)
}

#[test]
fn configurations_of_texts() {
    let _alone = alone();
    for family in ["bert", "distilbert", "albert", "xlnet"] {
        fuzz(
            "config.json",
            settings(&format!("folders/{family}/config.json")),
            |path| {
                let device = burn_interaction::device("flex").unwrap();
                if let Ok(config) = TextConfig::open(path.parent().unwrap()) {
                    config.init(&device).ok();
                }
            },
        );
    }
}

#[test]
fn configurations_of_images() {
    let _alone = alone();
    for family in ["vit", "deit", "swin"] {
        let images = fixture(&format!("folders/{family}/preprocessor_config.json"));
        fuzz(
            "config.json",
            settings(&format!("folders/{family}/config.json")),
            |path| {
                std::fs::write(beside(path, "preprocessor_config.json"), &images).unwrap();
                let device = burn_interaction::device("flex").unwrap();
                if let Ok(config) = ImageConfig::open(path.parent().unwrap()) {
                    config.init(&device).ok();
                }
            },
        );
        let config = fixture(&format!("folders/{family}/config.json"));
        let name = format!("folders/{family}/preprocessor_config.json");
        fuzz("preprocessor_config.json", settings(&name), |path| {
            std::fs::write(beside(path, "config.json"), &config).unwrap();
            if let Ok(config) = ImageConfig::open(path.parent().unwrap()) {
                assert!(config.preprocessing().resized() >= config.size().height);
            }
        });
    }
}
