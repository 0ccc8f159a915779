mod block;
mod v1;
mod v2;

pub use v1::*;
pub use v2::*;

/// The number of blocks in each stage, as a network's name gives it: `3-4-6-3`.
fn depths(blocks: impl Iterator<Item = usize>) -> String {
    let blocks: Vec<String> = blocks.map(|count| count.to_string()).collect();
    blocks.join("-")
}
