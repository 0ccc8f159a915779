use burn::tensor::{Int, Tensor};

use crate::error::{Error, Result};

/// The class whose logit is the reward, for each sample.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Targets {
    /// Given classes, one a sample.
    Labels(Vec<usize>),
    /// The class that the network predicts for the whole sample.
    Predicted,
}

impl From<Vec<usize>> for Targets {
    fn from(labels: Vec<usize>) -> Self {
        Self::Labels(labels)
    }
}

impl From<&[usize]> for Targets {
    fn from(labels: &[usize]) -> Self {
        Self::Labels(labels.to_vec())
    }
}

/// Reads labels, a `[samples]` tensor, back from their device.
impl TryFrom<Tensor<1, Int>> for Targets {
    type Error = Error;

    fn try_from(labels: Tensor<1, Int>) -> Result<Self> {
        Self::labels_of(labels).map(Self::Labels)
    }
}

impl Targets {
    /// Labels on the host, from a `[samples]` tensor.
    pub(crate) fn labels_of(labels: Tensor<1, Int>) -> Result<Vec<usize>> {
        let labels = labels
            .try_into_vec_as::<i64>()
            .map_err(|e| Error::Execution(e.to_string()))?;
        let class = |label: i64| {
            usize::try_from(label)
                .map_err(|_| Error::setting("label", label, "classes are numbered from 0"))
        };
        labels.into_iter().map(class).collect()
    }
}
