//! Turns results into text, tables and pictures, and computes nothing on a device.

mod clouds;
mod curves;
mod differences;
mod history;
mod images;
mod numbers;
mod orders;
mod pictures;
mod precision;
mod sentences;

pub use curves::{curve_name, table, title};
pub use differences::{differences, differences_csv};
pub use history::history;
pub use numbers::seconds;
pub use pictures::write_pictures;
pub use precision::{plan, reached};
