//! One module a command.

pub mod bench;
pub mod demo;
pub mod devices;
pub mod discover;
#[cfg(feature = "download")]
pub mod download;
pub mod merge;
pub mod networks;
pub mod train;
