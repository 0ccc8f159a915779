//! Tests that need several crates, in one binary.

mod axioms;
mod backends;
mod birth;
mod checkpoints;
mod clouds;
mod devices;
mod dialects;
mod evaluation;
mod examples;
mod folders;
mod games;
mod house;
mod measuring;
mod networks;
mod orders;
mod parity;
mod pictures;
mod real_data;
mod saved;
mod tasks;
mod tensorboard;
mod texts;
mod training;
