//! Folders of networks for images as transformers write them; `fixtures/folders/make_images.py` wrote them.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn_interaction::Classifier;
use burn_interaction_models::registry::Filter;
use burn_interaction_models::{
    Error, ImageConfig, image_weights, load_pretrained, open_image, save,
};
use burn_interaction_tests::{read_npy, test_device};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/folders")
        .join(name)
}

#[test]
fn vision_folders_of_transformers_give_their_logits() {
    for (name, kind, loaded, resized, squeezed) in [
        ("vit", "vit", 32, 32, true),
        ("deit", "deit", 33, 36, true),
        ("deit-teacher", "deit", 35, 36, false),
        ("swin", "swin", 82, 64, true),
    ] {
        let theirs = folder(name);
        let (net, config, report) = open_image(&theirs, &test_device()).unwrap();
        assert_eq!(
            (config.kind(), report.loaded),
            (kind, loaded),
            "{name}: {report:?}"
        );
        assert_eq!(config.classes(), ["cat", "dog", "newt"]);
        assert!(
            config.unknown().is_empty(),
            "{name}: {:?}",
            config.unknown()
        );
        let preparation = config.preprocessing();
        assert_eq!(
            (preparation.resized(), config.is_squeezed()),
            (resized, squeezed)
        );
        let deit = kind == "deit";
        assert_eq!(preparation.filter == Filter::Bicubic, deit);
        assert_eq!(preparation.mean[0], if deit { 0.485 } else { 0.5 });
        let text = std::fs::read_to_string(theirs.join("expected.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected: Vec<Vec<f32>> = serde_json::from_value(json["logits"].clone()).unwrap();
        let noise = json["noise"].as_f64().unwrap() as f32;
        let input = read_npy::<4>(&theirs.join("input.npy"), &test_device());
        let found = net.valid().logits(input).try_into_vec_as::<f32>().unwrap();
        let apart = found
            .iter()
            .zip(expected.concat())
            .map(|(a, b)| (a - b).abs());
        let apart = apart.fold(0.0, f32::max);
        assert!(apart <= (20.0 * noise).max(1e-5), "{name}: {apart}");
    }
}

fn changed(name: &str, file: &str, entry: &str, value: serde_json::Value) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder(name)).unwrap().flatten() {
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    let path = copy.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json[entry] = value;
    std::fs::write(path, json.to_string()).unwrap();
    copy
}

#[test]
fn vision_folders_that_are_not_here_are_refused_by_the_entry() {
    use serde_json::json;
    let config = "config.json";
    let images = "preprocessor_config.json";
    for (name, file, entry, value, expected) in [
        (
            "vit",
            config,
            "hidden_act",
            json!("relu"),
            "hidden_act is \"relu\"",
        ),
        ("vit", config, "qkv_bias", json!(false), "qkv_bias is false"),
        (
            "vit",
            config,
            "model_type",
            json!("beit"),
            "model_type is \"beit\"",
        ),
        (
            "vit",
            config,
            "num_hidden_layers",
            json!(1_000_000),
            "num_hidden_layers is 1000000",
        ),
        ("vit", config, "image_size", json!(33), "image_size is 33"),
        ("vit", config, "patch_size", json!(0), "patch_size is 0"),
        (
            "vit",
            config,
            "num_attention_heads",
            json!(5),
            "hidden_size is 24",
        ),
        (
            "vit",
            config,
            "image_size",
            json!(64),
            "the network takes 64",
        ),
        (
            "swin",
            config,
            "use_absolute_embeddings",
            json!(true),
            "use_absolute_embeddings is true",
        ),
        (
            "swin",
            config,
            "depths",
            json!([1, 2, 1]),
            "depths is [1,2,1]",
        ),
        ("swin", config, "window_size", json!(7), "window_size is 7"),
        ("swin", config, "mlp_ratio", json!(3.0), "mlp_ratio is 3.0"),
        (
            "vit",
            config,
            "num_hidden_layers",
            json!(3),
            "missing from the file: blocks.2",
        ),
        (
            "vit",
            images,
            "image_std",
            json!([0.0, 0.5, 0.5]),
            "image_std is",
        ),
    ] {
        let copy = changed(name, file, entry, value);
        let error = open_image(copy.path(), &test_device())
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
    let strange = changed("vit", config, "rope_theta", json!(1e4));
    assert_eq!(
        ImageConfig::open(strange.path()).unwrap().unknown(),
        ["rope_theta"]
    );
    let bare = changed("vit", config, "image_size", json!(32));
    std::fs::remove_file(bare.path().join("preprocessor_config.json")).unwrap();
    let error = ImageConfig::open(bare.path())
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(error.contains("preprocessor_config.json"), "{error}");
}

#[test]
fn a_vision_encoder_without_head_is_told_in_one_line() {
    let copy = changed(
        "vit",
        "config.json",
        "architectures",
        serde_json::json!(["ViTModel"]),
    );
    let file = copy.path().join("model.safetensors");
    let bytes = std::fs::read(&file).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    // As `ViTModel.save_pretrained` writes it: no head and no first name.
    let kept: Vec<_> = tensors
        .iter()
        .filter_map(|(key, view)| Some((key.strip_prefix("vit.")?.to_string(), view)))
        .collect();
    safetensors::serialize_to_file(kept, None, &file).unwrap();
    let error = open_image(copy.path(), &test_device())
        .map(|_| ())
        .unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(error, Error::NoHead { .. }) && text.lines().count() == 1,
        "{text}"
    );
    let config = ImageConfig::open(copy.path()).unwrap();
    let net = config.init(&test_device()).unwrap();
    let (net, report) = load_pretrained(net, image_weights(copy.path()).unwrap()).unwrap();
    assert_eq!(report.random, ["head.bias", "head.weight"]);
    // Saved with the names of the reference, it loads as that.
    let again = copy.path().join("again.safetensors");
    save(&net, &again).unwrap();
    assert_eq!(
        load_pretrained(config.init(&test_device()).unwrap(), again)
            .unwrap()
            .1
            .loaded,
        32
    );
}
