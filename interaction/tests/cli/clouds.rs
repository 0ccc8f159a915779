//! Point clouds from the command line.

use crate::{path, refuse, succeed};

#[test]
fn clouds_are_trained_on_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let (trained, found) = (path(root, "trained"), path(root, "found"));
    let subject = ["--model", "pointnet2-slim", "--data", "solids"];
    let train = "--points 64 --epochs 1 --batch 16 --lr 0.05 --train-samples 70 --augment dgcnn";
    let train: Vec<&str> = train.split(' ').collect();
    let rest = [
        "--low-order",
        "--probe-samples",
        "1",
        "--plain",
        "--out",
        &trained,
    ];
    let text = succeed(&[&["train"], &subject[..], &train, &rest].concat());
    assert!(text.contains("test accuracy"), "{text}");

    // The 64 points come from the settings beside the weights.
    let weights = path(root, "trained/model.safetensors");
    let discover = ["discover", "--weights", &weights, "--any", "--samples", "4"];
    let discover = [
        &discover,
        &subject[..],
        &["--contexts", "1", "--force", "--out", &found],
    ]
    .concat();
    let text = succeed(&[&discover[..], &["--regions", "6", "--pairs", "2-5"]].concat());
    assert!(text.contains("6 players, 4 samples"), "{text}");
    for file in [
        "regions.json",
        "cloud.svg",
        "cloud.png",
        "curve.png",
        "profile.json",
    ] {
        assert!(root.join("found").join(file).exists(), "{file}");
    }
    let picture = std::fs::read_to_string(root.join("found/cloud.svg")).unwrap();
    assert!(picture.contains("order 0 of 0 to 4: regions 2 and 5"));
    let numbers = || std::fs::read(root.join("found/interactions.csv")).unwrap();
    let farthest = numbers();
    // The regions that were written are the players again.
    let regions = path(root, "found/regions.json");
    succeed(&[&discover[..], &["--regions", &regions, "--pairs", "2-5"]].concat());
    assert!(farthest == numbers());
    // Regions of other clouds are none of these.
    let kept = path(root, "kept.json");
    std::fs::copy(&regions, &kept).unwrap();
    let others = [&discover[..], &["--split", "train", "--regions", &kept]].concat();
    refuse(
        &others,
        "its cloud 0 is another than the sample in that place",
    );
    // Of the classes' first objects a box, a cylinder, a cone, a chair and a table have parts.
    let parts = [
        "discover",
        "--any",
        "--samples",
        "7",
        "--points",
        "512",
        "--contexts",
        "1",
    ];
    let parts = [
        &parts,
        &subject[..],
        &["--regions", "parts", "--force", "--out", &found],
    ]
    .concat();
    let text = succeed(&parts);
    assert!(
        text.contains("measuring the 2 of 7 clouds that have 6 parts"),
        "{text}"
    );
    succeed(&[&discover[..], &["--baseline", "drop", "--regions", "4"]].concat());

    refuse(&[&discover[..], &["--regions", "65"]].concat(), "64 points");
    refuse(
        &[&discover[..], &["--regions", "many"]].concat(),
        "--regions many",
    );
    refuse(
        &[&discover[..], &["--regions", "no.json"]].concat(),
        "no.json",
    );
    refuse(&[&discover[..], &["--baseline", "blur:2"]].concat(), "blur");
    refuse(&[&discover[..], &["--points", "0"]].concat(), "--points 0");
    let out = ["--force", "--out", &found];
    let dgcnn = ["discover", "--model", "dgcnn-slim", "--data", "solids"];
    refuse(
        &[&dgcnn[..], &["--baseline", "drop"], &out].concat(),
        "only pointnet",
    );
    refuse(
        &[&dgcnn[..], &["--points", "9"], &out].concat(),
        "10 points or more",
    );
    let images = ["discover", "--model", "resnet20", "--data", "solids"];
    refuse(
        &[&images[..], &out].concat(),
        "takes images, and solids are point clouds",
    );
    let other = [
        "discover",
        "--model",
        "mlp5",
        "--data",
        "rules",
        "--weights",
        &weights,
    ];
    refuse(
        &[&other[..], &out].concat(),
        "a network for point clouds, not of one for tables",
    );
    let train = ["train", "--model", "pointnet-slim", "--data", "solids"];
    refuse(
        &[&train[..], &["--regions", "parts"], &out].concat(),
        "train with a number",
    );
    refuse(
        &[&train[..], &["--augment", "4"], &out].concat(),
        "--augment 4",
    );
    refuse(
        &[&train[..], &["--train-samples", "0"], &out].concat(),
        "at least one",
    );
}

#[test]
fn folders_of_meshes_are_measured_and_bad_ones_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let tetrahedron = "OFF4 4 6\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 1 2\n3 0 1 3\n3 0 2 3\n3 1 2 3\n";
    for class in ["bed", "sofa"] {
        let folder = root.join(class).join("train");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("one.off"), tetrahedron).unwrap();
    }
    let data = format!("modelnet:{}", root.display());
    let found = path(root, "found");
    let subject = [
        "--model",
        "pointnet-slim",
        "--data",
        &data,
        "--points",
        "64",
        "--force",
        "--out",
        &found,
    ];
    let discover = [
        &["discover"],
        &subject[..],
        &["--regions", "5", "--contexts", "1"],
    ]
    .concat();
    let text = succeed(&[&discover[..], &["--split", "train"]].concat());
    assert!(
        text.contains("2 samples, not 50") && text.contains("5 players"),
        "{text}"
    );
    refuse(&discover, "the test part");
    refuse(&[&["train"], &subject[..]].concat(), "no test part");
    std::fs::write(root.join("sofa/train/one.off"), "OFF\n1 0 0\n0 0 0\n").unwrap();
    refuse(
        &[&discover[..], &["--split", "train"]].concat(),
        "one.off, line 3: no faces",
    );
    refuse(
        &[
            "discover",
            "--model",
            "pointnet",
            "--data",
            "shapenet:nowhere",
        ],
        "nowhere",
    );
}
