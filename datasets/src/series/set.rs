use burn::data::dataset::{Dataset, DatasetError};
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::{Batch, Series};

use crate::error::{Error, Result};
use crate::samples::{Labelled, Relabel, Samples, renumber};
use crate::standard::Standardization;

/// One time series and its class.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesItem {
    /// The values, channel by channel, each from the first step to the last.
    pub values: Vec<f32>,
    /// The class of the series.
    pub label: usize,
    /// The place of the series in the set, by which results name it.
    pub id: u64,
}

/// Time series of several channels with class labels; they may differ in length.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesSet {
    channels: Vec<String>,
    classes: Vec<String>,
    items: Vec<SeriesItem>,
    notes: Vec<String>,
}

impl SeriesSet {
    /// A set of series, each its values, channel by channel, and its class, numbered from 0 in their order.
    ///
    /// # Errors
    ///
    /// Fails where there is no channel, a series has no step or its channels differ in length, a value is not finite, or a
    /// class has no name.
    pub fn new(
        channels: Vec<String>,
        classes: Vec<String>,
        series: impl IntoIterator<Item = (Vec<f32>, usize)>,
    ) -> Result<Self> {
        let item = |((values, label), id)| SeriesItem { values, label, id };
        let set = Self {
            items: series.into_iter().zip(0..).map(item).collect(),
            channels,
            classes,
            notes: Vec::new(),
        };
        if set.channels.is_empty() {
            return Err(Error::Data("series need a channel at least".into()));
        }
        for SeriesItem { values, label, id } in &set.items {
            let channels = set.channels.len();
            let reason = if values.is_empty() || values.len() % channels != 0 {
                format!(
                    "{} values, which are no steps of {channels} channels",
                    values.len()
                )
            } else if let Some(value) = values.iter().find(|value| !value.is_finite()) {
                format!("the value {value}: give finite numbers")
            } else if *label >= set.classes.len() {
                format!("class {label}, but there are {} classes", set.classes.len())
            } else {
                continue;
            };
            return Err(Error::Data(format!("series {id} has {reason}")));
        }
        Ok(set)
    }

    /// Adds notes on how the files were read.
    pub(crate) fn noting(mut self, notes: Vec<String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The names of the channels.
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// The series of the set.
    pub fn items(&self) -> &[SeriesItem] {
        &self.items
    }

    /// Notes for a user on how the files were read.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The number of steps of a series.
    pub fn steps(&self, index: usize) -> usize {
        self.items[index].values.len() / self.channels.len()
    }

    /// The mean and deviation of each channel over all steps of all series.
    pub fn statistics(&self) -> Standardization {
        Standardization::of_columns(self.channels.len(), |channel| {
            self.items.iter().flat_map(move |item| {
                let steps = item.values.len() / self.channels.len();
                item.values[channel * steps..(channel + 1) * steps]
                    .iter()
                    .copied()
            })
        })
    }

    /// The set with every channel in units of its deviation from its mean in these statistics.
    ///
    /// # Errors
    ///
    /// Fails where the statistics are those of another number of channels.
    pub fn standardized(mut self, statistics: &Standardization) -> Result<Self> {
        let channels = self.channels.len();
        if statistics.mean.len() != channels {
            return Err(Error::Data(format!(
                "series of {channels} channels, statistics of {}",
                statistics.mean.len()
            )));
        }
        for item in &mut self.items {
            let steps = item.values.len() / channels;
            for (at, value) in item.values.iter_mut().enumerate() {
                *value = statistics.of(at / steps, *value);
            }
        }
        Ok(self)
    }

    /// The series with these indices, padded to the longest of them.
    pub fn batch(&self, indices: &[usize], device: &Device) -> Batch<Series> {
        let channels = self.channels.len();
        let lengths: Vec<usize> = indices.iter().map(|index| self.steps(*index)).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut values = vec![0.0; indices.len() * channels * longest];
        let rows = values.chunks_exact_mut((channels * longest).max(1));
        for ((row, index), steps) in rows.zip(indices).zip(&lengths) {
            let own = self.items[*index].values.chunks_exact(*steps);
            for (channel, own) in row.chunks_exact_mut(longest).zip(own) {
                channel[..*steps].copy_from_slice(own);
            }
        }
        let data = TensorData::new(values, [indices.len(), channels, longest]);
        let items = || indices.iter().map(|index| &self.items[*index]);
        let whole = |numbers: Vec<i32>| {
            let data = TensorData::new(numbers, [indices.len()]);
            Tensor::<1, Int>::from_data(data, device)
        };
        let inputs = Series {
            values: Tensor::from_data(data, device),
            lengths: whole(lengths.iter().map(|length| *length as i32).collect()),
        };
        let targets = whole(items().map(|item| item.label as i32).collect());
        let ids: Vec<u64> = items().map(|item| item.id).collect();
        Batch::new(inputs, targets, ids)
    }
}

impl Labelled for SeriesItem {
    fn label_mut(&mut self) -> &mut usize {
        &mut self.label
    }
}

impl Relabel for SeriesSet {
    fn class_names(&self) -> &[String] {
        &self.classes
    }

    fn relabelled(mut self, labels: &[usize], classes: &[String]) -> Result<Self> {
        renumber(&mut self.classes, &mut self.items, labels, classes)?;
        Ok(self)
    }
}

impl Dataset<SeriesItem> for SeriesSet {
    fn get(&self, index: usize) -> std::result::Result<SeriesItem, DatasetError> {
        Ok(self.items[index].clone())
    }

    fn len(&self) -> usize {
        self.items.len()
    }
}

impl Samples for SeriesSet {
    type Input = Series;

    fn count(&self) -> usize {
        self.items.len()
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> usize {
        self.items[index].label
    }

    fn elements(&self) -> usize {
        let longest = self.items.iter().map(|item| item.values.len()).max();
        longest.unwrap_or(0)
    }

    fn size(&self, index: usize) -> usize {
        self.steps(index)
    }

    fn unit(&self) -> &'static str {
        "series"
    }

    fn read(&self, indices: &[usize], _: u64, device: &Device) -> Result<Batch<Series>> {
        Ok(self.batch(indices, device))
    }
}

#[cfg(test)]
mod tests {
    use burn_interaction::input::Input;

    use super::*;

    fn set() -> SeriesSet {
        let names = |names: [&str; 2]| names.map(String::from).to_vec();
        let series = [(vec![1.0, 3.0, 10.0, 10.0], 0), (vec![5.0, 10.0], 1)];
        SeriesSet::new(names(["x", "y"]), names(["up", "down"]), series).unwrap()
    }

    #[test]
    fn series_of_several_lengths_make_a_padded_batch() {
        let device = burn_interaction::device("flex").unwrap();
        let batch = set().batch(&[1, 0], &device);
        assert_eq!(batch.inputs.dims(), [2, 2, 2]);
        let values = batch
            .inputs
            .values
            .clone()
            .try_into_vec_as::<f32>()
            .unwrap();
        assert_eq!(values, [5.0, 0.0, 10.0, 0.0, 1.0, 3.0, 10.0, 10.0]);
        assert_eq!(batch.inputs.lengths().unwrap(), Some(vec![1, 2]));
        assert_eq!(batch.ids, [1, 0]);
    }

    #[test]
    fn channels_are_standardized_over_all_steps() {
        let statistics = set().statistics();
        assert_eq!((statistics.mean[0], statistics.mean[1]), (3.0, 10.0));
        let standard = set().standardized(&statistics).unwrap();
        assert!(standard.items()[1].values[0] > 1.2 && standard.items()[1].values[1] == 0.0);
        let again = standard.statistics();
        assert!(again.mean[0].abs() < 1e-6 && (again.deviation[0] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn series_that_do_not_fit_a_set_are_named() {
        let set = |values: Vec<f32>, label| {
            let names = ["x", "y"].map(String::from).to_vec();
            let series = [(vec![1.0, 2.0], 0), (values, label)];
            SeriesSet::new(names, vec!["no".into()], series).map(|set| set.items().len())
        };
        assert_eq!(set(vec![1.0; 6], 0).unwrap(), 2);
        for (values, label, what) in [
            (vec![1.0; 3], 0, "series 1 has 3 values"),
            (vec![], 0, "series 1 has 0 values"),
            (vec![1.0, f32::NAN], 0, "series 1 has the value NaN"),
            (vec![1.0; 2], 1, "series 1 has class 1"),
        ] {
            let error = set(values, label).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }
}
