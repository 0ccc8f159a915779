//! Time series from the command line.

use crate::{path, refuse, succeed};

#[test]
fn series_are_trained_on_and_measured_by_windows() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let (trained, found) = (path(root, "trained"), path(root, "found"));
    let subject = ["--model", "fcn-slim", "--data", "events"];
    let train = "--epochs 2 --train-samples 96 --batch 16 --optimizer adamw --lr 0.01 --low-order --probe-samples 2 --plain --out";
    let train: Vec<&str> = train.split(' ').collect();
    let text = succeed(&[&["train"], &subject[..], &train, &[&trained]].concat());
    assert!(text.contains("test accuracy"), "{text}");
    let discover = [
        "discover",
        "--weights",
        &trained,
        "--any",
        "--samples",
        "3",
        "--force",
        "--out",
        &found,
    ];
    let text = succeed(
        &[
            &discover[..],
            &["--players", "windows:8", "--orders", "all"],
        ]
        .concat(),
    );
    assert!(text.contains("8 players, 3 samples"), "{text}");
    for (file, part) in [
        ("series.svg", "steps 0 to "),
        ("contexts.svg", "steps "),
        ("pairs.svg", "distance of the two windows"),
        ("interactions.csv", "steps 0 to"),
    ] {
        let text = std::fs::read_to_string(root.join("found").join(file)).unwrap();
        assert!(text.contains(part), "{file}");
    }
    let page = path(root, "page.html");
    succeed(&["report", &found, "--out", &page]);
    // Windows of a length: series differ in their number of players.
    let steps = [
        "--players",
        "steps:6",
        "--orders",
        "r:0,0.5,1",
        "--contexts",
        "1",
    ];
    let text = succeed(&[&discover[..], &steps].concat());
    assert!(
        text.contains("players") && root.join("found/curve.png").exists(),
        "{text}"
    );
    let few = [
        &discover[..],
        &["--players", "windows:3", "--min-players", "4"],
    ]
    .concat();
    refuse(&few, "a smaller --min-players");
    refuse(
        &[&discover[..], &["--players", "windows:x"]].concat(),
        "windows:N or steps:N",
    );
    refuse(
        &[&discover[..], &["--players", "words"]].concat(),
        "is for texts; these data are time series",
    );
    refuse(
        &[&discover[..], &["--baseline", "blur:1"]].concat(),
        "give data, zero, mean or values",
    );
    let images = [
        "discover", "--model", "resnet20", "--data", "events", "--out", &found,
    ];
    refuse(&images, "takes images, and events are time series");
    let attack = [
        "discover",
        "--model",
        "fcn-slim",
        "--data",
        "series:nowhere",
        "--out",
        &found,
    ];
    refuse(&attack, "nowhere");
}

#[test]
fn series_of_one_s_own_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let rows = |count: usize| {
        let mut text = String::from("series,label,height\n");
        for series in 0..count {
            let label = ["low", "high"][series % 2];
            for step in 0..12 + series % 3 {
                text.push_str(&format!(
                    "s{series},{label},{}\n",
                    series % 2 * 2 + step % 4
                ));
            }
        }
        text
    };
    std::fs::write(root.join("train.csv"), rows(24)).unwrap();
    std::fs::write(root.join("test.csv"), rows(6)).unwrap();
    let (data, out) = (format!("series:{}", path(root, "")), path(root, "out"));
    let subject = ["--model", "fcn-slim", "--data", &data, "--out", &out];
    succeed(
        &[
            &["train", "--epochs", "1", "--batch", "8", "--plain"],
            &subject[..],
        ]
        .concat(),
    );
    let discover = [
        "discover",
        "--any",
        "--samples",
        "2",
        "--players",
        "windows:6",
        "--force",
    ];
    let text = succeed(&[&discover, &subject[..]].concat());
    assert!(text.contains("6 players, 2 samples"), "{text}");
}
