//! Folders as transformers write them: networks with their word pieces.

use std::path::{Path, PathBuf};

use burn_interaction::Classifier;
use burn_interaction_datasets::{Frame, SentenceSet, TextItem, Texts, Vocabulary};
use burn_interaction_models::registry::TextNetwork;
use burn_interaction_models::{
    TextConfig, load, load_pretrained, open_text, save_text, text_weights,
};
use burn_interaction_tests::test_device;

use crate::dialects::rewritten;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/folders")
        .join(name)
}

/// What transformers say of the sentences of a folder.
struct Expected {
    texts: Vec<String>,
    pieces: Vec<Vec<u32>>,
    logits: Vec<Vec<f32>>,
    noise: f32,
}

fn expected(folder: &Path) -> Expected {
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    Expected {
        texts: serde_json::from_value(json["sentences"].clone()).unwrap(),
        pieces: serde_json::from_value(json["pieces"].clone()).unwrap(),
        logits: serde_json::from_value(json["logits"].clone()).unwrap(),
        noise: json["noise"].as_f64().unwrap() as f32,
    }
}

fn encoded(vocabulary: &Vocabulary, config: &TextConfig, texts: &[String]) -> SentenceSet {
    let items = texts.iter().map(|text| TextItem::new(text.clone(), 0));
    let texts = Texts::new(items.collect(), config.classes().to_vec()).unwrap();
    SentenceSet::new(texts, vocabulary, config.positions()).unwrap()
}

fn logits(net: &TextNetwork, set: &SentenceSet) -> Vec<f32> {
    let all: Vec<usize> = (0..set.sentences().len()).collect();
    let logits = net.logits(set.batch(&all, &test_device()).inputs);
    logits.try_into_vec_as::<f32>().unwrap()
}

#[test]
fn folders_of_transformers_are_read_and_written_as_they_are() {
    for name in ["bert", "distilbert", "albert", "xlnet"] {
        let theirs = folder(name);
        let expected = expected(&theirs);
        let vocabulary = Vocabulary::open(&theirs, Frame::ClassFirst).unwrap();
        let (net, config, _) = open_text(&theirs, &test_device()).unwrap();
        assert_eq!(
            (config.kind(), config.vocabulary()),
            (name, vocabulary.size())
        );
        let set = encoded(&vocabulary, &config, &expected.texts);
        let pieces: Vec<_> = set.sentences().iter().map(|s| s.pieces.clone()).collect();
        assert_eq!(pieces, expected.pieces, "{name}");
        let found = logits(&net, &set);
        let difference = found
            .iter()
            .zip(expected.logits.concat())
            .map(|(a, b)| (a - b).abs());
        let difference = difference.fold(0.0, f32::max);
        let tolerance = (20.0 * expected.noise).max(1e-5);
        assert!(
            difference <= tolerance,
            "{name}: {difference} > {tolerance}"
        );

        let ours = tempfile::tempdir().unwrap();
        save_text(&net, &config, ours.path()).unwrap();
        vocabulary.save(ours.path()).unwrap();
        let (again, config, _) = open_text(ours.path(), &test_device()).unwrap();
        let vocabulary = Vocabulary::open(ours.path(), Frame::ClassFirst).unwrap();
        let set = encoded(&vocabulary, &config, &expected.texts);
        assert_eq!(logits(&again, &set), found, "{name}");
        // What was read is written as it was, and old weights as new ones.
        for file in ["tokenizer.json", "tokenizer_config.json", "vocab.txt"] {
            let [there, here] =
                [&theirs, ours.path()].map(|folder| std::fs::read(folder.join(file)).ok());
            if there.is_some() && (name != "distilbert" || file == "vocab.txt") {
                assert!(there == here, "{name} {file}");
            }
        }
        let json = |folder: &Path| -> serde_json::Value {
            let text = std::fs::read_to_string(folder.join("config.json")).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        assert_eq!(json(&theirs), json(ours.path()), "{name}");
    }
}

#[test]
fn padding_changes_nothing() {
    for name in ["bert", "distilbert", "albert", "xlnet"] {
        let theirs = folder(name);
        let vocabulary = Vocabulary::open(&theirs, Frame::ClassFirst).unwrap();
        let (net, config, _) = open_text(&theirs, &test_device()).unwrap();
        let expected = expected(&theirs);
        for (row, text) in expected.texts.iter().enumerate() {
            let set = encoded(&vocabulary, &config, std::slice::from_ref(text));
            for (found, expected) in logits(&net, &set).iter().zip(&expected.logits[row]) {
                assert!(
                    (found - expected).abs() < 2e-5,
                    "{name} {text}: {found} {expected}"
                );
            }
        }
    }
}

#[test]
fn a_pretrained_network_gets_a_new_head_only_where_it_is_to_be_trained() {
    let theirs = folder("pretrained");
    let error = open_text(&theirs, &test_device())
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("bert without its head for classification (bert.pooler.dense.bias")
            && error.contains("train it first")
            && error.lines().count() == 1,
        "{error}"
    );
    let config = TextConfig::open(&theirs).unwrap();
    assert!(!config.is_classifier() && TextConfig::open(folder("bert")).unwrap().is_classifier());
    let names = ["no", "perhaps", "yes"].map(String::from);
    let config = config.with_classes(&names);
    let net = config.init(&test_device()).unwrap();
    let (net, report) = load_pretrained(net, text_weights(&theirs).unwrap()).unwrap();
    // 37 of two layers and the embeddings; the other task's head is not needed.
    assert_eq!((report.loaded, report.ignored.len()), (37, 5), "{report:?}");
    let head = [
        "bert.pooler.dense.bias",
        "bert.pooler.dense.weight",
        "classifier.bias",
        "classifier.weight",
    ];
    assert_eq!(report.random, head);
    let ours = tempfile::tempdir().unwrap();
    save_text(&net, &config, ours.path()).unwrap();
    let (_, again, _) = open_text(ours.path(), &test_device()).unwrap();
    assert!(again.is_classifier());
    assert_eq!(again.classes(), names);
}

/// A folder whose weights are those of another, each under the name that `rename` gives it.
fn renamed(name: &str, rename: impl Fn(&str) -> Option<String>) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
        std::fs::copy(folder(name).join(file), copy.path().join(file)).ok();
    }
    let (net, _, _) = open_text(folder(name), &test_device()).unwrap();
    let whole = copy.path().join("whole.safetensors");
    burn_interaction_models::save(&net, &whole).unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let kept = tensors
        .iter()
        .filter_map(|(key, view)| Some((rename(key)?, view)));
    let file = copy.path().join("model.safetensors");
    safetensors::serialize_to_file(kept.collect::<Vec<_>>(), None, &file).unwrap();
    copy
}

#[test]
fn encoders_saved_without_prefix_and_head_are_read() {
    // As `BertModel.save_pretrained` and its like write them; huggingface/transformers#217 tells of the names that differ.
    for (name, base, random) in [
        ("bert", "bert.", 2),
        ("distilbert", "distilbert.", 4),
        ("albert", "albert.", 2),
        ("xlnet", "transformer.", 4),
    ] {
        let bare = renamed(name, |key| Some(key.strip_prefix(base)?.to_string()));
        let error = open_text(bare.path(), &test_device())
            .map(|_| ())
            .unwrap_err();
        assert!(
            matches!(error, burn_interaction_models::Error::NoHead { .. }),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.contains("without its head") && text.lines().count() == 1,
            "{text}"
        );
        let config = TextConfig::open(bare.path()).unwrap();
        let fresh = config.init(&test_device()).unwrap();
        let (net, report) = load_pretrained(fresh, text_weights(bare.path()).unwrap()).unwrap();
        assert_eq!(report.random.len(), random, "{name}: {:?}", report.random);
        // The encoder is the folder's own.
        let (whole, _, _) = open_text(folder(name), &test_device()).unwrap();
        let weights = |net: &TextNetwork| {
            let file = bare.path().join("again.safetensors");
            burn_interaction_models::save(net, &file).unwrap();
            let bytes = std::fs::read(&file).unwrap();
            let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
            let own = tensors
                .iter()
                .filter(|(key, _)| !report.random.contains(&key.to_string()));
            own.map(|(key, view)| (key.to_string(), view.data().to_vec()))
                .collect::<std::collections::BTreeMap<_, _>>()
        };
        assert!(weights(&net) == weights(&whole), "{name}");
        // The same with the wrapper that some trainers leave around it.
        let wrapped = renamed(name, |key| {
            Some(format!("encoder.{}", key.strip_prefix(base)?))
        });
        let fresh = config.init(&test_device()).unwrap();
        let (_, report) = load_pretrained(fresh, text_weights(wrapped.path()).unwrap()).unwrap();
        assert_eq!(
            (report.prefix.as_str(), report.random.len()),
            ("encoder", random),
            "{name}"
        );
    }
}

#[test]
fn entries_that_would_change_the_network_are_refused_and_strange_ones_told() {
    let with = |name: &str, entry: &str, value: serde_json::Value| {
        let copy = renamed(name, |key| Some(key.into()));
        let file = copy.path().join("config.json");
        let mut json: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        json.insert(entry.into(), value);
        std::fs::write(&file, serde_json::to_string(&json).unwrap()).unwrap();
        copy
    };
    for (name, entry, value) in [
        ("bert", "is_decoder", true.into()),
        ("bert", "add_cross_attention", true.into()),
        ("albert", "pruned_heads", serde_json::json!({"0": [1]})),
        (
            "distilbert",
            "quantization_config",
            serde_json::json!({"bits": 4}),
        ),
        ("bert", "problem_type", "regression".into()),
        ("xlnet", "d_head", 3.into()),
        ("bert", "num_hidden_layers", 100_000_000.into()),
        ("bert", "hidden_dropout_prob", (-1.0).into()),
    ] {
        let copy = with(name, entry, value);
        let error = TextConfig::open(copy.path())
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(error.contains(&format!("{entry} is ")), "{error}");
    }
    let copy = with("bert", "rope_theta", 1e4.into());
    let config = TextConfig::open(copy.path()).unwrap();
    assert_eq!(config.unknown(), ["rope_theta"]);
    // Files of transformers have none.
    for name in ["bert", "distilbert", "albert", "xlnet", "pretrained"] {
        let config = TextConfig::open(folder(name)).unwrap();
        assert!(
            config.unknown().is_empty(),
            "{name}: {:?}",
            config.unknown()
        );
    }
    // Their other names are read: a network that is saved again keeps them.
    let copy = with("distilbert", "num_hidden_layers", 3.into());
    let error = TextConfig::open(copy.path())
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("num_hidden_layers is 3 and n_layers is 2"),
        "{error}"
    );
}

#[test]
fn norms_may_have_the_names_of_tensorflow() {
    let theirs = folder("bert");
    let config = TextConfig::open(&theirs).unwrap();
    let expected = expected(&theirs);
    let vocabulary = Vocabulary::open(&theirs, Frame::ClassFirst).unwrap();
    let set = encoded(&vocabulary, &config, &expected.texts);
    let renamed = tempfile::tempdir().unwrap();
    let file = renamed.path().join("model.safetensors");
    let change = |name: String, shape, bytes| {
        let name = name.replace("LayerNorm.weight", "LayerNorm.gamma");
        (
            name.replace("LayerNorm.bias", "LayerNorm.beta"),
            shape,
            bytes,
        )
    };
    rewritten(&text_weights(&theirs).unwrap(), &file, change, &[]);
    let load = |path: &Path| load(config.init(&test_device()).unwrap(), path).unwrap().0;
    let (one, two) = (load(&text_weights(&theirs).unwrap()), load(&file));
    assert_eq!(logits(&one, &set), logits(&two, &set));
}

#[test]
fn folders_that_lack_something_are_refused() {
    let copy = |name: &str| {
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(folder(name)).unwrap().flatten() {
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        copy
    };
    let net = |path: &Path| {
        open_text(path, &test_device())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    let words = |path: &Path| {
        Vocabulary::open(path, Frame::ClassFirst)
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    let change = |path: &Path, from: &str, to: &str| {
        let file = path.join("config.json");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(file, text.replace(from, to)).unwrap();
    };

    let cut = copy("bert");
    std::fs::remove_file(cut.path().join("tokenizer.json")).unwrap();
    assert!(words(cut.path()).contains("no tokenizer: it is a tokenizer.json or a vocab.txt"));
    std::fs::write(cut.path().join("spiece.model"), [0]).unwrap();
    assert!(words(cut.path()).contains("save_pretrained"));
    std::fs::write(cut.path().join("tokenizer.json"), "{\"version\"").unwrap();
    assert!(words(cut.path()).contains("tokenizer.json: no tokenizer"));
    std::fs::remove_file(cut.path().join("model.safetensors")).unwrap();
    assert!(net(cut.path()).contains("no model.safetensors and no pytorch_model.bin"));

    let old = copy("distilbert");
    std::fs::write(
        old.path().join("vocab.txt"),
        b"[UNK]\n[CLS]\n[SEP]\nfin\xff\n",
    )
    .unwrap();
    assert!(words(old.path()).contains("line 4: no UTF-8"));
    std::fs::write(old.path().join("vocab.txt"), "[UNK]\n[CLS]\nfin\n").unwrap();
    assert!(words(old.path()).contains("no [SEP] among its 3 pieces"));
    std::fs::write(old.path().join("vocab.txt"), "[UNK]\n[CLS]\n[SEP]\na\na\n").unwrap();
    assert!(words(old.path()).contains("\"a\" comes twice"));

    for (name, from, to, expected) in [
        (
            "bert",
            "\"model_type\": \"bert\"",
            "\"model_type\": \"gpt2\"",
            "gpt2",
        ),
        (
            "bert",
            "\"hidden_act\": \"gelu\"",
            "\"hidden_act\": \"relu\"",
            "relu",
        ),
        (
            "bert",
            "\"num_attention_heads\": 2",
            "\"num_attention_heads\": 3",
            "multiple",
        ),
        (
            "bert",
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 3",
            "missing from the file: bert.encoder.layer.2",
        ),
        (
            "albert",
            "\"num_hidden_groups\": 1",
            "\"num_hidden_groups\": 2",
            "one layer for all",
        ),
        (
            "xlnet",
            "\"attn_type\": \"bi\"",
            "\"attn_type\": \"uni\"",
            "uni",
        ),
        (
            "xlnet",
            "\"vocab_size\"",
            "\"vocab_size\": \"many\", \"\"",
            "config.json",
        ),
    ] {
        let copy = copy(name);
        change(copy.path(), from, to);
        let error = net(copy.path());
        assert!(error.contains(expected), "{name}, {to}: {error}");
    }
}
