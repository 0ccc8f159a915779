use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::game::{Classifier, Logits, Reward, check_mode, read_logits};
use crate::input::{Batch, Input};
use crate::measure::Targets;

use super::Mean;

/// A sample as a network classifies it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The id of the sample.
    pub id: u64,
    /// The label.
    pub label: usize,
    /// The class of the largest logit.
    pub class: usize,
    /// The cross entropy of the logits with the label.
    pub loss: f64,
}

/// The classes and losses that a network has on a batch of samples.
///
/// Pieces of a larger set are put together by joining their lists; [`Scores`] sums them up.
///
/// # Cost
///
/// One forward a sample; one more where the network does not say that it is frozen.
///
/// # Errors
///
/// Fails where the network may be training, labels or ids do not fit the samples or the logits, a logit is not finite, or the
/// device fails.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::Batch;
/// use burn_interaction::evaluation::score;
///
/// let device = Device::flex();
/// let net = |x: Tensor<2>| x;
/// let logits = Tensor::<2>::from_data([[0.0, 2.0], [1.0, 0.0]], &device);
/// let samples = score(&net, &Batch::new(logits, Tensor::from_data([1, 1], &device), vec![7, 8]))?;
/// assert_eq!([samples[0].class, samples[1].class], [1, 0]);
/// // log(1 + e).
/// assert!((samples[1].loss - 1.313_262).abs() < 1e-6);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
pub fn score<I: Input, N: Classifier<I>>(net: &N, batch: &Batch<I>) -> Result<Vec<Scored>> {
    let labels = labels(batch)?;
    if labels.is_empty() {
        return Ok(Vec::new());
    }
    check_mode(net, &batch.inputs)?;
    let logits = read_logits(net.logits(batch.inputs.clone()), labels.len())?;
    scored(&logits, &labels, &batch.ids)
}

/// The labels of a batch on the host, one for each sample and id.
pub(super) fn labels<I: Input>(batch: &Batch<I>) -> Result<Vec<usize>> {
    let samples = batch.inputs.samples();
    let counted = |what: &str, found| match found == samples {
        true => Ok(()),
        false => Err(Error::Mismatch {
            what: what.into(),
            expected: samples,
            found,
        }),
    };
    counted("one id for each sample", batch.ids.len())?;
    counted("one target for each sample", batch.targets.dims()[0])?;
    match samples {
        0 => Ok(Vec::new()),
        _ => Targets::labels_of(batch.targets.clone()),
    }
}

/// The classes and losses of logits with a label for each row.
pub(super) fn scored(logits: &Logits, labels: &[usize], ids: &[u64]) -> Result<Vec<Scored>> {
    let classes = logits.classes();
    let predicted = logits.predictions();
    let rows = logits.rows().zip(predicted).zip(labels.iter().zip(ids));
    let one = |((row, class), (label, id)): ((&[f32], usize), (&usize, &u64))| {
        if let Some(value) = row.iter().find(|z| !z.is_finite()) {
            return Err(Error::Unusable {
                what: "logit",
                sample: *id,
                value: *value,
                remedy: "look for NaN in the input or the weights",
            });
        }
        match *label < classes {
            true => Ok(Scored {
                id: *id,
                label: *label,
                class,
                loss: -Reward::LogProbability.value(row, *label),
            }),
            false => Err(Error::TargetOutOfRange {
                sample: *id,
                target: *label,
                classes,
            }),
        }
    };
    rows.map(one).collect()
}

/// The loss and the accuracy of a network on samples, with their standard errors over samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// The number of samples.
    pub samples: usize,
    /// The cross entropy with the labels.
    pub loss: Mean,
    /// The share of samples that are given their label.
    pub accuracy: Mean,
    /// The mean of the accuracies of the classes that have samples, whatever their sizes.
    pub balanced: Mean,
}

impl Scores {
    /// The means over samples that were scored, of one batch or of several.
    ///
    /// # Errors
    ///
    /// Fails where there are no samples.
    pub fn of(samples: &[Scored]) -> Result<Self> {
        let right = samples.iter().map(|s| (s.label, s.class == s.label));
        let classes = by_class(right);
        let all = classes.iter().fold((0, 0), |a, c| (a.0 + c.1, a.1 + c.2));
        let loss = Mean::of(samples.iter().map(|s| s.loss));
        let accuracy = Mean::of_share(all.0, all.1);
        let balanced = Mean::of_shares(classes.iter().map(|(_, right, all)| (*right, *all)));
        match (loss, accuracy, balanced) {
            (Some(loss), Some(accuracy), Some(balanced)) => Ok(Self {
                samples: samples.len(),
                loss,
                accuracy,
                balanced,
            }),
            _ => Err(no_samples()),
        }
    }

    /// The means over the samples of all batches.
    ///
    /// # Cost
    ///
    /// One forward a sample, see [`score`].
    ///
    /// # Errors
    ///
    /// Fails where [`score`] does, or where there are no samples.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use burn_interaction::Batch;
    /// use burn_interaction::evaluation::Scores;
    ///
    /// let device = Device::flex();
    /// let net = |x: Tensor<2>| x;
    /// let batch = |rows: [[f32; 2]; 2], ids: Vec<u64>| {
    ///     Batch::new(Tensor::from_data(rows, &device), Tensor::from_data([0, 1], &device), ids)
    /// };
    /// let batches = [
    ///     batch([[1.0, 0.0], [0.0, 1.0]], vec![0, 1]),
    ///     batch([[1.0, 0.0], [1.0, 0.0]], vec![2, 3]),
    /// ];
    /// let scores = Scores::of_network(&net, batches)?;
    /// assert_eq!(scores.accuracy.value, 0.75);
    /// // sqrt(.75 * .25 / 4).
    /// assert!((scores.accuracy.standard_error.unwrap() - 0.216_506).abs() < 1e-6);
    /// # Ok::<(), burn_interaction::Error>(())
    /// ```
    pub fn of_network<I: Input, N: Classifier<I>>(
        net: &N,
        batches: impl IntoIterator<Item = Batch<I>>,
    ) -> Result<Self> {
        let mut samples = Vec::new();
        for batch in batches {
            samples.extend(score(net, &batch)?);
        }
        Self::of(&samples)
    }
}

pub(super) fn no_samples() -> Error {
    Error::setting("samples", 0, "give at least one sample")
}

/// How many samples of each label there are and how many of them are right, in the order of labels: `(label, right, all)`.
pub(super) fn by_class(samples: impl Iterator<Item = (usize, bool)>) -> Vec<(usize, usize, usize)> {
    let mut classes = std::collections::BTreeMap::<usize, (usize, usize)>::new();
    for (label, right) in samples {
        let entry = classes.entry(label).or_default();
        entry.0 += usize::from(right);
        entry.1 += 1;
    }
    let flat = |(label, (right, all))| (label, right, all);
    classes.into_iter().map(flat).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::testing::{Mixed, statistics};
    use crate::modulation::cross_entropy;
    use burn::module::Module;
    use burn::tensor::{Device, Int, Tensor};

    fn batch(samples: usize) -> Batch<Tensor<2>> {
        let device = Device::flex();
        let targets = Tensor::<1, Int>::arange(0..samples as i64, &device).remainder_scalar(3);
        Batch::new(
            Mixed::inputs(samples, &device),
            targets,
            (0..samples as u64).collect(),
        )
    }

    #[test]
    fn the_mean_loss_is_burn_s_cross_entropy_and_no_statistic_moves() {
        let net = Mixed::trained(&Device::flex());
        let before = statistics(&net);
        let (valid, batch) = (net.valid(), batch(20));
        let expected = cross_entropy(valid.forward(batch.inputs.clone()), batch.targets.clone());
        let scores = Scores::of(&score(&valid, &batch).unwrap()).unwrap();
        assert!((scores.loss.value - f64::from(expected.into_scalar::<f32>())).abs() < 1e-6);
        assert_eq!(scores.samples, 20);
        // The same samples by parts.
        let part = |from: usize, count: usize| {
            let ids = (from as u64..(from + count) as u64).collect();
            let targets = batch.targets.clone().narrow(0, from, count);
            Batch::new(batch.inputs.clone().narrow(0, from, count), targets, ids)
        };
        let parts = Scores::of_network(&valid, [part(0, 13), part(13, 7)]).unwrap();
        assert!((parts.loss.value - scores.loss.value).abs() < 1e-6);
        assert_eq!(parts.accuracy, scores.accuracy);
        // On an autodiff device a network in training mode is refused without a forward, which would move its statistics.
        let training = Batch::new(
            batch.inputs.clone().autodiff(),
            batch.targets.clone(),
            batch.ids.clone(),
        );
        let error = score(&net, &training).unwrap_err();
        assert!(matches!(error, Error::Training { .. }), "{error}");
        assert_eq!(statistics(&net.valid()), before);
        let error = score(&net, &batch).unwrap_err();
        assert!(matches!(error, Error::Training { .. }), "{error}");
    }

    #[test]
    fn what_cannot_be_scored_is_named() {
        let device = Device::flex();
        let net = |x: Tensor<2>| x;
        let of = |x: [[f32; 2]; 1], label: i64, ids: Vec<u64>| {
            let targets = Tensor::<1, Int>::from_data([label], &device);
            let batch = Batch::new(Tensor::from_data(x, &device), targets, ids);
            score(&net, &batch).unwrap_err().to_string()
        };
        let error = of([[f32::NAN, 0.0]], 0, vec![5]);
        assert!(
            error.contains("sample 5") && error.contains("NaN"),
            "{error}"
        );
        let error = of([[1.0, 0.0]], 2, vec![5]);
        assert!(error.contains("target class 2"), "{error}");
        let error = of([[1.0, 0.0]], -1, vec![5]);
        assert!(error.contains("-1"), "{error}");
        let error = of([[1.0, 0.0]], 0, vec![]);
        assert!(error.contains("one id"), "{error}");
        let error = Scores::of(&[]).unwrap_err().to_string();
        assert!(error.contains("at least one sample"), "{error}");
    }
}
