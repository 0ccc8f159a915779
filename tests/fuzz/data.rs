//! Data sets: meshes, lists of points, tables, texts and images.

use std::path::Path;

use burn::data::dataset::Dataset;
use burn_interaction_datasets::{
    Cifar10, CloudSet, Columns, ImageFiles, ImageSet, Mesh, SegmentFiles, SeriesSet, Split, Table,
    Texts, ag_news, census, cola, commercial, imagenet, modelnet, npz, own_sentences, own_table,
    series_csv, shapenet, sst2, ucr, unlabelled,
};
use image::{ImageFormat, RgbImage};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use crate::{Allowed, CASES, alone, config, taken};

/// Bytes that any reader may take, besides those for what the file holds: folders and messages.
const ANY: usize = 1 << 16;

/// Bytes of memory that a reader may take for a byte of the file: rows of a channel without features take the most, 55.
const FACTOR: usize = 64;

/// A reader of a folder with one file that is varied.
struct Reader {
    /// The varied file.
    file: &'static str,
    /// Contents of the varied file that are valid.
    valid: Vec<Vec<u8>>,
    /// The other files of the folder.
    beside: Vec<(&'static str, Vec<u8>)>,
    /// Reads the folder.
    read: fn(&Path),
    /// Whether the file is packed, so that a few bytes of it may be many in memory.
    packed: bool,
}

/// Words with which formats are put together, and numbers that are at the edges.
const WORDS: [&str; 45] = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "+1",
    "255",
    "1e38",
    "-3.4e38",
    "3.4e38",
    "1e-45",
    "1e308",
    "5e-324",
    "nan",
    "inf",
    "18446744073709551615",
    "99999999999",
    "0.5",
    " ",
    " ",
    "\t",
    ",",
    ", ",
    ":",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "\\",
    "#",
    "[",
    "]",
    "?",
    ".",
    "|",
    "OFF",
    "\u{feff}",
    "\0",
    "é",
    "sentence\tlabel",
    "index\tsentence",
    "1:1",
    "4124:0.5",
];

/// A change of a valid file.
#[derive(Debug, Clone)]
enum Change {
    /// Another byte at a place.
    Byte(u8),
    /// A word before a place.
    Insert(&'static str),
    /// Bytes from a place on that are left out.
    Remove(usize),
    /// Bytes from a place on that come twice.
    Repeat(usize),
    /// Nothing from a place on.
    Cut,
}

fn changes() -> impl Strategy<Value = Vec<(f64, Change)>> {
    let change = prop_oneof![
        4 => any::<u8>().prop_map(Change::Byte),
        4 => select(&WORDS[..]).prop_map(Change::Insert),
        2 => (0..40_usize).prop_map(Change::Remove),
        2 => (0..40_usize).prop_map(Change::Repeat),
        1 => Just(Change::Cut),
    ];
    vec((0.0..1.0, change), 0..6)
}

fn changed(valid: &[u8], changes: Vec<(f64, Change)>) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for (at, change) in changes {
        let at = (at * bytes.len() as f64) as usize;
        let end = |length: usize| bytes.len().min(at + length);
        match change {
            Change::Byte(byte) => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|old| *old = byte),
            Change::Insert(word) => drop(bytes.splice(at..at, word.bytes())),
            Change::Remove(length) => drop(bytes.drain(at..end(length))),
            Change::Repeat(length) => {
                let again = bytes[at..end(length)].to_vec();
                bytes.splice(at..at, again);
            }
            Change::Cut => bytes.truncate(at),
        }
    }
    bytes
}

impl Reader {
    /// Contents of the varied file: valid ones with changes, words in any order, and bytes of any kind.
    fn contents(&self) -> impl Strategy<Value = Vec<u8>> + use<> {
        let valid = (select(self.valid.clone()), changes());
        let words = vec(select(&WORDS[..]), 0..60);
        prop_oneof![
            6 => valid.prop_map(|(valid, changes)| changed(&valid, changes)),
            2 => words.prop_map(|words| words.concat().into_bytes()),
            1 => vec(any::<u8>(), 0..400),
        ]
    }

    fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, contents) in self.beside.iter().chain([&(self.file, Vec::new())]) {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, contents).unwrap();
        }
        folder
    }

    /// Reads varied contents.
    fn fuzz(&self) {
        let folder = self.folder();
        let allowed = Allowed {
            any: ANY,
            each: FACTOR,
        };
        crate::fuzz(
            &folder.path().join(self.file),
            self.contents(),
            (!self.packed).then_some(allowed),
            |_| (self.read)(folder.path()),
        );
    }

    /// Reads a large file in which as many things as possible stand in few bytes.
    fn fill(&self, head: &str, line: &str) {
        let text = format!("{head}{}", line.repeat((1 << 20) / line.len()));
        let folder = self.folder();
        std::fs::write(folder.path().join(self.file), &text).unwrap();
        let most = taken(|| (self.read)(folder.path()));
        let factor = most as f64 / text.len() as f64;
        println!("{}: {factor:.1} bytes of memory for a byte", self.file);
        assert!(factor <= FACTOR as f64, "{}: {factor}", self.file);
    }
}

fn check_table(split: Split<Table>) {
    for table in [split.train, split.test] {
        let categories = table.categories().clone();
        let rows = table.rows().iter();
        assert!(
            rows.flat_map(|row| &row.features)
                .all(|value| value.is_finite())
        );
        assert!(table.with_categories(&categories).is_ok());
    }
}

fn check_texts(split: Split<Texts>) {
    let mut items = split.train.items().iter().chain(split.test.items());
    let classes = split.train.classes().len();
    assert!(items.all(|item| !item.text.is_empty() && item.label < classes));
}

fn check_clouds(set: &dyn CloudSet) {
    for index in 0..set.len() {
        for draw in [None, Some(7)] {
            let Ok(cloud) = set.cloud(index, 9, draw) else {
                continue;
            };
            let cloud = cloud.normalized();
            assert_eq!(cloud.points.len(), 9);
            assert!(
                cloud.points.as_flattened().iter().all(|v| v.is_finite()),
                "{cloud:?}"
            );
            assert!(cloud.regions().is_none_or(|regions| regions.len() == 9));
        }
    }
}

const OFF: &str = "OFF\n4 2 0\n0 0 0\n2 0 0\n2 2 0\n0 2 0.5\n3 0 1 2\n4 0 1 2 3 255 0 0\n";

fn meshes() -> Reader {
    Reader {
        file: "bed/train/a.off",
        valid: [
            OFF,
            "OFF4 1\n# square\n0 0 0\n1 0 0\n1 1e3 0\n0 1 0\n4 0 1 2 3\n",
        ]
        .map(|text| text.into())
        .into(),
        beside: Vec::new(),
        read: |folder| {
            let _ = Mesh::read_off(folder.join("bed/train/a.off"));
            if let Ok(split) = modelnet(folder) {
                check_clouds(&split.train.cached(0));
            }
        },
        packed: false,
    }
}

const CATEGORIES: (&str, &[u8]) = ("synsetoffset2category.txt", b"Bag\t02\nTable\t01\n");

fn shapes(file: &'static str, valid: &[&str], beside: &[(&'static str, &[u8])]) -> Reader {
    let beside = beside
        .iter()
        .map(|(file, contents)| (*file, contents.to_vec()));
    Reader {
        file,
        valid: valid.iter().map(|text| text.as_bytes().to_vec()).collect(),
        beside: beside.collect(),
        read: |folder| {
            if let Ok(split) = shapenet(folder) {
                check_clouds(&split.train.cached(0));
            }
        },
        packed: false,
    }
}

fn points() -> Reader {
    let parts: (&str, &[u8]) = ("02/points_label/a.seg", b"3\n1\n3\n");
    let valid = "0 0 1\n0 1 0\n1 0.5 -2e3\n";
    shapes("02/points/a.pts", &[valid], &[CATEGORIES, parts])
}

fn resampled() -> Reader {
    let list = |name: &'static str, text: &str| (name, text.as_bytes().to_vec());
    Reader {
        file: "bed/bed_1.txt",
        valid: vec![b"1,2,3,0,0,1\n4,5,6,0,0,1\n".to_vec()],
        beside: vec![
            list("modelnet10_shape_names.txt", "bed\n"),
            list("modelnet10_train.txt", "bed_1\n"),
            list("modelnet10_test.txt", ""),
        ],
        read: |folder| check_clouds(&modelnet(folder).unwrap().train.cached(0)),
        packed: false,
    }
}

const ADULT: &str = "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, United-States, <=50K\n\
    50, Private, 83311, Bachelors, 13, Divorced, Sales, Husband, Black, Female, 0, 0, 13, Cuba, >50K.\n\
    20, ?, 1, HS-grad, 9, Divorced, Sales, Husband, Black, Female, 0, 0, 13, Cuba, >50K\n";

fn tables() -> Reader {
    Reader {
        file: "adult.data",
        valid: vec![ADULT.into()],
        beside: vec![("adult.test", ADULT.into())],
        read: |folder| drop(census(folder).map(check_table)),
        packed: false,
    }
}

fn channels() -> Reader {
    Reader {
        file: "BBC.txt",
        valid: vec![b"1  1:123 2:1.5 3:9 4124:0.25\n-1 16:4 17:8\n".to_vec()],
        beside: Vec::new(),
        read: |folder| drop(commercial(folder).map(check_table)),
        packed: false,
    }
}

fn news() -> Reader {
    let valid = "\"4\",\"A \"\"new\"\" chip\",\"It\\is fast\"\n\"1\",\"One\",\"two\nlines\"\n";
    Reader {
        file: "train.csv",
        valid: vec![
            valid.into(),
            b"Class Index,Title,Description\n3,Oil,\"Up, again\"\n".to_vec(),
        ],
        beside: vec![("test.csv", valid.into())],
        read: |folder| drop(ag_news(folder).map(check_texts)),
        packed: false,
    }
}

fn reviews() -> Reader {
    let valid = "sentence\tlabel\na fine film \t1\n\nnot fine\t0\r\n";
    Reader {
        file: "train.tsv",
        valid: vec![valid.into()],
        beside: vec![("dev.tsv", valid.into())],
        read: |folder| drop(sst2(folder).map(check_texts)),
        packed: false,
    }
}

fn judgements() -> Reader {
    let valid = "gj04\t1\t\tShe ran.\nclc95\t0\t*\tRan she the.\n";
    Reader {
        file: "train.tsv",
        valid: vec![valid.into()],
        beside: vec![("dev.tsv", valid.into())],
        read: |folder| drop(cola(folder).map(check_texts)),
        packed: false,
    }
}

fn records() -> Reader {
    let mut valid = vec![3; 3073];
    valid.extend([9; 3073]);
    Reader {
        file: "test_batch.bin",
        valid: vec![valid],
        beside: Vec::new(),
        read: |folder| {
            if let Ok(images) = Cifar10::test(folder) {
                assert!((0..images.len()).all(|index| images.label(index) < 10));
            }
        },
        packed: false,
    }
}

fn whole() -> Reader {
    Reader {
        file: "adult.csv",
        valid: vec![
            ADULT.into(),
            format!("age,workclass,fnlwgt,education,education.num,marital.status,occupation,relationship,race,sex,capital.gain,capital.loss,hours.per.week,native.country,income\n{ADULT}").into(),
        ],
        beside: Vec::new(),
        ..tables()
    }
}

/// Images in every format, each with its noise.
fn images() -> Reader {
    let pixels = RgbImage::from_fn(9, 7, |x, y| image::Rgb([(x * y) as u8, (31 * x) as u8, 9]));
    let formats = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Gif,
        ImageFormat::Tiff,
        ImageFormat::Pnm,
    ];
    let encoded = formats.map(|format| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        pixels.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    });
    Reader {
        file: "cat/a.jpeg",
        valid: encoded.into(),
        beside: Vec::new(),
        read: |folder| {
            let files = ImageFiles::folder(folder).unwrap().cached(0);
            if let Ok(item) = files.image(0) {
                assert_eq!(item.pixels.len(), item.size.iter().product::<usize>());
                assert!(!item.pixels.is_empty());
            }
        },
        packed: true,
    }
}

#[test]
fn meshes_are_read_or_refused() {
    let _alone = alone();
    meshes().fuzz();
    meshes().fill("OFF\n9999999999 9999999999 0\n", "0 0 0\n");
    meshes().fill("OFF\n3 99999999 0\n0 0 0\n1 0 0\n0 1 0\n", "3 0 1 2\n");
    // A polygon is a triangle for each of its corners.
    meshes().fill("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n524286 ", "0 1 2 ");
}

#[test]
fn lists_of_points_are_read_or_refused() {
    let _alone = alone();
    points().fuzz();
    points().fill("", "0 0 0\n");
    let all: (&str, &[u8]) = ("02/points/a.pts", b"0 0 1\n0 1 0\n1 0 0\n");
    let parts = shapes("02/points_label/a.seg", &["3\n1\n3\n"], &[CATEGORIES, all]);
    parts.fuzz();
    parts.fill("", "1\n");
    let valid = "0 0 1 0 0 1 47.000000\n0 1 0 0 0 1 48.0\n";
    let both = shapes("01/b.txt", &[valid], &[CATEGORIES]);
    both.fuzz();
    both.fill("", "0 0 0 0 0 0 0\n");
    resampled().fuzz();
    resampled().fill("", "0,0,0,0,0,0\n");
}

#[test]
fn lists_of_shapes_are_read_or_refused() {
    let _alone = alone();
    let all: (&str, &[u8]) = ("02/points/a.pts", b"0 0 1\n0 1 0\n1 0 0\n");
    let list = "train_test_split/shuffled_train_file_list.json";
    let lists = shapes(
        list,
        &["[\"shape_data/02/a\", \"shape_data/02/a\"]"],
        &[CATEGORIES, all],
    );
    lists.fuzz();
    let categories = shapes(CATEGORIES.0, &["Bag\t02\nTable\t01\n\n"], &[all]);
    categories.fuzz();
    categories.fill("", "a b\n");
}

#[test]
fn tables_are_read_or_refused() {
    let _alone = alone();
    tables().fuzz();
    tables().fill("", "1,a,1,a,1,a,a,a,a,a,1,1,1,a,<=50K\n");
    whole().fuzz();
    whole().fill("", "1,a,1,a,1,a,a,a,a,a,1,1,1,a,<=50K\n");
    channels().fuzz();
    channels().fill("", "1\n");
}

#[test]
fn texts_are_read_or_refused() {
    let _alone = alone();
    news().fuzz();
    news().fill("", "1,a,\n");
    reviews().fuzz();
    reviews().fill("sentence\tlabel\n", "a\t1\n");
    judgements().fuzz();
    judgements().fill("", "\t1\t\ta\n");
    let test = Reader {
        file: "test.tsv",
        valid: vec![b"index\tsentence\n0\ta film .\n1\tanother\n".to_vec()],
        read: |folder| drop(unlabelled(folder.join("test.tsv"))),
        ..reviews()
    };
    test.fuzz();
    test.fill("index\tsentence\n", "\ta\n");
}

#[test]
fn images_are_read_or_refused() {
    let _alone = alone();
    records().fuzz();
    images().fuzz();
}

#[test]
fn a_jpeg_is_whole_whatever_follows_it_and_cut_wherever_it_ends_early() {
    let _alone = alone();
    let jpeg = images().valid.swap_remove(0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpeg");
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let files = ImageFiles::new(vec![(path.clone(), 0)], vec!["cat".into()]).unwrap();
        files.image(0)
    };
    let pixels = read(&jpeg).unwrap().pixels;
    let cases = (vec(any::<u8>(), 0..100), 3..jpeg.len());
    let run = TestRunner::new(config(CASES)).run(&cases, |(tail, cut)| {
        let whole = read(&[&jpeg[..], &tail].concat()).unwrap();
        prop_assert_eq!(&whole.pixels, &pixels);
        let error = read(&jpeg[..cut]).unwrap_err().to_string();
        prop_assert!(error.contains("is cut"), "{error}");
        Ok(())
    });
    run.unwrap();
}

#[test]
fn lists_of_images_are_read_or_refused() {
    let _alone = alone();
    let image = |name| (name, Vec::new());
    for (file, valid) in [
        ("val.txt", "x_2.JPEG 1\nx_1.JPEG 0\n"),
        (
            "val_annotations.txt",
            "x_2.JPEG\tn02\t0\t0\nx_1.JPEG\tn01\t1\t1\n",
        ),
        (
            "LOC_val_solution.csv",
            "ImageId,PredictionString\nx_2,n02 1 2\nx_1,n01 5 6\n",
        ),
        ("words.txt", "n01\tdog, hound\nn03\tcat\n"),
    ] {
        let list = Reader {
            file,
            valid: vec![valid.into()],
            beside: vec![
                image("train/n01/a.JPEG"),
                image("train/n02/b.JPEG"),
                image("val/x_1.JPEG"),
                image("val/x_2.JPEG"),
            ],
            read: |folder| drop(imagenet(folder)),
            packed: false,
        };
        list.fuzz();
    }
}

fn check_series(split: Split<SeriesSet>) {
    for set in [&split.train, &split.test] {
        let channels = set.channels().len();
        for (index, item) in set.items().iter().enumerate() {
            assert_eq!(item.values.len(), channels * set.steps(index));
            assert!(item.values.iter().all(|value| value.is_finite()));
        }
    }
}

#[test]
fn series_are_read_or_refused() {
    let _alone = alone();
    const STEPS: &str = "series,label,x,y\na,up,1,2\na,up,3,-4.5\nb,down,5e3,6\n";
    let steps = Reader {
        file: "train.csv",
        valid: vec![STEPS.into()],
        beside: vec![("test.csv", STEPS.into())],
        read: |folder| drop(series_csv(folder).map(check_series)),
        packed: false,
    };
    steps.fuzz();
    steps.fill("series,label,x,y\n", "a,b,1,2\n");
    const LINES: &str = "1\t0.5\t-2\tNaN\n2\t1e3\t4\t5\n";
    let lines = Reader {
        file: "A_TRAIN.tsv",
        valid: vec![LINES.into()],
        beside: vec![("A_TEST.tsv", LINES.into())],
        read: |folder| drop(ucr(folder).map(check_series)),
        packed: false,
    };
    lines.fuzz();
    lines.fill("", "1\t1\n");
}

#[test]
fn files_of_one_s_own_are_read_or_refused() {
    let _alone = alone();
    const ROWS: &str = "age,colour,kind\n30,red,no\n?,red,no\n20.5,\"blue, dark\",yes\n7,red,yes\n";
    let rows = Reader {
        file: "a.csv",
        valid: vec![ROWS.into(), ROWS.replace(',', ";").into()],
        beside: Vec::new(),
        read: |folder| {
            let columns = Columns::labelled("kind");
            drop(own_table(folder.join("a.csv"), &columns).map(check_table));
        },
        packed: false,
    };
    rows.fuzz();
    const PAIRS: &str = "{\"text\": \"a\", \"more\": \"b c\", \"label\": 1}\n{\"text\": \"d\", \"more\": \"e\", \"label\": 0}\n{\"text\": \"d\", \"more\": null, \"label\": true}\n";
    let pairs = Reader {
        file: "a.jsonl",
        valid: vec![PAIRS.into()],
        beside: Vec::new(),
        read: |folder| {
            let columns = Columns::default().inputs(["text", "more"]);
            drop(own_sentences(folder.join("a.jsonl"), &columns).map(check_texts));
        },
        packed: false,
    };
    pairs.fuzz();
}

/// The bytes of an array as NumPy's `save` writes it.
fn saved(descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(values);
    bytes
}

#[test]
fn arrays_and_labels_are_read_or_refused() {
    let _alone = alone();
    let labels = Reader {
        file: "0.npy",
        valid: vec![
            saved("|u1", "(2, 3)", &[1, 1, 2, 2, 3, 3]),
            saved("<i2", "(2, 1, 2)", &[1, 0, 2, 0, 255, 255, 4, 0]),
        ],
        beside: Vec::new(),
        read: |folder| drop(SegmentFiles::open(folder.join("0.npy"))),
        packed: false,
    };
    labels.fuzz();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [
        ("x.npy", saved("|u1", "(4, 2, 2)", &[7; 16])),
        ("y.npy", saved("|u1", "(4,)", &[0, 1, 0, 1])),
    ] {
        zip.start_file(name, options).unwrap();
        std::io::Write::write_all(&mut zip, &bytes).unwrap();
    }
    let arrays = Reader {
        file: "a.npz",
        valid: vec![zip.finish().unwrap().into_inner()],
        beside: Vec::new(),
        read: |folder| drop(npz(folder.join("a.npz"))),
        packed: true,
    };
    arrays.fuzz();
}
