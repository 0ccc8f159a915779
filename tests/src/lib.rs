//! What the tests of the workspace share.

use std::io::Write;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};

/// The device that the tests run on: `flex`, or the one that `INTERACTION_DEVICE` names.
pub fn test_device() -> Device {
    let name = std::env::var("INTERACTION_DEVICE").unwrap_or_else(|_| "flex".into());
    burn_interaction::device(&name).expect("the test device")
}

/// A file of the fixtures that travel with the tests.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(path)
}

/// The folder of real data that `INTERACTION_DATA` names; `None`, with a message, when it is not set.
pub fn real_data() -> Option<PathBuf> {
    let folder = std::env::var_os("INTERACTION_DATA").map(PathBuf::from);
    if folder.is_none() {
        // Straight to standard error: the test runner swallows what passing tests print.
        let message = "skipped: set INTERACTION_DATA to the folder of real data to run this test";
        writeln!(std::io::stderr(), "{message}").ok();
    }
    folder
}

/// Reads a NumPy file of 32-bit floats in C order.
pub fn read_npy<const D: usize>(path: &Path, device: &Device) -> Tensor<D> {
    let bytes = std::fs::read(path).expect("the fixture");
    let header_len = u16::from_le_bytes([bytes[8], bytes[9]]) as usize;
    let header = std::str::from_utf8(&bytes[10..10 + header_len]).expect("a NumPy header");
    assert!(
        header.contains("'<f4'") && header.contains("'fortran_order': False"),
        "{header}"
    );
    let shape = header
        .split('(')
        .nth(1)
        .and_then(|s| s.split(')').next())
        .expect("a shape");
    let shape: Vec<usize> = shape
        .split(',')
        .filter_map(|n| n.trim().parse().ok())
        .collect();
    let values = bytes[10 + header_len..]
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    Tensor::from_data(TensorData::new(values.collect::<Vec<f32>>(), shape), device)
}
