//! Every command line that README shows, run at small sizes on small files of the real formats.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::{interaction, path, refuse, succeed};

/// The command lines of README, and those of the help that README lacks, in their order; of the help not that of the tour.
fn lines() -> [Vec<String>; 2] {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let lines: Vec<String> = readme
        .lines()
        .filter(|line| line.starts_with("interaction "))
        .map(String::from)
        .collect();
    assert!(lines.len() > 10, "{lines:?}");
    // The help breaks long lines as a shell takes them.
    let help = succeed(&["--help"]);
    let (_, examples) = help.split_once("Examples:").unwrap();
    let (examples, _) = examples.split_once("`interaction COMMAND").unwrap();
    let words = examples.split_whitespace().filter(|word| *word != "\\");
    let words: Vec<&str> = words.collect();
    let commands = words.split(|word| *word == "interaction").skip(2);
    let commands = commands.map(|words| format!("interaction {}", words.join(" ")));
    let help = commands
        .filter(|command| !lines.contains(command))
        .collect();
    [lines, help]
}

/// Sets an argument's value, in place of the one that is there.
fn set(args: &mut Vec<String>, flag: &str, value: &str) {
    match args.iter().position(|arg| arg == flag) {
        Some(place) => args[place + 1] = value.into(),
        None => args.extend([flag.into(), value.into()]),
    }
}

fn value<'a>(args: &'a [String], flag: &str) -> Option<&'a str> {
    let place = args.iter().position(|arg| arg == flag)?;
    args.get(place + 1).map(String::as_str)
}

/// Small images of two classes, in ImageNet's folders.
fn imagenet(root: &Path) {
    for (part, class, level) in [
        ("train", "dark", 40),
        ("train", "light", 200),
        ("val", "dark", 50),
        ("val", "light", 190),
    ] {
        let folder = root.join(part).join(class);
        std::fs::create_dir_all(&folder).unwrap();
        for number in 0..3 {
            let image = image::RgbImage::from_fn(32, 32, |x, y| {
                image::Rgb([level + (x + y) as u8 / 2, level, level + number])
            });
            image.save(folder.join(format!("{number}.png"))).unwrap();
        }
    }
}

/// A few records of CIFAR-10 in its six files.
fn cifar10(root: &Path) {
    std::fs::create_dir_all(root).unwrap();
    let record = |label: u8| -> Vec<u8> {
        let pixels = (0..3072_u32).map(|k| (k * u32::from(label + 3) % 251) as u8);
        std::iter::once(label).chain(pixels).collect()
    };
    let batches = (1..=5).map(|k| format!("data_batch_{k}.bin"));
    for name in batches.chain(["test_batch.bin".into()]) {
        let records: Vec<u8> = (0..10).flat_map(record).collect();
        std::fs::write(root.join(name), records).unwrap();
    }
}

/// Two classes of Tiny-ImageNet.
fn tiny_imagenet(root: &Path) {
    std::fs::create_dir_all(root.join("val/images")).unwrap();
    std::fs::write(root.join("wnids.txt"), "n1\nn2\n").unwrap();
    std::fs::write(root.join("words.txt"), "n1\tstork\nn2\tplate\n").unwrap();
    let save = |file: PathBuf, level: u8| {
        let image = image::RgbImage::from_fn(64, 64, |x, _| image::Rgb([level + x as u8, 9, 9]));
        image.save(file).unwrap();
    };
    for (class, level) in [("n1", 10), ("n2", 150)] {
        let folder = root.join("train").join(class).join("images");
        std::fs::create_dir_all(&folder).unwrap();
        save(folder.join("0.png"), level);
        save(root.join(format!("val/images/{class}.png")), level);
    }
    let rows = "n1.png\tn1\t0\t0\t9\t9\nn2.png\tn2\t0\t0\t9\t9\n";
    std::fs::write(root.join("val/val_annotations.txt"), rows).unwrap();
}

/// Two classes of ModelNet's meshes.
fn modelnet(root: &Path) {
    let mesh = "OFF\n4 4 6\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 1 2\n3 0 1 3\n3 0 2 3\n3 1 2 3\n";
    for folder in ["bed/train", "bed/test", "sofa/train", "sofa/test"] {
        let folder = root.join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("one.off"), mesh).unwrap();
    }
}

/// Both parts of SST-2.
fn sst2(root: &Path) {
    std::fs::create_dir_all(root).unwrap();
    let rows = "sentence\tlabel\nthe old dogs are never sad\t0\na child is not very happy\t1\n";
    std::fs::write(root.join("train.tsv"), rows).unwrap();
    std::fs::write(root.join("dev.tsv"), rows).unwrap();
}

/// A data set of README that has files, in small.
struct Small {
    /// Its name in README.
    name: &'static str,
    make: fn(&Path),
}

const SETS: [Small; 6] = [
    Small {
        name: "csv",
        make: table,
    },
    Small {
        name: "imagenet",
        make: imagenet,
    },
    Small {
        name: "cifar-10",
        make: cifar10,
    },
    Small {
        name: "tiny-imagenet",
        make: tiny_imagenet,
    },
    Small {
        name: "modelnet",
        make: modelnet,
    },
    Small {
        name: "sst2",
        make: sst2,
    },
];

/// A table in files of the two parts, with the columns that README names.
fn table(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let rows: String = (0..40)
        .map(|k| {
            format!(
                "{},{},{},{}\n",
                20 + k,
                ["red", "blue"][k % 2],
                k % 7,
                ["no", "yes"][k / 5 % 2]
            )
        })
        .collect();
    for name in ["train.csv", "test.csv"] {
        let text = format!("age,colour,visits,buys\n{rows}");
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// Networks of README that take too long for a test, and a small one of the same kind.
const SLIM: [(&str, &str); 3] = [
    ("resnet20", "resnet20-slim"),
    ("vgg16", "resnet20-slim"),
    ("dgcnn", "dgcnn-slim"),
];

/// Brings a line of README down to a size that takes a second, with files that are there.
fn small(line: &str, root: &Path) -> Vec<String> {
    let mut args: Vec<String> = line.split_whitespace().skip(1).map(String::from).collect();
    let command = args[0].clone();
    if command == "study" && args.len() > 1 {
        set(&mut args, "--scale", "smoke");
        set(&mut args, "--out", &path(root, "interaction-studies"));
    }
    if command == "report" {
        for folder in args.iter_mut().skip(1) {
            *folder = path(root, folder);
        }
    }
    if !["train", "discover", "merge", "compare"].contains(&command.as_str()) {
        return args;
    }
    let out = path(root, value(&args, "--out").unwrap_or("interaction-out"));
    set(&mut args, "--out", &out);
    if ["merge", "compare"].contains(&command.as_str()) {
        for part in args.iter_mut().skip(1).take_while(|arg| *arg != "--out") {
            *part = path(root, part);
        }
        return args;
    }
    if let Some((name, _)) = value(&args, "--data").and_then(|data| data.split_once(':')) {
        let found = SETS.iter().find(|set| set.name == name);
        let found = found.unwrap_or_else(|| panic!("no small {name} for: {line}"));
        let folder = root.join(name);
        (found.make)(&folder);
        let data = format!("{name}:{}", folder.display());
        set(&mut args, "--data", &data);
    }
    let slim: BTreeMap<&str, &str> = SLIM.into();
    if let Some(model) = value(&args, "--model").map(String::from) {
        match model.as_str() {
            "HUGGING-FACE-FOLDER" => {
                let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
                set(&mut args, "--model", &path(&fixtures, "folders/distilbert"));
            }
            folder if folder.contains(['/']) && !folder.starts_with("vit") => {
                set(&mut args, "--model", &path(root, folder));
            }
            name => set(&mut args, "--model", slim.get(name).unwrap_or(&name)),
        }
    }
    let small: &[(&str, &str)] = match command.as_str() {
        "train" => &[
            ("--epochs", "1"),
            ("--train-samples", "64"),
            ("--probe-samples", "0"),
            ("--batch", "16"),
        ],
        _ => &[
            ("--samples", "2"),
            ("--contexts", "1"),
            ("--pairs", "2"),
            ("--orders", "r:0,1"),
        ],
    };
    let precise = value(&args, "--precision").is_some();
    for (flag, value) in small {
        // A precision chooses its contexts.
        if !(precise && *flag == "--contexts") {
            set(&mut args, flag, value);
        }
    }
    if let Some(weights) = value(&args, "--weights").map(String::from) {
        let file = root.join(&weights);
        if !file.exists() && !file.with_extension("safetensors").exists() {
            published(&file, &args);
        }
        set(&mut args, "--weights", &path(root, &weights));
    }
    let more = if command == "train" {
        "--plain"
    } else {
        "--any"
    };
    args.push(more.into());
    args
}

/// Weights in place of those that are published: of the network in `args`, trained for no epoch.
fn published(file: &Path, args: &[String]) {
    let folder = file.with_extension("made");
    let out = folder.display().to_string();
    let [model, data] = ["--model", "--data"].map(|flag| value(args, flag).unwrap());
    succeed(&[
        "train", "--model", model, "--data", data, "--epochs", "0", "--plain", "--out", &out,
    ]);
    let name = file.file_name().unwrap();
    let to = folder.join(name).with_extension("safetensors");
    std::fs::rename(folder.join("model.safetensors"), &to).unwrap();
    // The ending says how a file is read: a published one is read as PyTorch's.
    std::fs::copy(to, file.with_extension("safetensors")).unwrap();
}

#[test]
fn readme_shows_commands_that_work() {
    // Typed one after the other in a new folder, the lines of either get by without --force.
    for lines in lines() {
        let folder = tempfile::tempdir().unwrap();
        for line in &lines {
            works(line, folder.path());
        }
    }
}

/// Runs a line, or sees that it is understood.
fn works(line: &str, root: &Path) {
    let mut args = small(line, root);
    if let Some(weights) = value(&args, "--weights").map(PathBuf::from)
        && !weights.exists()
    {
        let weights = weights.with_extension("safetensors").display().to_string();
        set(&mut args, "--weights", &weights);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[0] {
        // Lines that need the internet, or minutes, are only understood here.
        "download" => refuse(
            &[
                &args[..2],
                &[
                    "--url",
                    "http://127.0.0.1:9/a.zip",
                    "--to",
                    &path(root, "data"),
                ],
            ]
            .concat(),
            "127.0.0.1:9",
        ),
        "bench" => assert!(succeed(&["bench", "--help"]).contains("coverage")),
        _ => {
            let output = interaction(&args);
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{line}\n{args:?}\n{error}");
        }
    }
}
