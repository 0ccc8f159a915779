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
        // Plain numbers on both sides are names where the network has all of them.
        let plain = |names: &[String]| names.iter().all(|name| name.parse::<i64>().is_ok());
        let place = |name: &String| network.iter().position(|own| own == name);
        let places: Option<Vec<usize>> = data.iter().map(place).collect();
        if let Some(places) = places.filter(|_| plain(network) && plain(data)) {
            return Ok((network != data).then_some(places));
        }
        return match network.len() == data.len() {
            true => Ok(None),
            false => Err(apart()),
        };
    }
    match places(network, data) {
        Places::Found(places) => {
            let alike = network.len() == data.len() && places.is_sorted();
            Ok((!alike).then_some(places))
        }
        Places::Twice(name) => Err(fail(&format!(
            "several classes of the network are called {name}, or begin so, and the name does not tell which of them the data have: name the network's classes with --classes, each by a name of its own, and those of the data alike"
        ))),
        Places::Missing if network.len() != data.len() => Err(apart()),
        Places::Missing => Err(fail(
            "the network has other classes than the data; where only the names differ, give the network those of the data, in its own order: --classes, or id2label in config.json",
        )),
    }
}

/// The places of the classes of the data among those of a network.
enum Places<'a> {
    /// Every class has a place, each another one.
    Found(Vec<usize>),
    /// The network has several classes of this name, which the data have too.
    Twice(&'a str),
    /// A class has no place, or that of another.
    Missing,
}

/// Finds the classes of the data among those of a network: by their names; by these without case, spaces and marks; or by the part of one
/// before a comma that is the whole of the other, as "tench" and "tench, Tinca tinca". Where several classes of a network begin alike and
/// the data have not as many, a name without a comma may be any of them.
fn places<'a>(network: &[String], data: &'a [String]) -> Places<'a> {
    let [own, given] = [network, data].map(|names| plain_names(names, |name| name));
    let [own_heads, heads] = [network, data].map(|names| plain_names(names, head));
    let by_head = |place: usize, at: usize| {
        let whole = [&network[place], &data[at]]
            .iter()
            .any(|n| !n.contains(','));
        whole && own_heads[place] == heads[at]
    };
    let alike = |at: usize| {
        network[at] == data[at]
            || (!network.contains(&data[at]) && (own[at] == given[at] || by_head(at, at)))
    };
    if network.len() == data.len() && (0..data.len()).all(alike) {
        return Places::Found((0..data.len()).collect());
    }
    let mut found = Vec::with_capacity(data.len());
    for (at, name) in data.iter().enumerate() {
        let mut fits = places_of(network, name);
        if fits.is_empty() {
            fits = places_of(&own, &given[at]);
        }
        if fits.is_empty() {
            fits = (0..network.len()).filter(|p| by_head(*p, at)).collect();
        }
        let place = match fits[..] {
            [] => return Places::Missing,
            [place] => place,
            _ => return Places::Twice(name),
        };
        let [theirs, ours] = [&own_heads, &heads].map(|all| places_of(all, &heads[at]).len());
        let sure = network[place] == *name && name.contains(',');
        if theirs > 1 && theirs != ours && !sure {
            return Places::Twice(name);
        }
        if found.contains(&place) {
            return Places::Missing;
        }
        found.push(place);
    }
    Places::Found(found)
}

/// The part of a name before a comma.
fn head(name: &str) -> &str {
    name.split(',').next().unwrap_or(name)
}

/// Names, or parts of them, without case, spaces and marks.
fn plain_names(names: &[String], part: fn(&str) -> &str) -> Vec<String> {
    names.iter().map(|name| plain(part(name))).collect()
}

/// The places at which a name stands.
fn places_of(names: &[String], name: &str) -> Vec<usize> {
    let places = 0..names.len();
    places.filter(|place| names[*place] == name).collect()
}

/// The names of a network's classes: those that `--classes` gives, else the network's own. `holder` is where the network's
/// own are from, for messages.
///
/// # Errors
///
/// Fails where `--classes` gives another number of names than the network has classes.
pub fn named<'a>(given: &'a [String], own: &'a [String], holder: &str) -> Result<&'a [String]> {
    match given.len() {
        0 => Ok(own),
        count if count == own.len() => Ok(given),
        count => Err(usage(format!(
            "--classes gives {count} names ({}), and the network of {holder} tells {} classes apart ({}): name each of these, as the data may lack some of them",
            listed(given),
            own.len(),
            listed(own)
        ))),
    }
}

/// The names that a network's classes have from now on: those of the data where the network has numbers for names.
pub fn kept<'a>(network: &'a [String], data: &'a [String]) -> &'a [String] {
    match is_numbered(network) && network.len() == data.len() {
        true => data,
        false => network,
    }
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

/// A name without case, spaces and marks, but for those that alone may tell names apart, as in ">50K" and "<=50K", or "C" and "C++".
fn plain(name: &str) -> String {
    let tells = |c: char| c.is_alphanumeric() || "<>=+#".contains(c);
    let kept = name.chars().filter(|c| tells(*c));
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
    fn names_of_classes_are_as_many_as_the_network_has() {
        let own = names(&["cat", "dog", "newt"]);
        let given = names(&["Katze", "Hund", "Molch"]);
        assert_eq!(named(&[], &own, "net/").unwrap(), own);
        assert_eq!(named(&given, &own, "net/").unwrap(), given);
        let error = named(&given[..2], &own, "net/").unwrap_err().to_string();
        assert!(
            error.contains("--classes gives 2 names (Katze, Hund), and the network of net/ tells 3 classes apart (cat, dog, newt)"),
            "{error}"
        );
    }

    #[test]
    fn a_network_of_numbered_classes_gets_the_names_of_the_data() {
        let [numbered, named] = [["LABEL_0", "LABEL_1"], ["cat", "dog"]].map(|list| names(&list));
        assert_eq!(kept(&numbered, &named), named);
        assert_eq!(kept(&named, &names(&["n01", "n02"])), named);
    }

    #[test]
    fn a_name_that_the_network_has_twice_is_refused_where_the_data_have_it() {
        let network = names(&["crane", "tench", "Crane"]);
        let error = matched(&network, &names(&["tench", "crane"])).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("are called crane, or begin so") && error.contains("--classes"),
            "{error}"
        );
        let other = matched(&network, &names(&["tench"])).unwrap();
        assert_eq!(other, Some(vec![1]));
        assert_eq!(matched(&network, &network).unwrap(), None);
    }

    #[test]
    fn names_are_matched_by_their_parts_before_a_comma_where_these_tell_them_apart() {
        let network = names(&[
            "tench, Tinca tinca",
            "goldfish, Carassius auratus",
            "maillot",
            "maillot, tank suit",
        ]);
        let of = |data: &[&str]| matched(&network, &names(data));
        let all = ["tench", "goldfish", "maillot", "maillot, tank suit"];
        assert_eq!(of(&all).unwrap(), None);
        assert_eq!(of(&["goldfish", "tench"]).unwrap(), Some(vec![1, 0]));
        assert!(of(&["maillot, swimsuit", "tench"]).is_err());
        assert!(of(&["tench, a fish", "tench, a dish"]).is_err());
        assert!(of(&["tench", "tench, Tinca tinca"]).is_err());
    }

    #[test]
    fn a_name_that_begins_several_of_the_network_s_is_told_by_all_of_it_alone() {
        let network = names(&["cardigan", "tench", "Cardigan, Cardigan Welsh corgi"]);
        let of = |data: &[&str]| matched(&network, &names(data));
        // A dog alone, of which the data know the first word.
        assert!(of(&["Cardigan", "tench"]).is_err());
        assert!(of(&["cardigan", "tench"]).is_err());
        let whole = of(&["Cardigan, Cardigan Welsh corgi", "tench"]).unwrap();
        assert_eq!(whole, Some(vec![2, 1]));
        // All of a set whose names are partly alike.
        let twice = names(&["crane", "tench, Tinca tinca", "crane"]);
        let same = matched(&twice, &names(&["crane", "tench", "crane"])).unwrap();
        assert_eq!(same, None);
        // Other ends are other classes.
        let cars = names(&["Ford, red", "VW, red"]);
        assert!(matched(&cars, &names(&["Ford, blue", "VW, blue"])).is_err());
    }

    #[test]
    fn marks_that_tell_names_apart_are_kept() {
        let network = names(&[">50K", "<=50K", "unknown"]);
        let of = |data: &[&str]| matched(&network, &names(data)).unwrap();
        assert_eq!(of(&["<=50K", "unknown"]), Some(vec![1, 2]));
        assert_eq!(of(&["<= 50K", "> 50k", "unknown"]), Some(vec![1, 0, 2]));
        let cases = names(&["crane", "Crane"]);
        let swapped = matched(&cases, &names(&["Crane", "crane"])).unwrap();
        assert_eq!(swapped, Some(vec![1, 0]));
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
