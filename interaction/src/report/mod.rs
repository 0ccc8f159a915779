//! From results to text, tables and pictures. Computes nothing on a device.

mod clouds;
mod curves;
mod numbers;
mod pictures;
mod sentences;

pub use curves::{curve_name, table, title};
pub use numbers::seconds;
pub use pictures::write_pictures;
