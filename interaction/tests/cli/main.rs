//! The `interaction` command as a user runs it.

mod arguments;
mod clouds;
mod devices;
mod durable;
mod given;
mod history;
mod images;
mod kept;
mod machines;
mod measuring;
mod own;
mod pages;
mod precision;
mod pretrained;
mod readme;
#[cfg(feature = "remote")]
mod remote;
mod resume;
mod segments;
mod series;
mod server;
mod studies;
mod texts;
mod training;

use std::path::Path;
use std::process::{Command, Output};

fn interaction(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_interaction"))
        .args(args)
        .output()
        .expect("the command starts")
}

fn succeed(args: &[&str]) -> String {
    let output = interaction(args);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{args:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// The command fails without a panic, and its message names `what`.
fn refuse(args: &[&str], what: &str) {
    let output = interaction(args);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{args:?} went through");
    assert!(
        text.contains(what) && !text.contains("panicked"),
        "{args:?}: \"{text}\" does not name \"{what}\""
    );
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}
