#![doc = include_str!("../../README.md")]

pub mod coalition;
mod error;
pub mod estimate;
pub mod game;
pub mod measure;
pub mod players;
pub mod profile;

pub use burn;

pub use coalition::Coalition;
pub use error::{Error, Result};
pub use estimate::{Estimator, Orders, Pair, Pairs, Plan};
pub use game::{Classifier, Game, Reward};
pub use measure::{Cost, Measurement, Observer, Progress, Targets};
pub use players::{Baseline, Features, Patches, Players};
pub use profile::{
    Efficiency, Estimate, Profile, SampleProfile, Settings, Strength, StrengthPoint,
};
