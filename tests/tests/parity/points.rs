//! Networks for point clouds, on whole and on masked clouds.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use burn_interaction::Classifier;
use burn_interaction_models::{
    DgcnnConfig, PointConvConfig, PointConvLevelConfig, PointNet2Config, PointNetConfig, Reference,
    SetAbstractionConfig, load,
};
use burn_interaction_tests::{fixture, read_npy, test_device};
use serde_json::Value;

use super::{Fixture, difference};

fn numbers(value: &Value) -> Vec<usize> {
    let list = value.as_array().unwrap().iter();
    list.map(|v| v.as_u64().unwrap() as usize).collect()
}

fn three(value: &Value) -> [usize; 3] {
    numbers(value).try_into().unwrap()
}

/// Whole and masked clouds, and whole ones by the way that training goes, frozen: there maps and norms are not folded into
/// one, and every member of a group gets its own row.
fn check<M: Reference + Classifier<Tensor<3>>>(
    f: &Fixture,
    init: impl Fn(&Device) -> M,
    forward: impl Fn(&M, Tensor<3>) -> Tensor<2>,
) {
    let device = test_device();
    f.check_masked::<3, _>(|| init(&device), forward);
    let training = device.autodiff();
    let (net, _) = load(init(&training), f.path("weights.safetensors")).unwrap();
    let input = read_npy::<3>(&f.path("input.npy"), &training);
    let logits = net.train().freeze().logits(input);
    let expected = read_npy::<2>(&f.path("logits.npy"), &training);
    let apart = difference(&logits, &expected);
    assert!(apart < 1.5e-4, "{} frozen in training: {apart}", f.name);
}

#[test]
fn files_of_the_original_repositories_are_read() {
    let file = |name: &str| fixture(&format!("pickles/{name}"));
    // As antao97/dgcnn has it: written by PyTorch before 1.6, from several GPUs.
    let f = Fixture::open("dgcnn");
    let config = dgcnn_config(&f);
    let (net, report) = load(config.init(&test_device()).valid(), file("dgcnn.t7")).unwrap();
    let input = read_npy::<3>(&f.path("input.npy"), &test_device());
    let logits = read_npy::<2>(&f.path("logits.npy"), &test_device());
    assert!(difference(&net.forward(input), &logits) < 1.3e-4);
    assert!(report.ignored.contains(&"bn1.weight".to_string()));
    // As yanx27 has it: with the epoch, NumPy's accuracies and the optimiser's state beside the weights.
    let f = Fixture::open("pointnet2");
    let config = pointnet2_config(&f);
    let (net, _) = load(config.init(&test_device()).valid(), file("pointnet2.pth")).unwrap();
    let input = read_npy::<3>(&f.path("input.npy"), &test_device());
    let logits = read_npy::<2>(&f.path("logits.npy"), &test_device());
    assert!(difference(&net.forward(input), &logits) < 1e-4);
    // As fxia22 has it: without the second T-net.
    let plain = PointNetConfig::new(10).with_feature_transform(false);
    let weights = Fixture::open("pointnet").path("weights.safetensors");
    let error = load(plain.init(&test_device()), weights)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("in the file only: feat.fstn.bn1.bias"),
        "{error}"
    );
}

pub fn pointnet_config(f: &Fixture) -> PointNetConfig {
    PointNetConfig::new(10)
        .with_widths(f.arguments("c"))
        .with_hidden(f.arguments("f"))
}

#[test]
fn pointnet() {
    let f = Fixture::open("pointnet");
    let config = pointnet_config(&f);
    check(&f, |device| config.init(device), |net, x| net.forward(x));
}

#[test]
fn pointnet_without_transforms() {
    // The class, written after vinits5/learning3d, is in no package: its keys and its order of layers are in the fixture.
    let f = Fixture::open("pointnet_vanilla");
    let config = pointnet_config(&f).with_vanilla(true);
    check(&f, |device| config.init(device), |net, x| net.forward(x));
}

pub fn pointnet2_config(f: &Fixture) -> PointNet2Config {
    let level = |name: &str| {
        let level = &f.config["arguments"][name];
        let radii = level["radii"].as_array().unwrap().iter();
        SetAbstractionConfig::new(
            level["npoint"].as_u64().unwrap() as usize,
            radii.map(|r| r.as_f64().unwrap()).collect(),
            numbers(&level["nsample"]),
            level["mlps"]
                .as_array()
                .unwrap()
                .iter()
                .map(numbers)
                .collect(),
        )
    };
    PointNet2Config::new(10, [level("sa1"), level("sa2")])
        .with_widths(f.arguments("sa3"))
        .with_hidden(f.arguments("f"))
}

#[test]
fn pointnet2() {
    let f = Fixture::open("pointnet2");
    let config = pointnet2_config(&f);
    check(&f, |device| config.init(device), |net, x| net.forward(x));
}

pub fn dgcnn_config(f: &Fixture) -> DgcnnConfig {
    DgcnnConfig::new(10)
        .with_neighbours(f.argument("k"))
        .with_widths(f.arguments("c"))
        .with_embedding(f.argument("emb"))
        .with_hidden(f.arguments("f"))
}

#[test]
fn dgcnn_and_gcnn() {
    for (name, dynamic) in [("dgcnn", true), ("gcnn", false)] {
        let f = Fixture::open(name);
        let config = dgcnn_config(&f).with_dynamic(dynamic);
        check(&f, |device| config.init(device), |net, x| net.forward(x));
    }
}

pub fn pointconv_config(f: &Fixture) -> PointConvConfig {
    let level = |k: usize| {
        let level = &f.config["arguments"]["sa"][k];
        let number = |key: &str| level[key].as_u64().map(|n| n as usize);
        let groups = number("nsample").map(|size| [number("npoint").unwrap(), size]);
        let bandwidth = level["bandwidth"].as_f64().unwrap();
        PointConvLevelConfig::new(three(&level["mlp"]), bandwidth).with_groups(groups)
    };
    PointConvConfig::new(10, [level(0), level(1), level(2)]).with_hidden(f.arguments("f"))
}

#[test]
fn pointconv() {
    let f = Fixture::open("pointconv");
    let config = pointconv_config(&f);
    check(&f, |device| config.init(device), |net, x| net.forward(x));
}
