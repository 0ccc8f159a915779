//! A bar while a measurement runs.

use std::ops::ControlFlow;

use burn_interaction::{Cost, Observer, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::interrupt;

/// Shows forwards done and time left, and stops at Ctrl-C. Where the output is no terminal, a line each tenth.
pub struct Bar {
    bar: ProgressBar,
    tenths: u64,
}

impl Bar {
    /// A bar for a run of this cost.
    pub fn new(cost: Cost) -> Self {
        let bar = ProgressBar::new(cost.forwards);
        let style = ProgressStyle::with_template(
            "{bar:32} {percent:>3} %  {human_pos} of {human_len} forwards, {msg}  {elapsed} gone, {eta} left",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar, tenths: 0 }
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Bar {
    fn update(&mut self, progress: &Progress) -> ControlFlow<()> {
        let Progress {
            forwards,
            samples,
            samples_total,
            elapsed,
        } = *progress;
        self.bar.set_position(forwards);
        self.bar
            .set_message(format!("{samples} of {samples_total} samples"));
        let total = self.bar.length().unwrap_or(forwards).max(1);
        let tenths = 10 * forwards / total;
        if self.bar.is_hidden() && tenths > self.tenths && elapsed.as_secs() >= 5 {
            let left = elapsed.as_secs_f64() * (total as f64 / forwards as f64 - 1.0);
            println!(
                "  {} %, {samples} of {samples_total} samples, {:.0} s gone, {left:.0} s left",
                10 * tenths,
                elapsed.as_secs_f64()
            );
            self.tenths = tenths;
        }
        interrupt::flow()
    }
}
