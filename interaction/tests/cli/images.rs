//! Image files, networks and downloads from the command line.

use std::path::Path;

use crate::server::{Answer, serve};
use crate::{path, refuse, succeed};

/// A measurement that takes a moment.
const QUICK: [&str; 10] = [
    "--any",
    "--samples",
    "2",
    "--contexts",
    "1",
    "--grid",
    "4x4",
    "--pairs",
    "neighbours:1:4",
    "--force",
];

/// Two classes of small images in ImageNet's folders, of sizes that differ.
fn class_folders(root: &Path) {
    for (part, count) in [("train", 12), ("val", 6)] {
        for (class, level) in [("dark", 40), ("light", 200)] {
            let folder = root.join(part).join(class);
            std::fs::create_dir_all(&folder).unwrap();
            for number in 0..count {
                let image = image::RgbImage::from_fn(20 + number, 24, |x, y| {
                    image::Rgb([level + (x + y) as u8, level, level + number as u8])
                });
                image.save(folder.join(format!("{number}.png"))).unwrap();
            }
        }
    }
}

#[test]
fn folders_of_images_are_trained_on_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    class_folders(&root.join("set"));
    let data = format!("imagenet:{}", path(root, "set"));
    let (trained, found) = (path(root, "trained"), path(root, "found"));
    let subject = ["--model", "resnet20-slim", "--data", &data];
    let train = [
        "--image",
        "16",
        "--epochs",
        "3",
        "--batch",
        "8",
        "--augment",
        "crop",
    ];
    let rest = [
        "--optimizer",
        "adamw",
        "--lr",
        "0.01",
        "--probe-samples",
        "0",
        "--plain",
        "--force",
        "--out",
        &trained,
    ];
    let recipe = rest;
    succeed(&[&["train"], &subject[..], &train, &rest].concat());
    // The side of 16 comes from the settings beside the weights.
    let weights = path(root, "trained/model.safetensors");
    let discover = [
        "--weights",
        &weights,
        "--any",
        "--samples",
        "2",
        "--contexts",
        "1",
        "--grid",
        "4x4",
    ];
    let rest = ["--pairs", "neighbours:1:4", "--force", "--out", &found];
    let text = succeed(&[&["discover"], &subject[..], &discover, &rest].concat());
    assert!(
        text.contains("16 players, 2 samples") && text.contains("loaded 97 tensors"),
        "{text}"
    );
    assert!(root.join("found/curve.png").exists());

    // Other statistics are another network's inputs.
    let half = [
        &["discover"],
        &subject[..],
        &discover,
        &rest,
        &["--normalize", "half"],
    ]
    .concat();
    let measured = || std::fs::read_to_string(root.join("found/profile.json")).unwrap();
    let before = measured();
    succeed(&half);
    assert_ne!(before, measured());

    let bad = root.join("set/val/dark/0.png");
    let refuse_all = |what: &str| {
        refuse(
            &[&["discover"], &subject[..], &discover, &rest].concat(),
            what,
        )
    };
    std::fs::write(&bad, "").unwrap();
    refuse_all("dark/0.png: zero bytes");
    // In the middle of a training, too: validation reads it.
    refuse(
        &[&["train"], &subject[..], &train, &recipe].concat(),
        "dark/0.png: zero bytes",
    );
    std::fs::write(&bad, "no image").unwrap();
    refuse_all("dark/0.png: not an image");
    std::fs::write(root.join("set/val.txt"), "9.png dark\n").unwrap();
    refuse_all("val.txt, line 1");
    std::fs::remove_file(root.join("set/val.txt")).unwrap();
    std::fs::remove_dir_all(root.join("set/train/light")).unwrap();
    std::fs::create_dir(root.join("set/train/light")).unwrap();
    refuse_all("train/light: no image");
    refuse(
        &[&["train"], &subject[..], &["--image", "0"]].concat(),
        "train/light",
    );
}

#[test]
fn networks_are_listed_with_what_they_expect() {
    let text = succeed(&["networks"]);
    for line in ["vgg16-bn", "swin-tiny", "mlp5", "bicubic"] {
        assert!(text.contains(line), "{text}");
    }
    refuse(
        &["discover", "--model", "vit-tiny/7", "--data", "scenes"],
        "multiples of 7",
    );
    refuse(
        &[
            "discover", "--model", "resnet20", "--data", "scenes", "--image", "0",
        ],
        "--image 0",
    );
    refuse(
        &[
            "train",
            "--model",
            "resnet20",
            "--data",
            "scenes",
            "--augment",
            "much",
        ],
        "--augment much",
    );
}

#[test]
fn what_was_downloaded_is_checked() {
    let url = serve(|_| Answer::found("bytes")) + "/set.tar.gz";
    let folder = tempfile::tempdir().unwrap();
    let to = path(folder.path(), "data");
    refuse(
        &["download", "cifar-10", "--url", &url, "--to", &to],
        "checksum",
    );
    let md5 = ["--md5", "4b3a6218bb3e3a7303e8a171a60fcf92"];
    let command = [
        &["download", "tiny-imagenet", "--url", &url, "--to", &to],
        &md5[..],
    ]
    .concat();
    refuse(&command, "cannot be unpacked");
    refuse(&["download", "mnist"], "mnist");
    let nowhere = ["download", "cifar-10", "--to", "/proc/nowhere"];
    refuse(&nowhere, "/proc/nowhere");
}

/// A fixture of the workspace's tests.
fn fixture(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    fixtures.join(name).display().to_string()
}

#[test]
fn folders_of_networks_for_images_are_measured_with_their_own_settings() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for part in ["train", "val"] {
        for (class, level) in [("cat", 40), ("dog", 120), ("newt", 200)] {
            let folder = root.join("set").join(part).join(class);
            std::fs::create_dir_all(&folder).unwrap();
            for number in 0..3 {
                let image = image::RgbImage::from_fn(40 + number, 36, |x, y| {
                    image::Rgb([level + (x + y) as u8 / 2, level, number as u8])
                });
                image.save(folder.join(format!("{number}.png"))).unwrap();
            }
        }
    }
    let data = format!("imagenet:{}", path(root, "set"));
    let (model, out) = (fixture("folders/vit"), path(root, "found"));
    let subject = ["discover", "--model", &model, "--data", &data];
    let text = succeed(&[&subject[..], &QUICK, &["--out", &out]].concat());
    assert!(
        text.contains("is a Hugging Face folder")
            && !text.contains("cut from their centre")
            && text.contains("loaded 32 tensors"),
        "{text}"
    );
    refuse(
        &[&subject[..], &QUICK, &["--image", "16", "--out", &out]].concat(),
        "the network takes images of 3x32x32, these are 3x16x16; give --image 32",
    );
    refuse(
        &[
            &subject[..],
            &QUICK,
            &["--classes", "cat,dog", "--out", &out],
        ]
        .concat(),
        "--classes gives 2 names (cat, dog), and the network of --model",
    );
    let four = ["discover", "--model", &model, "--data", "scenes"];
    refuse(
        &[&four[..], &QUICK, &["--out", &out]].concat(),
        "the network tells 3 classes apart, and the data have 4",
    );
}

#[test]
fn a_vision_folder_that_is_trained_becomes_a_folder_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    class_folders(&root.join("set"));
    let data = format!("imagenet:{}", path(root, "set"));
    // A pretrained network, whose head is new.
    let start = root.join("vit");
    std::fs::create_dir(&start).unwrap();
    for file in [
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
    ] {
        let from = Path::new(&fixture("folders/vit")).join(file);
        std::fs::copy(from, start.join(file)).unwrap();
    }
    let edited = |name: &str, change: &dyn Fn(&mut serde_json::Value)| {
        let file = start.join(name);
        let mut json = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        change(&mut json);
        std::fs::write(file, json.to_string()).unwrap();
    };
    edited("config.json", &|json| {
        json["architectures"] = serde_json::json!(["ViTForMaskedImageModeling"]);
        json["id2label"] = serde_json::Value::Null;
    });
    drop_head(&start.join("model.safetensors"));
    let (model, out) = (path(root, "vit"), path(root, "out"));
    let train = [
        "train",
        "--model",
        &model,
        "--data",
        &data,
        "--epochs",
        "1",
        "--batch",
        "8",
        "--normalize",
        "data",
        "--probe-samples",
        "0",
        "--plain",
        "--force",
        "--out",
        &out,
    ];
    let text = succeed(&train);
    assert!(
        text.contains("the head is new") && text.contains("--model"),
        "{text}"
    );
    let read = |file: &str| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(root.join("out").join(file)).unwrap()).unwrap()
    };
    assert_eq!(
        read("config.json")["id2label"],
        serde_json::json!({"0": "dark", "1": "light"})
    );
    assert_eq!(
        read("config.json")["architectures"],
        serde_json::json!(["ViTForImageClassification"])
    );
    let framing = &read("settings.json")["framing"];
    assert_eq!(framing["squeezed"], true);
    let mean = &read("settings.json")["statistics"]["images"]["mean"][0];
    let close = |a: &serde_json::Value, b: &serde_json::Value| {
        (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-6
    };
    assert!(close(
        &read("preprocessor_config.json")["image_mean"][0],
        mean
    ));
    // The folder alone gives what the settings beside the weights give.
    let found = path(root, "found");
    let measured = |subject: &[&str]| {
        let text = succeed(&[&["discover"], subject, &QUICK, &["--out", &found]].concat());
        assert!(text.contains("loaded 32 tensors"), "{text}");
        std::fs::read(root.join("found/interactions.csv")).unwrap()
    };
    let alone = path(root, "alone");
    std::fs::create_dir(root.join("alone")).unwrap();
    for file in [
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
    ] {
        std::fs::copy(root.join("out").join(file), root.join("alone").join(file)).unwrap();
    }
    let beside = measured(&["--weights", &out, "--data", &data]);
    assert!(measured(&["--model", &alone, "--data", &data]) == beside);
}

/// Takes the head out of a safetensors file of transformers.
fn drop_head(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    let size = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut header: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&bytes[8..8 + size]).unwrap();
    header.retain(|key, _| !key.starts_with("classifier."));
    let mut kept: Vec<u8> = Vec::new();
    for (_, about) in header.iter_mut().filter(|(key, _)| *key != "__metadata__") {
        let place = |end: usize| 8 + size + about["data_offsets"][end].as_u64().unwrap() as usize;
        let (start, end) = (place(0), place(1));
        let at = kept.len();
        kept.extend_from_slice(&bytes[start..end]);
        about["data_offsets"] = serde_json::json!([at, kept.len()]);
    }
    let header = serde_json::Value::Object(header).to_string();
    let mut whole = (header.len() as u64).to_le_bytes().to_vec();
    whole.extend(header.as_bytes());
    whole.extend(kept);
    std::fs::write(file, whole).unwrap();
}

#[test]
fn a_part_of_a_weight_file_is_chosen_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let out = path(folder.path(), "found");
    let file = fixture("checkpoints/ema.pth.tar");
    let of = |weights: &str, what: &str| {
        let discover = [
            "discover", "--model", "mlp5", "--data", "rules", "--out", &out,
        ];
        refuse(&[&discover[..], &["--weights", weights]].concat(), what);
    };
    of(
        &format!("{file}:state_dict_ema"),
        "ema.pth.tar:state_dict_ema does not fit mlp5:",
    );
    of(
        &format!("{file}:average"),
        "no weights below \"average\": there are some below state_dict, state_dict_ema",
    );
    of(
        &format!("{file}x:average"),
        "there is no such file or folder",
    );
}
