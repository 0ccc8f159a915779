use std::ops::RangeInclusive;
use std::sync::Arc;

use burn::tensor::TensorReadError;
use burn::train::metric::{
    Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes, NumericEntry,
    SerializedEntry,
};

use crate::profile::Strength;
use crate::training::OrderInput;

use super::readings::Readings;

/// A number read off the corrected strength of orders that the probe measured in an epoch, shown with its error over the
/// probe's samples.
///
/// The metric has a value as soon as the probe has measured in an epoch; epochs without a reading have none.
#[derive(Debug, Clone)]
pub struct OrderStrengthMetric {
    name: MetricName,
    quantity: Quantity,
    state: Readings,
    last: Option<Reading>,
    /// Whether the last update brought a reading: others have nothing to log.
    fresh: bool,
}

/// A value and its error; `None` for a single sample.
type Reading = (f64, Option<f64>);

#[derive(Debug, Clone, Copy)]
enum Quantity {
    /// The mean corrected S^(m) of a band of order ratios.
    Band(f64, f64),
    /// The mean corrected J^(m) of a band of order ratios.
    Relative(f64, f64),
    Depth,
}

impl OrderStrengthMetric {
    /// The strength of low orders: the mean corrected S^(m) over m / (n - 2) in `0..=0.2`.
    pub fn low() -> Self {
        Self::band("low", 0.0..=0.2)
    }

    /// The strength of middle orders: the mean corrected S^(m) over m / (n - 2) in `0.4..=0.6`.
    pub fn mid() -> Self {
        Self::band("mid", 0.4..=0.6)
    }

    /// The strength of high orders: the mean corrected S^(m) over m / (n - 2) in `0.8..=1`.
    pub fn high() -> Self {
        Self::band("high", 0.8..=1.0)
    }

    /// The strength of any band of order ratios m / (n - 2). Bands need different names.
    pub fn band(name: &str, ratios: RangeInclusive<f64>) -> Self {
        Self::new(
            format!("Order strength {name}"),
            Quantity::Band(*ratios.start(), *ratios.end()),
        )
    }

    /// The band relative to the mean over all measured orders: J instead of S.
    pub fn relative(mut self) -> Self {
        if let Quantity::Band(low, high) = self.quantity {
            self.quantity = Quantity::Relative(low, high);
            self.name = Arc::new(format!("{} (J)", self.name));
        }
        self
    }

    /// The depth of the bottleneck, see [`Strength::depth`].
    pub fn depth() -> Self {
        Self::new("Bottleneck depth".into(), Quantity::Depth)
    }

    fn new(name: String, quantity: Quantity) -> Self {
        Self {
            name: Arc::new(name),
            quantity,
            state: Readings::default(),
            last: None,
            fresh: false,
        }
    }

    /// The last value with its error for the dashboard, and `logged` for the log.
    fn entry(&self, logged: Option<NumericEntry>) -> SerializedEntry {
        let Some((value, error)) = self.last else {
            return SerializedEntry::not_available(None);
        };
        let serialized = match logged {
            Some(entry) => entry.serialize(),
            None => SerializedEntry::NOT_AVAILABLE.into(),
        };
        let error = error.map_or(String::new(), |error| format!(" +- {error:.3}"));
        SerializedEntry::new(format!("epoch {value:.3}{error}"), serialized)
    }

    fn read(&self, strength: &Strength) -> Option<Reading> {
        match self.quantity {
            Quantity::Band(low, high) => strength.band(low, high),
            Quantity::Relative(low, high) => strength.relative_band(low, high),
            Quantity::Depth => strength.depth().map(|depth| (depth.value, depth.error)),
        }
    }
}

impl Metric for OrderStrengthMetric {
    type Input = OrderInput;

    fn name(&self) -> MetricName {
        self.name.clone()
    }

    fn description(&self) -> Option<String> {
        Some(match self.quantity {
            Quantity::Band(low, high) => {
                format!(
                    "mean |I^(m)| over pairs, corrected for noise, order ratios {low} to {high}"
                )
            }
            Quantity::Relative(low, high) => {
                format!("the same over its mean over all orders, ratios {low} to {high}")
            }
            Quantity::Depth => "one minus the weakest inner order over the lower end".into(),
        })
    }

    fn attributes(&self) -> MetricAttributes {
        NumericAttributes {
            unit: None,
            higher_is_better: true,
        }
        .into()
    }

    fn update(
        &mut self,
        item: &OrderInput,
        _: &MetricMetadata,
    ) -> Result<SerializedEntry, TensorReadError> {
        self.fresh = self.state.add(item);
        if self.fresh {
            self.last = self
                .state
                .strength()
                .and_then(|strength| self.read(&strength));
        }
        Ok(self.entry(self.value()))
    }

    /// Logs the value over all readings as the epoch's own: Burn takes the mean of the others where it is not marked so.
    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        self.fresh = true;
        Ok(self.entry(Some(self.final_value())))
    }

    fn clear(&mut self) {
        self.state = Readings::default();
        self.last = None;
        self.fresh = false;
    }
}

impl Numeric for OrderStrengthMetric {
    fn value(&self) -> Option<NumericEntry> {
        let (value, _) = self.last.filter(|_| self.fresh)?;
        Some(NumericEntry::Value(value))
    }

    fn running_value(&self) -> Option<NumericEntry> {
        self.value()
    }

    fn final_value(&self) -> NumericEntry {
        NumericEntry::Final(self.last.map_or(f64::NAN, |(value, _)| value))
    }
}
