//! A bar while a measurement runs.

use std::ops::ControlFlow;

use burn_interaction::{Cost, Observer, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::interrupt;

/// Shows forwards done and time left, and stops at Ctrl-C.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar for a run of this cost. Nothing is drawn where the output is no terminal.
    pub fn new(cost: Cost) -> Self {
        let bar = ProgressBar::new(cost.forwards);
        let style = ProgressStyle::with_template(
            "{bar:32} {percent:>3} %  {human_pos} of {human_len} forwards, {msg}  {elapsed} gone, {eta} left",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.0.finish_and_clear();
    }
}

impl Observer for Bar {
    fn update(&mut self, progress: &Progress) -> ControlFlow<()> {
        self.0.set_position(progress.forwards);
        self.0.set_message(format!(
            "{} of {} samples",
            progress.samples, progress.samples_total
        ));
        interrupt::flow()
    }
}
