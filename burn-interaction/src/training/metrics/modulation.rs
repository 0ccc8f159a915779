use std::sync::Arc;

use burn::tensor::TensorReadError;
use burn::train::metric::state::{FormatOptions, NumericMetricState};
use burn::train::metric::{
    Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes, NumericEntry,
    SerializedEntry,
};

use crate::training::ModulationInput;

/// One term of the modulation loss, before its weight, or the task's own loss.
#[derive(Clone)]
pub struct ModulationMetric {
    name: MetricName,
    term: String,
    state: NumericMetricState,
}

impl ModulationMetric {
    /// The term with this name, see [`Term::name`](crate::modulation::Term::name): `suppress 0.7-1`, say.
    pub fn term(name: impl Into<String>) -> Self {
        let term = name.into();
        Self {
            name: Arc::new(format!("Loss {term}")),
            term,
            state: NumericMetricState::default(),
        }
    }

    /// The task's own loss, without the terms.
    pub fn task() -> Self {
        Self::term("task")
    }
}

impl Metric for ModulationMetric {
    type Input = ModulationInput;

    fn name(&self) -> MetricName {
        self.name.clone()
    }

    fn attributes(&self) -> MetricAttributes {
        NumericAttributes {
            unit: None,
            higher_is_better: false,
        }
        .into()
    }

    fn update(
        &mut self,
        item: &ModulationInput,
        _: &MetricMetadata,
    ) -> Result<SerializedEntry, TensorReadError> {
        let Some((_, term)) = item.terms.iter().find(|(name, _)| **name == *self.term) else {
            return Ok(SerializedEntry::not_available(None));
        };
        // Burn's means weigh a batch by its samples, of which the last has fewer.
        self.state
            .update(term.clone().try_into_scalar::<f64>()?, item.samples);
        Ok(self
            .state
            .compute_update(FormatOptions::new(self.name()).precision(3)))
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        Ok(self
            .state
            .compute_final(FormatOptions::new(self.name()).precision(3)))
    }

    fn clear(&mut self) {
        self.state.reset();
    }
}

impl Numeric for ModulationMetric {
    fn value(&self) -> Option<NumericEntry> {
        Some(self.state.current_value())
    }

    fn running_value(&self) -> Option<NumericEntry> {
        Some(self.state.running_value())
    }

    fn final_value(&self) -> NumericEntry {
        self.state.final_value()
    }
}
