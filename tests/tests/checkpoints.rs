//! Weight files as the world has them, each with where it was met and what comes of it: a thread of that number that tells of
//! the form, or the program that writes it where no thread was found. `fixtures/checkpoints/make.py` wrote those of PyTorch.

use std::path::{Path, PathBuf};

use burn::store::{BurnpackStore, HalfPrecisionAdapter, ModuleSnapshot};
use burn::tensor::Tensor;
use burn_interaction_models::{
    Error, LoadReport, Mlp, MlpConfig, Reference, ResNetCifarConfig, WeightFile, load, load_from,
    load_pretrained, save, weight_files,
};
use burn_interaction_tests::{fixture, test_device};

use crate::dialects::rewritten;

fn net() -> Mlp {
    let config = MlpConfig::new(3, 2).with_layers(2).with_hidden(4);
    config.init(&test_device())
}

fn checkpoint(name: &str) -> PathBuf {
    fixture(&format!("checkpoints/{name}"))
}

fn logits(net: &Mlp) -> Vec<f32> {
    let x = Tensor::<2>::ones([1, 3], &test_device());
    net.forward(x).try_into_vec_as::<f32>().unwrap()
}

fn loaded(path: impl AsRef<Path>) -> (Vec<f32>, LoadReport) {
    let (net, report) = load(net(), path).unwrap_or_else(|e| panic!("{e}"));
    (logits(&net), report)
}

fn told(path: impl AsRef<Path>) -> String {
    load(net(), path).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn the_part_that_fits_is_found_wherever_it_lies() {
    let (expected, _) = loaded(fixture("pickles/wrapped.pth"));
    for (source, file, prefix, ignored) in [
        // akamaster/pytorch_resnet_cifar10#3, and bearpaw/pytorch-classification#11 for the entries beside the weights.
        (
            "PyTorch ImageNet example",
            "imagenet.pth.tar",
            "state_dict.module",
            13,
        ),
        // A form that PyTorch before 1.6 writes.
        (
            "the same by PyTorch before 1.6, without an ending",
            "legacy",
            "state_dict.module",
            13,
        ),
        // pytorch/pytorch#1263, lutzroeder/netron#265.
        ("PyTorch before 0.1.10", "old.t7", "", 0),
        // Lightning-AI/pytorch-lightning#2798, and OpenTabular/DeepTab#137 for the entries beside the weights.
        ("Lightning 2", "lightning.ckpt", "state_dict.model", 15),
        // pytorch/pytorch#101107.
        ("torch.compile", "compiled.pt", "model._orig_mod", 0),
        // pytorch/pytorch#113423.
        (
            "torch.compile in DataParallel",
            "compiled-parallel.pt",
            "module._orig_mod",
            0,
        ),
        // zhang-can/ECO-pytorch#12, which has three of them.
        (
            "wrappers in wrappers",
            "deep.bin",
            "checkpoint.model.encoder.net",
            0,
        ),
        // open-mmlab/mmpretrain#462.
        ("an encoder and its decoder", "backbone.pth", "backbone", 1),
        // dwofk/fast-depth#59.
        ("torch.save(model)", "module.pth", "", 0),
    ] {
        let (found, report) = loaded(checkpoint(file));
        assert_eq!(found, expected, "{source}: {file}");
        assert_eq!(
            (report.loaded, report.prefix.as_str()),
            (4, prefix),
            "{source}"
        );
        assert_eq!(
            report.ignored.len(),
            ignored,
            "{source}: {:?}",
            report.ignored
        );
        assert!(report.random.is_empty(), "{source}");
    }
}

// visionml/pytracking#2, CSAILVision/GazeCapture#27: a `.pth.tar` is no tar.
#[test]
fn the_ending_of_a_name_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (expected, _) = loaded(fixture("pickles/wrapped.pth"));
    let safetensors = folder.path().join("plain");
    let pack = folder.path().join("pack.pth");
    save(
        &load(net(), fixture("pickles/wrapped.pth")).unwrap().0,
        folder.path().join("a.bpk"),
    )
    .unwrap();
    save(
        &load(net(), fixture("pickles/wrapped.pth")).unwrap().0,
        folder.path().join("a.safetensors"),
    )
    .unwrap();
    std::fs::rename(folder.path().join("a.bpk"), &pack).unwrap();
    std::fs::rename(folder.path().join("a.safetensors"), &safetensors).unwrap();
    for (from, to) in [
        (checkpoint("imagenet.pth.tar"), "a.safetensors"),
        (checkpoint("legacy"), "a.bpk"),
        (checkpoint("old.t7"), "a.tar"),
        (safetensors, "a.ckpt"),
        (pack, "a"),
    ] {
        let path = folder.path().join(to);
        std::fs::copy(from, &path).unwrap();
        assert_eq!(loaded(&path).0, expected, "{to}");
    }
}

#[test]
fn of_two_networks_in_a_file_the_user_chooses() {
    let (expected, _) = loaded(fixture("pickles/wrapped.pth"));
    for (file, first, average) in [
        // A form that timm writes; microsoft/GLIP#59 has the like under other names.
        ("ema.pth.tar", "state_dict", "state_dict_ema"),
        // No thread was found.
        ("beside.pth", "", "ema"),
    ] {
        let path = checkpoint(file);
        let error = load(net(), &path).map(|_| ()).unwrap_err();
        let Error::Several { keys, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(keys, &[first, average]);
        let text = error.to_string();
        let choice = format!("{}:{average}", path.display());
        assert!(
            text.contains(&choice) && text.contains("2 networks that fit mlp2"),
            "{text}"
        );
        let (plain, report) = load_from(net(), &path, first).unwrap();
        assert_eq!(
            (logits(&plain), report.prefix.as_str()),
            (expected.clone(), first)
        );
        assert_eq!(report.ignored.len(), 4);
        // The same choice within the path, as the command takes it.
        for (found, report) in [
            loaded(&choice),
            load_from(net(), &path, average)
                .map(|(net, report)| (logits(&net), report))
                .unwrap(),
        ] {
            assert_eq!(report.prefix, average);
            assert!(found != expected);
        }
    }
    let path = checkpoint("ema.pth.tar");
    let text = told(format!("{}:average", path.display()));
    assert!(
        text.contains(
            "no weights below \"average\": there are some below state_dict, state_dict_ema"
        ),
        "{text}"
    );
    // A file whose name has a colon is that file.
    let folder = tempfile::tempdir().unwrap();
    let colon = folder.path().join("best.pth:state_dict");
    std::fs::copy(checkpoint("compiled.pt"), &colon).unwrap();
    std::fs::copy(&path, folder.path().join("best.pth")).unwrap();
    assert_eq!(loaded(&colon).1.prefix, "model._orig_mod");
    assert_eq!(WeightFile::parse(&colon).key, None);
    let text = WeightFile::parse(folder.path().join("best.pth:a.b")).to_string();
    assert!(text.ends_with("best.pth:a.b"), "{text}");
}

#[test]
fn a_key_of_two_tensors_is_refused_where_it_is_needed() {
    // A name with a full stop beside a dictionary within another, of which the reader of pickles keeps either. No thread was found.
    let path = checkpoint("twice.t7");
    for _ in 0..3 {
        let error = load_from(net(), &path, "net").map(|_| ()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("two tensors have the key net.layers.0.bias: as a name with a full stop"),
            "{text}"
        );
    }
    let (other, report) = load_from(net(), &path, "rest.net").unwrap();
    assert_eq!((report.loaded, report.prefix.as_str()), (4, "rest.net"));
    assert_eq!(logits(&other), loaded(checkpoint("old.t7")).0);
}

#[test]
fn a_part_that_fits_in_part_is_refused_with_the_keys() {
    let text = told(checkpoint("cut-state.pth"));
    assert!(
        text.contains("cut-state.pth:state_dict does not fit mlp2:")
            && text.contains("1 missing from the file: layers.2.bias")
            && !text.contains("only"),
        "{text}"
    );
}

#[test]
fn a_head_of_other_classes_is_told_by_both_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, _) = load(net(), fixture("pickles/wrapped.pth")).unwrap();
    let [pack, safetensors] = ["a.bpk", "a.safetensors"].map(|name| folder.path().join(name));
    save(&whole, &pack).unwrap();
    save(&whole, &safetensors).unwrap();
    let of = |classes: usize, hidden: usize| {
        let config = MlpConfig::new(3, classes).with_layers(2);
        config.with_hidden(hidden).init(&test_device())
    };
    for path in [checkpoint("imagenet.pth.tar"), pack, safetensors] {
        let error = load(of(5, 4), &path).map(|_| ()).unwrap_err();
        let Error::Classes { found, wanted, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!((*found, *wanted), (2, 5));
        let text = error.to_string();
        assert!(
            text.contains("tells 2 classes apart, and 5 are asked for"),
            "{text}"
        );
        // Another width is another network.
        let error = load(of(2, 7), &path).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Mismatch { .. }), "{error}");
    }
}

#[test]
fn a_head_of_other_classes_is_new_where_a_network_is_trained_further() {
    let folder = tempfile::tempdir().unwrap();
    let of = |classes: usize| ResNetCifarConfig::resnet20(classes).init(&test_device());
    let trained = of(10);
    let x = Tensor::<4>::ones([1, 3, 32, 32], &test_device());
    for name in ["a.bpk", "a.safetensors"] {
        let path = folder.path().join(name);
        save(&trained, &path).unwrap();
        let error = load(of(4), &path).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Classes { .. }), "{error}");
        let (net, report) = load_pretrained(of(4), &path).unwrap();
        assert_eq!(report.random, ["linear.bias", "linear.weight"]);
        assert_eq!(
            report
                .ignored
                .iter()
                .filter(|key| key.starts_with("linear."))
                .count(),
            2
        );
        assert_eq!(net.forward(x.clone()).dims(), [1, 4]);
        // The rest is that of the file: with a head of as many classes the logits are.
        let (net, report) = load_pretrained(of(10), &path).unwrap();
        assert!(report.random.is_empty());
        let logits = [&net, &trained].map(|net| net.forward(x.clone()).into_data());
        assert_eq!(logits[0], logits[1]);
    }
}

#[test]
fn packs_in_half_precision_are_read_as_single() {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("half.bpk");
    let (whole, _) = load(net(), fixture("pickles/wrapped.pth")).unwrap();
    let mut store = BurnpackStore::from_file(&pack).with_to_adapter(HalfPrecisionAdapter::new());
    whole.save_into(&mut store).unwrap();
    let (found, report) = loaded(&pack);
    assert_eq!(report.loaded, 4);
    for (half, single) in found.iter().zip(logits(&whole)) {
        assert!(
            (half - single).abs() < 2e-3 * single.abs().max(1.0),
            "{half} {single}"
        );
    }
}

#[test]
fn files_that_are_no_weights_are_told_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cut = |name: &str| {
        let whole = std::fs::read(checkpoint(name)).unwrap();
        write(&format!("cut-{name}"), &whole[..whole.len() / 4])
    };
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 46827520\n";
    for (source, path, expected) in [
        // huggingface/transformers#8497.
        (
            "git clone without LFS",
            write("pytorch_model.bin", pointer),
            "Git LFS, which stands for the file of 46827520 bytes",
        ),
        // pytorch/pytorch#16203.
        (
            "a page in place of a download",
            write("a.pth", b"<!DOCTYPE html><html>"),
            "page of the web",
        ),
        (
            "an empty download",
            write("b.pth", b""),
            "the file is empty",
        ),
        ("a folder", folder.path().into(), "a folder"),
        (
            "words",
            write("c.pth", b"these are no weights"),
            "first bytes",
        ),
        // CompVis/stable-diffusion#93.
        ("a cut archive", cut("imagenet.pth.tar"), "cut or damaged"),
        ("a cut pickle", cut("legacy"), "cut"),
        ("a cut tar", cut("old.t7"), "cut"),
        // pytorch/pytorch#67549.
        (
            "NumPy arrays by torch.save",
            checkpoint("numpy.pth"),
            "NumPy arrays, such as layers.0.bias",
        ),
        (
            "one array among tensors",
            checkpoint("one-numpy.pth"),
            "layers.0.bias is a NumPy array",
        ),
        // A form that NumPy writes, in which ViT was published: jeonsworld/ViT-pytorch#54.
        (
            "numpy.savez",
            checkpoint("arrays.npz"),
            "an archive of NumPy arrays",
        ),
        // pytorch/pytorch#22616.
        ("a sparse weight", checkpoint("sparse.pth"), "sparse"),
        // pytorch/pytorch#15570.
        ("torch.jit.save", checkpoint("script.pt"), "TorchScript"),
    ] {
        let text = told(path);
        assert!(text.contains(expected), "{source}: {text}");
    }
}

// huggingface/transformers#16343; sgl-project/sglang#32279 for a file that its index names and that is not there.
#[test]
fn weights_in_several_files_are_read_by_their_index() {
    let folder = tempfile::tempdir().unwrap();
    let (expected, _) = loaded(fixture("pickles/wrapped.pth"));
    let whole = folder.path().join("whole.safetensors");
    save(
        &load(net(), fixture("pickles/wrapped.pth")).unwrap().0,
        &whole,
    )
    .unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut map = serde_json::Map::new();
    for (number, part) in ["layers.0.", "layers.2."].iter().enumerate() {
        let file = format!("model-0000{}-of-00002.safetensors", number + 1);
        let own: Vec<_> = tensors
            .iter()
            .filter(|(key, _)| key.starts_with(part))
            .collect();
        let named = own
            .iter()
            .map(|(key, _)| (key.to_string(), file.clone().into()));
        map.extend(named);
        safetensors::serialize_to_file(own, None, &folder.path().join(file)).unwrap();
    }
    let index = folder.path().join("model.safetensors.index.json");
    let text = |map: &serde_json::Map<String, serde_json::Value>| {
        serde_json::json!({"metadata": {"total_size": 1}, "weight_map": map}).to_string()
    };
    std::fs::write(&index, text(&map)).unwrap();
    let (found, report) = loaded(&index);
    assert_eq!((found, report.loaded), (expected, 4));
    assert_eq!(weight_files(&index).unwrap().len(), 3);
    let second = folder.path().join("model-00002-of-00002.safetensors");
    std::fs::rename(&second, folder.path().join("elsewhere")).unwrap();
    assert!(
        told(&index)
            .contains("model-00002-of-00002.safetensors, which it names: the file is not there")
    );
    assert!(weight_files(&index).is_err());
    std::fs::copy(
        folder.path().join("model-00001-of-00002.safetensors"),
        &second,
    )
    .unwrap();
    assert!(
        told(&index).contains("it does not hold layers.2.bias"),
        "{}",
        told(&index)
    );
    map.insert("layers.2.bias".into(), "../secret".into());
    std::fs::write(&index, text(&map)).unwrap();
    assert!(told(&index).contains("../secret, which is no file of weights beside it"));
    // An index that names itself, whatever its ending.
    let round = folder.path().join("w.index");
    std::fs::write(&round, r#"{"weight_map": {"layers.0.bias": "w.index"}}"#).unwrap();
    assert!(told(&round).contains("w.index, which it names: an index, and no file of weights"));
}

#[test]
fn a_checkpoint_in_safetensors_may_have_prefixes_too() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.safetensors");
    save(
        &load(net(), fixture("pickles/wrapped.pth")).unwrap().0,
        &whole,
    )
    .unwrap();
    let inner = folder.path().join("inner.safetensors");
    let change = |name: String, shape, bytes| (format!("net.{name}"), shape, bytes);
    rewritten(&whole, &inner, change, &[("loss.weight", vec![2])]);
    let (found, report) = loaded(&inner);
    assert_eq!(found, loaded(&whole).0);
    assert_eq!(
        (report.prefix.as_str(), report.ignored),
        ("net", vec!["loss.weight".to_string()])
    );
    // More than the network has places for.
    rewritten(&whole, &inner, change, &[("net.extra.weight", vec![2])]);
    let text = told(&inner);
    assert!(
        text.contains("inner.safetensors:net does not fit mlp2:")
            && text.contains("1 in the file only: net.extra.weight"),
        "{text}"
    );
    // No head that could be random: what is missing stays an error.
    assert!(net().head().is_empty());
    assert!(load_pretrained(net(), checkpoint("cut-state.pth")).is_err());
}
