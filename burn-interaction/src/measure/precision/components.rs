//! The components of the variance of J: samples, places, pairs of a place, contexts of a pair.

use crate::profile::Component;

use super::influence::{Influence, Of, Pilot, Sample};

/// The variance of noise falls with this power of the number of contexts: the first while it is small beside the interaction, the
/// second where it is all there is.
pub(super) const NOISE: f64 = 1.5;

impl Pilot {
    /// The variances at each point, for samples whose curve J and bias are these.
    ///
    /// A pilot tells the variance of a place well and its parts badly: the parts are shares of it that the orders have in common, and
    /// half that of the noise is its order's own. Orders with all contexts evaluated, where `exact`, have no noise.
    pub fn components(
        &self,
        ratios: &[f64],
        [curve, bias]: [&[f64]; 2],
        exact: &[bool],
    ) -> Vec<Component> {
        let all = self.influence(Of::All, &[Of::All]);
        let halves = [Of::Even, Of::Odd].map(|of| self.influence(of, &[Of::Even, Of::Odd]));
        let arms = average(self.places().map(|(_, place)| place.len() as f64));
        let totals: Vec<f64> = (0..self.points())
            .map(|point| self.total(point, &all))
            .collect();
        // What each part adds to the variance of one place of the pilot, as a share of it.
        let shares: Vec<[f64; 4]> = (0..self.points())
            .map(|point| {
                let [x, l, p, k] = self.variances(point, &all, &halves);
                let total = totals[point].max(f64::MIN_POSITIVE);
                [x, l, p / arms, k].map(|part| part / total)
            })
            .collect();
        let common = |of: bool| normal(&mean_shares(&shares, exact, of));
        let (with_noise, without) = (common(false), common(true));
        let totals = smooth(&totals, exact);
        (0..self.points())
            .map(|point| {
                let [x, l, p, k] = match exact[point] {
                    true => without,
                    false => {
                        let own = shares[point][3].clamp(0.0, 1.0);
                        let noise = f64::midpoint(own, with_noise[3]);
                        let rest = (1.0 - noise) / (1.0 - with_noise[3]).max(1e-3);
                        let [x, l, p, _] = with_noise;
                        [x * rest, l * rest, p * rest, noise]
                    }
                };
                let deviation = |share: f64, times: f64| (share * totals[point] * times).sqrt();
                Component {
                    ratio: ratios[point],
                    relative: curve[point],
                    samples: deviation(x, 1.0),
                    places: deviation(l, 1.0),
                    pairs: deviation(p, arms),
                    contexts: deviation(k, 1.0),
                    bias: bias[point],
                }
            })
            .collect()
    }

    /// The variance of a place over all samples, at one point.
    fn total(&self, point: usize, all: &Influence) -> f64 {
        let places = self.places();
        let means = places.map(|(sample, place)| all.mean(sample, place, point));
        variance(&means.collect::<Vec<_>>())
    }

    /// The variances between samples, places and pairs, and that of a place's noise with the contexts of the pilot, at one point.
    fn variances(&self, point: usize, all: &Influence, halves: &[Influence; 2]) -> [f64; 4] {
        // A place by one of its pairs, averaged over which, and by all of them.
        let noise = [false, true].map(|whole| {
            let squares = self.places().map(|(sample, place)| {
                let [even, odd] = halves;
                mean_over(place, whole, |pairs| {
                    let difference =
                        even.mean(sample, pairs, point) - odd.mean(sample, pairs, point);
                    difference * difference
                })
            });
            // Half of the contexts have half of the mean square as noise.
            average(squares) / 2.0 * 0.5_f64.powf(NOISE)
        });
        let spread = [false, true].map(|whole| {
            let several = self.samples.iter().enumerate();
            let several = several.filter(|(_, sample)| sample.places.len() > 1);
            average(several.map(|(index, sample)| {
                let fewest = sample.places.iter().map(Vec::len).min().unwrap_or(1);
                let turns = if whole { 1 } else { fewest };
                average((0..turns).map(|turn| {
                    let places = sample.places.iter().map(|place| match whole {
                        true => all.mean(index, place, point),
                        false => all.mean(index, &place[turn..=turn], point),
                    });
                    variance(&places.collect::<Vec<_>>())
                }))
            }))
        });
        let means: Vec<f64> = self
            .samples
            .iter()
            .enumerate()
            .map(|(index, sample)| {
                average(
                    sample
                        .places
                        .iter()
                        .map(|place| all.mean(index, place, point)),
                )
            })
            .collect();
        let inverse = average(self.samples.iter().map(|s| 1.0 / s.places.len() as f64));
        let arms = average(self.places().map(|(_, place)| place.len() as f64));
        let has_places = self.samples.iter().any(|sample| sample.places.len() > 1);
        let [single, whole] = match has_places {
            true => [0, 1].map(|i| (spread[i] - noise[i]).max(0.0)),
            false => [0.0; 2],
        };
        let within = match has_places {
            true => spread[1],
            false => noise[1],
        };
        let pairs = match arms > 1.0 && has_places {
            true => ((single - whole) * arms / (arms - 1.0)).clamp(0.0, single),
            false => 0.0,
        };
        let samples = (variance(&means) - within * inverse).max(0.0);
        [samples, single - pairs, pairs, noise[1]]
    }

    /// The places of all samples, with the index of the sample.
    fn places(&self) -> impl Iterator<Item = (usize, &Vec<usize>)> {
        let samples = self.samples.iter().enumerate();
        samples.flat_map(|(index, sample)| sample.places.iter().map(move |place| (index, place)))
    }

    /// The variance of J at each point for just these samples: from their places where a sample has several, else from the noise
    /// of contexts; NaN where neither is known. `count` is the number of samples that the curve is made of.
    pub fn within(&self, count: usize) -> Vec<f64> {
        let all = self.influence(Of::All, &[Of::All]);
        let halved = self.halved();
        let halves = [Of::Even, Of::Odd].map(|of| halved.influence(of, &[Of::Even, Of::Odd]));
        let of_sample = |index: usize, sample: &Sample, point: usize| {
            let places = sample.places.len() as f64;
            match sample.places.len() > 1 {
                true => {
                    let means = sample.places.iter().map(|p| all.mean(index, p, point));
                    variance(&means.collect::<Vec<_>>()) / places
                }
                false => {
                    let [even, odd] = &halves;
                    let place = &sample.places[0];
                    let difference = even.mean(index, place, point) - odd.mean(index, place, point);
                    difference.powi(2) / 4.0 * sample.noise_share(place, point)
                }
            }
        };
        (0..self.points())
            .map(|point| {
                let samples = self.samples.iter().enumerate();
                let found = samples.map(|(index, sample)| of_sample(index, sample, point));
                let known: Vec<f64> = found.filter(|found| !found.is_nan()).collect();
                match known.is_empty() {
                    true => f64::NAN,
                    false => average(known.into_iter()) / count as f64,
                }
            })
            .collect()
    }
}

/// A function of a place: of all its pairs, or of each by itself, averaged.
fn mean_over(place: &[usize], whole: bool, of: impl Fn(&[usize]) -> f64) -> f64 {
    match whole {
        true => of(place),
        false => average(place.chunks(1).map(of)),
    }
}

fn average(values: impl Iterator<Item = f64>) -> f64 {
    crate::estimate::mean(values)
}

/// The unbiased variance; zero for fewer than two values.
fn variance(values: &[f64]) -> f64 {
    let centre = average(values.iter().copied());
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    squares / (values.len().max(2) - 1) as f64
}

/// The shares averaged over the orders with drawn contexts; over all, and without that of noise, if `exact`.
fn mean_shares(shares: &[[f64; 4]], are_exact: &[bool], exact: bool) -> [f64; 4] {
    let chosen = || {
        let all = shares.iter().zip(are_exact);
        all.filter(|(_, is_exact)| exact || !**is_exact)
    };
    std::array::from_fn(|part| match (exact, part) {
        (true, 3) => 0.0,
        _ => average(chosen().map(|(shares, _)| shares[part])),
    })
}

/// Shares that add up to one.
fn normal(shares: &[f64; 4]) -> [f64; 4] {
    let sum: f64 = shares.iter().map(|share| share.max(0.0)).sum();
    shares.map(|share| match sum > 0.0 {
        true => share.max(0.0) / sum,
        false => 0.0,
    })
}

/// The geometric mean of each variance and half of its neighbours', among orders alike in whether contexts are drawn.
fn smooth(found: &[f64], exact: &[bool]) -> Vec<f64> {
    let last = found.len().saturating_sub(1);
    let log = |point: usize| found[point].max(1e-12).ln();
    let at = |point: usize| {
        let near = [point.saturating_sub(1), (point + 1).min(last)];
        let near = near.map(|near| match exact[near] == exact[point] {
            true => log(near),
            false => log(point),
        });
        (0.25 * (near[0] + near[1]) + 0.5 * log(point)).exp()
    };
    (0..found.len()).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coalition::generator;
    use crate::estimate::{Part, Parts, normal};

    fn part(mean: f64, contexts: usize) -> Option<Part> {
        let estimate = crate::estimate::Estimate {
            mean,
            variance: 0.0,
            contexts: contexts as u64,
            exact: true,
        };
        Some(Part::known(&estimate))
    }

    /// Parts whose |I| is 5 plus a normal number for each step of drawing, of three orders of which the middle one is noisy.
    fn drawn(samples: usize, deviations: [f64; 4], contexts: usize) -> Pilot {
        let mut rng = generator(3, 0);
        let [x, l, p, k] = deviations;
        let mut pilot = Pilot::default();
        for _ in 0..samples {
            let sample = x * normal(&mut rng);
            let mut parts = Parts {
                places: Vec::new(),
                orders: vec![Vec::new(); 3],
            };
            for number in 0..2 {
                let place = l * normal(&mut rng);
                for _ in 0..2 {
                    let pair = 5.0 + sample + place + p * normal(&mut rng);
                    parts.places.push(number);
                    let half = (k * k / (contexts as f64 / 2.0)).sqrt();
                    let halves = [0, 1].map(|_| pair + half * normal(&mut rng));
                    let values = [halves[0].midpoint(halves[1]), halves[0], halves[1]];
                    let of = |value: f64| part(value, contexts);
                    let known = [of(5.0); 3];
                    parts.orders[0].push(known);
                    parts.orders[1].push(values.map(of));
                    parts.orders[2].push(known);
                }
            }
            pilot.push(parts, &[0, 1, 2]);
        }
        pilot
    }

    #[test]
    fn a_pilot_finds_the_variance_of_each_step() {
        let truth = [0.3, 0.5, 0.4, 0.3];
        let pilot = drawn(4000, truth, 4);
        let all = pilot.influence(Of::All, &[Of::All]);
        let halves = [Of::Even, Of::Odd].map(|of| pilot.influence(of, &[Of::Even, Of::Odd]));
        let found = pilot.variances(1, &all, &halves);
        // psi_1 = (s_1 - s_1 / 3) / 5; the noise of a place is that of two independent pairs.
        let scale = (2.0 / 3.0 / 5.0_f64).powi(2);
        let noise = 0.0225 * 0.5_f64.powf(NOISE);
        let expected = [0.09, 0.25, 0.16, noise].map(|v| v * scale);
        for (found, expected) in found.iter().zip(expected) {
            let ratio = found / expected;
            assert!((0.85..1.15).contains(&ratio), "{found} {expected}");
        }
    }

    #[test]
    fn the_error_of_just_these_samples_is_that_of_places_and_below() {
        let pilot = drawn(4000, [3.0, 0.5, 0.4, 1.0], 4);
        let within = pilot.within(4000)[1];
        let scale = (2.0 / 3.0 / 5.0_f64).powi(2);
        let expected = scale * (0.25 / 2.0 + 0.16 / 4.0 + 1.0 / 16.0) / 4000.0;
        let ratio = within / expected;
        assert!((0.8..1.25).contains(&ratio), "{ratio}");
    }

    /// Samples of one place with four pairs that differ between samples and have some noise at the middle order, as [`drawn`] has. Of
    /// the pairs from `whole` on, the second half of the contexts is unknown there.
    fn given(samples: usize, whole: usize) -> Pilot {
        let mut rng = generator(4, 0);
        let mut pilot = Pilot::default();
        for _ in 0..samples {
            let sample = 5.0 + normal(&mut rng);
            let known = [part(5.0, 4); 3];
            let mut middle = Vec::new();
            for pair in 0..4 {
                let halves = [0, 1].map(|_| sample + 0.1 * normal(&mut rng));
                let mut values =
                    [halves[0].midpoint(halves[1]), halves[0], halves[1]].map(|v| part(v, 4));
                if pair >= whole {
                    values[2] = None;
                }
                middle.push(values);
            }
            let parts = Parts {
                places: vec![0; 4],
                orders: vec![vec![known; 4], middle, vec![known; 4]],
            };
            pilot.push(parts, &[0, 1, 2]);
        }
        pilot
    }

    #[test]
    fn a_single_half_of_the_contexts_is_no_noise() {
        let of = |whole: usize| given(4000, whole).within(4000)[1];
        let all = of(4);
        for whole in [1, 2, 3] {
            let ratio = of(whole) / all;
            assert!((0.85..1.15).contains(&ratio), "{whole}: {ratio}");
        }
        assert!(of(0).is_nan());
    }
}
