//! Turns results into text, tables and pictures, and computes nothing on a device.

mod clouds;
mod curves;
mod differences;
mod distances;
mod gallery;
mod history;
mod images;
mod numbers;
mod orders;
pub mod page;
mod pictures;
mod precision;
mod sentences;
mod series;
mod shell;
pub mod words;

pub use curves::{curve_name, table, title};
pub use differences::{differences, differences_csv};
pub use gallery::*;
pub use history::{History, PastEpoch, diverged, history};
pub use numbers::seconds;
pub use orders::stands_out;
pub use pictures::write_pictures;
pub use precision::{plan, reached};
pub use shell::{quoted, shell_line};
