//! The weights below one prefix of a file, beside those that a network needs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::join::joined;
use super::names::{Names, find};
use super::wanted::{Wanted, is_float, is_of};
use super::{Reference, Weight};

/// `num_batches_tracked`: stored by PyTorch, unused at inference.
const UNNEEDED: [&str; 1] = ["num_batches_tracked"];

/// The weights of a file below one prefix, set beside those that a network needs.
pub(super) struct Fit {
    /// The beginning of the keys, with a full stop at its end unless it is empty.
    pub prefix: String,
    /// Weights under the network's own names.
    pub weights: Vec<Weight>,
    /// Keys of the file that the network takes.
    pub used: BTreeSet<String>,
    /// Weights that the network needs and the file lacks.
    missing: Vec<Wanted>,
    /// Keys that the network has no place for, whole.
    pub unused: Vec<String>,
    /// Weights of another shape or type, and how they differ.
    pub wrong: Vec<String>,
    /// Weights of another shape: the layer of each, its shape in the file and the one due.
    reshaped: Vec<(String, Vec<usize>, Vec<usize>)>,
    /// Keys below the prefix that are known and not needed, without it.
    pub ignored: Vec<String>,
    /// Weights whose names the network has.
    pub named: usize,
}

impl Fit {
    /// Whether all weights are there, but for those of a head.
    pub fn holds(&self, head: &[&str]) -> bool {
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

    /// The first of these keys that the network takes.
    pub fn takes<'a>(&self, keys: &'a BTreeSet<String>) -> Option<&'a String> {
        keys.iter().find(|key| self.used.contains(*key))
    }

    /// The numbers of classes in the file and in the network where these alone are wrong: layers that nothing comes after
    /// have all weights of another length along one axis, their biases among them.
    pub fn other_classes(&self) -> Option<[usize; 2]> {
        let only = self.unused.is_empty() && self.missing.is_empty();
        if !only || self.reshaped.len() != self.wrong.len() {
            return None;
        }
        let sizes = self.reshaped.iter().map(|(_, a, b)| other_size(a, b));
        let sizes: Vec<[usize; 2]> = sizes.collect::<Option<_>>()?;
        let first = *sizes.first()?;
        let biased = self.reshaped.iter().all(|(layer, _, _)| {
            let mut layers = self.reshaped.iter();
            layers.any(|(other, shape, _)| other == layer && shape.len() == 1)
        });
        (biased && sizes.iter().all(|sizes| *sizes == first)).then_some(first)
    }

    /// How well the weights fit: those that do, and those of the right names.
    pub fn score(&self) -> (usize, usize) {
        (self.used.len(), self.named)
    }
}

/// A prefix without the full stop at its end.
pub(super) fn dotless(prefix: &str) -> String {
    prefix.strip_suffix('.').unwrap_or(prefix).into()
}

/// The way from the keys of a file to the names of a network.
pub(super) struct Pipeline<'a, M> {
    net: &'a M,
    wanted: HashMap<&'a str, &'a Wanted>,
    burn: bool,
    /// Pieces of keys that may be missing, or of another number of classes.
    head: &'a [&'a str],
    renames: Vec<(String, String)>,
    aliases: Vec<(String, String)>,
    dialects: Vec<super::Dialect>,
}

impl<'a, M: Reference> Pipeline<'a, M> {
    pub fn of(net: &'a M, wanted: &'a [Wanted], burn: bool, head: &'a [&'a str]) -> Self {
        let keyed = |of: Vec<(String, String)>| if burn { Vec::new() } else { of };
        Self {
            net,
            wanted: wanted.iter().map(|w| (w.here.as_str(), w)).collect(),
            burn,
            head,
            renames: keyed(net.renames()),
            aliases: keyed(net.aliases()),
            dialects: if burn { Vec::new() } else { net.dialects() },
        }
    }

    /// The beginnings that keys below a prefix may lack, none among them.
    pub fn bases(&self, tensors: &[Weight], prefix: &str) -> Vec<&'static str> {
        let keys = tensors.iter().filter_map(|w| w.name.strip_prefix(prefix));
        let mut bases = vec![""];
        if !self.burn {
            let lacking = |base: &&&'static str| !keys.clone().any(|key| key.starts_with(**base));
            bases.extend(self.net.bases().iter().filter(lacking));
        }
        bases
    }

    /// Sets the weights below a prefix beside those that the network needs.
    pub fn fit(&self, tensors: &[Weight], prefix: &str, base: &str) -> Fit {
        let mut fit = Fit {
            prefix: prefix.into(),
            weights: Vec::new(),
            used: BTreeSet::new(),
            missing: Vec::new(),
            unused: Vec::new(),
            wrong: Vec::new(),
            reshaped: Vec::new(),
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
            let differs = other_size(&shape, &wanted.shape).is_some();
            if differs && is_of(&here, self.head) {
                keys.remove(&here);
                fit.ignored.push(weight.name);
            } else if shape != wanted.shape {
                let layer = here.rsplit_once('.').map_or("", |(layer, _)| layer);
                fit.reshaped
                    .push((layer.into(), shape.clone(), wanted.shape.clone()));
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

/// The sizes along the one axis in which two shapes differ.
fn other_size(found: &[usize], wanted: &[usize]) -> Option<[usize; 2]> {
    let pairs = found.iter().zip(wanted).filter(|(a, b)| a != b);
    let apart: Vec<[usize; 2]> = pairs.map(|(a, b)| [*a, *b]).collect();
    match (found.len() == wanted.len(), &apart[..]) {
        (true, [sizes]) => Some(*sizes),
        _ => None,
    }
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
