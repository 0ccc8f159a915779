//! Images in their files, lists of them, arrays, and labels of segments.

use burn::data::dataset::Dataset;
use burn_interaction_datasets::{Cifar10, ImageFiles, ImageSet, SegmentFiles, imagenet, npz};
use image::{ImageFormat, RgbImage};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::reader::Reader;
use crate::{CASES, alone, config};

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
