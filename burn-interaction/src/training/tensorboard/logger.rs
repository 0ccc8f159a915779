use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use burn::train::logger::MetricLogger;
use burn::train::metric::store::{EpochSummary, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, MetricEntry, MetricId, MetricName, NumericEntry};

use crate::error::{Error, Result};
use crate::training::CurvePoint;

use super::event::{Event, Scalar};
use super::file::Events;

/// Writes the metrics of each epoch where TensorBoard finds them: `tensorboard --logdir FOLDER`.
///
/// | tag | value at a step, which is an epoch |
/// |---|---|
/// | `train/loss`, `valid/accuracy`, .. | a numeric metric's value of the epoch, by part of the data and the metric's name |
/// | `order/0.05`, .. | J of an order by its ratio m / (n - 2), as the [`OrderCurveMetric`] of the validation measured it |
///
/// Values have 32 bits, as the format has. An epoch that is interrupted has those of its batches so far.
///
/// Burn leaves out its own log files as soon as a program registers a logger, so register Burn's too, and first:
///
/// ```no_run
/// use burn::train::logger::FileMetricLogger;
/// use burn_interaction::training::TensorBoardLogger;
/// # use std::sync::Arc;
/// # use burn::data::dataloader::DataLoader;
/// # use burn::train::SupervisedTraining;
/// # use burn_interaction::{Batch, Classifier, Features, training::Modulated};
/// # use burn_interaction::burn::{self, module::{Module, ModuleDisplay}, tensor::Tensor};
///
/// # fn build<N>(
/// #     train: Arc<dyn DataLoader<Batch<Tensor<2>>>>,
/// #     valid: Arc<dyn DataLoader<Batch<Tensor<2>>>>,
/// # ) -> burn_interaction::Result<SupervisedTraining<Modulated<N, Features>>>
/// # where
/// #     N: Module + ModuleDisplay + Classifier<Tensor<2>> + 'static,
/// # {
/// let training = SupervisedTraining::new("artifacts", train, valid)
///     .with_metric_logger(FileMetricLogger::new("artifacts"))
///     .with_metric_logger(TensorBoardLogger::new("artifacts/tensorboard")?);
/// # Ok(training)
/// # }
/// ```
///
/// [`OrderCurveMetric`]: crate::training::OrderCurveMetric
#[derive(Debug)]
pub struct TensorBoardLogger {
    events: Events,
    names: HashMap<MetricId, MetricName>,
    /// Values by name, part and epoch: Burn may ask for them.
    values: HashMap<(String, Split, usize), f64>,
    failure: Arc<OnceLock<Error>>,
}

impl TensorBoardLogger {
    /// A logger of a training from its first epoch. The folder is made where it is not there.
    ///
    /// # Errors
    ///
    /// Fails where the folder holds events, or cannot be written to.
    pub fn new(folder: impl AsRef<Path>) -> Result<Self> {
        Events::new(folder.as_ref()).map(Self::writing)
    }

    /// A logger of a training that goes on after so many finished epochs, in one more file. The file tells readers to
    /// forget what earlier ones say of later epochs: those of a run that was killed.
    ///
    /// # Errors
    ///
    /// Fails where the folder holds the events of another program, or cannot be written to.
    pub fn resume(folder: impl AsRef<Path>, finished: usize) -> Result<Self> {
        Events::resume(folder.as_ref(), finished).map(Self::writing)
    }

    fn writing(events: Events) -> Self {
        Self {
            events,
            names: HashMap::new(),
            values: HashMap::new(),
            failure: Arc::default(),
        }
    }

    /// The error after which nothing more is written, as on a full disk: training goes on, and its program reads it here.
    pub fn failure(&self) -> Arc<OnceLock<Error>> {
        self.failure.clone()
    }

    fn name(&self, entry: &MetricEntry) -> MetricName {
        self.names
            .get(&entry.metric_id)
            .cloned()
            .unwrap_or_default()
    }
}

impl MetricLogger for TensorBoardLogger {
    /// Writes what is known at the end of a part of an epoch, and nothing after each batch.
    fn log(&mut self, update: MetricsUpdate, epoch: usize, split: &Split) {
        let mut scalars = Vec::new();
        for numeric in &update.entries_numeric {
            let Some(NumericEntry::Final(value)) = numeric.numeric_entry else {
                continue;
            };
            // The strength of an order has no value in an epoch without a reading.
            if value.is_finite() {
                let name = self.name(&numeric.entry);
                scalars.push(Scalar::new(tag(split, &name), value));
                let key = (name.to_string(), split.clone(), epoch);
                self.values.insert(key, value);
            }
        }
        for entry in &update.entries {
            let text = &entry.serialized_entry.serialized;
            let curve: Vec<CurvePoint> = serde_json::from_str(text).unwrap_or_default();
            for point in curve {
                if let Some(j) = point.j.filter(|j| j.is_finite()) {
                    scalars.push(Scalar::new(order(split, point.ratio), j));
                }
            }
        }
        if scalars.is_empty() || self.failure.get().is_some() {
            return;
        }
        if let Err(error) = self.events.write(&Event::scalars(epoch, scalars)) {
            self.failure.set(error).ok();
        }
    }

    fn read_numeric(
        &mut self,
        name: &str,
        epoch: usize,
        split: &Split,
    ) -> Result<Vec<NumericEntry>, String> {
        let value = self.values.get(&(name.into(), split.clone(), epoch));
        Ok(value
            .map(|value| NumericEntry::Final(*value))
            .into_iter()
            .collect())
    }

    fn log_metric_definition(&mut self, definition: MetricDefinition) {
        self.names.insert(definition.metric_id, definition.name);
    }

    fn log_epoch_summary(&mut self, _: EpochSummary) {}
}

/// The tag of a metric: TensorBoard groups tags by what stands before the first slash.
fn tag(split: &Split, name: &str) -> String {
    let name = name.to_lowercase().replace([' ', '/'], "_");
    format!("{split}/{name}")
}

/// The tag of an order, by as many digits of its ratio as it needs, up to four.
fn order(split: &Split, ratio: f64) -> String {
    let hundredths = 100.0 * ratio;
    let ratio = match (hundredths - hundredths.round()).abs() < 1e-9 {
        true => format!("{ratio:.2}"),
        false => format!("{ratio:.4}"),
    };
    match split {
        Split::Valid => format!("order/{ratio}"),
        other => format!("{other} order/{ratio}"),
    }
}

#[cfg(test)]
mod tests {
    use burn::train::metric::SerializedEntry;
    use burn::train::metric::store::NumericMetricUpdate;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_once_and_ends_no_training() {
        let file = std::fs::File::options().write(true).open("/dev/full");
        let mut logger = TensorBoardLogger::writing(Events {
            path: "board/events".into(),
            file: file.unwrap(),
        });
        let failure = logger.failure();
        for epoch in [1, 2] {
            let id = MetricId::new(Arc::new("Loss".into()));
            let entry = MetricEntry::new(id, SerializedEntry::not_available(None));
            let value = NumericMetricUpdate::new(entry, Some(NumericEntry::Final(1.0)), None);
            let update = MetricsUpdate::new(vec![], vec![value]);
            logger.log(update, epoch, &Split::Train);
            let message = failure.get().unwrap().to_string();
            assert!(message.contains("writing board/events"), "{message}");
        }
    }

    #[test]
    fn tags_group_metrics_by_part_and_orders_by_themselves() {
        assert_eq!(tag(&Split::Train, "Loss"), "train/loss");
        let tagged = tag(&Split::Valid, "Order strength low");
        assert_eq!(tagged, "valid/order_strength_low");
        assert_eq!(tag(&Split::Train, "Loss a/b"), "train/loss_a_b");
        assert_eq!(order(&Split::Valid, 0.05), "order/0.05");
        assert_eq!(order(&Split::Valid, 1.0 / 14.0), "order/0.0714");
        assert_eq!(order(&Split::Train, 1.0), "train order/1.00");
    }
}
