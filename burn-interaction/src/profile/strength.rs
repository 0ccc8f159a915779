use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::estimate::{
    EffectivePlayers, Estimate, Magnitudes, Pool, Protocol, VariabilityCorrelation, mean, order_at,
    pooled,
};

use super::band::FEWEST;
use super::jackknife::{Estimated, Jackknife, share};
use super::{
    Depth, NoBand, OrderError, Origin, Profile, Reached, SampleProfile, Verdict, student, theory,
};

/// The strength of one order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StrengthPoint {
    /// The order m; `None` where samples differ in their number of players, so that the ratio is another order in each.
    pub order: Option<usize>,
    /// m / (n - 2), rounded down to an order in each sample where they differ.
    pub ratio: f64,
    /// S^(m): the mean over samples and pairs of |I^(m)(i, j)|, in units of the reward.
    pub raw: f64,
    /// S^(m) without the upward bias that noise gives to |I|; `None` where a pair has a single context, so that nothing is
    /// known of its noise.
    pub corrected: Option<f64>,
    /// Whether the correction took all there was, by one of its two estimators at least: samples that are not known exactly show
    /// noise alone at this order.
    pub below_noise: bool,
    /// The mean |estimate - I|: what S^(m) would show from noise alone; `None` where nothing is known of it.
    pub noise_floor: Option<f64>,
    /// The error of the raw S^(m) for just these samples, over contexts and pairs, as if pairs were drawn one by one; `None`
    /// where nothing is known of the noise.
    pub measurement_error: Option<f64>,
    /// The standard error of the corrected S^(m) over samples, by the jackknife; `None` for one sample.
    pub standard_error: Option<f64>,
    /// The root of the sum of the squares of the standard error and of the bias that the correction may have left.
    pub error: Option<f64>,
    /// The band of the corrected S^(m) over the population that the samples come from: Student's t times the error. `None`
    /// for fewer than five samples or where nothing is known of the noise, see [`Strength::no_band`].
    pub band: Option<(f64, f64)>,
    /// J^(m): the raw S^(m) over its mean over the measured orders; zero where no order shows any strength.
    pub relative: f64,
    /// J^(m) from the corrected S^(m); `None` unless every order has one, and one of them any strength.
    pub relative_corrected: Option<f64>,
    /// The error of the corrected J^(m), as [`error`](StrengthPoint::error).
    pub relative_error: Option<f64>,
    /// The band of the corrected J^(m), as [`band`](StrengthPoint::band).
    pub relative_band: Option<(f64, f64)>,
    /// How much Delta v varies over contexts: the mean over samples and pairs of its standard deviation, over the
    /// corrected S^(m). `None` where nothing is known of the noise or S^(m) is zero.
    pub fluctuation: Option<f64>,
    /// The mean signed I^(m)(i, j).
    pub mean: f64,
    /// The mean number of contexts evaluated for a pair of a sample.
    pub contexts: f64,
}

impl StrengthPoint {
    /// The ratio, and J there, corrected for noise where that is known.
    pub(crate) fn shown(&self) -> (f64, f64) {
        let value = self.relative_corrected.unwrap_or(self.relative);
        (self.ratio, value)
    }
}

/// The order by its ratio, with S and J and their errors: `m / (n - 2) = 0.50: S 0.036 +- 0.002, J 0.74 +- 0.04`. Values that are not
/// corrected for noise are marked as raw; a precision, as in `{:.5}`, gives S other decimals than three.
impl fmt::Display for StrengthPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        write!(f, "m / (n - 2) = {:.2}", self.ratio)?;
        for (before, corrected, raw, error, decimals) in [
            (": S", self.corrected, self.raw, self.error, decimals),
            (
                ", J",
                self.relative_corrected,
                self.relative,
                self.relative_error,
                2,
            ),
        ] {
            write!(f, "{before} {:.decimals$}", corrected.unwrap_or(raw))?;
            match (corrected, error) {
                (None, _) => f.write_str(" (raw)")?,
                (Some(_), Some(error)) => write!(f, " +- {error:.decimals$}")?,
                (Some(_), None) => {}
            }
        }
        Ok(())
    }
}

/// The strength of every measured order: S^(m), J^(m), their errors and bands over samples, and their noise.
///
/// Bands are t-intervals of the corrected curves, from the jackknife over samples through correction and normalisation, with
/// the bias that the correction may have left as part of the error. Bands of 95 % cover the truth of the population 90 to
/// 98 % of the time from 10 samples and 5 contexts on, and at least 85 % with 5 or 6 samples or 3 contexts
/// (`interaction bench coverage`). With 100 samples and more the bias of 5 contexts and fewer may exceed the error.
///
/// J is relative to the orders measured: compare curves of the same grid only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Strength {
    /// How the interactions were measured.
    pub protocol: Protocol,
    /// The network, data and machine that the interactions are of.
    pub origin: Origin,
    /// The players, in words.
    pub described: String,
    /// The number of players, n: the fewest and the most of a sample.
    pub players: RangeInclusive<usize>,
    /// The number of samples averaged over.
    pub samples: usize,
    /// The number of samples left out as they have too few players.
    pub left_out: usize,
    /// The number of samples asked for; zero in files of earlier versions.
    #[serde(default)]
    pub requested: usize,
    /// Whether all samples asked for are among them.
    pub complete: bool,
    /// The number of coalitions evaluated.
    pub forwards: u64,
    /// The strength that rounding alone gives to an order of which each pair has one context: measured on networks, as the
    /// mean |Delta v| of errors found in the values themselves, root mean square over samples. Curves that nowhere exceed
    /// a few times it say nothing.
    pub rounding: f64,
    /// The outcome of a measurement to a precision; `None` for one with a budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Reached>,
    /// The confidence of the bands.
    pub confidence: f64,
    /// Why there are no bands; `None` where there are, of S alone where no order shows any strength.
    pub no_band: Option<NoBand>,
    /// One point a measured order, ascending.
    pub points: Vec<StrengthPoint>,
    verdict: Verdict,
    depth: Option<Depth>,
    /// The fit of Theorem 1; earlier files have none.
    #[serde(default)]
    effective: Option<EffectivePlayers>,
}

impl Profile {
    /// The strength of each order, with a 95 % band.
    pub fn strength(&self) -> Strength {
        Strength::of(self, 0.95)
    }

    /// Whether no order shows any strength, so that J means nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        Jackknife::of(&table(self, &self.samples)).is_nothing()
    }

    /// The errors of J at each order over the population; `None` where nothing is known of the noise, or no order shows any strength.
    pub(crate) fn errors(&self) -> Option<Vec<OrderError>> {
        let points = 0..self.ratios().len();
        let relative = Jackknife::of(&table(self, &self.samples)).relative()?;
        let of = |point: usize| {
            let found = relative.estimate(|curve| curve[point])?;
            Some(OrderError {
                relative: found.value,
                standard_error: found.standard_error,
                bias: found.bias,
            })
        };
        points.map(of).collect()
    }

    /// The variance of J at each order for just these samples, from that of S; NaN where nothing is known of it.
    pub(crate) fn within(&self) -> Vec<f64> {
        let points = table(self, &self.samples);
        let level = mean(points.iter().map(|o| pooled(o.iter().copied()).0));
        let error = |order: &Vec<&Magnitudes>| measurement_error(order).unwrap_or(f64::NAN) / level;
        points.iter().map(|order| error(order).powi(2)).collect()
    }

    /// The strength of each order, with a band of the given confidence over samples.
    ///
    /// # Errors
    ///
    /// Fails where the confidence is outside `0..1`.
    pub fn strength_with_confidence(&self, confidence: f64) -> Result<Strength> {
        match confidence > 0.0 && confidence < 1.0 {
            true => Ok(Strength::of(self, confidence)),
            false => Err(Error::setting(
                "confidence",
                confidence,
                "give a share between 0 and 1, such as 0.95",
            )),
        }
    }
}

impl Strength {
    fn of(profile: &Profile, confidence: f64) -> Self {
        let ratios = profile.ratios();
        let table = table(profile, &profile.samples);
        let raw: Vec<f64> = table.iter().map(|o| pooled(o.iter().copied()).0).collect();
        let strength = Jackknife::of(&table);
        let level = (!strength.is_nothing()).then(|| mean(raw.iter().copied()));
        let relative = strength.relative();
        let no_band = match (profile.samples.len() < FEWEST, &relative) {
            (_, None) if !strength.is_nothing() => Some(NoBand::OneContext),
            (true, _) => Some(NoBand::FewSamples),
            (false, _) => None,
        };
        let freedom = profile.samples.len().saturating_sub(1);
        let t = (freedom + 1 >= FEWEST).then(|| student::quantile(confidence, freedom));
        let band = |e: Option<Estimated>| {
            let (t, e) = (t?, e?);
            let error = t * e.error()?;
            Some(((e.value - error).max(0.0), e.value + error))
        };
        let points = (0..ratios.len()).map(|index| {
            let order = &table[index];
            let (_, split) = pooled(order.iter().copied());
            let s = strength.estimate(|curve| curve[index]);
            let j = relative.as_ref().and_then(|r| r.estimate(|c| c[index]));
            let deviation: Option<Vec<f64>> = order.iter().map(|s| s.deviation).collect();
            let (mean, contexts) = signed(profile, index);
            StrengthPoint {
                order: profile.orders().get(index).copied(),
                ratio: ratios[index],
                raw: raw[index],
                corrected: s.map(|s| s.value),
                below_noise: Pool::of(order).is_some_and(|pool| pool.is_below_noise()),
                noise_floor: split.map(|split| split.floor),
                measurement_error: measurement_error(order),
                standard_error: s.and_then(|s| s.standard_error),
                error: s.and_then(|s| s.error()),
                band: band(s),
                relative: level.map_or(0.0, |level| share(raw[index], level)),
                relative_corrected: j.map(|j| j.value),
                relative_error: j.and_then(|j| j.error()),
                relative_band: band(j),
                fluctuation: deviation
                    .zip(s.filter(|s| s.value > 0.0))
                    .map(|(deviations, s)| self::mean(deviations.into_iter()) / s.value),
                mean,
                contexts,
            }
        });
        Self {
            protocol: profile.protocol.clone(),
            origin: profile.origin.clone(),
            described: profile.described.clone(),
            players: profile.players(),
            samples: profile.samples.len(),
            left_out: profile.left_out,
            requested: profile.requested(),
            complete: profile.is_complete(),
            forwards: profile.forwards(),
            rounding: rounding(&profile.samples),
            precision: profile.precision.clone(),
            confidence,
            no_band,
            points: points.collect(),
            verdict: Verdict::of(&strength, relative.as_ref(), ratios, no_band),
            depth: relative.as_ref().and_then(Depth::of),
            effective: theory::effective(relative.as_ref(), &raw, profile)
                .filter(|_| !strength.is_nothing()),
        }
    }

    /// Whether every strength may be rounding alone: none exceeds three times what rounding is measured to give, see
    /// [`rounding`](Strength::rounding).
    pub fn is_rounding(&self) -> bool {
        let most = 3.0 * self.rounding;
        self.points.iter().all(|point| point.raw <= most)
    }

    /// The mean corrected S^(m) over the orders whose ratio m / (n - 2) is in `low..=high`, and its error; `None` if there are
    /// none, or nothing is known of their noise.
    ///
    /// The error is the mean of the orders' errors, as if these were one: orders share their samples and pairs.
    pub fn band(&self, low: f64, high: f64) -> Option<(f64, Option<f64>)> {
        self.mean_within(low, high, |point| (point.corrected, point.error))
    }

    /// The mean corrected J^(m) over the orders whose ratio m / (n - 2) is in `low..=high`, and its error, as
    /// [`band`](Strength::band) gives them for S.
    pub fn relative_band(&self, low: f64, high: f64) -> Option<(f64, Option<f64>)> {
        self.mean_within(low, high, |point| {
            (point.relative_corrected, point.relative_error)
        })
    }

    fn mean_within(
        &self,
        low: f64,
        high: f64,
        of: impl Fn(&StrengthPoint) -> (Option<f64>, Option<f64>),
    ) -> Option<(f64, Option<f64>)> {
        let inside = self.points.iter();
        let inside = inside.filter(|p| (low..=high).contains(&p.ratio)).map(of);
        let (values, errors): (Vec<_>, Vec<_>) = inside.unzip();
        let average = |values: Vec<Option<f64>>| {
            let known: Vec<f64> = values.into_iter().collect::<Option<_>>()?;
            (!known.is_empty()).then(|| mean(known.into_iter()))
        };
        Some((average(values)?, average(errors)))
    }

    /// The shape of the corrected curve of J, as far as its errors allow to tell.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The depth of the bottleneck: one minus the weakest inner order over the lower of the two ends, of the corrected
    /// curve.
    ///
    /// Towards one for a deep U; zero for a flat curve, and negative where the curve has no trough below both its ends: it
    /// falls, rises or is a hump. `None` with fewer than three orders, where nothing is known of the noise, or where an end
    /// is zero.
    pub fn depth(&self) -> Option<Depth> {
        self.depth
    }

    /// The number of effective players n' whose Theorem 1 is nearest the curve of J(m)/J(0), with its error over samples and the
    /// quality of the fit, arm by arm; n' is sought between 2 and 2n.
    ///
    /// The curve is the corrected one, or the raw one, without errors, where nothing is known of its noise. `None` where order 0
    /// was not measured, or shows nothing.
    pub fn effective_players(&self) -> Option<&EffectivePlayers> {
        self.effective.as_ref()
    }

    /// The rank correlation of the corrected S^(m), or the raw one where there is none, with contextual variability C(n - 2, m):
    /// Corollary 1 expects -1, over all orders and on each arm.
    ///
    /// Where samples differ in their number of players the orders are those of the largest sample.
    pub fn variability_correlation(&self) -> VariabilityCorrelation {
        let players = *self.players.end();
        let points = self.points.iter();
        let of = |ratio: f64| order_at(ratio, players);
        let (orders, strengths): (Vec<usize>, Vec<f64>) = points
            .map(|p| {
                let order = p.order.unwrap_or_else(|| of(p.ratio));
                (order, p.corrected.unwrap_or(p.raw))
            })
            .unzip();
        VariabilityCorrelation::of(players, &orders, &strengths)
    }
}

/// The root mean square of what rounding gives in each sample.
fn rounding(samples: &[SampleProfile]) -> f64 {
    mean(samples.iter().map(|sample| sample.rounding().powi(2))).sqrt()
}

/// The orders of a profile, one a row, each sample by sample.
pub(super) fn table<'a>(
    profile: &Profile,
    samples: impl IntoIterator<Item = &'a SampleProfile> + Clone,
) -> Vec<Vec<&'a Magnitudes>> {
    let of = |point: usize| {
        let samples = samples.clone().into_iter();
        samples
            .map(|sample| sample.magnitudes(profile.axis.index(sample, point)))
            .collect()
    };
    (0..profile.ratios().len()).map(of).collect()
}

/// The mean signed interaction and the mean number of contexts.
fn signed(profile: &Profile, point: usize) -> (f64, f64) {
    let samples = profile.samples.iter();
    let all: Vec<&Estimate> = samples
        .flat_map(|sample| sample.at_index(profile.axis.index(sample, point)))
        .collect();
    let measured = all.iter().filter(|e| e.contexts > 0);
    (
        mean(measured.map(|e| e.mean)),
        mean(all.iter().map(|e| e.contexts as f64)),
    )
}

/// The error of the mean over samples, each with an error of its own.
fn measurement_error(order: &[&Magnitudes]) -> Option<f64> {
    let squares = order.iter().map(|sample| sample.error.map(|e| e * e));
    let sum: f64 = squares.sum::<Option<f64>>()?;
    Some(sum.sqrt() / order.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_shows_what_is_known_of_it() {
        let mut point = StrengthPoint {
            order: Some(3),
            ratio: 0.5,
            raw: 0.04,
            corrected: Some(0.0363),
            below_noise: false,
            noise_floor: Some(0.01),
            measurement_error: None,
            standard_error: Some(0.002),
            error: Some(0.0021),
            band: None,
            relative: 0.8,
            relative_corrected: Some(0.741),
            relative_error: Some(0.043),
            relative_band: None,
            fluctuation: None,
            mean: 0.0,
            contexts: 5.0,
        };
        assert_eq!(
            point.to_string(),
            "m / (n - 2) = 0.50: S 0.036 +- 0.002, J 0.74 +- 0.04"
        );
        (point.error, point.relative_corrected) = (None, None);
        assert_eq!(
            format!("{point:.4}"),
            "m / (n - 2) = 0.50: S 0.0363, J 0.80 (raw)"
        );
    }
}
