//! The classes of a network and of its data, matched by name.

use burn_interaction_datasets::{Relabel, Split};

use crate::error::{Result, usage};

/// Names of a list that a message shows.
const SHOWN: usize = 20;

/// The number that the network has for each class of the data, which may lack some of the network's; `None` where both number them alike, or where one of them has
/// numbers for names.
fn matched(network: &[String], data: &[String]) -> Result<Option<Vec<usize>>> {
    let fail = |reason: &str| {
        usage(format!(
            "{reason}: the network's classes are {}; those of the data are {}",
            listed(network),
            listed(data)
        ))
    };
    let apart = || {
        let (own, given) = (network.len(), data.len());
        fail(&format!(
            "the network tells {own} classes apart, and the data have {given}"
        ))
    };
    if [network, data].into_iter().any(is_numbered) {
        return match network.len() == data.len() {
            true => Ok(None),
            false => Err(apart()),
        };
    }
    let own: Vec<String> = network.iter().map(|name| plain(name)).collect();
    let given: Vec<String> = data.iter().map(|name| plain(name)).collect();
    if own == given {
        return Ok(None);
    }
    let place = |name: &String| own.iter().position(|own| own == name);
    let places: Option<Vec<usize>> = given.iter().map(place).collect();
    let places = places.filter(|places| {
        let mut sorted = places.clone();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.len() == given.len()
    });
    if places.is_none() && network.len() != data.len() {
        return Err(apart());
    }
    places.map(Some).ok_or_else(|| {
        fail("the network has other classes than the data; where only the names differ, give the network (id2label in config.json, classes in settings.json) those of the data")
    })
}

/// The first names of a list.
fn listed(names: &[String]) -> String {
    match names.len() > SHOWN {
        true => format!(
            "{} and {} more",
            names[..SHOWN].join(", "),
            names.len() - SHOWN
        ),
        false => names.join(", "),
    }
}

/// Whether classes have numbers for names, as Hugging Face's do that nobody named and the folders of ImageNet.
fn is_numbered(names: &[String]) -> bool {
    let number = |name: &String| {
        let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        let before = &name[..name.len() - digits.len()];
        let known = ["", "label_", "label", "class_", "class", "n"];
        known.contains(&before.to_ascii_lowercase().as_str()) && digits.parse::<usize>().is_ok()
    };
    names.iter().all(number)
}

/// A name without case, spaces and marks.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    let plain: String = kept.flat_map(char::to_lowercase).collect();
    match plain.is_empty() {
        true => name.into(),
        false => plain,
    }
}

/// The data with their classes numbered as the network numbers them, and a note for the user where that changes them.
///
/// # Errors
///
/// Fails where network and data have other classes; the message shows both lists.
pub fn in_order<T: Relabel>(
    split: Split<T>,
    network: &[String],
    notes: &mut Vec<String>,
) -> Result<Split<T>> {
    match matched(network, split.class_names())? {
        None => Ok(split),
        Some(labels) => {
            let split = split.relabelled(&labels, network)?;
            notes.push(format!(
                "classes are numbered as the network numbers them: {}",
                listed(network)
            ));
            Ok(split)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn classes_are_matched_by_name_where_both_have_names() {
        let data = names(&["World", "Sports", "Business", "Sci/Tech"]);
        let of = |network: &[&str]| matched(&names(network), &data);
        assert_eq!(
            of(&["world", "SPORTS", " business", "Sci-Tech"]).unwrap(),
            None
        );
        let moved = of(&["Sports", "World", "sci/tech", "Business"]).unwrap();
        assert_eq!(moved, Some(vec![1, 0, 3, 2]));
        assert_eq!(
            of(&["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"]).unwrap(),
            None
        );
        assert_eq!(of(&["0", "1", "2", "3"]).unwrap(), None);
        // The data may lack classes of the network.
        let more = of(&["Art", "Sports", "World", "Sci/Tech", "Business"]).unwrap();
        assert_eq!(more, Some(vec![2, 1, 4, 3]));
        for network in [
            &["World", "Sports", "Business"][..],
            &["World", "Sports", "Business", "Politics", "Weather"],
            &["World", "Sports", "Business", "Politics"],
            &["World", "World", "Business", "Sci/Tech"],
        ] {
            let error = of(network).unwrap_err().to_string();
            assert!(
                error.contains(&network.join(", ")) && error.contains(&data.join(", ")),
                "{error}"
            );
        }
    }
}
