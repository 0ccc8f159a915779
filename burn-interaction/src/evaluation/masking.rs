use serde::{Deserialize, Serialize};

use crate::coalition::Coalition;
use crate::error::{Error, Result};
use crate::game::{Classifier, Evaluate, NetworkGames, Reward, Row, check_mode, finite};
use crate::input::{Batch, Input};
use crate::measure::{Lanes, Packing};
use crate::players::{Baseline, Players};

use super::curve::{MaskedSample, MaskingCurve, MaskingCurves};
use super::removal::{Random, Removal, Seating, Surroundings, checked};
use super::score::labels;

/// The accuracy of a network when a share of the players is masked: at random, from the border inwards, or in an order of
/// your own.
///
/// In a sample with n players a share r masks the first `round(r n)` of the order of removal, so that masks are nested within a
/// draw; masked players look like absent ones of a measurement. Random orders are drawn from the seed, the sample's id and the
/// draw, so that a sample's masks do not depend on the samples beside it.
///
/// Defaults: the shares 0, 0.1, .. 0.9, 5 draws a sample, the players' own baseline, seed 0. All settings are checked when it
/// runs. Settings serialise under the names of the fields, and each may be left out.
///
/// # Cost
///
/// One forward for each sample, share and draw; a mask that hides nothing or everything is evaluated once a sample.
/// [`forwards`](Masking::forwards) tells.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_interaction::{Batch, Patches};
/// use burn_interaction::evaluation::Masking;
///
/// // A network that reads the middle of nine patches alone: class 1 where it is bright.
/// let device = Device::flex();
/// let net = |x: Tensor<4>| {
///     let [samples, ..] = x.dims();
///     x.slice([0..samples, 0..1, 1..2, 1..2]).reshape([samples, 1]) - 0.5
/// };
/// let images = Tensor::<4>::ones([1, 1, 3, 3], &device);
/// let batch = Batch::new(images, Tensor::from_data([1], &device), vec![0]);
/// let masking = Masking::new().shares([0.0, 1.0 / 3.0, 2.0 / 3.0]).draws(1000);
/// let curves = masking.run(&net, &Patches::grid(3, 3), batch)?;
///
/// // The middle stays to the end among the surroundings; three of nine random patches hide it in a third of the draws.
/// let at = |curve: &burn_interaction::evaluation::MaskingCurve| curve.points()[1].accuracy.value;
/// assert_eq!(at(&curves.surroundings), 1.0);
/// assert!((at(&curves.random) - 2.0 / 3.0).abs() < 0.05);
/// assert!(curves.area()?.value < 0.0);
/// # Ok::<(), burn_interaction::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Masking {
    /// The shares of players to mask, ascending.
    pub shares: Vec<f64>,
    /// Orders drawn for each sample, where orders are random.
    pub draws: usize,
    /// The look of masked players; `None` for the players' own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Rows in a batch; `None` for as many as a measurement takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    /// The seed of the orders.
    pub seed: u64,
}

impl Default for Masking {
    fn default() -> Self {
        Self {
            shares: (0..10).map(|tenth| f64::from(tenth) / 10.0).collect(),
            draws: 5,
            baseline: None,
            batch: None,
            seed: 0,
        }
    }
}

impl Masking {
    /// The masking with its defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The shares of players to mask, ascending, from 0 to 1; by default 0, 0.1, .. 0.9.
    pub fn shares(mut self, shares: impl Into<Vec<f64>>) -> Self {
        self.shares = shares.into();
        self
    }

    /// Orders drawn for each sample, where orders are random; by default 5.
    pub fn draws(mut self, draws: usize) -> Self {
        self.draws = draws;
        self
    }

    /// The look of masked players; by default the players' own.
    pub fn baseline(mut self, baseline: Baseline) -> Self {
        self.baseline = Some(baseline);
        self
    }

    /// Rows in a batch; by default as many as give the network about half a million input values, 8 to 4096.
    pub fn batch(mut self, rows: usize) -> Self {
        self.batch = Some(rows);
        self
    }

    /// The seed of the orders; by default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Tells whether the settings can be run.
    ///
    /// # Errors
    ///
    /// Fails where there are no shares, they do not ascend from 0 to 1, or there are no draws or rows in a batch.
    pub fn check(&self) -> Result<()> {
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        let ascends = self.shares.windows(2).all(|pair| pair[0] < pair[1]);
        if self.shares.is_empty() || !self.shares.iter().all(is_share) || !ascends {
            return Err(Error::setting(
                "shares",
                format!("{:?}", self.shares),
                "give at least one share, ascending from 0 to 1",
            ));
        }
        if self.draws == 0 {
            return Err(Error::setting("draws", 0, "give at least 1"));
        }
        Packing::new(self.batch).map(|_| ())
    }

    /// Forwards of [`run`](Masking::run) for a sample of so many players.
    pub fn forwards(&self, players: usize) -> u64 {
        let of = |draws| {
            self.masks(players, draws)
                .map(|(_, count)| count as u64)
                .sum::<u64>()
        };
        of(self.draws) + of(1)
    }

    /// Accuracy under random masking and under masking of the surroundings, see [`MaskingCurves::area`] for the area between.
    ///
    /// # Errors
    ///
    /// Fails where [`curve`](Masking::curve) does, or the players lie on no grid.
    pub fn run<P: Players, N: Classifier<P::Input>>(
        &self,
        net: &N,
        players: &P,
        batch: Batch<P::Input>,
    ) -> Result<MaskingCurves> {
        // First what may be refused: it is the cheaper.
        let surroundings = self.curve(net, players, batch.clone(), &Surroundings)?;
        Ok(MaskingCurves {
            random: self.curve(net, players, batch, &Random)?,
            surroundings,
        })
    }

    /// Accuracy when players are masked in the order of a [`Removal`].
    ///
    /// On the CPU batches are shared among the cores.
    ///
    /// # Errors
    ///
    /// Fails where [`check`](Masking::check) does, the network may be training, the players or the baseline do not fit the
    /// inputs, labels or ids do not fit, a sample has no such order, a logit is NaN, or the device fails.
    pub fn curve<P: Players, N: Classifier<P::Input>>(
        &self,
        net: &N,
        players: &P,
        batch: Batch<P::Input>,
        removal: &impl Removal,
    ) -> Result<MaskingCurve> {
        self.check()?;
        let labels = labels(&batch)?;
        let mut curve = MaskingCurve {
            shares: self.shares.clone(),
            samples: Vec::with_capacity(labels.len()),
        };
        if labels.is_empty() {
            return Ok(curve);
        }
        check_mode(net, &batch.inputs)?;
        let Batch { inputs, ids, .. } = batch;
        let (device, grid) = (inputs.device(), players.grid());
        let own = players.baseline();
        let absent = players.absent(&inputs, self.baseline.as_ref().unwrap_or(&own))?;
        let targets = labels.clone();
        let games = NetworkGames::new(
            net,
            players,
            inputs,
            absent,
            targets,
            ids.clone(),
            Reward::LogOdds,
        )?;
        let games = Lanes::of_device(games.of_right_classes(), &device);
        let draws = removal.draws(self.draws).max(1);
        let mut masked = Masked::new(&games, &ids, self.batch)?;
        for (sample, players) in games.players().iter().enumerate() {
            let seating = Seating {
                id: ids[sample],
                players: *players,
                grid,
                seed: self.seed,
                draw: 0,
            };
            self.mask(&mut masked, seating, removal, draws)?;
        }
        masked.flush()?;
        for (sample, right) in masked.right.into_iter().enumerate() {
            let players = games.players()[sample];
            let masks: Vec<(usize, usize)> = self.masks(players, draws).collect();
            let at = |share: &f64| {
                let removed = masked_players(*share, players);
                let place = masks.binary_search_by_key(&removed, |mask| mask.0);
                place.map_or(f64::NAN, |place| {
                    right[place] as f64 / masks[place].1 as f64
                })
            };
            curve.samples.push(MaskedSample {
                id: ids[sample],
                label: labels[sample],
                right: self.shares.iter().map(at).collect(),
            });
        }
        Ok(curve)
    }

    /// Adds all masks of the next sample.
    fn mask<E: Evaluate>(
        &self,
        masked: &mut Masked<'_, E>,
        seating: Seating,
        removal: &impl Removal,
        draws: usize,
    ) -> Result<()> {
        let players = seating.players;
        let masks: Vec<_> = self.masks(players, draws).collect();
        let sample = masked.right.len();
        masked.right.push(vec![0; masks.len()]);
        for draw in 0..draws {
            let order = checked(removal, &Seating { draw, ..seating })?;
            let asked = masks
                .iter()
                .enumerate()
                .filter(|(_, (_, count))| draw < *count);
            for (place, (removed, _)) in asked {
                masked.add(Mask {
                    sample,
                    place,
                    left: Coalition::of(players, order[*removed..].iter().copied()),
                })?;
            }
        }
        Ok(())
    }

    /// The different numbers of players that the shares mask, ascending, and how many masks each has of so many draws.
    fn masks(&self, players: usize, draws: usize) -> impl Iterator<Item = (usize, usize)> {
        let mut removed: Vec<usize> = self
            .shares
            .iter()
            .map(|share| masked_players(*share, players))
            .collect();
        removed.dedup();
        let single = move |removed: &usize| *removed == 0 || *removed == players;
        removed
            .into_iter()
            .map(move |removed| (removed, if single(&removed) { 1 } else { draws }))
    }
}

/// The number of players that a share masks.
fn masked_players(share: f64, players: usize) -> usize {
    (share * players as f64).round() as usize
}

/// One mask of a sample.
struct Mask {
    sample: usize,
    /// The place of its number of masked players among those of the sample.
    place: usize,
    /// The players that are left.
    left: Coalition,
}

impl Mask {
    fn row(&self) -> Row<'_> {
        Row {
            sample: self.sample,
            coalition: &self.left,
        }
    }
}

/// Masked samples on their way through a network, in batches.
struct Masked<'a, E> {
    games: &'a E,
    /// The id of each sample.
    ids: &'a [u64],
    packing: Packing,
    waiting: Vec<Mask>,
    /// How often each sample is given its label at each number of removed players.
    right: Vec<Vec<usize>>,
}

impl<'a, E: Evaluate> Masked<'a, E> {
    fn new(games: &'a E, ids: &'a [u64], batch: Option<usize>) -> Result<Self> {
        Ok(Self {
            games,
            ids,
            packing: Packing::new(batch)?,
            waiting: Vec::new(),
            right: Vec::new(),
        })
    }

    fn add(&mut self, mask: Mask) -> Result<()> {
        if self.packing.add(self.games.elements(mask.sample)).is_some() {
            self.flush()?;
        }
        self.waiting.push(mask);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let rows: Vec<Row<'_>> = self.waiting.iter().map(Mask::row).collect();
        let values = self.games.values(&rows)?;
        finite(&values, rows, |sample| self.ids[sample])?;
        for (mask, value) in self.waiting.drain(..).zip(values) {
            self.right[mask.sample][mask.place] += usize::from(value == 1.0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::binomial;
    use crate::players::{Features, Patches};
    use burn::tensor::{Device, Int, Tensor};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Reads the four middle patches of a 4x4 grid of single pixels: class 1 where at least two of them are bright.
    fn centre(x: Tensor<4>) -> Tensor<2> {
        let [samples, ..] = x.dims();
        let middle = x
            .slice([0..samples, 0..1, 1..3, 1..3])
            .reshape([samples, 4]);
        middle.sum_dim(1) - 1.5
    }

    fn images(ids: Vec<u64>) -> Batch<Tensor<4>> {
        let device = Device::flex();
        let samples = ids.len();
        Batch::new(
            Tensor::ones([samples, 1, 4, 4], &device),
            Tensor::<1, Int>::ones([samples], &device),
            ids,
        )
    }

    /// The chance that at least two of the four middle patches are among `kept` of sixteen.
    fn chance(kept: usize) -> f64 {
        let ways = |middle: usize| match kept.checked_sub(middle) {
            Some(others) => binomial(4, middle) * binomial(12, others),
            None => 0.0,
        };
        (2..=4).map(ways).sum::<f64>() / binomial(16, kept)
    }

    #[test]
    fn a_network_that_reads_the_centre_follows_the_hypergeometric_law_and_keeps_its_surroundings_free()
     {
        let masking = Masking::new()
            .draws(20)
            .shares([0.0, 0.25, 0.5, 0.75, 0.875, 0.9375, 1.0]);
        let mut curves = masking
            .run(&centre, &Patches::grid(4, 4), images((0..40).collect()))
            .unwrap();
        let more = masking
            .run(&centre, &Patches::grid(4, 4), images((40..100).collect()))
            .unwrap();
        curves.extend(more).unwrap();
        // Twelve of sixteen players surround the centre; with three of its four gone too the class is lost.
        let right: Vec<f64> = curves
            .surroundings
            .points()
            .iter()
            .map(|p| p.accuracy.value)
            .collect();
        assert_eq!(right, [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
        let (mut known, mut before) = (0.0, None);
        for (point, surroundings) in curves.random.points().iter().zip(right) {
            let chance = chance(16 - (point.share * 16.0) as usize);
            let error = point.accuracy.standard_error;
            let apart = (point.accuracy.value - chance).abs();
            assert!(
                apart <= 4.0 * error.unwrap_or(0.0) + 1e-12,
                "{point:?}, not {chance}"
            );
            if let Some(error) = error {
                // 100 samples of 20 draws each, independent: the error is known within a few of its own.
                let exact = (chance * (1.0 - chance) / 2000.0).sqrt();
                assert!((error / exact - 1.0).abs() < 0.35, "{error}, not {exact}");
            }
            let height = chance - surroundings;
            if let Some((share, earlier)) = before {
                known += (point.share - share) * f64::midpoint(earlier, height);
            }
            before = Some((point.share, height));
        }
        let area = curves.area().unwrap();
        assert!(known < -0.1, "{known} tells no sign");
        assert!(
            (area.value - known).abs() < 4.0 * area.standard_error.unwrap(),
            "{area}, not {known}"
        );
        let json = serde_json::to_string(&curves).unwrap();
        assert_eq!(
            serde_json::from_str::<MaskingCurves>(&json).unwrap(),
            curves
        );
    }

    #[test]
    fn a_network_that_reads_the_corners_gains_from_random_masking() {
        let corners = |x: Tensor<4>| {
            let [samples, ..] = x.dims();
            let corner = |y, z| x.clone().slice([0..samples, 0..1, y..y + 1, z..z + 1]);
            let sum = corner(0, 0) + corner(0, 3) + corner(3, 0) + corner(3, 3);
            sum.reshape([samples, 1]) - 0.5
        };
        let curves = Masking::new().run(&corners, &Patches::grid(4, 4), images((0..20).collect()));
        let area = curves.unwrap().area().unwrap();
        assert!(
            area.value > 4.0 * area.standard_error.unwrap() && area.value > 0.1,
            "{area}"
        );
    }

    #[test]
    fn the_masks_of_a_sample_do_not_depend_on_those_beside_it() {
        let masking = Masking::new().seed(3).batch(7);
        let grid = Patches::grid(4, 4);
        let whole = masking.run(&centre, &grid, images(vec![5, 9, 2])).unwrap();
        let part = Masking::new()
            .seed(3)
            .run(&centre, &grid, images(vec![9]))
            .unwrap();
        assert_eq!(whole.random.samples[1], part.random.samples[0]);
        let other = Masking::new()
            .seed(4)
            .run(&centre, &grid, images(vec![9]))
            .unwrap();
        assert_ne!(other.random.samples, part.random.samples);
    }

    #[test]
    fn an_order_of_the_user_s_own_is_followed_and_tables_need_one() {
        // Class 1 while feature 2 is there.
        let net = |x: Tensor<2>| x.narrow(1, 2, 1) - 0.5;
        let device = Device::flex();
        let batch = Batch::new(
            Tensor::<2>::ones([2, 4], &device),
            Tensor::<1, Int>::ones([2], &device),
            vec![0, 1],
        );
        let masking = Masking::new().shares([0.25, 0.5, 0.75, 1.0]);
        // Sample 0 loses feature 2 third, sample 1 first.
        let own = |seating: &Seating| {
            Ok(match seating.id {
                0 => vec![3, 1, 2, 0],
                _ => vec![2, 1, 0, 3],
            })
        };
        let curve = masking.curve(&net, &Features, batch.clone(), &own).unwrap();
        assert_eq!(curve.samples[0].right, [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(curve.samples[1].right, [0.0; 4]);
        // Random orders need no grid, surroundings do.
        masking
            .curve(&net, &Features, batch.clone(), &Random)
            .unwrap();
        let error = masking
            .run(&net, &Features, batch.clone())
            .unwrap_err()
            .to_string();
        assert!(error.contains("grid"), "{error}");
        let short = |_: &Seating| Ok(vec![0]);
        let error = masking
            .curve(&net, &Features, batch, &short)
            .unwrap_err()
            .to_string();
        assert!(error.contains("each of the 4 players"), "{error}");
    }

    /// Counts the rows that it is asked for.
    struct Counting(AtomicUsize);

    impl Classifier<Tensor<4>> for Counting {
        fn logits(&self, x: Tensor<4>) -> Tensor<2> {
            self.0.fetch_add(x.dims()[0], Ordering::Relaxed);
            centre(x)
        }

        fn training(&self) -> Option<bool> {
            Some(false)
        }
    }

    #[test]
    fn the_price_is_what_is_asked_for() {
        // Of sixteen players .01 and .02 hide none, so they and 0 are one mask; .99 hides all.
        for (shares, forwards) in [
            (vec![0.0, 0.01, 0.02, 0.5, 0.99, 1.0], 1 + 6 + 1 + 3),
            (vec![0.2, 0.4], 2 * 6 + 2),
        ] {
            let masking = Masking::new().shares(shares).draws(6);
            let net = Counting(AtomicUsize::new(0));
            let curves = masking
                .run(&net, &Patches::grid(4, 4), images(vec![0, 1, 2]))
                .unwrap();
            assert_eq!(masking.forwards(16), forwards);
            assert_eq!(net.0.into_inner() as u64, 3 * masking.forwards(16));
            assert!(
                curves
                    .random
                    .samples
                    .iter()
                    .all(|s| s.right.iter().all(|r| r.is_finite()))
            );
        }
    }

    #[test]
    fn accuracies_are_shares_and_no_class_is_made_of_nan() {
        let rows = Tensor::<2>::ones([1, 4], &Device::flex());
        let batch = Batch::new(rows, Tensor::from_data([0], &Device::flex()), vec![7]);
        // Twenty draws, all of them right.
        let masking = Masking::new().draws(20).shares([0.0, 0.5]);
        let right = |x: Tensor<2>| x.narrow(1, 0, 2) * 0.0;
        let curve = masking.curve(&right, &Features, batch.clone(), &Random);
        assert_eq!(curve.unwrap().samples[0].right, [1.0, 1.0]);
        let nan = |x: Tensor<2>| x.narrow(1, 0, 2) * f32::NAN;
        let error = masking.curve(&nan, &Features, batch, &Random);
        assert!(
            matches!(error, Err(Error::NotFinite { sample: 7, .. })),
            "{error:?}"
        );
        let cut = r#"{"shares": [0.0, 0.5], "samples": [{"id": 7, "label": 0, "right": [1.0]}]}"#;
        let error = serde_json::from_str::<MaskingCurve>(cut).unwrap_err();
        assert!(error.to_string().contains("sample 7"), "{error}");
    }

    #[test]
    fn settings_that_cannot_be_run_are_named_and_most_may_be_left_out() {
        let named = |masking: Masking, what: &str| {
            let error = masking.check().unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        };
        named(Masking::new().shares([]), "shares");
        named(Masking::new().shares([0.5, 0.5]), "ascending");
        named(Masking::new().shares([0.5, 1.5]), "1.5");
        named(Masking::new().shares([f64::NAN]), "NaN");
        named(Masking::new().draws(0), "draws is 0");
        named(Masking::new().batch(0), "batch is 0");
        let read = |text: &str| serde_json::from_str::<Masking>(text);
        assert_eq!(read("{}").unwrap(), Masking::new());
        let own = Masking::new()
            .baseline(Baseline::Mean)
            .batch(3)
            .shares([0.5]);
        assert_eq!(read(&serde_json::to_string(&own).unwrap()).unwrap(), own);
        assert!(read(r#"{"ratios": [0.5]}"#).is_err());
    }
}
