//! Estimates as a few long lists: a third of the bytes that as many small objects take.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::estimate::Estimate;

#[derive(Serialize, Deserialize)]
struct Columns {
    mean: Vec<f64>,
    variance: Vec<f64>,
    contexts: Vec<u64>,
    exact: Vec<bool>,
}

pub(super) fn serialize<S: Serializer>(
    estimates: &[Estimate],
    to: S,
) -> std::result::Result<S::Ok, S::Error> {
    let columns = Columns {
        mean: estimates.iter().map(|e| e.mean).collect(),
        variance: estimates.iter().map(|e| e.variance).collect(),
        contexts: estimates.iter().map(|e| e.contexts).collect(),
        exact: estimates.iter().map(|e| e.exact).collect(),
    };
    columns.serialize(to)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    from: D,
) -> std::result::Result<Vec<Estimate>, D::Error> {
    let columns = Columns::deserialize(from)?;
    let lengths = [
        columns.variance.len(),
        columns.contexts.len(),
        columns.exact.len(),
    ];
    if lengths.iter().any(|length| *length != columns.mean.len()) {
        return Err(D::Error::custom(
            "the columns of the estimates differ in length",
        ));
    }
    let rows = columns
        .mean
        .into_iter()
        .zip(columns.variance)
        .zip(columns.contexts.into_iter().zip(columns.exact));
    let estimate = |((mean, variance), (contexts, exact))| Estimate {
        mean,
        variance,
        contexts,
        exact,
    };
    Ok(rows.map(estimate).collect())
}
