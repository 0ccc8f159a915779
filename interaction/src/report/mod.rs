//! Turns results into text, tables and pictures, and computes nothing on a device.

mod clouds;
mod curves;
mod numbers;
mod pictures;
mod precision;
mod sentences;

pub use curves::{curve_name, table, title};
pub use numbers::seconds;
pub use pictures::write_pictures;
pub use precision::{plan, reached};
