#![doc = include_str!("../../README.md")]

mod batch;
pub mod coalition;
mod device;
mod error;
pub mod estimate;
#[cfg(feature = "figures")]
pub mod figures;
pub mod game;
pub mod measure;
pub mod modulation;
pub mod players;
pub mod profile;
#[cfg(feature = "train")]
pub mod training;

pub use burn;

pub use batch::Batch;
pub use coalition::Coalition;
pub use device::*;
pub use error::{Error, Result};
pub use estimate::{Estimator, Orders, Pair, Pairs, Plan};
pub use game::{Classifier, Game, Reward};
pub use measure::{Cost, Measurement, Observer, Progress, Targets};
pub use modulation::{EncourageLoss, Modulation, SuppressLoss, Term};
pub use players::{Baseline, Features, Patches, Players};
pub use profile::{
    Curves, Efficiency, Estimate, Profile, SampleProfile, Settings, Strength, StrengthPoint,
};
