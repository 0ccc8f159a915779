//! Segments of images as players.

use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};

use crate::{path, refuse, succeed};

const QUICK: [&str; 8] = [
    "--any",
    "--samples",
    "3",
    "--contexts",
    "1",
    "--orders",
    "r:0,0.5,1",
    "--force",
];

/// Nine areas of an image, three in a row, whose labels are multiples of a number.
fn areas(width: u32, height: u32, unit: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        Luma([(unit * (3 * (3 * y / height) + 3 * x / width)) as u8])
    })
}

#[test]
fn one_map_serves_all_images_in_training_and_measurement() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    areas(16, 16, 1).save(root.join("map.png")).unwrap();
    let players = format!("segments:{}", path(root, "map.png"));
    let (trained, found) = (path(root, "trained"), path(root, "found"));
    let subject = [
        "--model",
        "resnet20-slim",
        "--data",
        "scenes",
        "--players",
        &players,
    ];
    let train =
        "--epochs 1 --train-samples 48 --batch 16 --low-order --probe-samples 2 --plain --out";
    let train: Vec<&str> = train.split(' ').collect();
    succeed(&[&["train"], &subject[..], &train, &[&trained]].concat());
    let discover = [
        &["discover"],
        &subject[..],
        &QUICK,
        &["--weights", &trained, "--out", &found],
    ]
    .concat();
    let text = succeed(&discover);
    assert!(text.contains("9 players, 3 samples"), "{text}");
    let picture = std::fs::read_to_string(root.join("found/image.svg")).unwrap();
    assert!(picture.contains("9 segments") && picture.contains("segment 0: mean |I|"));
    assert!(root.join("found/contexts.png").exists());
    let masks = std::fs::read_to_string(root.join("found/masks.svg")).unwrap();
    assert!(masks.contains("random segments"));
    let page = path(root, "page.html");
    succeed(&["report", &found, "--out", &page]);
    assert!(
        std::fs::read_to_string(&page)
            .unwrap()
            .contains("segment 0 and segment")
    );

    // Another map is another game, whatever its name.
    let other = GrayImage::from_fn(16, 16, |x, y| Luma([(3 * (y / 6) + x / 6) as u8]));
    other.save(root.join("map.png")).unwrap();
    let resume: Vec<&str> = discover
        .iter()
        .filter(|arg| **arg != "--force")
        .copied()
        .collect();
    let more = ["--samples", "4", "--resume"];
    let resume: Vec<&str> = resume
        .into_iter()
        .filter(|arg| !["--samples", "3"].contains(arg))
        .collect();
    refuse(
        &[&resume[..], &more].concat(),
        "different ways to make inputs",
    );
    let train = [&["train"], &subject[..], &train, &[&trained, "--resume"]].concat();
    refuse(
        &train,
        "the contents of the data or of the labels of segments",
    );
    refuse(
        &[&discover[..], &["--grid", "4x4"]].concat(),
        "segments or patches",
    );
    areas(8, 8, 1).save(root.join("map.png")).unwrap();
    refuse(&discover, "labels of 8x8 pixels");
    let none = [
        "discover", "--model", "mlp5", "--data", "rules", "--out", &found,
    ];
    refuse(
        &[&none[..], &["--players", &players]].concat(),
        "is for images; these data are tables",
    );
}

/// Images of two classes in ImageNet's folders, and their labels beside.
fn labelled_folders(root: &Path) {
    for part in ["train", "val"] {
        for (class, level) in [("dark", 40), ("light", 200)] {
            let [images, labels] = [part, "labels"].map(|top| root.join(top).join(class));
            for number in 0..3 {
                let (width, height) = (20 + 2 * number, 24);
                std::fs::create_dir_all(&images).unwrap();
                let image = RgbImage::from_pixel(width, height, Rgb([level; 3]));
                image
                    .save(images.join(format!("{class}-{number}.png")))
                    .unwrap();
                if part == "val" {
                    std::fs::create_dir_all(&labels).unwrap();
                    let map = match number {
                        // One segment has no partner.
                        2 => GrayImage::new(width, height),
                        _ => areas(width, height, 10),
                    };
                    map.save(labels.join(format!("{class}-{number}.png")))
                        .unwrap();
                }
            }
        }
    }
}

#[test]
fn images_have_maps_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    labelled_folders(root);
    let data = format!("imagenet:{}", path(root, ""));
    let labels = root.join("labels");
    let players = format!("segments:{}", labels.display());
    let found = path(root, "found");
    let subject = ["--model", "resnet20-slim", "--data", &data, "--image", "16"];
    let rest = [
        "--players",
        &players,
        "--samples",
        "6",
        "--out",
        &found,
        "--any",
        "--force",
    ];
    let quick = ["--contexts", "1", "--orders", "r:0,1"];
    let discover = [&["discover"], &subject[..], &rest, &quick].concat();
    let text = succeed(&discover);
    assert!(
        text.contains("measuring the 4 of 6 images that have 4 segments or more"),
        "{text}"
    );
    // Results have the labels of the files beside numbers from zero.
    let mut table = csv::Reader::from_path(root.join("found/interactions.csv")).unwrap();
    let place = |name: &str, table: &mut csv::Reader<_>| {
        let header = table.headers().unwrap();
        header.iter().position(|column| column == name).unwrap()
    };
    let [i, name] = ["i", "name_i"].map(|name| place(name, &mut table));
    for row in table.records().map(Result::unwrap) {
        let number: usize = row[i].parse().unwrap();
        assert_eq!(row[name], (10 * number).to_string());
    }
    refuse(
        &[
            &["train"],
            &subject[..],
            &["--players", &players, "--out", &found, "--force"],
        ]
        .concat(),
        "training needs the labels",
    );
    std::fs::remove_file(labels.join("dark/dark-0.png")).unwrap();
    refuse(&discover, "no dark/dark-0 or dark-0");
    refuse(
        &[
            &["discover"],
            &subject[..],
            &["--players", "segments:nowhere", "--out", &found, "--force"],
        ]
        .concat(),
        "nowhere",
    );
}
