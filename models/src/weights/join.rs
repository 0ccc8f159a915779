use std::collections::HashMap;

use burn::store::bridge::deferred;
use burn::tensor::{Shape, TensorData};

use super::Weight;
use super::names::find;

/// Joins weights that the reference keeps as one and a file in parts, such as the maps to queries, keys and values: rows
/// of one part below those of another. `joins` are pieces of keys, of the whole and of its parts. Parts that are not all
/// there, or differ, stay as they are.
pub(super) fn joined(
    weights: Vec<(String, Weight)>,
    joins: &[(&str, &[&str])],
) -> Vec<(String, Weight)> {
    if joins.is_empty() {
        return weights;
    }
    let mut kept = Vec::with_capacity(weights.len());
    let mut found: HashMap<String, Vec<Option<(String, Weight)>>> = HashMap::new();
    for (key, weight) in weights {
        match place(&weight.name, joins) {
            Some((whole, part, parts)) => {
                let all = found.entry(whole).or_insert_with(|| vec![None; parts]);
                all[part] = Some((key, weight));
            }
            None => kept.push((key, weight)),
        }
    }
    for (whole, parts) in found {
        let there: Vec<(String, Weight)> = parts.iter().flatten().cloned().collect();
        let first = there
            .first()
            .map(|(_, weight)| (weight.dtype, weight.shape.to_vec()));
        let alike = there
            .iter()
            .all(|(_, weight)| Some((weight.dtype, weight.shape.to_vec())) == first);
        match first {
            Some((_, shape)) if there.len() == parts.len() && alike && !shape.is_empty() => {
                kept.push((there[0].0.clone(), join(whole, there)));
            }
            _ => kept.extend(there),
        }
    }
    kept
}

/// The whole that a weight is a part of, its place among the parts, and their number.
fn place(name: &str, joins: &[(&str, &[&str])]) -> Option<(String, usize, usize)> {
    joins.iter().find_map(|(whole, parts)| {
        parts.iter().enumerate().find_map(|(index, part)| {
            let at = find(name, part)?;
            let rest = &name[at + part.len()..];
            Some((format!("{}{whole}{rest}", &name[..at]), index, parts.len()))
        })
    })
}

/// The rows of all parts, one part below another.
fn join(name: String, parts: Vec<(String, Weight)>) -> Weight {
    let parts: Vec<Weight> = parts.into_iter().map(|(_, weight)| weight).collect();
    let dtype = parts[0].dtype;
    let mut shape = parts[0].shape.to_vec();
    shape[0] = shape[0].saturating_mul(parts.len());
    let shape = Shape::from(shape);
    let declared = shape.clone();
    deferred(name, dtype, shape, None, move || {
        let mut bytes = Vec::new();
        for part in &parts {
            bytes.extend_from_slice(&part.to_bytes()?);
        }
        Ok(TensorData::from_bytes_vec(bytes, declared.clone(), dtype))
    })
}
