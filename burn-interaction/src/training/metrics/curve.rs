use std::sync::Arc;

use burn::tensor::TensorReadError;
use burn::train::metric::{Metric, MetricMetadata, MetricName, SerializedEntry};
use serde::{Deserialize, Serialize};

use crate::profile::Strength;
use crate::training::OrderInput;

use super::readings::Readings;

/// The whole curve of an epoch: on the dashboard a bar an order from the lowest to the highest, in the log a line of JSON with
/// [`CurvePoint`]s.
#[derive(Debug, Clone, Default)]
pub struct OrderCurveMetric {
    state: Readings,
}

/// One order of a curve in the log of [`OrderCurveMetric`], which holds a list of them for each epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// m / (n - 2).
    pub ratio: f64,
    /// J^(m) from the corrected strengths; `None` where the probe draws one context only, or no order shows any strength.
    pub j: Option<f64>,
    /// The error of it over the samples of the probe.
    pub error: Option<f64>,
}

impl OrderCurveMetric {
    /// Create the metric.
    pub fn new() -> Self {
        Self::default()
    }

    fn entry(&self, strength: &Strength, serialized: String) -> SerializedEntry {
        let curve: Option<Vec<f64>> = strength
            .points
            .iter()
            .map(|p| p.relative_corrected)
            .collect();
        let Some(curve) = curve else {
            // One context tells nothing of its noise: the log says so order by order.
            return SerializedEntry {
                serialized,
                ..SerializedEntry::not_available(None)
            };
        };
        let ends = |value: Option<&f64>| value.map_or(String::new(), |v| format!("{v:.2}"));
        let line = sparkline(&curve);
        let formatted = format!("{} {line} {}", ends(curve.first()), ends(curve.last()));
        SerializedEntry::new(formatted, serialized)
    }
}

impl Metric for OrderCurveMetric {
    type Input = OrderInput;

    fn name(&self) -> MetricName {
        Arc::new("Order curve".into())
    }

    fn description(&self) -> Option<String> {
        Some("corrected J^(m) of the measured orders, lowest to highest".into())
    }

    /// Shows the curve so far. Nothing is logged before the epoch's end.
    fn update(
        &mut self,
        item: &OrderInput,
        _: &MetricMetadata,
    ) -> Result<SerializedEntry, TensorReadError> {
        self.state.add(item);
        Ok(match self.state.strength() {
            Some(strength) => self.entry(&strength, SerializedEntry::NOT_AVAILABLE.into()),
            None => SerializedEntry::not_available(None),
        })
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        let Some(strength) = self.state.strength() else {
            return Ok(SerializedEntry::not_available(None));
        };
        let points = strength.points.iter().map(|point| CurvePoint {
            ratio: point.ratio,
            j: point.relative_corrected,
            error: point.relative_error,
        });
        let points: Vec<CurvePoint> = points.collect();
        let serialized = serde_json::to_string(&points).unwrap_or_default();
        Ok(self.entry(&strength, serialized))
    }

    fn clear(&mut self) {
        self.state = Readings::default();
    }
}

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar a value, from zero to the largest.
fn sparkline(values: &[f64]) -> String {
    let largest = values.iter().copied().fold(0.0, f64::max);
    let bar = |value: &f64| match largest > 0.0 {
        true => BARS[((value / largest * 8.0).ceil() as usize).clamp(1, 8) - 1],
        false => BARS[0],
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparklines_reach_from_the_lowest_to_the_highest_bar() {
        assert_eq!(sparkline(&[8.0, 0.0, 4.0]), "█▁▄");
        assert_eq!(sparkline(&[0.0, 0.0]), "▁▁");
        assert_eq!(sparkline(&[]), "");
    }
}
