//! One module a command.

pub mod bench;
pub mod demo;
pub mod devices;
pub mod discover;
pub mod train;
