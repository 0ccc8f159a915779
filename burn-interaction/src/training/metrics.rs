use std::ops::RangeInclusive;
use std::sync::Arc;

use burn::tensor::TensorReadError;
use burn::train::metric::state::{FormatOptions, NumericMetricState};
use burn::train::metric::{
    Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes, NumericEntry,
    SerializedEntry,
};

use crate::profile::{Profile, Strength, sparkline};

use super::{ModulationInput, OrderInput};

/// A number read off the strength of orders that the probe measured in an epoch.
///
/// It has a value as soon as the probe has measured in an epoch; epochs without a reading have none.
#[derive(Debug, Clone)]
pub struct OrderStrengthMetric {
    name: MetricName,
    quantity: Quantity,
    state: Readings,
    last: Option<f64>,
    /// Whether the last update brought a reading: others have nothing to log.
    fresh: bool,
}

#[derive(Debug, Clone, Copy)]
enum Quantity {
    /// The mean S^(m) of a band of order ratios.
    Band(f64, f64),
    /// The mean J^(m) of a band of order ratios.
    Relative(f64, f64),
    Depth,
}

impl OrderStrengthMetric {
    /// The strength of low orders: the mean S^(m) over m / (n - 2) in `0..=0.2`.
    pub fn low() -> Self {
        Self::band("low", 0.0..=0.2)
    }

    /// The strength of middle orders: the mean S^(m) over m / (n - 2) in `0.4..=0.6`.
    pub fn mid() -> Self {
        Self::band("mid", 0.4..=0.6)
    }

    /// The strength of high orders: the mean S^(m) over m / (n - 2) in `0.8..=1`.
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

    /// The same band relative to the mean over all measured orders: J instead of S.
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

    fn entry(&self) -> SerializedEntry {
        match self.last {
            None => SerializedEntry::not_available(None),
            Some(value) => {
                let serialized = match self.fresh {
                    true => NumericEntry::Value(value).serialize(),
                    false => SerializedEntry::NOT_AVAILABLE.into(),
                };
                SerializedEntry::new(format!("epoch {value:.3}"), serialized)
            }
        }
    }

    fn read(&self, strength: &Strength) -> Option<f64> {
        match self.quantity {
            Quantity::Band(low, high) => strength.band_mean(low, high),
            Quantity::Relative(low, high) => {
                let all = strength.band_mean(0.0, 1.0).filter(|all| *all > 0.0)?;
                strength.band_mean(low, high).map(|band| band / all)
            }
            Quantity::Depth => strength.depth().map(|depth| depth.value),
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
                format!("mean |I^(m)| over pairs, order ratios {low} to {high}")
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
        Ok(self.entry())
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        self.fresh = true;
        Ok(self.entry())
    }

    fn clear(&mut self) {
        self.state = Readings::default();
        self.last = None;
        self.fresh = false;
    }
}

impl Numeric for OrderStrengthMetric {
    fn value(&self) -> Option<NumericEntry> {
        self.last.filter(|_| self.fresh).map(NumericEntry::Value)
    }

    fn running_value(&self) -> Option<NumericEntry> {
        self.value()
    }

    fn final_value(&self) -> NumericEntry {
        NumericEntry::Final(self.last.unwrap_or(f64::NAN))
    }
}

/// The whole curve as text, a bar an order from the lowest to the highest.
#[derive(Debug, Clone, Default)]
pub struct OrderCurveMetric {
    state: Readings,
}

impl OrderCurveMetric {
    /// Create the metric.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Metric for OrderCurveMetric {
    type Input = OrderInput;

    fn name(&self) -> MetricName {
        Arc::new("Order curve".into())
    }

    fn description(&self) -> Option<String> {
        Some("J^(m) of the measured orders, lowest to highest".into())
    }

    fn update(
        &mut self,
        item: &OrderInput,
        _: &MetricMetadata,
    ) -> Result<SerializedEntry, TensorReadError> {
        self.state.add(item);
        Ok(self.entry())
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        Ok(self.entry())
    }

    fn clear(&mut self) {
        self.state = Readings::default();
    }
}

impl OrderCurveMetric {
    fn entry(&self) -> SerializedEntry {
        match self.state.strength() {
            None => SerializedEntry::not_available(None),
            Some(strength) => {
                let curve: Vec<f64> = strength.points.iter().map(|p| p.relative).collect();
                let line = sparkline(&curve);
                let ends = |value: Option<&f64>| value.map_or(String::new(), |v| format!("{v:.2}"));
                let formatted = format!("{} {line} {}", ends(curve.first()), ends(curve.last()));
                SerializedEntry::new(formatted.clone(), formatted)
            }
        }
    }
}

/// What the probe has measured so far in an epoch.
#[derive(Debug, Clone, Default)]
struct Readings(Option<Profile>);

impl Readings {
    /// Takes in a reading; tells whether there was one.
    ///
    /// # Panics
    ///
    /// Panics if the readings of an epoch come from different probes.
    fn add(&mut self, input: &OrderInput) -> bool {
        let Some(reading) = &input.0 else {
            return false;
        };
        match &mut self.0 {
            Some(profile) => {
                let joined = profile.extend(reading);
                joined.unwrap_or_else(|error| panic!("readings of an epoch: {error}"));
            }
            None => self.0 = Some(reading.as_ref().clone()),
        }
        true
    }

    fn strength(&self) -> Option<Strength> {
        self.0.as_ref().map(Profile::strength)
    }
}

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
        let Some((_, term)) = item.0.iter().find(|(name, _)| **name == *self.term) else {
            return Ok(SerializedEntry::not_available(None));
        };
        self.state.update(term.clone().try_into_scalar::<f64>()?, 1);
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
