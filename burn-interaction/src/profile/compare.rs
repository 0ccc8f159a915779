//! Differences of curves with their errors: two measurements order by order, and orders of one measurement.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

use super::band::FEWEST;
use super::jackknife::{Estimated, Jackknife};
use super::strength::table;
use super::{Origin, Profile, SampleProfile, student};

/// The confidence of the intervals.
const CONFIDENCE: f64 = 0.95;

/// A difference with its error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The difference, the second less the first.
    pub value: f64,
    /// The error of the difference, over samples, contexts and pairs; `None` for one sample.
    pub error: Option<f64>,
    /// The interval that holds the difference of the populations with 95 % confidence; `None` for fewer than five samples.
    pub interval: Option<(f64, f64)>,
}

impl Difference {
    fn of(found: &Estimated, freedom: usize) -> Self {
        let error = found.error();
        let reach = error.filter(|_| freedom + 1 >= FEWEST);
        let reach = reach.map(|error| student::quantile(CONFIDENCE, freedom) * error);
        Self {
            value: found.value,
            error,
            interval: reach.map(|reach| (found.value - reach, found.value + reach)),
        }
    }

    /// Whether the interval leaves zero out.
    pub fn is_sure(&self) -> bool {
        self.interval
            .is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }
}

/// The differences of two measurements at one order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrderDifference {
    /// The order m; `None` where samples differ in their number of players.
    pub order: Option<usize>,
    /// The ratio m / (n - 2).
    pub ratio: f64,
    /// The difference of the corrected J^(m); `None` where nothing is known of the noise of an order, or a curve shows no strength.
    pub relative: Option<Difference>,
    /// The difference of the corrected S^(m); `None` where nothing is known of its noise, or rewards differ and so units.
    pub absolute: Option<Difference>,
}

/// The differences of two measurements over the same orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The number of samples that both measured, from which differences are taken sample by sample; zero where they are of different
    /// samples.
    pub common: usize,
    /// Settings that differ between the two and matter to the numbers, in words: rewards, baselines, pairs, players or the choice of classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlike: Vec<String>,
    /// The differences at each order, ascending.
    pub points: Vec<OrderDifference>,
}

impl Profile {
    /// The differences of `other` from this measurement, order by order.
    ///
    /// Where both measured at least five samples of the same data in common, differences are those over these samples, so that what
    /// differs between samples cancels; else each is that of two independent curves, whose errors add up in squares. Errors come
    /// from the jackknife over samples.
    ///
    /// ```
    /// use burn_interaction::Measurement;
    /// use burn_interaction::game::Dividends;
    ///
    /// let games: Vec<Dividends> = (0..6).map(|seed| Dividends::random(6, seed)).collect();
    /// let profile = Measurement::of_games().run_games(&games.iter().collect::<Vec<_>>())?;
    /// let same = profile.compared(&profile)?;
    /// assert!(same.points.iter().all(|point| point.relative.unwrap().value == 0.0));
    /// # Ok::<(), burn_interaction::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails where the two measured other orders: J is relative to the orders measured.
    pub fn compared(&self, other: &Self) -> Result<Comparison> {
        if self.ratios() != other.ratios() {
            let remedy = "compare measurements of the same orders: J is relative to those measured";
            return Err(Error::setting("orders", "different", remedy));
        }
        let common = self.common(other);
        let paired = common.len() >= FEWEST;
        let both = [self, other].map(|profile| {
            let chosen: Vec<&SampleProfile> = match paired {
                true => common.iter().filter_map(|id| profile.sample(*id)).collect(),
                false => profile.samples.iter().collect(),
            };
            Jackknife::of(&table(profile, chosen))
        });
        let relative = both.each_ref().map(Jackknife::relative);
        let one_unit = self.protocol.reward == other.protocol.reward;
        let points = (0..self.ratios().len()).map(|point| {
            let of = |curves: [Option<&Jackknife>; 2]| match curves {
                [Some(first), Some(second)] => difference(first, second, point, paired),
                _ => None,
            };
            OrderDifference {
                order: self.orders().get(point).copied(),
                ratio: self.ratios()[point],
                relative: of(relative.each_ref().map(Option::as_ref)),
                absolute: of(both.each_ref().map(Some)).filter(|_| one_unit),
            }
        });
        Ok(Comparison {
            unlike: self.unlike(other),
            common: if paired { common.len() } else { 0 },
            points: points.collect(),
        })
    }

    /// How far the mean of the corrected J^(m) over the orders with a ratio in `over` lies above that over those in `under`: the error
    /// is that of the difference, as orders share their samples.
    ///
    /// Ranges that were fixed before the curve was seen make a fair test, which the weakest of several orders does not. `None` where a
    /// range holds no measured order, nothing is known of the noise, or no order shows any strength.
    ///
    /// ```
    /// use burn_interaction::Measurement;
    /// use burn_interaction::game::Dividends;
    ///
    /// let games: Vec<Dividends> = (0..6).map(|seed| Dividends::random(6, seed)).collect();
    /// let profile = Measurement::of_games().run_games(&games.iter().collect::<Vec<_>>())?;
    /// let left = profile.rise(0.0..=0.0, 0.3..=0.7).unwrap();
    /// assert!(left.value.is_finite() && left.error.is_some());
    /// # Ok::<(), burn_interaction::Error>(())
    /// ```
    pub fn rise(
        &self,
        over: RangeInclusive<f64>,
        under: RangeInclusive<f64>,
    ) -> Option<Difference> {
        let (over, under) = (self.places(over), self.places(under));
        let relative = Jackknife::of(&table(self, &self.samples)).relative()?;
        let found = relative.estimate(|curve| mean_at(curve, &over) - mean_at(curve, &under))?;
        Some(Difference::of(&found, relative.samples() - 1))
    }

    /// The mean of the corrected J^(m) over the orders with a ratio in `range`, and its error: that of the mean, as orders share their
    /// samples, where [`Strength::relative_band`](crate::Strength::relative_band) gives a bound.
    ///
    /// `None` where the range holds no measured order, nothing is known of the noise, or no order shows any strength; the error is
    /// `None` for one sample.
    ///
    /// ```
    /// use burn_interaction::Measurement;
    /// use burn_interaction::game::Dividends;
    ///
    /// let games: Vec<Dividends> = (0..6).map(|seed| Dividends::random(6, seed)).collect();
    /// let profile = Measurement::of_games().run_games(&games.iter().collect::<Vec<_>>())?;
    /// // Over all orders J is 1, whatever the samples.
    /// let (all, error) = profile.relative_level(0.0..=1.0).unwrap();
    /// assert!((all - 1.0).abs() < 1e-9 && error.unwrap() < 1e-9);
    /// # Ok::<(), burn_interaction::Error>(())
    /// ```
    pub fn relative_level(&self, range: RangeInclusive<f64>) -> Option<(f64, Option<f64>)> {
        let inside = self.places(range);
        let relative = Jackknife::of(&table(self, &self.samples)).relative()?;
        let found = relative.estimate(|curve| mean_at(curve, &inside))?;
        Some((found.value, found.error()))
    }

    /// The places of the measured orders with a ratio in this range.
    fn places(&self, range: RangeInclusive<f64>) -> Vec<usize> {
        let ratios = self.ratios().iter().enumerate();
        let inside = ratios.filter(|(_, ratio)| range.contains(ratio));
        inside.map(|(point, _)| point).collect()
    }

    /// The settings of `other` that differ and matter to the numbers, in words.
    fn unlike(&self, other: &Self) -> Vec<String> {
        let settings = |profile: &Self| {
            let protocol = &profile.protocol;
            let targets = profile.origin.targets.clone();
            [
                ("reward", protocol.reward.to_string()),
                ("baseline", protocol.baseline_in_words()),
                ("pairs", protocol.pairs.to_string()),
                ("players", profile.described.clone()),
                ("classes", targets.unwrap_or_default()),
            ]
        };
        let pairs = settings(self).into_iter().zip(settings(other));
        let unlike = pairs.filter(|((_, here), (_, there))| {
            here != there && !here.is_empty() && !there.is_empty()
        });
        unlike
            .map(|((name, here), (_, there))| format!("{name} {here}, and {there}"))
            .collect()
    }

    /// The ids of the samples that both measured, ascending; none where ids are of other data, by their name, their contents or their
    /// labels.
    fn common(&self, other: &Self) -> Vec<u64> {
        let [own, its] = [&self.origin, &other.origin];
        let named = (&own.data, &own.split) == (&its.data, &its.split);
        let contents = own.contents.as_ref().zip(its.contents.as_ref());
        let same = contents.is_none_or(|(here, there)| here == there);
        let alike = named && same && self.identified == other.identified;
        let ids = self.samples.iter().filter(|_| alike).map(SampleProfile::id);
        let both = ids.filter_map(|id| Some((id, self.sample(id)?, other.sample(id)?)));
        let both: Vec<_> = both.collect();
        let labels = |origin: &Origin| origin.targets.as_deref() == Some("labels");
        let labelled = labels(own) && labels(its);
        match both
            .iter()
            .all(|(_, a, b)| !labelled || a.target() == b.target())
        {
            true => both.into_iter().map(|(id, ..)| id).collect(),
            false => Vec::new(),
        }
    }
}

/// The mean of a curve at these places.
fn mean_at(curve: &[f64], places: &[usize]) -> f64 {
    places.iter().map(|place| curve[*place]).sum::<f64>() / places.len() as f64
}

/// The difference of two curves at one point.
fn difference(
    first: &Jackknife,
    second: &Jackknife,
    point: usize,
    paired: bool,
) -> Option<Difference> {
    let of = |curve: &Jackknife| curve.estimate(|curve| curve[point]);
    let (found, freedom) = match paired {
        true => (of(&second.minus(first))?, second.samples() - 1),
        false => {
            let (a, b) = (of(first)?, of(second)?);
            let errors = a.standard_error.zip(b.standard_error);
            let found = Estimated {
                value: b.value - a.value,
                standard_error: errors.map(|(a, b)| a.hypot(b)),
                bias: a.bias.hypot(b.bias),
            };
            (found, first.samples().min(second.samples()) - 1)
        }
    };
    Some(Difference::of(&found, freedom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{Estimator, Orders};
    use crate::game::{Dividends, Game, Reward};
    use crate::{Coalition, Measurement};

    /// A game and a share of another.
    struct Mixed(Dividends, Dividends, f64);

    impl Game for Mixed {
        fn players(&self) -> usize {
            self.0.players()
        }

        fn values(&self, coalitions: &[Coalition]) -> Result<Vec<f64>> {
            let (own, other) = (self.0.values(coalitions)?, self.1.values(coalitions)?);
            let mixed = own
                .iter()
                .zip(other)
                .map(|(own, other)| own + self.2 * other);
            Ok(mixed.collect())
        }
    }

    fn measured(share: f64, from: u64, count: u64, seed: u64) -> Profile {
        let game = |k: u64| {
            Mixed(
                Dividends::random(8, k),
                Dividends::sparse(8, 6, 7, 99),
                share,
            )
        };
        let games: Vec<Mixed> = (from..from + count).map(game).collect();
        Measurement::of_games()
            .estimator(Estimator::toggled())
            .orders(Orders::given([0, 3, 6]))
            .contexts(4)
            .seed(seed)
            .run_games(&games.iter().collect::<Vec<_>>())
            .unwrap()
    }

    #[test]
    fn common_samples_make_differences_surer() {
        let (first, second) = (measured(0.0, 0, 20, 1), measured(1.0, 0, 20, 1));
        let paired = first.compared(&second).unwrap();
        assert_eq!(paired.common, 20);
        let (s, t) = (first.strength(), second.strength());
        for (point, (s, t)) in paired.points.iter().zip(s.points.iter().zip(&t.points)) {
            let found = point.relative.unwrap();
            let expected = t.relative_corrected.unwrap() - s.relative_corrected.unwrap();
            assert!((found.value - expected).abs() < 1e-12);
            let apart = s.error.unwrap().hypot(t.error.unwrap());
            assert!(point.absolute.unwrap().error.unwrap() < apart, "{point:?}");
        }
        let mut other = second.clone();
        other.origin.data = Some("others".into());
        let unpaired = first.compared(&other).unwrap();
        assert_eq!(unpaired.common, 0);
        assert_eq!(
            unpaired.points[0].relative.unwrap().value,
            paired.points[0].relative.unwrap().value
        );
        // Files of one name may hold other rows.
        let mut other = second.clone();
        other.origin.contents = Some("others".into());
        assert_eq!(first.compared(&other).unwrap().common, 20);
        let mut own = first.clone();
        own.origin.contents = Some("own".into());
        assert_eq!(own.compared(&other).unwrap().common, 0);
        assert!(paired.unlike.is_empty());
    }

    #[test]
    fn strengths_in_other_units_have_no_difference() {
        let (first, mut second) = (measured(0.0, 0, 6, 1), measured(1.0, 0, 6, 1));
        second.protocol.reward = Reward::Logit;
        let found = first.compared(&second).unwrap();
        assert_eq!(found.unlike, ["reward log-odds, and logit"]);
        let known = |p: &OrderDifference| (p.relative.is_some(), p.absolute.is_some());
        assert!(
            found
                .points
                .iter()
                .map(known)
                .all(|known| known == (true, false))
        );
    }

    #[test]
    fn what_does_not_differ_is_seldom_told_to() {
        // Two halves of one population: about one interval in twenty leaves zero out.
        let mut sure = 0;
        for k in 0..20 {
            let (a, b) = (
                measured(0.5, 100 * k, 8, k),
                measured(0.5, 100 * k + 50, 8, 77 + k),
            );
            let mut other = b;
            other.origin.data = Some("others".into());
            let found = a.compared(&other).unwrap();
            sure += found
                .points
                .iter()
                .filter(|p| p.relative.unwrap().is_sure())
                .count();
        }
        assert!(sure <= 8, "{sure} of 60");
    }

    #[test]
    fn a_rise_is_that_of_the_curve_and_its_interval_holds_the_truth() {
        let truth = measured(0.5, 0, 400, 1);
        let all = truth.rise(0.0..=0.0, 0.4..=0.6).unwrap();
        let points = truth.strength().points;
        let expected =
            points[0].relative_corrected.unwrap() - points[1].relative_corrected.unwrap();
        assert!((all.value - expected).abs() < 1e-12);
        let mut held = 0;
        for k in 0..40 {
            let found = measured(0.5, 10 * k, 10, k).rise(0.0..=0.0, 0.4..=0.6);
            let (low, high) = found.unwrap().interval.unwrap();
            held += usize::from((low..=high).contains(&all.value));
        }
        assert!((34..=40).contains(&held), "{held} of 40");
        assert!(truth.rise(0.0..=0.0, 0.1..=0.2).is_none());
        let few = measured(0.5, 0, 4, 1).rise(0.0..=0.0, 0.4..=0.6);
        assert_eq!(few.unwrap().interval, None);
    }

    #[test]
    fn other_orders_are_refused() {
        let game = Dividends::random(8, 1);
        let of = |orders: Orders| {
            Measurement::of_games()
                .orders(orders)
                .run_game(&game)
                .unwrap()
        };
        let (a, b) = (of(Orders::given([0, 6])), of(Orders::given([0, 3, 6])));
        assert!(
            a.compared(&b)
                .unwrap_err()
                .to_string()
                .contains("same orders")
        );
    }
}
