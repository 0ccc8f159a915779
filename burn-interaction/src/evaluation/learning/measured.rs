//! The three measures: strengths of orders, parts of the gradient of v(N), single gradients.

use burn::module::Module;

use crate::error::Result;
use crate::estimate::{Plan, efficiency_weight};
use crate::game::Classifier;
use crate::players::Players;

use super::gradient::Gradients;
use super::sums::{Draws, PartSum, mean_and_error, squared};
use super::terms::{are_all, interactions, lent, mean_of, of_size, single};
use super::{GradientParts, OrderLearning};

/// The gradients of a sample's interactions, order by order.
pub(super) struct Norms {
    /// || d/dW w_m I^(m)(i, j) ||, averaged over pairs.
    pub norms: Vec<f64>,
    /// || d/dW I^(m)(i, j) ||^2, averaged over pairs.
    pub squares: Vec<f64>,
}

/// The gradients of each pair and order of every sample.
pub(super) fn strengths<P: Players, N: Module + Classifier<P::Input>>(
    gradients: &mut Gradients<'_, P, N>,
    plans: &[Plan],
) -> Result<Vec<Norms>> {
    let of_sample = |(sample, plan): (usize, &Plan)| {
        let orders = plan.orders();
        let mut found = Norms {
            norms: vec![0.0; orders.len()],
            squares: vec![0.0; orders.len()],
        };
        let pairs = plan.pairs().len() as f64;
        for block in plan.blocks() {
            for (order, terms) in interactions(&block) {
                let square = squared(&gradients.of(sample, &terms)?);
                let weight = efficiency_weight(plan.players(), orders[order]);
                found.norms[order] += weight * square.sqrt() / pairs;
                found.squares[order] += square / pairs;
            }
        }
        Ok(found)
    };
    plans.iter().enumerate().map(of_sample).collect()
}

/// The parts of the gradient of v(N), from the gradients of V(k) = E v(T) over |T| = k: order m has
/// `(n - 1 - m) (V(m + 2) - 2 V(m + 1) + V(m))`, independent effects `n (V(1) - V(0))`.
pub(super) fn parts<P: Players, N: Module + Classifier<P::Input>>(
    gradients: &mut Gradients<'_, P, N>,
    plans: &[Plan],
    seed: u64,
    ids: &[u64],
) -> Result<GradientParts> {
    let n = plans.first().map_or(0, Plan::players);
    let mut wholes = Vec::with_capacity(plans.len());
    let (mut empty, mut individual) = (PartSum::default(), PartSum::default());
    let mut orders = vec![PartSum::default(); n.saturating_sub(1)];
    for ((sample, plan), id) in plans.iter().enumerate().zip(ids) {
        let mut mean = |size: usize| {
            let sets = of_size(n, size, plan.contexts().most(), (seed, *id));
            gradients.of(sample, &mean_of(&sets))
        };
        let whole = mean(n)?;
        // Three sizes at a time: a network may have more parameters than fit n times.
        let (mut low, mut middle) = (mean(0)?, mean(1)?);
        empty.push(&low, &whole);
        let single = low.iter().zip(&middle).map(|(a, b)| n as f64 * (b - a));
        individual.push(&single.collect::<Vec<f64>>(), &whole);
        for (order, part) in orders.iter_mut().enumerate() {
            let high = match order + 2 == n {
                true => whole.clone(),
                false => mean(order + 2)?,
            };
            let weight = (n - 1 - order) as f64;
            let three = low.iter().zip(&middle).zip(&high);
            let bend = three.map(|((low, middle), high)| weight * (high - 2.0 * middle + low));
            part.push(&bend.collect::<Vec<f64>>(), &whole);
            (low, middle) = (middle, high);
        }
        wholes.push(squared(&whole));
    }
    let (whole, _) = mean_and_error(&wholes.iter().map(|w| w.sqrt()).collect::<Vec<_>>());
    let exhaustive = |plan: &Plan| (0..=n).all(|size| are_all(n, size, plan.contexts().most()));
    Ok(GradientParts {
        whole,
        empty: empty.finish(&wholes),
        individual: individual.finish(&wholes),
        orders: orders.iter().map(|part| part.finish(&wholes)).collect(),
        exact: plans.iter().all(exhaustive),
    })
}

/// Gradients of single differences, order by order.
pub(super) fn draws<P: Players, N: Module + Classifier<P::Input>>(
    gradients: &mut Gradients<'_, P, N>,
    plans: &[Plan],
    seed: u64,
    count: usize,
) -> Result<Vec<Draws>> {
    let orders = plans.first().map_or(&[][..], Plan::orders);
    let of_order = |order: &usize| {
        let mut draws = Draws::default();
        for draw in 0..count {
            let (sample, terms) = single(plans, *order, seed, draw as u64);
            draws.push(&gradients.of(sample, &lent(&terms))?);
        }
        Ok(draws)
    };
    orders.iter().map(of_order).collect()
}

/// The statistics of each order over all samples.
pub(super) fn orders(plans: &[Plan], strengths: &[Norms], draws: &[Draws]) -> Vec<OrderLearning> {
    let Some(plan) = plans.first() else {
        return Vec::new();
    };
    let last = (plan.players() - 2).max(1) as f64;
    let of_order = |(index, order): (usize, &usize)| {
        let column = |of: &dyn Fn(&Norms) -> f64| strengths.iter().map(of).collect::<Vec<f64>>();
        let (strength, standard_error) = mean_and_error(&column(&|s| s.norms[index]));
        let (square, _) = mean_and_error(&column(&|s| s.squares[index]));
        let exact = plan.is_exhaustive(*order);
        let zero_mean = draws[index].zero_mean();
        let single = draws[index].mean_square();
        OrderLearning {
            order: *order,
            ratio: *order as f64 / last,
            strength,
            standard_error,
            exact,
            persistence: (exact && zero_mean.is_some() && single > 0.0).then(|| square / single),
            zero_mean,
        }
    };
    plan.orders().iter().enumerate().map(of_order).collect()
}
