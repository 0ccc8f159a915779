//! Weight files that are read, and those that are refused, with what the error says.

use burn::tensor::Tensor;
use burn_interaction_models::{Error, MlpConfig, ResNetCifarConfig, VggConfig, load, save};
use burn_interaction_tests::{fixture, test_device};

use super::difference;

#[test]
fn weights_of_another_network_are_refused_with_the_keys() {
    let resnet = ResNetCifarConfig::new(10)
        .with_width(8)
        .init(&test_device());
    let error = load(resnet, fixture("mlp5-small/weights.safetensors")).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Mismatch { .. }));
    assert!(
        text.contains("conv1.weight")
            && text.contains("layers.8.bias")
            && text.contains("bn1.weight"),
        "{text}"
    );
    // The same network in another width: every key is there, with another shape.
    let wide = ResNetCifarConfig::new(10).init(&test_device());
    let text = load(wide, fixture("resnet20-small/weights.safetensors"))
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("wrong")
            && text.contains("layer3.2.conv2.weight")
            && text.contains("layer1.0.bn1.bias has shape")
            && !text.contains("gamma"),
        "{text}"
    );
}

#[test]
fn a_head_of_other_classes_is_named_by_both_counts() {
    let other = VggConfig::new(11).with_width_divisor(32);
    let text = load(
        other.init(&test_device()),
        fixture("vgg16-small/weights.safetensors"),
    )
    .unwrap_err()
    .to_string();
    assert!(
        text.contains("a head that tells 10 classes apart, and 11 are asked for")
            && !text.contains("features"),
        "{text}"
    );
}

#[test]
fn checkpoints_of_pytorch_are_read_and_strange_ones_refused() {
    // Made by torch 2.15.0: the MLP's weights in a dictionary with numbers and text; the same cut; a training's
    // checkpoint with the state of its optimiser; objects of other kinds under the keys.
    let net = || {
        MlpConfig::new(3, 2)
            .with_layers(2)
            .with_hidden(4)
            .init(&test_device())
    };
    let (wrapped, report) = load(net(), fixture("pickles/wrapped.pth")).unwrap();
    assert_eq!((report.loaded, report.ignored.len()), (4, 0));
    let (_, report) = load(net(), fixture("pickles/training.pth")).unwrap();
    assert!(
        report.loaded == 4
            && report
                .ignored
                .iter()
                .all(|key| key.starts_with("optimizer."))
    );
    // The same weights in half precision.
    let (half, _) = load(net(), fixture("pickles/half.safetensors")).unwrap();
    let x = Tensor::<2>::ones([1, 3], &test_device());
    let apart = difference(&wrapped.forward(x.clone()), &half.forward(x));
    assert!(apart > 0.0 && apart < 5e-3, "{apart}");
    let whole = std::fs::read(fixture("pickles/wrapped.pth")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.pth");
    for share in [3, 8] {
        std::fs::write(&cut, &whole[..whole.len() * share / 9]).unwrap();
        assert!(
            load(net(), &cut)
                .unwrap_err()
                .to_string()
                .contains("cut.pth")
        );
    }
    for name in ["objects.pth", "list.pth", "text.pth"] {
        let text = load(net(), fixture(&format!("pickles/{name}")))
            .unwrap_err()
            .to_string();
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn cut_missing_and_foreign_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let net = || MlpConfig::new(8, 2).with_hidden(16).init(&test_device());
    let whole = std::fs::read(fixture("mlp5-small/weights.safetensors")).unwrap();
    for (file, bytes) in [
        ("cut.safetensors", &whole[..whole.len() / 2]),
        ("empty.safetensors", &[]),
        ("empty.pth", &[]),
        ("text.pth", b"these are no weights"),
        ("text.bpk", b"these are no weights"),
    ] {
        let path = folder.path().join(file);
        std::fs::write(&path, bytes).unwrap();
        let text = load(net(), &path).unwrap_err().to_string();
        assert!(text.contains(file), "{text}");
    }
    assert!(
        load(net(), folder.path().join("nowhere.pth"))
            .unwrap_err()
            .to_string()
            .contains("nowhere.pth")
    );
    assert!(matches!(
        load(net(), fixture("mlp5-small/config.json")),
        Err(Error::UnknownFormat { .. })
    ));
    assert!(matches!(
        save(&net(), folder.path().join("a.pth")),
        Err(Error::UnknownFormat { .. })
    ));
    assert!(save(&net(), folder.path().join("no/such/folder.safetensors")).is_err());
}
