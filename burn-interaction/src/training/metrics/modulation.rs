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
    /// `None` before the term's first loss of an epoch.
    state: Option<NumericMetricState>,
}

impl ModulationMetric {
    /// The term with this name, see [`Term::name`](crate::modulation::Term::name): `suppress 0.7-1`, say.
    pub fn term(name: impl Into<String>) -> Self {
        let term = name.into();
        Self {
            name: Arc::new(format!("Loss {term}")),
            term,
            state: None,
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
        let format = FormatOptions::new(self.name()).precision(3);
        let state = self.state.get_or_insert_default();
        // Burn's means weigh a batch by its samples, of which the last has fewer.
        state.update(term.clone().try_into_scalar::<f64>()?, item.samples);
        Ok(state.compute_update(format))
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        let format = FormatOptions::new(self.name()).precision(3);
        Ok(match &self.state {
            Some(state) => state.compute_final(format),
            None => SerializedEntry::not_available(None),
        })
    }

    fn clear(&mut self) {
        self.state = None;
    }
}

impl Numeric for ModulationMetric {
    fn value(&self) -> Option<NumericEntry> {
        self.state.as_ref().map(NumericMetricState::current_value)
    }

    fn running_value(&self) -> Option<NumericEntry> {
        self.state.as_ref().map(NumericMetricState::running_value)
    }

    fn final_value(&self) -> NumericEntry {
        self.state.clone().unwrap_or_default().final_value()
    }
}
