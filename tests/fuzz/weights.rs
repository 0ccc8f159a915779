//! Weights: safetensors, pickles, archives, packs and indices.

use std::io::Write;
use std::path::Path;

use burn_interaction_models::{MlpConfig, load, load_pretrained, weight_files};
use proptest::prelude::*;
use serde_json::json;

use crate::{Allowed, alone, file, fixture};

/// Bytes of memory: a pickle of single letters makes an object of each, in a list that doubles as it grows; beside these the
/// networks, and what the reader of pickles may copy by reference.
pub const ALLOWED: Allowed = Allowed {
    any: 192 << 20,
    each: 512,
};

fn fuzz(name: &str, contents: impl Strategy<Value = Vec<u8>>, read: impl Fn(&Path)) {
    let (_folder, path) = file(name);
    crate::fuzz(&path, contents, Some(ALLOWED), read);
}

/// Numbers that headers claim.
pub fn claims() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(u64::MAX),
        Just(i64::MAX as u64),
        Just(1 << 40),
        Just(1 << 31),
        Just(0xffff_ffff),
        any::<u64>(),
    ]
}

/// A valid file with single bytes and whole numbers changed, and perhaps cut.
pub fn changed(file: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let length = file.len();
    let bytes = prop::collection::vec((0..length, any::<u8>()), 0..8);
    let numbers = prop::collection::vec((0..length, claims(), 1..9_usize), 0..3);
    (bytes, numbers, prop::option::weighted(0.2, 0..=length)).prop_map(
        move |(bytes, numbers, cut)| {
            let mut file = file.clone();
            for (at, byte) in bytes {
                file[at] = byte;
            }
            for (at, number, size) in numbers {
                for (byte, new) in file[at..].iter_mut().zip(&number.to_le_bytes()[..size]) {
                    *byte = *new;
                }
            }
            file.truncate(cut.unwrap_or(length));
            file
        },
    )
}

fn changed_of(names: &[&str]) -> impl Strategy<Value = Vec<u8>> {
    let files: Vec<_> = names.iter().map(|name| fixture(name)).collect();
    prop::sample::select(files).prop_flat_map(changed)
}

fn arbitrary(beginnings: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let beginning = prop::sample::select(beginnings);
    let rest = prop::collection::vec(any::<u8>(), 0..600);
    (beginning, rest).prop_map(|(beginning, rest)| [beginning, &rest[..]].concat())
}

fn weights(path: &Path) {
    let device = burn_interaction::device("flex").unwrap();
    let config = MlpConfig::new(3, 2).with_layers(2).with_hidden(4);
    load(config.init(&device), path).map(|_| ()).ok();
    load_pretrained(config.init(&device), path).map(|_| ()).ok();
}

#[test]
fn safetensors() {
    let _alone = alone();
    let valid = prop_oneof![
        changed_of(&["pickles/half.safetensors", "folders/bert/model.safetensors"]),
        // A header that claims anything of a tensor the network needs.
        (claims(), claims(), claims(), claims()).prop_map(|(a, b, start, end)| {
            let header = json!({"layers.0.bias": {
                "dtype": "F32", "shape": [a, b], "data_offsets": [start, end]}});
            let header = header.to_string();
            let size = (header.len() as u64).to_le_bytes();
            [&size[..], header.as_bytes(), &[0; 64]].concat()
        }),
        (claims(), prop::collection::vec(any::<u8>(), 0..200))
            .prop_map(|(size, rest)| { [&size.to_le_bytes()[..], b"{", &rest].concat() }),
    ];
    fuzz("a.safetensors", valid, weights);
}

#[test]
fn pickles_and_archives() {
    let _alone = alone();
    let files = changed_of(&[
        "checkpoints/imagenet.pth.tar",
        "checkpoints/legacy",
        "checkpoints/old.t7",
        "checkpoints/twice.t7",
        "checkpoints/module.pth",
        "checkpoints/numpy.pth",
        "checkpoints/script.pt",
        "pickles/training.pth",
    ]);
    // The pickle within an archive whose sums are right.
    let inner = changed(pickle_of(&fixture("checkpoints/compiled.pt"))).prop_map(archive);
    let strange = arbitrary(&[
        b"",
        b"\x80\x02",
        b"PK\x03\x04",
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.",
        b"NRUB\x01\x00",
    ]);
    let letters = prop::sample::select(vec![b'N', b'(', b']', b'}', b'2', 0x8f])
        .prop_map(|letter| archive([&[0x80, 2][..], &[letter; 40_000], b"."].concat()));
    fuzz(
        "a.pth",
        prop_oneof![files, inner, strange, letters],
        weights,
    );
}

fn pickle_of(file: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
    let mut pickle = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        if entry.name().unwrap().ends_with("data.pkl") {
            std::io::Read::read_to_end(&mut entry, &mut pickle).unwrap();
        }
    }
    pickle
}

fn archive(pickle: Vec<u8>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [
        ("a/data.pkl", &pickle[..]),
        ("a/data/0", &[0; 64]),
        ("a/data/1", &[0; 64]),
    ] {
        writer.start_file(name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn packs_of_burn() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bpk");
    let device = burn_interaction::device("flex").unwrap();
    let config = MlpConfig::new(3, 2).with_layers(2).with_hidden(4);
    burn_interaction_models::save(&config.init(&device), &path).unwrap();
    fuzz("a.bpk", changed(std::fs::read(path).unwrap()), weights);
}

#[test]
fn indices_of_shards() {
    let _alone = alone();
    let index = json!({"metadata": {"total_size": 8}, "weight_map": {
        "layers.0.weight": "model-1.safetensors", "layers.0.bias": "model-2.safetensors"}});
    let index = index.to_string().into_bytes();
    let files = prop_oneof![changed(index), arbitrary(&[b"{\"weight_map\": ", b"{"])];
    fuzz("a.index.json", files, |path| {
        weights(path);
        weight_files(path).ok();
    });
}
