//! Texts from the command line.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::{interaction, path, refuse, succeed};

/// A folder that transformers wrote.
fn fixture(name: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/folders");
    fixtures.join(name)
}

/// A copy of such a folder, to change.
fn copy(name: &str, to: &Path) -> String {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(fixture(name)).unwrap().flatten() {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    to.to_string_lossy().into_owned()
}

/// Both parts of SST-2, in its files.
fn sst2(folder: &Path, train: &str, dev: &str) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let write = |name: &str, rows: &str| {
        std::fs::write(folder.join(name), format!("sentence\tlabel\n{rows}")).unwrap();
    };
    write("train.tsv", train);
    write("dev.tsv", dev);
    format!("sst2:{}", folder.display())
}

const ROWS: &str =
    "the old dogs are never sad\t0\na child is not very happy\t1\nthe quiet birds sing a song\t0\n";

fn warnings(output: &Output) -> String {
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn sentences_are_trained_on_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let (trained, found) = (path(root, "trained"), path(root, "found"));
    let train = "--epochs 1 --batch 32 --train-samples 64 --optimizer adamw --low-order --plain";
    let train: Vec<&str> = train.split(' ').collect();
    let subject = ["train", "--model", "xlnet-slim", "--data", "grammar"];
    let text = succeed(&[&subject, &train[..], &["--out", &trained]].concat());
    assert!(
        text.contains("a bag of these words") && text.contains("Loss suppress 0.7-1"),
        "{text}"
    );
    for file in [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "vocab.txt",
    ] {
        assert!(root.join("trained").join(file).exists(), "{file}");
    }
    // The folder is a network, and its weights are those of one.
    let measure = [
        "--data",
        "grammar",
        "--samples",
        "3",
        "--any",
        "--min-players",
        "8",
        "--force",
        "--out",
        &found,
    ];
    let weights = path(root, "trained/model.safetensors");
    let by_folder = ["discover", "--model", &trained];
    let by_weights = ["discover", "--model", "xlnet-slim", "--weights", &weights];
    let numbers = || std::fs::read(root.join("found/interactions.csv")).unwrap();
    let text = succeed(&[&by_folder, &measure[..]].concat());
    assert!(
        text.contains("left out") && text.contains("fewer than 8 word pieces"),
        "{text}"
    );
    let first = numbers();
    succeed(&[&by_weights, &measure[..]].concat());
    assert!(first == numbers());
    let picture = std::fs::read_to_string(root.join("found/sentence.svg")).unwrap();
    for part in [
        "[CLS]",
        "low: order 0",
        "middle: order",
        "high: order",
        "the",
    ] {
        assert!(picture.contains(part), "{part}");
    }
    // Orders are ratios: rows without a number, one for several ratios that are one order in every sentence.
    let curve = std::fs::read_to_string(root.join("found/curve.csv")).unwrap();
    assert!(
        curve.contains(",0,,0.2,") && !curve.contains(",0,,0.05,"),
        "{curve}"
    );
    // The same with words, and with what is absent hidden; training goes on from the folder.
    let other = ["--players", "words", "--baseline", "hide"];
    succeed(&[&by_folder, &measure[..], &other].concat());
    let again = [
        "train", "--model", &trained, "--data", "grammar", "--epochs", "0",
    ];
    succeed(&[&again[..], &["--out", &path(root, "again")]].concat());
    refuse(
        &[
            &["discover", "--model", "bert-slim", "--weights", &weights],
            &measure[..],
        ]
        .concat(),
        "a network of kind xlnet",
    );
    refuse(
        &[&by_folder, &measure[..], &["--baseline", "blur:2"]].concat(),
        "mask, pad, unk or hide",
    );
    refuse(
        &[&by_folder, &measure[..], &["--orders", "0,1"]].concat(),
        "give ratios",
    );
    refuse(
        &[
            &by_folder,
            &measure[..4],
            &["--min-players", "40", "--force", "--out", &found],
        ]
        .concat(),
        "nothing to measure",
    );
}

#[test]
fn folders_of_transformers_are_measured_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let data = sst2(&root.join("data"), ROWS, ROWS);
    for name in ["distilbert", "xlnet"] {
        let model = fixture(name);
        let out = path(root, name);
        let model = [
            "discover",
            "--model",
            model.to_str().unwrap(),
            "--data",
            &data,
        ];
        let settings = ["--any", "--contexts", "2", "--pairs", "3", "--out", &out];
        let text = succeed(&[&model[..], &settings].concat());
        assert!(text.contains("measured 3 of 3 samples"), "{text}");
    }
    // A pretrained network is trained before it is measured.
    let pretrained = fixture("pretrained");
    let pretrained = ["--model", pretrained.to_str().unwrap(), "--data", &data];
    let out = path(root, "fine-tuned");
    refuse(
        &[&["discover"], &pretrained[..]].concat(),
        "bert without its head for classification",
    );
    let train = [
        "--epochs",
        "1",
        "--probe-samples",
        "1",
        "--plain",
        "--out",
        &out,
    ];
    let text = succeed(&[&["train"], &pretrained[..], &train].concat());
    assert!(
        text.contains("the head is new: bert.pooler.dense.bias"),
        "{text}"
    );
    let found = path(root, "found");
    succeed(&[
        "discover", "--model", &out, "--data", &data, "--any", "--out", &found,
    ]);
    // Sentences without labels.
    let model = fixture("distilbert");
    let model = [
        "discover",
        "--model",
        model.to_str().unwrap(),
        "--data",
        &data,
        "--split",
        "unlabelled",
    ];
    let out = path(root, "unlabelled");
    refuse(&model, "--target predicted");
    let target = ["--target", "predicted", "--out", &out];
    refuse(&[&model[..], &target].concat(), "test.tsv");
    let test = "index\tsentence\n0\tthe birds that sing are happy\n1\ta dog is a kind old dog\n";
    std::fs::write(root.join("data/test.tsv"), test).unwrap();
    let text = succeed(&[&model[..], &target].concat());
    assert!(text.contains("measured 2 of 2 samples"), "{text}");
    let scenes = [
        "discover",
        "--model",
        "resnet20",
        "--data",
        "scenes",
        "--split",
        "unlabelled",
    ];
    refuse(&[&scenes[..], &target[..2]].concat(), "scenes has none");
}

#[test]
fn long_sentences_are_cut_with_a_warning_that_counts() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let long = vec!["dog"; 600].join(" ");
    let rows = format!("{ROWS}{long}\t1\n");
    let data = sst2(&root.join("data"), ROWS, &rows);
    let out = path(root, "out");
    let settings = [
        "--any",
        "--samples",
        "1",
        "--contexts",
        "1",
        "--pairs",
        "1",
        "--orders",
        "r:0,1",
    ];
    for (model, limit) in [
        (fixture("distilbert").display().to_string(), 32),
        ("xlnet-slim".into(), 512),
    ] {
        let model = [
            "discover", "--model", &model, "--data", &data, "--force", "--out", &out,
        ];
        let warning = warnings(&interaction(&[&model[..], &settings].concat()));
        let expected = format!("1 of 4 test sentences have more than {limit} word pieces");
        assert!(warning.contains(&expected), "{warning}");
    }
}

#[test]
fn mistakes_in_texts_and_vocabularies_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let out = path(root, "out");
    let good = sst2(&root.join("good"), ROWS, ROWS);
    let refuse_both = |model: &str, data: &str, what: &str| {
        let subject = ["--model", model, "--data", data, "--out", &out];
        refuse(&[&["discover"], &subject[..]].concat(), what);
        refuse(&[&["train"], &subject[..]].concat(), what);
    };
    let bad = |name: &str, rows: &str, what: &str| {
        refuse_both("bert-slim", &sst2(&root.join(name), rows, ROWS), what);
    };
    bad("row", "fine\t1\nnot a row\n", "train.tsv, line 3");
    bad("label", "fine\t7\n", "line 2: the label is \"7\"");
    bad("empty", "fine\t1\n \t0\n", "line 3: the sentence is empty");
    // Nothing but a character that is taken out.
    let rows = "fine\t1\n\u{1}\t0\n";
    let invisible = sst2(&root.join("invisible"), rows, rows);
    refuse_both("bert-slim", &invisible, "has no word pieces");
    let broken = sst2(&root.join("broken"), ROWS, ROWS);
    std::fs::write(
        root.join("broken/dev.tsv"),
        b"sentence\tlabel\nfin\xff\t1\n",
    )
    .unwrap();
    refuse_both(
        "bert-slim",
        &broken,
        "dev.tsv, line 2: no UTF-8 at its byte 4",
    );
    refuse_both("gpt", &good, "unknown network \"gpt\"");
    refuse_both(&path(root, "nowhere/at-all"), &good, "config.json");

    let model = copy("distilbert", &root.join("cut"));
    std::fs::write(
        root.join("cut/vocab.txt"),
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n",
    )
    .unwrap();
    refuse_both(
        &model,
        &good,
        "the vocabulary has 6 word pieces, the network's embedding 46",
    );
    // Some networks have a few rows more.
    let all = std::fs::read_to_string(fixture("distilbert").join("vocab.txt")).unwrap();
    let some: Vec<&str> = all.lines().take(40).collect();
    let config = std::fs::read_to_string(root.join("cut/config.json")).unwrap();
    assert!(config.contains("\"vocab_size\": 46"));
    std::fs::write(root.join("cut/vocab.txt"), some.join("\n")).unwrap();
    refuse_both(
        &model,
        &good,
        "has 40 word pieces, the network's embedding 46",
    );
    let pieces: Vec<String> = (0..200).map(|k| format!("piece{k}")).collect();
    let pieces = format!("[UNK]\n[CLS]\n[SEP]\n{}\n", pieces.join("\n"));
    std::fs::write(root.join("cut/vocab.txt"), pieces).unwrap();
    refuse_both(
        &model,
        &good,
        "the vocabulary has 203 word pieces, the network's embedding",
    );
    std::fs::remove_file(root.join("cut/vocab.txt")).unwrap();
    refuse_both(&model, &good, "no tokenizer");
    let albert = fixture("albert");
    refuse_both(
        albert.to_str().unwrap(),
        &good,
        "the network tells 4 classes apart, and the data have 2",
    );
}

/// Swaps the two rows of a head for two classes, in a file of 32-bit numbers.
fn swap_head(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let size = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + size]).unwrap();
    for key in ["logits_proj.weight", "logits_proj.bias"] {
        let place = |end: usize| header[key]["data_offsets"][end].as_u64().unwrap() as usize;
        let (start, end) = (8 + size + place(0), 8 + size + place(1));
        bytes[start..end].rotate_left((end - start) / 2);
    }
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn classes_are_matched_by_name_and_not_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let data = sst2(&root.join("data"), ROWS, ROWS);
    let named = |name: &str, first: &str, second: &str| {
        let model = copy("xlnet", &root.join(name));
        let file = root.join(name).join("config.json");
        let mut config: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        config["id2label"] = serde_json::json!({"0": first, "1": second});
        std::fs::write(file, config.to_string()).unwrap();
        model
    };
    let measured = |model: &str| {
        let out = path(root, "out");
        let settings = ["--any", "--samples", "3", "--min-players", "3", "--force"];
        let model = ["discover", "--model", model, "--data", &data, "--out", &out];
        let text = succeed(&[&model[..], &settings].concat());
        (
            text,
            std::fs::read(root.join("out/interactions.csv")).unwrap(),
        )
    };
    let (text, numbers) = measured(&named("own", "NEGATIVE", "Positive"));
    assert!(!text.contains("classes are numbered"), "{text}");
    let (_, unnamed) = measured(&named("unnamed", "LABEL_0", "LABEL_1"));
    assert!(numbers == unnamed);
    let turned = named("turned", "positive", "negative");
    swap_head(&root.join("turned/model.safetensors"));
    let (text, again) = measured(&turned);
    assert!(
        text.contains("classes are numbered as the network numbers them: positive, negative"),
        "{text}"
    );
    // Targets have the network's numbers, everything else is equal.
    let values = |bytes: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let of = |line: &str| line.split(',').skip(4).collect::<Vec<_>>().join(",");
        text.lines().map(of).collect()
    };
    assert_eq!(values(&numbers), values(&again));
    // The data may lack a class of the network.
    let bert = fixture("bert").display().to_string();
    let (text, _) = measured(&bert);
    assert!(text.contains("negative, positive, broken"), "{text}");
    let other = named("other", "acceptable", "unacceptable");
    let out = path(root, "out");
    // Names of one's own are as many as the network's classes.
    let own = [
        "discover",
        "--model",
        &bert,
        "--data",
        &data,
        "--force",
        "--out",
        &out,
        "--classes",
    ];
    refuse(
        &[&own[..], &["negative,positive"]].concat(),
        "--classes gives 2 names (negative, positive), and the network of --model",
    );
    refuse(
        &[&own[..], &["negative,positive"]].concat(),
        "tells 3 classes apart (negative, positive, broken)",
    );
    refuse(
        &[
            "discover", "--model", &other, "--data", &data, "--force", "--out", &out,
        ],
        "the network's classes are acceptable, unacceptable; those of the data are negative, positive",
    );
}
