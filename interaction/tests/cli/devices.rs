//! Several devices in one process.

use std::path::Path;

use crate::{path, refuse, succeed};

/// Every interaction that a measurement with these arguments found on these devices, and what it said.
fn measured(root: &Path, devices: &str, arguments: &[&str]) -> (String, String) {
    let out = path(root, &devices.replace(',', "-"));
    let place = [
        "discover",
        "--any",
        "--samples",
        "4",
        "--device",
        devices,
        "--force",
        "--out",
        &out,
    ];
    let text = succeed(&[&place[..], arguments].concat());
    let file = Path::new(&out).join("interactions.csv");
    (std::fs::read_to_string(file).unwrap(), text)
}

#[test]
fn two_devices_measure_to_the_bit_what_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (model, data, orders) in [
        ("mlp5", "rules", "all"),
        ("resnet20-slim", "scenes", "r:0,0.5,1"),
        ("pointnet-slim", "solids", "r:0,0.5,1"),
        ("bert-slim", "grammar", "r:0,0.5,1"),
        ("fcn-slim", "events", "r:0,0.5,1"),
    ] {
        let subject = ["--model", model, "--data", data, "--orders", orders];
        let few = ["--contexts", "2", "--pairs", "random:12", "--batch", "16"];
        let arguments = [&subject[..], &few].concat();
        let (one, _) = measured(root, "flex", &arguments);
        let (two, _) = measured(root, "flex,flex", &arguments);
        assert!(one.lines().count() > 20, "{model}: {one}");
        assert!(one == two, "{model}");
    }
    let wanted = ["--model", "mlp5", "--data", "rules", "--precision", "0.5"];
    let (one, _) = measured(root, "flex", &wanted);
    let (two, _) = measured(root, "flex,flex", &wanted);
    assert!(one == two);
}

#[test]
fn two_devices_train_what_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let trained = |devices: &str| {
        let out = path(root, devices);
        let arguments = "train --model mlp5 --data rules --epochs 1 --train-samples 650 --batch 64 --lr 0.1 --low-order \
                         --probe-samples 4 --plain --device";
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let text = succeed(&[&arguments[..], &[devices, "--out", &out]].concat());
        let discover = ["discover", "--weights", &out, "--any", "--samples", "6"];
        let measured = path(root, &format!("{devices}-measured"));
        succeed(&[&discover[..], &["--out", &measured]].concat());
        let rows = std::fs::read_to_string(Path::new(&measured).join("interactions.csv")).unwrap();
        (rows, text)
    };
    let ((one, first), (two, second)) = (trained("flex"), trained("flex,flex"));
    let accuracy = |text: &str| {
        let line = text.lines().find(|line| line.contains("test accuracy"));
        line.map(String::from).unwrap_or_else(|| panic!("{text}"))
    };
    assert_eq!(accuracy(&first), accuracy(&second));
    let header: Vec<&str> = one.lines().next().unwrap().split(',').collect();
    let column = header
        .iter()
        .position(|name| *name == "interaction")
        .unwrap();
    let values = |rows: &str| -> Vec<f64> {
        let rows = rows.lines().skip(1);
        rows.map(|row| row.split(',').nth(column).unwrap().parse().unwrap())
            .collect()
    };
    let (one, two) = (values(&one), values(&two));
    assert!(one.len() == two.len() && one.iter().any(|v| v.abs() > 1e-3));
    // Gradients are added up in another order: rounding alone.
    for (one, two) in one.iter().zip(&two) {
        assert!((one - two).abs() <= 1e-4, "{one} {two}");
    }
}

#[test]
fn devices_that_cannot_share_the_work_are_refused() {
    let subject = ["--model", "mlp5", "--data", "rules"];
    let with = |command: &str, more: &[&'static str]| {
        let mut arguments: Vec<String> = vec![command.into()];
        arguments.extend(subject.iter().chain(more).map(|text| text.to_string()));
        arguments
    };
    for (command, more, what) in [
        (
            "discover",
            &["--device", "flex,"][..],
            "unknown device \"\"",
        ),
        (
            "discover",
            &["--device", "flex,abacus"],
            "unknown device \"abacus\"",
        ),
        (
            "train",
            &["--device", "flex,flex,flex", "--batch", "2"],
            "3 devices share a batch",
        ),
    ] {
        let arguments = with(command, more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        refuse(&arguments, what);
    }
}
