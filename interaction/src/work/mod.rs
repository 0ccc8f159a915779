//! Trains, measures and evaluates a subject, given values that serialise and never arguments.

mod board;
mod checkpoints;
mod chosen;
mod dashboard;
mod diverged;
mod epochs;
mod evaluation;
mod fit;
mod folder;
mod gallery;
pub mod interrupt;
mod measure;
mod measuring;
mod pages;
mod plain;
mod precise;
mod price;
mod pricing;
mod progress;
mod recipe;
mod results;
mod samples;
mod settings;
mod share;
mod train;

pub use checkpoints::{Checkpoints, kept};
pub use evaluation::*;
pub use fit::Shown;
pub use folder::*;
pub use measure::*;
pub use measuring::*;
pub use pages::*;
pub use pricing::{Prices, Pricing};
pub use recipe::*;
pub use results::*;
pub use samples::{choose, drawn, weights_digest};
pub use settings::*;
pub use share::*;
pub use train::*;

use burn::tensor::Device;

/// The device that work computes on and the folder that it writes to.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The devices, of one kind: the first does all that the others do not share.
    pub devices: &'a [Device],
    /// The devices as the user named them.
    pub name: &'a str,
    /// The folder of results.
    pub folder: &'a Folder,
    /// The command line, for results to say.
    pub command: &'a [String],
}

impl<'a> Place<'a> {
    /// The first device.
    pub fn device(&self) -> &'a Device {
        &self.devices[0]
    }
}
