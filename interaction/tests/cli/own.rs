//! Files of the user's own from the command line.

use std::path::Path;

use crate::{path, refuse, succeed};

const QUICK: [&str; 6] = ["--any", "--samples", "4", "--contexts", "1", "--force"];

#[test]
fn a_table_of_one_s_own_is_trained_on_and_measured_by_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let rows: String = (0..60)
        .map(|k| {
            let (age, colour) = (20 + k * 7 % 40, ["red", "green", "blue"][k % 3]);
            let buys = if (age > 40) == (colour == "red") {
                "yes"
            } else {
                "no"
            };
            format!("{k},{age},{colour},{},{buys}\n", k % 5)
        })
        .collect();
    std::fs::write(
        root.join("shop.csv"),
        format!("id,age,colour,visits,buys\n{rows}"),
    )
    .unwrap();
    let data = format!("csv:{}", path(root, "shop.csv"));
    let (trained, found) = (path(root, "trained"), path(root, "found"));
    let subject = ["--model", "mlp3", "--data", &data];
    let columns = ["--label", "buys", "--input", "age,colour,visits"];
    let train = [
        "--epochs", "2", "--batch", "16", "--plain", "--out", &trained,
    ];
    let text = succeed(&[&["train"], &subject[..], &columns, &train].concat());
    assert!(text.contains("one sample in 5"), "{text}");
    // Data and columns come from the settings beside the weights.
    let discover = [
        "discover",
        "--weights",
        &trained,
        "--orders",
        "all",
        "--out",
        &found,
    ];
    let text = succeed(&[&discover[..], &QUICK].concat());
    assert!(text.contains("3 players, 4 samples"), "{text}");
    let pairs = std::fs::read_to_string(root.join("found/interactions.csv")).unwrap();
    assert!(pairs.contains("colour") && !pairs.contains("buys"));

    // A moved file has the columns that the network was trained on.
    std::fs::copy(root.join("shop.csv"), root.join("moved.csv")).unwrap();
    let moved = format!("csv:{}", path(root, "moved.csv"));
    succeed(&[&discover[..], &QUICK, &["--data", &moved]].concat());
    refuse(
        &[&discover[..], &QUICK, &["--input", "visits,age,colour"]].concat(),
        "trained with age, colour, visits, and these data have visits, age, colour",
    );
    // Parts of other files are no parts of one measurement.
    let halves = [("1/2", "shop.csv"), ("2/2", "moved.csv")].map(|(part, file)| {
        let (out, data) = (
            path(root, &part.replace('/', "-")),
            format!("csv:{}", path(root, file)),
        );
        let part = [
            "--part",
            part,
            "--out",
            &out,
            "--data",
            &data,
            "--baseline",
            "zero",
        ];
        let all = ["discover", "--weights", &trained, "--orders", "all"];
        succeed(&[&all[..], &QUICK, &part].concat());
        if file == "shop.csv" {
            std::fs::write(
                root.join("moved.csv"),
                format!("id,age,colour,visits,buys\n{rows}{rows}"),
            )
            .unwrap();
        }
        out
    });
    let merged = path(root, "merged");
    refuse(
        &["merge", &halves[0], &halves[1], "--out", &merged],
        "different ways to make inputs",
    );
    let refused = |more: &[&str], what: &str| {
        refuse(
            &[
                &["discover"],
                &subject[..],
                more,
                &["--out", &found, "--force"],
            ]
            .concat(),
            what,
        );
    };
    refused(&[], "no column named label or class");
    refused(
        &["--label", "bought"],
        "no column bought: there are id, age",
    );
    refused(
        &["--label", "buys", "--input", "age,size"],
        "no column size",
    );
    let other = [
        "discover", "--model", "mlp5", "--data", "rules", "--label", "y", "--out", &found,
    ];
    refuse(&other, "rules has columns of its own");
    let nowhere = [
        "discover", "--model", "mlp5", "--data", "csv", "--out", &found,
    ];
    refuse(&nowhere, "give the file or folder, csv:PATH");
}

#[test]
fn pairs_of_sentences_are_of_two_segments() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let lines: String = (0..40)
        .map(|k| {
            let (subject, wet) = (["the dog", "a small cat", "the old man"][k % 3], k % 2);
            let second = ["it is dry today", "it is wet today"][wet];
            format!(
                "{{\"premise\": \"{subject} stands in the rain\", \"claim\": \"{second}\", \"label\": \"{}\"}}\n",
                ["no", "yes"][wet]
            )
        })
        .collect();
    for name in ["train.jsonl", "test.jsonl"] {
        std::fs::write(root.join(name), &lines).unwrap();
    }
    let data = format!("sentences:{}", path(root, ""));
    let (trained, found) = (path(root, "trained"), path(root, "found"));
    let subject = ["--model", "bert-slim", "--data", &data];
    let columns = ["--input", "premise,claim"];
    let train = "--epochs 1 --batch 8 --optimizer adamw --lr 0.001 --probe-samples 0 --plain --out";
    let train: Vec<&str> = train.split(' ').collect();
    let text = succeed(&[&["train"], &subject[..], &columns, &train, &[&trained]].concat());
    assert!(text.contains(" --input premise,claim"), "{text}");
    let discover = [
        "discover",
        "--weights",
        &trained,
        "--players",
        "words",
        "--orders",
        "r:0,1",
    ];
    let text = succeed(&[&discover[..], &QUICK, &["--out", &found]].concat());
    assert!(text.contains("4 samples"), "{text}");
    let picture = std::fs::read_to_string(root.join("found/sentence.svg")).unwrap();
    assert!(picture.contains("rain") && picture.contains("today"));
    refuse(
        &[&["discover"], &subject[..], &["--out", &found, "--force"]].concat(),
        "no column named text or sentence",
    );
}

fn images(root: &Path) {
    for number in 0..20 {
        let level = 40 + 150 * (number % 2) as u8;
        let image = image::RgbImage::from_pixel(18, 16, image::Rgb([level; 3]));
        image.save(root.join(format!("{number}.png"))).unwrap();
    }
}

#[test]
fn images_in_a_list_and_arrays_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    images(root);
    let rows: String = (0..20)
        .map(|k| format!("{k}.png\t{}\n", ["dark", "light"][k % 2]))
        .collect();
    std::fs::write(root.join("list.tsv"), format!("image\tclass\n{rows}")).unwrap();
    let (list, found) = (
        format!("images:{}", path(root, "list.tsv")),
        path(root, "found"),
    );
    let discover = |data: &str, more: &[&str]| {
        let subject = ["discover", "--data", data, "--out", &found];
        succeed(&[&subject[..], &QUICK, more].concat())
    };
    let grid = ["--grid", "4x4", "--pairs", "neighbours:1:4"];
    let slim = ["--model", "resnet20-slim"];
    let text = discover(&list, &[&grid[..], &slim, &["--image", "16"]].concat());
    assert!(text.contains("16 players, 4 samples"), "{text}");

    let [pictures, rows] = ["pictures.npz", "rows.npz"].map(|name| root.join(name));
    arrays(&pictures, &[20, 8, 8], true);
    arrays(&rows, &[20, 6], false);
    let text = discover(
        &format!("npz:{}", pictures.display()),
        &[&grid[..], &slim].concat(),
    );
    assert!(text.contains("16 players, 4 samples"), "{text}");
    let text = discover(&format!("npz:{}", rows.display()), &["--model", "mlp5"]);
    assert!(text.contains("6 players, 4 samples"), "{text}");
    let data = format!("npz:{}", rows.display());
    let other = [
        "discover", "--model", "resnet20", "--data", &data, "--out", &found,
    ];
    refuse(&other, "takes images, and npz are tables");
    std::fs::write(root.join("cut.npz"), b"PK\x03\x04").unwrap();
    let cut = format!("npz:{}", path(root, "cut.npz"));
    refuse(
        &[
            "discover", "--model", "mlp5", "--data", &cut, "--out", &found,
        ],
        "cut.npz",
    );
}

/// Writes `x` of a shape and `y` of two classes as NumPy's `savez` does.
fn arrays(path: &Path, shape: &[u64], bytes: bool) {
    use npyz::WriterBuilder;
    use std::io::Write;

    /// The bytes of an array as `save` writes it.
    fn saved<T: npyz::AutoSerialize>(shape: &[u64], values: impl Iterator<Item = T>) -> Vec<u8> {
        let mut to = Vec::new();
        let options = npyz::WriteOptions::new().default_dtype();
        let mut writer = options.shape(shape).writer(&mut to).begin_nd().unwrap();
        writer.extend(values).unwrap();
        writer.finish().unwrap();
        to
    }

    let values = 0..shape.iter().product::<u64>();
    let x = match bytes {
        true => saved(shape, values.map(|k| (k * 37 % 256) as u8)),
        false => saved(shape, values.map(|k| (k * 37 % 11) as f32)),
    };
    let y = saved(&shape[..1], (0..shape[0]).map(|k| (k % 2) as i64));
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in [("x.npy", x), ("y.npy", y)] {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// A study of a perceptron on rows of the user's own.
const STUDY: &str = r#"
schema = 1
name = "rows"
title = "Rows"
source = "nowhere"
about = "A test."

[scales]
smoke = { seeds = 1, subjects = ["rows"] }
laptop = { seeds = 1, subjects = ["rows"] }
published = { seeds = 1, subjects = ["rows"] }

[training]
epochs = 1

[[subject]]
name = "rows"
model = "mlp5"
data = "csv"

[[variant]]
name = "normal"

[[measure]]
name = "orders"
samples = 4
orders = {}
"#;

#[test]
fn a_study_knows_own_data_by_their_contents() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("csv")).unwrap();
    let write = |shift: usize| {
        let row = |k: usize| format!("{},{},{},{}\n", k % 7, k % 5, (k + shift) % 3, k % 2);
        let rows: String = (0..40).map(row).collect();
        for part in ["train.csv", "test.csv"] {
            let text = format!("a,b,c,label\n{rows}");
            std::fs::write(root.join("csv").join(part), text).unwrap();
        }
    };
    let [study, store, data] = ["rows.toml", "store", ""].map(|name| path(root, name));
    std::fs::write(&study, STUDY).unwrap();
    let args = |data| {
        let args = ["study", &study, "--scale", "smoke", "--out", &store];
        [&args[..], &["--data-root", data]].concat()
    };
    for (shift, finished) in [(0, 0), (0, 2), (1, 0), (0, 2)] {
        write(shift);
        let text = succeed(&args(&data));
        let words = format!("2 cells, {finished} of them finished");
        assert!(text.contains(&words), "{shift}: {text}");
    }
    let lost = [&args("/nowhere")[..], &["--report"]].concat();
    refuse(&lost, "finished cells are known by their data");
}
