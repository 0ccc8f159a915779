//! Networks against the outputs of their PyTorch references (fixtures made with torch 2.15.0, seed in `config.json`).

mod files;
pub mod points;
mod series;
mod text;

use burn::module::Module;
use burn::tensor::Tensor;
use burn_interaction_models::{
    AlexNetConfig, GoogLeNetConfig, MlpConfig, PvtConfig, PvtV2Config, Reference,
    ResNetCifarConfig, ResNetConfig, SwinConfig, TntConfig, VggConfig, VitConfig, load, save,
};
use burn_interaction_tests::{fixture, read_npy, test_device};
use serde_json::Value;

/// The largest difference of two tensors' numbers.
pub fn difference(a: &Tensor<2>, b: &Tensor<2>) -> f32 {
    (a.clone() - b.clone()).abs().max().into_scalar()
}

/// A reference's outputs, and the arguments it was made with.
pub struct Fixture {
    name: &'static str,
    config: Value,
}

impl Fixture {
    pub fn open(name: &'static str) -> Self {
        let text = std::fs::read_to_string(fixture(&format!("{name}-small/config.json"))).unwrap();
        Self {
            name,
            config: serde_json::from_str(&text).unwrap(),
        }
    }

    fn argument(&self, key: &str) -> usize {
        self.config["arguments"][key].as_u64().unwrap() as usize
    }

    fn arguments<const N: usize>(&self, key: &str) -> [usize; N] {
        let list = self.config["arguments"][key].as_array().unwrap();
        std::array::from_fn(|k| list[k].as_u64().unwrap() as usize)
    }

    /// Classes, image and patch of a transformer.
    fn patches(&self) -> (usize, [usize; 2], usize) {
        let image = self.argument("img_size");
        (
            self.argument("num_classes"),
            [image, image],
            self.argument("patch_size"),
        )
    }

    pub fn path(&self, file: &str) -> std::path::PathBuf {
        fixture(&format!("{}-small/{file}", self.name))
    }

    /// [`check`](Self::check), and the logits of the masked input.
    fn check_masked<const D: usize, M: Reference>(
        &self,
        init: impl Fn() -> M,
        forward: impl Fn(&M, Tensor<D>) -> Tensor<2>,
    ) {
        self.check(&init, &forward);
        let noise = &self.config["float32_vs_float64_max_abs_masked"];
        let tolerance = (20.0 * noise.as_f64().unwrap()).max(1e-5);
        let device = test_device();
        let (net, _) = load(init().valid(), self.path("weights.safetensors")).unwrap();
        let input = read_npy::<D>(&self.path("input_masked.npy"), &device);
        let expected = read_npy::<2>(&self.path("logits_masked.npy"), &device);
        let difference = difference(&forward(&net, input), &expected);
        assert!(
            f64::from(difference) <= tolerance,
            "{} masked: {difference} > {tolerance}",
            self.name
        );
    }

    /// Loads the weights, saves and loads them again in both formats, and compares the logits each time.
    fn check<const D: usize, M: Reference>(
        &self,
        init: impl Fn() -> M,
        forward: impl Fn(&M, Tensor<D>) -> Tensor<2>,
    ) {
        let input = read_npy::<D>(&self.path("input.npy"), &test_device());
        self.check_logits(init, |net| forward(net, input.clone()));
    }

    /// As [`check`](Self::check), whatever the network's input is.
    fn check_logits<M: Reference>(&self, init: impl Fn() -> M, forward: impl Fn(&M) -> Tensor<2>) {
        let device = test_device();
        let expected = read_npy::<2>(&self.path("logits.npy"), &device);
        let noise = self.config["float32_vs_float64_max_abs"].as_f64().unwrap();
        // The reference's ResNet-50 is ill-conditioned; its least mistake moves the logits by 0.38.
        let tolerance = match self.name {
            "resnet50" => 2e-3,
            _ => (20.0 * noise).max(1e-5),
        };
        let compare = |net: &M, what: &str| {
            let difference = difference(&forward(net), &expected);
            assert!(
                f64::from(difference) <= tolerance,
                "{} {what}: {difference} > {tolerance}",
                self.name
            );
        };
        let (net, report) = load(init().valid(), self.path("weights.safetensors")).unwrap();
        let keys = self.config["state_dict_entries"].as_u64().unwrap() as usize;
        assert_eq!(report.loaded + report.ignored.len(), keys, "{}", self.name);
        compare(&net, "as loaded");
        let folder = tempfile::tempdir().unwrap();
        for file in ["weights.safetensors", "weights.bpk"] {
            save(&net, folder.path().join(file)).unwrap();
            let (again, _) = load(init().valid(), folder.path().join(file)).unwrap();
            compare(&again, file);
        }
        let keys = |path: std::path::PathBuf| {
            let bytes = std::fs::read(path).unwrap();
            let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
            let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
            let entries = header.as_object().unwrap().iter();
            let entries = entries.filter(|(k, _)| *k != "__metadata__");
            entries
                .map(|(k, v)| (k.clone(), v["shape"].clone()))
                .collect::<std::collections::BTreeMap<_, _>>()
        };
        assert_eq!(
            keys(folder.path().join("weights.safetensors")),
            keys(self.path("weights.safetensors"))
        );
    }
}

#[test]
fn mlps() {
    for name in ["mlp5", "mlp8"] {
        let f = Fixture::open(name);
        let config = MlpConfig::new(f.argument("in_dim"), f.argument("out_dim"))
            .with_layers(f.argument("n_layer"))
            .with_hidden(f.argument("hidden"));
        f.check::<2, _>(|| config.init(&test_device()), |net, x| net.forward(x));
    }
}

#[test]
fn alexnet() {
    let f = Fixture::open("alexnet");
    let config = AlexNetConfig::new(f.argument("num_classes"))
        .with_width_divisor(f.argument("width_divisor"));
    f.check::<4, _>(|| config.init(&test_device()), |net, x| net.forward(x));
}

#[test]
fn vggs() {
    for (name, norm) in [("vgg16", false), ("vgg16_bn", true)] {
        let f = Fixture::open(name);
        let config = VggConfig::new(f.argument("num_classes"))
            .with_batch_norm(norm)
            .with_width_divisor(f.argument("width_divisor"));
        f.check::<4, _>(|| config.init(&test_device()), |net, x| net.forward(x));
    }
}

#[test]
fn resnets() {
    for (name, depth) in [("resnet18", 18), ("resnet50", 50)] {
        let f = Fixture::open(name);
        let config = ResNetConfig::depth(depth, f.argument("num_classes")).unwrap();
        let config = config.with_width(64 / f.argument("width_divisor"));
        f.check::<4, _>(|| config.init(&test_device()), |net, x| net.forward(x));
    }
}

#[test]
fn googlenet() {
    let f = Fixture::open("googlenet");
    let config = GoogLeNetConfig::new(f.argument("num_classes"))
        .with_width_divisor(f.argument("width_divisor"));
    let with_heads = config.clone().with_auxiliary(true);
    f.check::<4, _>(|| with_heads.init(&test_device()), |net, x| net.forward(x));
    // Without heads their weights are left alone, and the logits stay.
    let weights = f.path("weights.safetensors");
    let (net, report) = load(config.init(&test_device()).valid(), &weights).unwrap();
    assert!(report.ignored.contains(&"aux1.fc1.weight".to_string()));
    let (whole, _) = load(with_heads.init(&test_device()).valid(), &weights).unwrap();
    let input = read_npy::<4>(&f.path("input.npy"), &test_device());
    let (logits, heads) = whole.forward_with_auxiliary(input.clone());
    assert_eq!(heads.len(), 2);
    assert!(heads.iter().all(|head| head.dims() == logits.dims()));
    assert_eq!(net.forward(input).into_data(), logits.into_data());
}

#[test]
fn vits_and_deits() {
    for (name, distilled) in [("vit", false), ("deit", false), ("deit_distilled", true)] {
        let f = Fixture::open(name);
        let (classes, image, patch) = f.patches();
        let config = VitConfig::new(classes)
            .with_image(image)
            .with_patch(patch)
            .with_width(f.argument("embed_dim"))
            .with_depth(f.argument("depth"))
            .with_heads(f.argument("num_heads"))
            .with_distilled(distilled);
        f.check::<4, _>(
            || config.init(&test_device()).unwrap(),
            |net, x| net.forward(x),
        );
    }
}

#[test]
fn pvt() {
    let f = Fixture::open("pvt");
    let config = PvtConfig::new(f.argument("num_classes"))
        .with_image([f.argument("img_size"); 2])
        .with_widths(f.arguments("embed_dims"))
        .with_depths(f.arguments("depths"));
    f.check::<4, _>(
        || config.init(&test_device()).unwrap(),
        |net, x| net.forward(x),
    );
}

#[test]
fn pvt_v2s() {
    for (name, linear) in [("pvt_v2", false), ("pvt_v2_li", true)] {
        let f = Fixture::open(name);
        let config = PvtV2Config::new(f.argument("num_classes"))
            .with_widths(f.arguments("embed_dims"))
            .with_depths(f.arguments("depths"))
            .with_heads(f.arguments("num_heads"))
            .with_linear(linear);
        f.check::<4, _>(
            || config.init(&test_device()).unwrap(),
            |net, x| net.forward(x),
        );
    }
}

#[test]
fn tnts() {
    for (name, legacy) in [("tnt", false), ("tnt_legacy", true)] {
        let f = Fixture::open(name);
        let (classes, image, patch) = f.patches();
        let config = TntConfig::new(classes)
            .with_image(image)
            .with_patch(patch)
            .with_width(f.argument("embed_dim"))
            .with_heads(f.argument("num_heads_outer"))
            .with_inner_width(f.argument("inner_dim"))
            .with_inner_heads(f.argument("num_heads_inner"))
            .with_depth(f.argument("depth"))
            .with_legacy(legacy);
        f.check::<4, _>(
            || config.init(&test_device()).unwrap(),
            |net, x| net.forward(x),
        );
    }
}

#[test]
fn swin() {
    let f = Fixture::open("swin");
    let (classes, image, patch) = f.patches();
    let config = SwinConfig::new(classes)
        .with_image(image)
        .with_patch(patch)
        .with_window(f.argument("window_size"))
        .with_width(f.argument("embed_dim"))
        .with_depths(f.arguments("depths"))
        .with_heads(f.arguments("num_heads"));
    f.check::<4, _>(
        || config.init(&test_device()).unwrap(),
        |net, x| net.forward(x),
    );
}

#[test]
fn cifar_resnets() {
    for name in ["resnet20", "resnet56"] {
        let f = Fixture::open(name);
        let config = ResNetCifarConfig::new(10)
            .with_blocks(f.argument("n"))
            .with_width(f.argument("width"));
        f.check::<4, _>(|| config.init(&test_device()), |net, x| net.forward(x));
    }
}
