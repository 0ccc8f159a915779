use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, some_ids};
use crate::estimate::Protocol;

use super::{Axis, Origin, Reached, SampleProfile};

/// Interactions of a network on some samples, and how they were made.
///
/// Samples are in the order of their ids. A profile is complete, or lacks some of the samples that were to be measured
/// ([`missing`](Profile::missing)); it never holds a part of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub(crate) protocol: Protocol,
    pub(crate) origin: Origin,
    /// The players, in words.
    pub(crate) described: String,
    /// Whether ids are places in a data set, and not in a batch.
    pub(crate) identified: bool,
    pub(crate) axis: Axis,
    /// The ids that were to be measured, ascending.
    pub(crate) requested: Vec<u64>,
    /// The ids of all parts together, ascending, where this is one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) whole: Option<Vec<u64>>,
    pub(crate) left_out: usize,
    /// The ids of the samples left out, ascending, where this is one of several parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) left_out_ids: Vec<u64>,
    /// The outcome of a measurement to a precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) precision: Option<Reached>,
    pub(crate) samples: Vec<SampleProfile>,
}

impl Profile {
    /// The protocol that made it, with the baseline that was used.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// The network, data and machine that it is of.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The players, in words.
    pub fn described(&self) -> &str {
        &self.described
    }

    /// The number of players, n: the fewest and the most of a sample.
    pub fn players(&self) -> RangeInclusive<usize> {
        self.axis.players()
    }

    /// The measured orders, ascending; none where samples differ in their number of players, each of which has its own
    /// ([`SampleProfile::orders`]).
    pub fn orders(&self) -> &[usize] {
        self.axis.orders()
    }

    /// The ratios m / (n - 2) of the measured orders, ascending. Where samples differ in their number of players these are
    /// the ones asked for, and a sample of n players has the order `int(r * (n - 2))` at ratio r.
    pub fn ratios(&self) -> &[f64] {
        self.axis.ratios()
    }

    /// The number of samples left out as they have too few players.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The outcome of a measurement to a precision, and how it shared out its forwards; `None` for one with a budget, and for merged
    /// parts.
    pub fn precision(&self) -> Option<&Reached> {
        self.precision.as_ref()
    }

    /// The samples that were completed, in the order of their ids.
    pub fn samples(&self) -> &[SampleProfile] {
        &self.samples
    }

    /// The sample with this id, if it was completed.
    pub fn sample(&self, id: u64) -> Option<&SampleProfile> {
        let place = self.samples.binary_search_by_key(&id, SampleProfile::id);
        place.ok().map(|place| &self.samples[place])
    }

    /// The number of samples that were to be measured.
    pub fn requested(&self) -> usize {
        self.requested.len()
    }

    /// The ids of the samples that were to be measured and are not here, ascending.
    pub fn missing(&self) -> Vec<u64> {
        let missing = |id: &u64| self.sample(*id).is_none();
        self.requested.iter().copied().filter(missing).collect()
    }

    /// Whether every sample asked for was completed; `false` after an interrupt.
    pub fn is_complete(&self) -> bool {
        self.samples.len() == self.requested.len()
    }

    /// Whether samples have ids of their own, so that the profile can be merged with others.
    pub fn is_identified(&self) -> bool {
        self.identified
    }

    /// The number of coalitions evaluated for the completed samples.
    pub fn forwards(&self) -> u64 {
        self.samples.iter().map(SampleProfile::forwards).sum()
    }

    /// Puts together what was measured apart: parts of one run, or runs on different samples of the same data.
    ///
    /// Where every part says of which whole it is one, the result is that whole, and [`missing`](Profile::missing) lists
    /// what no part has. The result does not depend on the order of the parts.
    ///
    /// # Errors
    ///
    /// Fails where there is no part; protocols, players or origins differ; a sample occurs twice; or samples have no ids, without which
    /// nobody knows whether two of them are one.
    pub fn merge(parts: impl IntoIterator<Item = Self>) -> Result<Self> {
        let mut parts = parts.into_iter();
        let nothing = || Error::setting("parts", 0, "give at least one profile to merge");
        let mut merged = parts.next().ok_or_else(nothing)?;
        if let Some(whole) = &merged.whole {
            merged.requested.clone_from(whole);
        }
        for part in parts {
            // Several commands made it: none of them alone.
            if part.origin.command != merged.origin.command {
                merged.origin.command = None;
            }
            merged.absorb(part)?;
        }
        merged.ask_for_none_left_out();
        Ok(merged)
    }

    /// Asks for no sample that a part has left out, unless another has it.
    fn ask_for_none_left_out(&mut self) {
        let Self {
            requested,
            left_out_ids,
            samples,
            ..
        } = self;
        let is_there = |id: &u64| samples.iter().any(|sample| sample.id() == *id);
        requested.retain(|id| left_out_ids.binary_search(id).is_err() || is_there(id));
    }

    /// Takes in the samples of another part, see [`merge`](Profile::merge).
    pub(crate) fn absorb(&mut self, part: Self) -> Result<()> {
        if !(self.identified && part.identified) {
            return Err(Error::Unidentified);
        }
        self.check(&part)?;
        let differ = |what, here: &Option<Vec<u64>>, there: &Option<Vec<u64>>| {
            let count = |ids: &Option<Vec<u64>>| match ids {
                Some(ids) => format!("samples {}", some_ids(ids)),
                None => "no other parts".into(),
            };
            Err(Error::differs(what, count(here), count(there)))
        };
        match (&self.whole, &part.whole) {
            (here, there) if here != there => return differ("parts of a whole", here, there),
            (Some(_), _) => {}
            (None, _) => {
                self.requested.extend(&part.requested);
                self.requested.sort_unstable();
                self.requested.dedup();
            }
        }
        self.axis = self.axis.with(&part.axis, &self.protocol.orders)?;
        self.origin.join(&part.origin);
        self.left_out += part.left_out;
        self.left_out_ids.extend(part.left_out_ids);
        self.left_out_ids.sort_unstable();
        self.left_out_ids.dedup();
        self.precision = None;
        let twice: Vec<u64> = part.samples.iter().map(SampleProfile::id).collect();
        let twice: Vec<u64> = twice
            .into_iter()
            .filter(|id| self.sample(*id).is_some())
            .collect();
        if !twice.is_empty() {
            return Err(Error::repeated(&twice));
        }
        self.samples.extend(part.samples);
        self.samples.sort_by_key(SampleProfile::id);
        Ok(())
    }

    /// Whether all parts fit each other, as they do unless somebody edited the file.
    ///
    /// # Errors
    ///
    /// The error is what does not fit, in words.
    pub(crate) fn validated(self) -> std::result::Result<Self, String> {
        let ascending = |ids: &[u64]| ids.windows(2).all(|pair| pair[0] < pair[1]);
        let ids: Vec<u64> = self.samples.iter().map(SampleProfile::id).collect();
        if !ascending(&ids) || !ascending(&self.requested) {
            return Err("samples are not in the order of their ids, or occur twice".into());
        }
        if !self.axis.is_whole() {
            return Err("its orders and their ratios are not those of each other".into());
        }
        if let Some(id) = ids
            .iter()
            .find(|id| self.requested.binary_search(id).is_err())
        {
            return Err(format!("sample {id} is none of those that were asked for"));
        }
        for sample in &self.samples {
            sample
                .check()
                .map_err(|reason| format!("sample {}: {reason}", sample.id()))?;
            let players = sample.players();
            let orders = self.axis.orders();
            if !self.axis.players().contains(&players)
                || !(orders.is_empty() || orders == sample.orders())
            {
                return Err(format!(
                    "sample {} has other players or orders",
                    sample.id()
                ));
            }
        }
        Ok(self)
    }

    /// Whether another profile may be of the same run.
    ///
    /// # Errors
    ///
    /// The error names the first setting that differs, with both values.
    pub(crate) fn check(&self, other: &Self) -> Result<()> {
        let players = (self.described != other.described)
            .then(|| ("players", self.described.clone(), other.described.clone()));
        let identified = (self.identified != other.identified).then(|| {
            let of = |profile: &Self| match profile.identified {
                true => "of their own".to_string(),
                false => "none".to_string(),
            };
            ("ids of samples", of(self), of(other))
        });
        let found = self.protocol.difference(&other.protocol).or(players);
        let found = found.or_else(|| self.origin.difference(&other.origin));
        match found.or(identified) {
            None => Ok(()),
            Some((what, here, there)) => Err(Error::differs(what, here, there)),
        }
    }
}
