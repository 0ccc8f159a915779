use burn_interaction::Precision;
use clap::Args;

use super::parse;
use crate::error::{Result, usage};

/// The error that a measurement is to reach, and what it may cost.
#[derive(Args, Debug, Clone)]
pub struct PrecisionArgs {
    /// Measure until the error of J is at most this times the larger of 1 and J at every order, at the least cost: contexts and
    /// the number of pairs follow from a pilot, and samples are taken until it is reached.
    #[arg(long, value_name = "ERROR", conflicts_with_all = ["contexts", "published"])]
    pub precision: Option<f64>,
    /// With --precision: the error for just --samples, all of which are measured, not for the data they come from.
    #[arg(long, requires = "precision")]
    pub these: bool,
    /// With --precision: the most forwards, those of the pilot included, which takes some thousands.
    #[arg(long, requires = "precision", value_name = "N")]
    pub most_forwards: Option<u64>,
    /// With --precision: the most time, such as 90s, 20m or 2h.
    #[arg(long, requires = "precision", value_name = "TIME")]
    pub most_time: Option<String>,
    /// With --precision: say what it would take, with the arguments of a run that takes it, and stop.
    #[arg(long, requires = "precision")]
    pub plan_only: bool,
}

impl PrecisionArgs {
    /// The precision that the arguments ask for; `None` for a budget.
    pub fn wanted(&self) -> Result<Option<Precision>> {
        let Some(error) = self.precision else {
            return Ok(None);
        };
        let mut precision = Precision::new(error);
        if self.these {
            precision = precision.these();
        }
        if let Some(forwards) = self.most_forwards {
            if forwards == 0 {
                return Err(usage(
                    "--most-forwards 0: the pilot takes some thousands, allow several times as many; --plan-only tells how many",
                ));
            }
            precision = precision.most_forwards(forwards);
        }
        if let Some(time) = &self.most_time {
            precision = precision.most_time(parse::time("--most-time", time)?);
        }
        Ok(Some(precision))
    }
}
