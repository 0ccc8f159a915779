//! Burn's dashboard, with the epoch's numbers and orders where a terminal of 80 columns and 24 rows shows them.

use std::error::Error;
use std::sync::Arc;

use burn::train::LearnerSummary;
use burn::train::logger::{EvaluationProgressLogger, TrainingProgressLogger};
use burn::train::metric::{
    MetricAttributes, MetricDefinition, MetricEntry, MetricId, SerializedEntry,
};
use burn::train::renderer::{
    EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation,
    MetricsRendererTraining,
};

/// The title of the lines with all numbers of an epoch.
const TITLE: &str = "Accuracy, loss, orders";

/// Metrics that have a place in those lines: their names, and the short ones that fit on the tabs above the plots.
const PLACES: [(&str, &str); 7] = [
    ("Accuracy", "Accuracy"),
    ("Loss", "Loss"),
    ("Order curve", "Order curve"),
    ("Order strength low", "Low"),
    ("Order strength mid", "Mid"),
    ("Order strength high", "High"),
    ("Bottleneck depth", "Depth"),
];

/// A renderer that passes everything on to another one, preceded by a metric of its own: all numbers of an epoch on six lines
/// of 28 columns.
///
/// Burn's dashboard has a pane of that size for text on 80 x 24, in which a metric takes a title, a line for each part of
/// the data and an empty line, in the order in which metrics come: those of training first. Plots keep all metrics.
pub struct Dashboard<R> {
    inner: R,
    ids: Vec<(MetricId, usize)>,
    train: Numbers,
    valid: Numbers,
}

/// The last text of each of [`PLACES`] in a part of the data.
type Numbers = [Option<String>; PLACES.len()];

impl<R: MetricsRenderer> Dashboard<R> {
    /// Puts the lines before those of `inner`.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            ids: Vec::new(),
            train: Numbers::default(),
            valid: Numbers::default(),
        }
    }

    /// The place of a metric, and its text without Burn's words around it; `None` where there is no number yet.
    fn read(&self, state: &MetricState) -> Option<(usize, String)> {
        let (MetricState::Generic(entry) | MetricState::Numeric(entry, _)) = state;
        let (_, place) = self.ids.iter().find(|(id, _)| *id == entry.metric_id)?;
        let text = entry.serialized_entry.formatted.as_str();
        let text = text.strip_prefix("epoch ").unwrap_or(text);
        let text = text.split(" - batch").next().unwrap_or(text);
        let number = !(text.contains(SerializedEntry::NOT_AVAILABLE) || text.contains("NaN"));
        number.then(|| (*place, text.into()))
    }
}

/// The metric of the lines.
fn id() -> MetricId {
    MetricId::new(Arc::new(TITLE.into()))
}

/// The state of the lines' metric in a part of the data.
fn state(numbers: &Numbers) -> MetricState {
    let entry = SerializedEntry::new(lines(numbers), SerializedEntry::NOT_AVAILABLE.into());
    MetricState::Generic(MetricEntry::new(id(), entry))
}

/// The numbers of a part in groups, each of which stays on one line: lines are broken at spaces that break.
fn lines(numbers: &Numbers) -> String {
    let [accuracy, loss, curve, low, mid, high, depth] =
        numbers.each_ref().map(|text| text.as_deref());
    let named = |name: &str, text: Option<&str>| {
        let text = text.map(short)?;
        Some(format!("{name} {text}"))
    };
    let join = |parts: &[Option<String>], between: &str| {
        let parts: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
        parts.join(between)
    };
    let loss = loss.map(|text| match text.parse::<f64>() {
        Ok(loss) if (0.001..1000.0).contains(&loss) => format!("loss {loss:.3}"),
        _ => format!("loss {}", short(text)),
    });
    let groups = [
        join(&[accuracy.map(String::from), loss], ", "),
        curve.map_or(String::new(), |curve| format!("J {curve}")),
        join(
            &[named("low", low), named("mid", mid), named("high", high)],
            " ",
        ),
        depth.map_or(String::new(), |depth| format!("depth {depth}")),
    ];
    let groups = groups.iter().filter(|group| !group.is_empty());
    let groups: Vec<String> = groups.map(|group| group.replace(' ', "\u{a0}")).collect();
    groups.join(" ")
}

/// The number that a text begins with, in about three digits.
fn short(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or(text);
    match first.parse::<f64>() {
        Ok(value) if value == 0.0 || (0.01..10.0).contains(&value.abs()) => format!("{value:.2}"),
        Ok(value) if (10.0..100.0).contains(&value.abs()) => format!("{value:.1}"),
        Ok(value) => format!("{value:.0e}"),
        Err(_) => first.into(),
    }
}

impl<R: MetricsRenderer> MetricsRendererTraining for Dashboard<R> {
    fn update_train(&mut self, state_of: MetricState) {
        if let Some((place, text)) = self.read(&state_of) {
            self.train[place] = Some(text);
            self.inner.update_train(state(&self.train));
        }
        self.inner.update_train(state_of);
    }

    fn update_valid(&mut self, state_of: MetricState) {
        if let Some((place, text)) = self.read(&state_of) {
            self.valid[place] = Some(text);
            self.inner.update_valid(state(&self.valid));
        }
        self.inner.update_valid(state_of);
    }

    fn on_train_end(&mut self, summary: Option<LearnerSummary>) -> Result<(), Box<dyn Error>> {
        self.inner.on_train_end(summary)
    }
}

impl<R: MetricsRenderer> MetricsRenderer for Dashboard<R> {
    fn manual_close(&mut self) {
        self.inner.manual_close();
    }

    fn register_metric(&mut self, mut definition: MetricDefinition) {
        if self.ids.is_empty() {
            self.inner.register_metric(MetricDefinition {
                metric_id: id(),
                name: Arc::new(TITLE.into()),
                description: None,
                attributes: MetricAttributes::None,
            });
        }
        let known = |(name, _): &(&str, &str)| *name == definition.name.as_str();
        if let Some(place) = PLACES.iter().position(known) {
            self.ids.push((definition.metric_id.clone(), place));
            definition.name = Arc::new(PLACES[place].1.into());
        }
        self.inner.register_metric(definition);
    }
}

impl<R: MetricsRenderer> TrainingProgressLogger for Dashboard<R> {
    fn start(&mut self, epochs: usize, first: usize, items: Option<usize>, label: Option<&str>) {
        self.inner.start(epochs, first, items, label);
    }

    fn update_epoch(&mut self, epoch: usize) {
        self.inner.update_epoch(epoch);
    }

    fn start_split(&mut self, split: &str, items: usize) {
        self.inner.start_split(split, items);
    }

    fn update_split(&mut self, items: usize) {
        self.inner.update_split(items);
    }

    fn end_split(&mut self) {
        self.inner.end_split();
    }

    fn end(&mut self) {
        self.inner.end();
    }

    fn log_event_training(&mut self, event: String) {
        self.inner.log_event_training(event);
    }
}

impl<R: MetricsRenderer> MetricsRendererEvaluation for Dashboard<R> {
    fn update_test(&mut self, name: EvaluationName, state: MetricState) {
        self.inner.update_test(name, state);
    }

    fn on_test_end(&mut self, summary: Option<LearnerSummary>) -> Result<(), Box<dyn Error>> {
        self.inner.on_test_end(summary)
    }
}

impl<R: MetricsRenderer> EvaluationProgressLogger for Dashboard<R> {
    fn start_global_progress(&mut self, tests: usize) {
        self.inner.start_global_progress(tests);
    }

    fn start_test(&mut self, name: &str, items: usize) {
        self.inner.start_test(name, items);
    }

    fn update_test_progress(&mut self, items: usize) {
        self.inner.update_test_progress(items);
    }

    fn end_test(&mut self) {
        self.inner.end_test();
    }

    fn end_global_progress(&mut self) {
        self.inner.end_global_progress();
    }

    fn log_event_evaluation(&mut self, event: String) {
        self.inner.log_event_evaluation(event);
    }
}

#[cfg(test)]
mod tests {
    use burn::train::metric::{AccuracyMetric, LossMetric, Metric};
    use burn_interaction::training::{OrderCurveMetric, OrderStrengthMetric};

    use super::*;

    #[test]
    fn the_metrics_of_a_training_have_a_place() {
        let names = [
            AccuracyMetric::new().name(),
            LossMetric::new().name(),
            OrderCurveMetric::new().name(),
            OrderStrengthMetric::low().name(),
            OrderStrengthMetric::mid().name(),
            OrderStrengthMetric::high().name(),
            OrderStrengthMetric::depth().name(),
        ];
        let placed = PLACES.map(|(name, _)| name);
        assert_eq!(names.each_ref().map(|name| name.as_str()), placed);
    }

    /// Rows of a pane of 28 columns, as the dashboard breaks them at spaces that break.
    fn rows(text: &str) -> Vec<String> {
        let mut rows: Vec<String> = vec![" Valid".into()];
        for word in text.split(' ') {
            let last = rows.last_mut().unwrap();
            match last.chars().count() + 1 + word.chars().count() <= 28 {
                true => *last += &format!(" {word}"),
                false => rows.push(word.into()),
            }
        }
        rows.iter().map(|row| row.replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn all_numbers_of_a_part_fit_on_four_rows() {
        let mut numbers = Numbers::default();
        assert_eq!(lines(&numbers), "");
        numbers[0] = Some("100.00 %".into());
        numbers[1] = Some("1.234e-2".into());
        assert_eq!(rows(&lines(&numbers)), [" Valid 100.00 %, loss 0.012"]);
        numbers[2] = Some("10.51 \u{2588}\u{2583}\u{2581}\u{2583}\u{2585} 12.31".into());
        numbers[3] = Some("0.512 +- 0.013".into());
        numbers[4] = Some("12.345 +- 0.013".into());
        numbers[5] = Some("0.000012 +- 0.013".into());
        numbers[6] = Some("0.951 +- 0.020".into());
        assert_eq!(
            rows(&lines(&numbers)),
            [
                " Valid 100.00 %, loss 0.012",
                "J 10.51 \u{2588}\u{2583}\u{2581}\u{2583}\u{2585} 12.31",
                "low 0.51 mid 12.3 high 1e-5",
                "depth 0.951 +- 0.020",
            ]
        );
    }
}
