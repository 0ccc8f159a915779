//! Evaluations of a trained network that end with numbers and curves: what a study compares.

mod fitting;
mod outcome;
mod strengths;

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

pub use fitting::Fitting;
pub use outcome::*;
pub use strengths::Strengths;

use super::samples::restored;
use crate::error::{Result, usage};
use crate::subject::{Job, Part, Subject};

/// One evaluation of a trained network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evaluation {
    /// The strengths of orders.
    Orders(Strengths),
    /// Training and validation loss and accuracy by epoch.
    Fit(Fitting),
}

impl Evaluation {
    /// The same evaluation of so many samples at most, from this part of the data; where they are absent, of its own.
    pub fn of(self, samples: Option<usize>, part: Option<Part>) -> Self {
        match self {
            Self::Orders(own) => Self::Orders(own.of(samples, part)),
            Self::Fit(own) => Self::Fit(own),
        }
    }

    /// Refuses settings that no evaluation can have.
    ///
    /// # Errors
    ///
    /// Fails where a setting is out of range.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Orders(own) => own.check(),
            Self::Fit(_) => Ok(()),
        }
    }
}

/// Evaluates a network that a training of this command left.
pub struct Evaluating<'a> {
    /// The evaluation.
    pub evaluation: &'a Evaluation,
    /// The weights of the network.
    pub weights: &'a Path,
    /// The folder that the training wrote to.
    pub training: &'a Path,
    /// The device to compute on.
    pub device: &'a Device,
    /// The folder for what the evaluation keeps while it runs.
    pub folder: &'a Path,
}

/// A network and its data, ready to be evaluated.
struct Ready<'a, S: Subject> {
    subject: &'a S,
    net: S::Net,
    job: &'a Evaluating<'a>,
}

impl Job for Evaluating<'_> {
    /// The numbers; `None` where the evaluation was interrupted.
    type Output = Option<Outcome>;

    fn run<S: Subject>(self, subject: S) -> Result<Option<Outcome>> {
        let ready = Ready {
            net: restored(subject.init(self.device)?, self.weights)?,
            subject: &subject,
            job: &self,
        };
        match self.evaluation {
            Evaluation::Orders(own) => own.measured(&ready),
            Evaluation::Fit(own) => own.read(&ready),
        }
    }
}

impl<S: Subject> Ready<'_, S> {
    /// A part of the data, or its first samples of each class where not all are wanted.
    fn samples(
        &self,
        part: Part,
        most: Option<usize>,
    ) -> Result<(std::sync::Arc<S::Samples>, Vec<usize>)> {
        use burn_interaction_datasets::Samples;

        let samples = self.subject.samples(part)?;
        let count = samples.count();
        if count == 0 {
            return Err(usage(format!(
                "the {} part of the data is empty",
                part.name()
            )));
        }
        let all: Vec<usize> = (0..count).collect();
        let chosen = match most {
            Some(most) if most < count => {
                super::samples::choose(&self.net, &*samples, &all, most, false, self.job.device)?
            }
            _ => all,
        };
        Ok((samples, chosen))
    }
}
