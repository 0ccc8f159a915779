//! Folders of networks for images as transformers write them; `fixtures/folders/make_images.py` wrote them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn_interaction::Classifier;
use burn_interaction_models::registry::{Filter, ImageNetwork, Preprocessing};
use burn_interaction_models::{
    Error, ImageConfig, image_weights, load_pretrained, open_image, save, save_image,
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
            (preparation.resized(), preparation.squeezed),
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

/// The tensors of a folder: type, shape and bytes by key.
fn tensors(folder: &Path) -> BTreeMap<String, (String, Vec<usize>, Vec<u8>)> {
    let bytes = std::fs::read(folder.join("model.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let about = |view: safetensors::tensor::TensorView| {
        let dtype = format!("{:?}", view.dtype());
        (dtype, view.shape().to_vec(), view.data().to_vec())
    };
    tensors
        .iter()
        .map(|(key, view)| (key.into(), about(view)))
        .collect()
}

fn json(folder: &Path, name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn logits(net: ImageNetwork, input: PathBuf) -> Vec<f32> {
    let input = read_npy::<4>(&input, &test_device());
    net.valid().logits(input).try_into_vec_as().unwrap()
}

#[test]
fn vision_folders_are_written_as_transformers_writes_them() {
    for name in ["vit", "deit", "deit-teacher", "swin"] {
        let theirs = folder(name);
        let (net, config, _) = open_image(&theirs, &test_device()).unwrap();
        let ours = tempfile::tempdir().unwrap();
        save_image(&net, &config, ours.path()).unwrap();
        assert!(tensors(ours.path()) == tensors(&theirs), "{name}");
        for file in ["config.json", "preprocessor_config.json"] {
            assert_eq!(json(ours.path(), file), json(&theirs, file), "{name}");
        }
        let (again, _, _) = open_image(ours.path(), &test_device()).unwrap();
        let input = theirs.join("input.npy");
        assert_eq!(logits(again, input.clone()), logits(net, input), "{name}");
    }
}

#[test]
fn a_vision_folder_may_be_written_with_other_classes_and_another_preparation() {
    let config = ImageConfig::open(folder("vit")).unwrap();
    let names = ["a", "b", "c", "d"].map(String::from);
    let preparation = Preprocessing {
        size: 32,
        ..Preprocessing::torchvision()
    };
    let config = config.with_classes(&names).with_preprocessing(preparation);
    let net = config.init(&test_device()).unwrap();
    let ours = tempfile::tempdir().unwrap();
    save_image(&net, &config, ours.path()).unwrap();
    let (_, again, report) = open_image(ours.path(), &test_device()).unwrap();
    assert_eq!((again.classes(), report.loaded), (&names[..], 32));
    assert_eq!(json(ours.path(), "config.json")["label2id"]["c"], 2);
    let found = again.preprocessing();
    assert_eq!((found.resized(), found.squeezed), (36, false));
    assert_eq!(found.mean, preparation.mean);
    // Networks that transformers does not have are refused.
    let other = burn_interaction_models::registry::image_network(
        "resnet20-slim",
        config.size(),
        4,
        &test_device(),
    );
    let error = save_image(&other.unwrap(), &config, ours.path()).unwrap_err();
    assert!(error.to_string().contains("resnet"), "{error}");
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
        (
            "swin",
            config,
            "image_size",
            json!(48),
            "does not divide a map of 3",
        ),
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
