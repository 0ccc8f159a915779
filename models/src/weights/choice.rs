//! The choice of the part of a file whose weights are read.

use std::collections::HashMap;

use super::fit::{Fit, Pipeline, dotless};
use super::wanted::{Wanted, is_of};
use super::{Reference, Weight};

/// Names that are taken from the beginning of keys at most.
const DEEPEST: usize = 8;

/// A choice among the prefixes of a file.
pub(super) enum Choice {
    /// The prefix that fits best.
    One(Box<Fit>),
    /// Prefixes below which a whole network lies each.
    Several(Vec<String>),
    /// There is no weight below the key that was given; the beginnings of keys that are there.
    None(Vec<String>),
}

/// Chooses the prefix of a file below which a network's weights lie: the one with most keys of the network in the right
/// shape. `head` are pieces of keys that may be missing, `key` is the part of the file that a user chose.
pub(super) fn choose<M: Reference>(
    net: &M,
    wanted: &[Wanted],
    tensors: &[Weight],
    burn: bool,
    head: &[&str],
    key: Option<&str>,
) -> Choice {
    let below = |prefix: &str| match key {
        None | Some("") => true,
        Some(key) => prefix
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with('.')),
    };
    let counts = prefixes(tensors);
    let mut prefixes: Vec<(&str, usize)> = counts.iter().map(|(p, count)| (*p, *count)).collect();
    prefixes.retain(|(prefix, _)| below(prefix));
    if prefixes.is_empty() {
        let mut tops: Vec<String> = counts
            .keys()
            .filter_map(|prefix| {
                let top = prefix.strip_suffix('.')?;
                (!top.contains('.')).then(|| top.to_string())
            })
            .collect();
        tops.sort();
        return Choice::None(tops);
    }
    // Those with most keys come first, and of these the shortest.
    prefixes.sort_by_key(|(prefix, count)| (usize::MAX - count, prefix.len(), *prefix));
    let needed = wanted.iter().filter(|w| !is_of(&w.here, head)).count();
    let pipeline = Pipeline::of(net, wanted, burn, head);
    let mut best: Option<Fit> = None;
    let mut holders: Vec<Fit> = Vec::new();
    for (prefix, count) in prefixes {
        let most = best.as_ref().map_or(0, |best| best.used.len());
        let least = if holders.is_empty() {
            most.min(needed)
        } else {
            needed
        };
        if count < least {
            break;
        }
        for base in pipeline.bases(tensors, prefix) {
            let fit = pipeline.fit(tensors, prefix, base);
            let better = best.as_ref().is_none_or(|best| fit.score() > best.score());
            if fit.holds(head) && needed > 0 {
                holders.push(fit);
            } else if better {
                best = Some(fit);
            }
        }
    }
    decided(holders, best, wanted.len(), key, || {
        pipeline.fit(tensors, &root(key), "")
    })
}

/// The prefix that a user's key stands for.
fn root(key: Option<&str>) -> String {
    match key {
        None | Some("") => String::new(),
        Some(key) => format!("{key}."),
    }
}

/// Decides between the prefixes that hold a whole network, or for the best of the others.
fn decided(
    mut holders: Vec<Fit>,
    best: Option<Fit>,
    wanted: usize,
    key: Option<&str>,
    whole: impl Fn() -> Fit,
) -> Choice {
    holders.sort_by_key(|fit| usize::MAX - fit.used.len());
    let mut copies: Vec<Fit> = Vec::new();
    for fit in holders {
        // The same weights by another way, such as a network without its head, are no second copy.
        if !copies.iter().any(|copy| fit.used.is_subset(&copy.used)) {
            copies.push(fit);
        }
    }
    let named = root(key);
    let exact = |fit: &Fit| key.is_some() && fit.prefix == named;
    if copies.len() > 1 && !copies.iter().any(exact) {
        let mut keys: Vec<String> = copies.iter().map(|fit| dotless(&fit.prefix)).collect();
        keys.sort();
        return Choice::Several(keys);
    }
    let at = copies.iter().position(exact).unwrap_or(0);
    let others: Vec<String> = copies
        .iter()
        .enumerate()
        .filter(|(index, copy)| *index != at && !copy.prefix.is_empty())
        .map(|(_, copy)| copy.prefix.clone())
        .collect();
    Choice::One(Box::new(match (copies.into_iter().nth(at), best) {
        (Some(mut fit), _) => {
            // Copies within a part that was chosen by its key.
            let of_another = |key: &String| others.iter().any(|other| key.starts_with(other));
            let (ignored, unused) = fit.unused.drain(..).partition(of_another);
            fit.unused = unused;
            fit.ignored.extend::<Vec<String>>(ignored);
            fit
        }
        (None, Some(best)) if 2 * best.score().0.max(best.named) > wanted => best,
        // Another network's file: told as it stands.
        _ => whole(),
    }))
}

/// All beginnings of keys, and the number of keys that each has.
fn prefixes(tensors: &[Weight]) -> HashMap<&str, usize> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for weight in tensors {
        *counts.entry("").or_default() += 1;
        for (at, _) in weight.name.match_indices('.').take(DEEPEST) {
            *counts.entry(&weight.name[..=at]).or_default() += 1;
        }
    }
    counts
}
