//! A renderer of one line an epoch, where there is no terminal for the dashboard.

use std::collections::BTreeMap;
use std::time::Instant;

use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{MetricDefinition, MetricId, NumericEntry};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};

/// Prints the metrics at the end of each epoch.
pub struct PlainRenderer {
    definitions: Vec<MetricDefinition>,
    train: BTreeMap<usize, String>,
    valid: BTreeMap<usize, String>,
    epochs: usize,
    start: Instant,
    silent: bool,
    /// Whether a loss was not finite, which is said once.
    diverged: bool,
}

/// The name of Burn's metric of the loss, and the beginning of those of its terms.
const LOSS: &str = "Loss";

impl PlainRenderer {
    /// A renderer that prints, or one that shows nothing.
    pub fn new(silent: bool) -> Self {
        Self {
            silent,
            definitions: Vec::new(),
            train: BTreeMap::new(),
            valid: BTreeMap::new(),
            epochs: 0,
            start: Instant::now(),
            diverged: false,
        }
    }

    /// The place of a metric among those registered, and its text at the end of an epoch: a loss is shown whatever it is, others where they are
    /// finite.
    fn final_value(&self, state: MetricState) -> Option<(usize, String)> {
        let place = |id: &MetricId| self.definitions.iter().position(|d| d.metric_id == *id);
        match state {
            MetricState::Numeric(entry, Some(NumericEntry::Final(value))) => {
                let place = place(&entry.metric_id)?;
                let is_shown = value.is_finite() || self.definitions[place].name.starts_with(LOSS);
                is_shown.then(|| (place, format!("{value:.3}")))
            }
            MetricState::Generic(entry) if !entry.serialized_entry.is_not_available() => {
                Some((place(&entry.metric_id)?, entry.serialized_entry.formatted))
            }
            _ => None,
        }
    }

    /// Whether the loss among these values is not finite.
    fn is_lost(&self, values: &BTreeMap<usize, String>) -> bool {
        let mut losses = values
            .iter()
            .filter(|(place, _)| self.definitions[**place].name.as_str() == LOSS);
        losses.any(|(_, text)| text.parse::<f64>().is_ok_and(|loss| !loss.is_finite()))
    }

    fn line(&self, values: &BTreeMap<usize, String>) -> String {
        let named = values
            .iter()
            .map(|(place, value)| format!("{} {value}", self.definitions[*place].name));
        named.collect::<Vec<_>>().join(", ")
    }
}

impl MetricsRendererTraining for PlainRenderer {
    fn update_train(&mut self, state: MetricState) {
        if let Some((place, value)) = self.final_value(state) {
            self.train.insert(place, value);
        }
    }

    fn update_valid(&mut self, state: MetricState) {
        if let Some((place, value)) = self.final_value(state) {
            self.valid.insert(place, value);
        }
    }
}

impl TrainingProgressLogger for PlainRenderer {
    fn start(&mut self, epochs: usize, _: usize, _: Option<usize>, _: Option<&str>) {
        self.epochs = epochs;
    }

    fn update_epoch(&mut self, epoch: usize) {
        if !self.silent {
            let seconds = self.start.elapsed().as_secs();
            println!("epoch {epoch} of {}, {seconds} s", self.epochs);
            println!("  train: {}", self.line(&self.train));
            println!("  valid: {}", self.line(&self.valid));
        }
        let lost = self.is_lost(&self.train) || self.is_lost(&self.valid);
        if lost && !self.diverged {
            self.diverged = true;
            eprintln!(
                "warning: the loss of epoch {epoch} is not finite: a training that diverges has no result, end it with Ctrl-C"
            );
        }
        self.train.clear();
        self.valid.clear();
    }

    fn start_split(&mut self, _: &str, _: usize) {}

    fn update_split(&mut self, _: usize) {}

    fn end_split(&mut self) {}

    fn end(&mut self) {}

    fn log_event_training(&mut self, _: String) {}
}

impl EvaluationProgressLogger for PlainRenderer {
    fn start_global_progress(&mut self, _: usize) {}

    fn start_test(&mut self, _: &str, _: usize) {}

    fn update_test_progress(&mut self, _: usize) {}

    fn end_test(&mut self) {}

    fn end_global_progress(&mut self) {}

    fn log_event_evaluation(&mut self, _: String) {}
}

impl MetricsRendererEvaluation for PlainRenderer {
    fn update_test(&mut self, _: EvaluationName, _: MetricState) {}
}

impl MetricsRenderer for PlainRenderer {
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        self.definitions.push(definition);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use burn::train::metric::{MetricAttributes, MetricEntry, SerializedEntry};

    use super::*;

    #[test]
    fn a_loss_that_is_not_finite_is_shown_and_seen() {
        let id = |name: &str| MetricId::new(Arc::new(name.into()));
        let mut renderer = PlainRenderer::new(false);
        for name in ["Loss", "Order strength low"] {
            renderer.register_metric(MetricDefinition {
                metric_id: id(name),
                name: Arc::new(name.into()),
                description: None,
                attributes: MetricAttributes::None,
            });
        }
        let end = |name: &str, value: f64| {
            let entry = SerializedEntry::new(String::new(), String::new());
            let entry = MetricEntry::new(id(name), entry);
            MetricState::Numeric(entry, Some(NumericEntry::Final(value)))
        };
        renderer.update_train(end("Loss", 0.5));
        renderer.update_valid(end("Order strength low", f64::NAN));
        assert!(!renderer.is_lost(&renderer.train) && renderer.valid.is_empty());
        renderer.update_valid(end("Loss", f64::NAN));
        assert_eq!(renderer.line(&renderer.valid), "Loss NaN");
        renderer.update_epoch(1);
        assert!(renderer.diverged && renderer.valid.is_empty());
    }
}
