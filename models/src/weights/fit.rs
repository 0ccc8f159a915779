//! The part of a file that fits a network: weights lie below any prefix, among anything else.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::join::joined;
use super::names::{Names, find};
use super::wanted::{Wanted, is_float, is_of};
use super::{Reference, Weight};

/// Names that are taken from the beginning of keys at most.
const DEEPEST: usize = 8;
/// `num_batches_tracked`: stored by PyTorch, unused at inference.
const UNNEEDED: [&str; 1] = ["num_batches_tracked"];

/// The weights of a file below one prefix, set beside those that a network needs.
pub(super) struct Fit {
    /// The beginning of the keys, with a full stop at its end unless it is empty.
    pub prefix: String,
    /// Weights under the network's own names.
    pub weights: Vec<Weight>,
    /// Keys of the file that the network takes.
    used: BTreeSet<String>,
    /// Weights that the network needs and the file lacks.
    missing: Vec<Wanted>,
    /// Keys that the network has no place for, whole.
    pub unused: Vec<String>,
    /// Weights of another shape or type, and how they differ.
    pub wrong: Vec<String>,
    /// Keys below the prefix that are known and not needed, without it.
    pub ignored: Vec<String>,
    named: usize,
}

impl Fit {
    /// Whether all weights are there, but for those of a head.
    fn holds(&self, head: &[&str]) -> bool {
        self.wrong.is_empty() && self.misses_only(head)
    }

    /// Whether nothing is missing but weights of a head.
    pub fn misses_only(&self, head: &[&str]) -> bool {
        self.missing.iter().all(|wanted| is_of(&wanted.here, head))
    }

    /// Keys that the network needs and the file lacks, under the reference's names.
    pub fn lacking(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.missing.iter().map(|w| w.there.clone()).collect();
        keys.sort();
        keys
    }

    fn score(&self) -> (usize, usize) {
        (self.used.len(), self.named)
    }
}

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
    let pipeline = Pipeline::of(net, wanted, burn);
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

/// A prefix without the full stop at its end.
pub(super) fn dotless(prefix: &str) -> String {
    prefix.strip_suffix('.').unwrap_or(prefix).into()
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

/// The way from the keys of a file to the names of a network.
struct Pipeline<'a, M> {
    net: &'a M,
    wanted: HashMap<&'a str, &'a Wanted>,
    burn: bool,
    renames: Vec<(String, String)>,
    aliases: Vec<(String, String)>,
    dialects: Vec<super::Dialect>,
}

impl<'a, M: Reference> Pipeline<'a, M> {
    fn of(net: &'a M, wanted: &'a [Wanted], burn: bool) -> Self {
        let keyed = |of: Vec<(String, String)>| if burn { Vec::new() } else { of };
        Self {
            net,
            wanted: wanted.iter().map(|w| (w.here.as_str(), w)).collect(),
            burn,
            renames: keyed(net.renames()),
            aliases: keyed(net.aliases()),
            dialects: if burn { Vec::new() } else { net.dialects() },
        }
    }

    /// The beginnings that keys below a prefix may lack, none among them.
    fn bases(&self, tensors: &[Weight], prefix: &str) -> Vec<&'static str> {
        let keys = tensors.iter().filter_map(|w| w.name.strip_prefix(prefix));
        let mut bases = vec![""];
        if !self.burn {
            let lacking = |base: &&&'static str| !keys.clone().any(|key| key.starts_with(**base));
            bases.extend(self.net.bases().iter().filter(lacking));
        }
        bases
    }

    /// Sets the weights below a prefix beside those that the network needs.
    fn fit(&self, tensors: &[Weight], prefix: &str, base: &str) -> Fit {
        let mut fit = Fit {
            prefix: prefix.into(),
            weights: Vec::new(),
            used: BTreeSet::new(),
            missing: Vec::new(),
            unused: Vec::new(),
            wrong: Vec::new(),
            ignored: Vec::new(),
            named: 0,
        };
        let mut keys: HashMap<String, String> = HashMap::new();
        for (key, weight) in self.translated(tensors, prefix, base, &mut fit.ignored) {
            let here = Names(&self.renames).here(&weight.name);
            let Some(wanted) = self.wanted.get(here.as_str()) else {
                fit.unused.push(key);
                continue;
            };
            if let Some(other) = keys.insert(here.clone(), key.clone()) {
                fit.wrong
                    .push(format!("{key} and {other} are the same weight"));
                continue;
            }
            fit.named += 1;
            let shape = weight.shape.to_vec();
            if shape != wanted.shape {
                let (name, due) = (&weight.name, &wanted.shape);
                fit.wrong
                    .push(format!("{name} has shape {shape:?}, not {due:?}"));
            } else if !is_float(&weight) {
                let (name, kind) = (&weight.name, weight.dtype);
                fit.wrong
                    .push(format!("{name} has type {kind:?}, not one of fractions"));
            } else {
                fit.used.insert(key);
                fit.weights.push(named(weight, here));
            }
        }
        let lacking = self.wanted.values().filter(|w| !keys.contains_key(&w.here));
        fit.missing = lacking.map(|w| (*w).clone()).collect();
        for list in [&mut fit.unused, &mut fit.wrong, &mut fit.ignored] {
            list.sort();
        }
        fit
    }

    /// The weights below a prefix under the reference's names, beside their whole keys.
    fn translated(
        &self,
        tensors: &[Weight],
        prefix: &str,
        base: &str,
        ignored: &mut Vec<String>,
    ) -> Vec<(String, Weight)> {
        let mut found: Vec<(String, Weight)> = Vec::new();
        for weight in tensors {
            if let Some(name) = weight.name.strip_prefix(prefix) {
                let name = format!("{base}{name}");
                found.push((weight.name.clone(), named(weight.clone(), name)));
            }
        }
        if self.burn {
            return found;
        }
        let dialect = self.dialects.iter().find(|dialect| {
            let mut weights = found.iter();
            weights.any(|(_, weight)| find(&weight.name, dialect.mark).is_some())
        });
        let mut found = once(found, &self.aliases, ignored);
        for (_, weight) in &mut found {
            for pair in dialect.iter().flat_map(|dialect| &dialect.renames) {
                weight.name = Names(std::slice::from_ref(pair)).here(&weight.name);
            }
        }
        let (unneeded, needed): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, weight)| {
            is_of(&weight.name, &UNNEEDED) || is_of(&weight.name, self.net.unneeded())
        });
        ignored.extend(unneeded.into_iter().map(|(_, weight)| weight.name));
        let needed = joined(needed, self.net.joins());
        let adapted = |(key, weight)| (key, self.net.adapt(weight));
        needed.into_iter().map(adapted).collect()
    }
}

fn named(mut weight: Weight, name: String) -> Weight {
    weight.name = name;
    weight
}

/// Keeps each weight once: second names are left out where the first is there too, and made the first elsewhere.
fn once(
    tensors: Vec<(String, Weight)>,
    aliases: &[(String, String)],
    ignored: &mut Vec<String>,
) -> Vec<(String, Weight)> {
    if aliases.is_empty() {
        return tensors;
    }
    let names: HashSet<String> = tensors
        .iter()
        .map(|(_, weight)| weight.name.clone())
        .collect();
    let keep = |(key, mut weight): (String, Weight)| {
        let first = Names(aliases).here(&weight.name);
        if first != weight.name && names.contains(&first) {
            ignored.push(weight.name);
            return None;
        }
        weight.name = first;
        Some((key, weight))
    };
    tensors.into_iter().filter_map(keep).collect()
}

/// Keys of a file by whether they begin with a prefix: those that do not are beside the network.
pub(super) fn beside(tensors: &[Weight], prefix: &str) -> Vec<String> {
    let names = tensors.iter().map(|weight| &weight.name);
    names
        .filter(|name| !name.starts_with(prefix))
        .cloned()
        .collect()
}

/// The types of entries that stand where a network's weights should be.
pub(super) fn stand_ins(
    strange: &BTreeMap<String, String>,
    missing: &[String],
) -> Vec<(String, String)> {
    let of = |(key, kind): (&String, &String)| {
        let ends = |name: &String| {
            key.strip_suffix(name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        missing
            .iter()
            .any(ends)
            .then(|| (key.clone(), kind.clone()))
    };
    strange.iter().filter_map(of).collect()
}
