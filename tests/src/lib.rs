//! What the tests of the workspace share.

pub mod events;

use std::io::Write;
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::coalition::{Generator, generator};
use rand::RngExt;

/// The device that the tests run on: `flex`, or the one that `INTERACTION_DEVICE` names.
pub fn test_device() -> Device {
    let name = std::env::var("INTERACTION_DEVICE").unwrap_or_else(|_| "flex".into());
    burn_interaction::device(&name).expect("the test device")
}

/// The module with weights drawn from a generator of ours: Burn's own is shared by all threads, so that what a test
/// draws from it depends on the tests beside it.
pub fn seeded<M: Module>(module: M, seed: u64) -> M {
    struct Seeder(Generator);

    impl ModuleMapper for Seeder {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|tensor| {
                let bound = 1.0 / (tensor.dims()[0] as f32).sqrt();
                uniform(tensor.dims(), bound, &mut self.0, &tensor.device())
            })
        }
    }

    module.map(&mut Seeder(generator(seed, 0)))
}

/// A tensor of numbers drawn uniformly between `-bound` and `bound`.
pub fn uniform<const D: usize>(
    shape: [usize; D],
    bound: f32,
    rng: &mut Generator,
    device: &Device,
) -> Tensor<D> {
    let values: Vec<f32> = (0..shape.iter().product())
        .map(|_| rng.random_range(-bound..=bound))
        .collect();
    Tensor::from_data(TensorData::new(values, shape), device)
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
    let (bytes, shape) = npy(path, "'<f4'");
    let number = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    let values: Vec<f32> = bytes.chunks_exact(4).map(number).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Reads a NumPy file of 64-bit integers in C order.
pub fn read_npy_int<const D: usize>(path: &Path, device: &Device) -> Tensor<D, Int> {
    let (bytes, shape) = npy(path, "'<i8'");
    let number = |b: &[u8]| i64::from_le_bytes(b.try_into().expect("eight bytes"));
    let values: Vec<i64> = bytes.chunks_exact(8).map(number).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The numbers and the shape of a NumPy file of this type.
fn npy(path: &Path, kind: &str) -> (Vec<u8>, Vec<usize>) {
    let bytes = std::fs::read(path).expect("the fixture");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + length]).expect("a NumPy header");
    assert!(
        header.contains(kind) && header.contains("'fortran_order': False"),
        "{header}"
    );
    let shape = header
        .split('(')
        .nth(1)
        .and_then(|s| s.split(')').next())
        .expect("a shape");
    let shape = shape.split(',').filter_map(|n| n.trim().parse().ok());
    (bytes[10 + length..].to_vec(), shape.collect())
}
