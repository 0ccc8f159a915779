use burn_interaction::profile::Allocation;
use burn_interaction::{Classifier, Cost, Measurement};

use super::chosen::Chosen;
use super::progress::Bar;
use super::{Measure, interrupt};
use crate::error::{Result, usage};
use crate::report;
use crate::subject::Subject;

/// A measurement to a precision, before it begins.
pub struct Precise<'a, S: Subject, N> {
    /// The network.
    pub net: &'a N,
    /// The samples.
    pub chosen: &'a Chosen<S>,
    /// Seconds of a forward.
    pub each: f64,
    /// The settings.
    pub measure: &'a Measure,
}

impl<S: Subject, N: Classifier<S::Input>> Precise<'_, S, N> {
    /// Runs the pilot, and says what it found, what the measurement will take, and the arguments that would take it as a budget.
    ///
    /// # Errors
    ///
    /// Fails where the pilot does.
    pub fn plan(&self, measurement: &Measurement<S::Players>) -> Result<Allocation> {
        let Self {
            net,
            chosen,
            each,
            measure,
        } = self;
        let mut bar = Bar::new(Cost {
            forwards: 1,
            batches: 1,
            samples: chosen.batch.ids.len(),
        });
        let inputs = chosen.batch.inputs.clone();
        let planned = measurement.plan(*net, inputs, chosen.targets.clone(), &mut bar);
        bar.finish();
        let allocation = match planned {
            Err(burn_interaction::Error::Interrupted) if interrupt::requested() => {
                return Err(usage("interrupted in the pilot: nothing is measured"));
            }
            planned => planned?,
        };
        println!("{}", report::plan(&allocation, *each));
        if !allocation.components.is_empty() {
            let samples = allocation.samples.min(chosen.batch.ids.len());
            println!(
                "as a budget, which --part shares out: --pairs {} --contexts {} --samples {samples} --seed {}",
                allocation.pairs, allocation.contexts, measure.seed
            );
        }
        Ok(allocation)
    }
}
