//! A bar while a measurement runs.

use std::ops::ControlFlow;

use burn_interaction::measure::Aim;
use burn_interaction::{Cost, Observer, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use super::interrupt;
use crate::report::seconds;

/// Shows forwards done and time left, and stops at Ctrl-C. Where the output is no terminal, a line is printed each tenth,
/// and each minute.
pub struct Bar {
    bar: ProgressBar,
    tenths: u64,
    minutes: u64,
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
        Self {
            bar,
            tenths: 0,
            minutes: 0,
        }
    }

    /// Removes the bar.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// The error reached and the one wanted.
fn aimed(aim: &Aim, samples: usize) -> String {
    match (aim.forwards, aim.error) {
        (None, _) => "pilot".into(),
        (_, None) => format!("{samples} samples to an error of {}", aim.wanted),
        (_, Some(error)) => {
            format!("{samples} more samples, error {error:.3} to {}", aim.wanted)
        }
    }
}

impl Observer for Bar {
    fn update(&mut self, progress: &Progress) -> ControlFlow<()> {
        let Progress {
            forwards,
            samples,
            samples_total,
            elapsed,
            aim,
        } = *progress;
        let samples = match aim {
            None => format!("{samples} of {samples_total} samples"),
            Some(aim) => aimed(&aim, samples_total),
        };
        if let Some(all) = aim.and_then(|aim| aim.forwards) {
            self.bar.set_length(all.max(forwards));
        }
        self.bar.set_position(forwards);
        self.bar.set_message(samples.clone());
        if aim.is_some_and(|aim| aim.forwards.is_none()) {
            // How far the pilot is nobody is told: it is short.
            self.bar.set_length(forwards.max(1));
            return interrupt::flow();
        }
        let total = self.bar.length().unwrap_or(forwards).max(1);
        let (tenths, minutes) = (10 * forwards / total, elapsed.as_secs() / 60);
        let news = tenths > self.tenths || minutes > self.minutes;
        if self.bar.is_hidden() && news && elapsed.as_secs() >= 5 {
            let share = forwards as f64 / total as f64;
            let gone = elapsed.as_secs_f64();
            println!(
                "  {:.1} %, {samples}, {} gone, {} left",
                100.0 * share,
                seconds(gone),
                seconds(gone * (1.0 / share - 1.0))
            );
            (self.tenths, self.minutes) = (tenths, minutes);
        }
        interrupt::flow()
    }

    fn warn(&mut self, warning: &str) {
        self.bar.suspend(|| eprintln!("warning: {warning}"));
    }
}
