//! The gallery of a measurement: its first samples as they look, a pair in growing contexts, and an image under masks.

use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_interaction::evaluation::{Closeup, Random, Removal, Seating, Surroundings};
use burn_interaction::game::predictions;
use burn_interaction::{
    Batch, Classifier, Coalition, Pair, Players, Profile, Reward, SampleProfile,
};
use burn_interaction_datasets::Samples;

use super::chosen::Chosen;
use crate::error::{Result, usage};
use crate::report::{CONTEXTS_SHOWN, Exhibit, Gallery, InContexts, Masked, Masks, stands_out};
use crate::subject::{Scene, Subject};

/// Samples that are kept as they look.
const SAMPLES: usize = 3;
/// Contexts of an order at least and at most, and the seconds that all of them may take.
const CONTEXTS: (usize, usize) = (CONTEXTS_SHOWN, 24);
const SECONDS: f64 = 10.0;
/// Shares of an image that masks hide.
const SHARES: [f64; 3] = [0.25, 0.5, 0.75];

/// A measurement whose gallery is to be made.
pub struct Curator<'a, S: Subject> {
    /// The subject.
    pub subject: &'a S,
    /// The network.
    pub net: &'a S::Net,
    /// The part of the data.
    pub samples: &'a S::Samples,
    /// The measured samples.
    pub chosen: &'a Chosen<S>,
    /// Seconds of a forward.
    pub each: f64,
    /// The device.
    pub device: &'a Device,
}

/// A sample alone, with its players.
struct Alone<'a, S: Subject> {
    players: S::Players,
    batch: Batch<S::Input>,
    profile: &'a SampleProfile,
}

impl<S: Subject> Curator<'_, S> {
    /// Makes the gallery; `None` for data that have no picture.
    ///
    /// # Errors
    ///
    /// Fails where a sample cannot be read, or the device fails.
    pub fn gallery(&self, profile: &Profile) -> Result<Option<Gallery>> {
        let measured = profile.samples().iter().map(SampleProfile::id);
        let ids: Vec<u64> = measured.take(SAMPLES).collect();
        let seated = &self.chosen.seated;
        let (players, indices) = (&seated.players, &seated.indices);
        let scenes = self
            .subject
            .scenes(self.samples, players, indices, &ids, self.device)?;
        let exhibits = ids.into_iter().zip(scenes);
        let exhibits = exhibits.map(|(id, scene)| Exhibit { id, scene }).collect();
        let mut gallery = Gallery::new(exhibits);
        let Some(first) = gallery.samples.first() else {
            return Ok(None);
        };
        if !matches!(first.scene, Scene::Row { .. })
            && let Some(alone) = self.alone(profile, first.id)?
        {
            let masks = match first.scene {
                Scene::Image { .. } => self.masks(profile, &alone)?,
                _ => Vec::new(),
            };
            gallery.contexts = self.contexts(profile, &alone)?;
            gallery.masks = masks;
        }
        Ok(Some(gallery))
    }

    /// A measured sample as a batch of one.
    fn alone<'p>(&self, profile: &'p Profile, id: u64) -> Result<Option<Alone<'p, S>>> {
        let (Some(place), Some(sample)) = (
            self.chosen.batch.ids.iter().position(|own| *own == id),
            profile.sample(id),
        ) else {
            return Ok(None);
        };
        let seated = &self.chosen.seated;
        let index = seated.indices[place];
        let read = self.samples.read(&[index], 0, self.device)?;
        let target = TensorData::new(vec![sample.target() as i32], [1]);
        let target = Tensor::<1, Int>::from_data(target, self.device);
        Ok(Some(Alone {
            players: seated.players.only(&[place]),
            batch: Batch::new(read.inputs, target, vec![id]),
            profile: sample,
        }))
    }

    /// The strongest pair of a sample in contexts of a small, a middle and a large size.
    fn contexts(&self, profile: &Profile, alone: &Alone<'_, S>) -> Result<Option<InContexts>> {
        let Some(pair) = strongest(alone.profile) else {
            return Ok(None);
        };
        let orders = sizes(alone.profile.orders());
        let affordable = SECONDS / (4.0 * orders.len() as f64 * self.each.max(1e-9));
        let closeup = Closeup::of_pair(pair)
            .orders(orders)
            .contexts((affordable as usize).clamp(CONTEXTS.0, CONTEXTS.1))
            .reward(profile.protocol().reward)
            .baseline(profile.protocol().baseline.clone())
            .seed(profile.protocol().seed);
        let orders = closeup.run(self.net, &alone.players, alone.batch.clone())?;
        let players = alone.profile.players();
        let mut seen = Vec::with_capacity(orders.len());
        for order in &orders {
            let shown = order.contexts.iter().take(CONTEXTS_SHOWN);
            let with_pair = shown.map(|context| {
                let members = context.members.iter().copied().chain([pair.0, pair.1]);
                Coalition::of(players, members)
            });
            let with_pair: Vec<Coalition> = with_pair.collect();
            let inputs = closeup.seen(&alone.players, &alone.batch.inputs, &with_pair)?;
            seen.push(self.subject.seen(self.samples, inputs)?);
        }
        Ok(Some(InContexts {
            pair,
            players,
            orders,
            seen,
        }))
    }

    /// An image under random masks and, where its players lie on a grid, under masks of its surroundings.
    fn masks(&self, profile: &Profile, alone: &Alone<'_, S>) -> Result<Vec<Masks>> {
        let grid = alone.players.grid();
        let seating = Seating {
            id: alone.profile.id(),
            players: alone.profile.players(),
            grid,
            seed: profile.protocol().seed,
            draw: 0,
        };
        let mut orders = vec![(
            match grid {
                Some(_) => "random patches",
                None => "random segments",
            },
            Random.order(&seating)?,
        )];
        if grid.is_some() {
            orders.push(("the surroundings", Surroundings.order(&seating)?));
        }
        let closeup = Closeup::of_pair((0, 1)).baseline(profile.protocol().baseline.clone());
        let mut kinds = Vec::new();
        for (kind, order) in orders {
            let left = SHARES.map(|share| {
                let hidden = (share * order.len() as f64).round() as usize;
                Coalition::of(order.len(), order[hidden..].iter().copied())
            });
            let inputs = closeup.seen(&alone.players, &alone.batch.inputs, &left)?;
            let answers = self.answers(inputs.clone())?;
            let seen = self.subject.seen(self.samples, inputs)?;
            let masks = SHARES.into_iter().zip(seen).zip(answers);
            let mask = |((share, seen), (class, probability))| Masked {
                share,
                seen,
                class,
                probability,
            };
            kinds.push(Masks {
                kind: kind.into(),
                masks: masks.map(mask).collect(),
            });
        }
        Ok(kinds)
    }

    /// The class that the network gives each input, with its probability.
    fn answers(&self, inputs: S::Input) -> Result<Vec<(String, f64)>> {
        let logits = self.net.logits(inputs);
        let [_, outputs] = logits.dims();
        let best = predictions(logits.clone())?;
        let logits = logits.try_into_vec_as::<f32>();
        let logits = logits.map_err(|e| usage(format!("reading logits back: {e:?}")))?;
        let classes = &self.subject.about().classes;
        let answer = |(row, class): (&[f32], usize)| {
            let name = classes.get(class).cloned();
            let probability = Reward::LogProbability.value(row, class).exp();
            (
                name.unwrap_or_else(|| format!("class {class}")),
                probability,
            )
        };
        let rows = logits.chunks_exact(outputs.max(1));
        Ok(rows.zip(best).map(answer).collect())
    }
}

/// The pair that interacts most at one of its orders, among those that stand out from noise where some do.
fn strongest(sample: &SampleProfile) -> Option<Pair> {
    let mut best: Option<((bool, f64), Pair)> = None;
    for order in sample.orders() {
        let estimates = sample.at_order(*order).unwrap_or_default();
        for (pair, estimate) in sample.pairs().iter().zip(estimates) {
            let rank = (stands_out(estimate), estimate.mean.abs());
            let better = best.is_none_or(|(most, _)| rank > most);
            if estimate.contexts > 0 && better {
                best = Some((rank, *pair));
            }
        }
    }
    best.map(|(_, pair)| pair)
}

/// A small, a middle and a large order of those that were measured; the ends only where there are no others, as they have one context.
fn sizes(orders: &[usize]) -> Vec<usize> {
    let inner = match orders.len() {
        0..5 => orders,
        many => &orders[1..many - 1],
    };
    let mut sizes: Vec<usize> = [inner.first(), inner.get(inner.len() / 2), inner.last()]
        .into_iter()
        .flatten()
        .copied()
        .collect();
    sizes.dedup();
    sizes
}

#[cfg(test)]
mod tests {
    use burn_interaction::game::Dividends;
    use burn_interaction::{Measurement, Orders, Pairs};

    use super::*;

    #[test]
    fn sizes_are_small_middle_and_large() {
        assert_eq!(sizes(&[0, 12, 50, 127, 200, 241, 254]), [12, 127, 241]);
        assert_eq!(sizes(&[0, 3, 6]), [0, 3, 6]);
        assert_eq!(sizes(&[2]), [2]);
        assert!(sizes(&[]).is_empty());
    }

    #[test]
    fn the_strongest_pair_is_shown() {
        let exact = Measurement::of_games()
            .orders(Orders::all())
            .pairs(Pairs::all());
        let profile = exact.run_game(&Dividends::random(6, 2)).unwrap();
        let sample = &profile.samples()[0];
        let pair = strongest(sample).unwrap();
        let largest = |of: Pair| {
            let orders = sample.orders().iter();
            let each = orders.map(|order| sample.interaction(*order, of).unwrap().mean.abs());
            each.fold(0.0, f64::max)
        };
        let pairs = sample.pairs().iter().map(|pair| largest(*pair));
        assert_eq!(largest(pair), pairs.fold(0.0, f64::max));
    }
}
