//! The error of toggled against paired estimates, at equal forwards.

use std::path::Path;

use burn::tensor::Device;
use burn_interaction::game::{Dividends, KnownGame};
use burn_interaction::{Estimator, Measurement, Orders, Pairs, Patches, Profile, Targets};

use crate::error::Result;

use super::trained_resnet;

const SEEDS: u64 = 8;
const CONTEXTS: usize = 10;

/// Prints, order by order, the mean squared error of toggled over that of paired estimates, both times their forwards
/// (the error of either falls as one over its forwards).
///
/// # Errors
///
/// Fails where a file is missing or the device fails.
pub fn run(trained: Option<(&Path, &Path)>, device: &Device) -> Result<()> {
    println!(
        "mean squared error of toggled over paired at equal forwards (aim 0.4 on average over orders)"
    );
    // Before anything is computed, as a file may be damaged.
    let open = |(weights, data)| trained_resnet(weights, data, 1, device);
    let trained = trained.map(open).transpose()?;
    let game = Dividends::sparse(36, 800, 10, 3);
    let orders = Orders::ratios([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]);
    let base = Measurement::of_games()
        .orders(orders.clone())
        .contexts(CONTEXTS);
    for (name, pairs) in [
        ("all pairs", Pairs::all()),
        ("60 scattered pairs", Pairs::random(60)),
    ] {
        let Measured { pairs, .. } = Measured::of(&base.clone().pairs(pairs).run_game(&game)?);
        let given = base.clone().pairs(Pairs::given(pairs));
        let truth = |pair, order| game.interaction(pair, order);
        let run = |estimator, seed| {
            let measurement = given.clone().estimator(estimator).seed(seed);
            Ok(measurement.run_game(&game)?)
        };
        report(
            &format!("closed-form game of 36 players, {name}"),
            run,
            Some(&truth),
        )?;
    }
    if let Some((net, batch)) = trained {
        let target = Targets::try_from(batch.targets.clone())?;
        let base = Measurement::new(Patches::grid(16, 16))
            .orders(Orders::ratios([0.05, 0.25, 0.5, 0.75, 0.95]));
        let base = base
            .pairs(Pairs::windows(3, 36))
            .contexts(CONTEXTS)
            .batch(128);
        let first = base
            .clone()
            .contexts(1)
            .run(&net, batch.inputs.clone(), target.clone())?;
        let given = base.pairs(Pairs::given(Measured::of(&first).pairs));
        let run = |estimator, seed| {
            let measurement = given.clone().estimator(estimator).seed(seed);
            Ok(measurement.run(&net, batch.inputs.clone(), target.clone())?)
        };
        let name =
            "ResNet-20 on CIFAR-10, 16x16 patches, 36 pairs of a window (variance over seeds)";
        report(name, run, None)?;
    }
    println!();
    Ok(())
}

/// The pairs and orders of a profile of one sample.
struct Measured {
    pairs: Vec<(usize, usize)>,
    orders: Vec<usize>,
}

impl Measured {
    fn of(profile: &Profile) -> Self {
        Self {
            pairs: profile.samples()[0].pairs().to_vec(),
            orders: profile.orders().to_vec(),
        }
    }
}

/// Errors order by order, times the forwards they took.
struct Errors {
    orders: Vec<usize>,
    errors: Vec<f64>,
}

type Truth<'a> = &'a dyn Fn((usize, usize), usize) -> f64;

/// Mean squared errors against the truth or, for unbiased estimates without one, variances over the runs.
fn errors(runs: &[Profile], truth: Option<Truth<'_>>) -> Errors {
    let Measured { pairs, orders } = Measured::of(&runs[0]);
    let forwards = runs.iter().map(|run| run.forwards() as f64).sum::<f64>() / runs.len() as f64;
    let of_order = |order: &usize| {
        let of_pair = |pair: &(usize, usize)| {
            let found = runs
                .iter()
                .filter_map(|run| run.samples()[0].interaction(*order, *pair));
            let found: Vec<f64> = found.filter(|e| e.contexts > 0).map(|e| e.mean).collect();
            let (centre, freedom) = match truth {
                Some(truth) => (truth(*pair, *order), found.len() as f64),
                None => (
                    found.iter().sum::<f64>() / found.len() as f64,
                    found.len() as f64 - 1.0,
                ),
            };
            found.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / freedom
        };
        forwards * pairs.iter().map(of_pair).sum::<f64>() / pairs.len() as f64
    };
    Errors {
        errors: orders.iter().map(of_order).collect(),
        orders,
    }
}

fn report(
    name: &str,
    run: impl Fn(Estimator, u64) -> Result<Profile>,
    truth: Option<Truth<'_>>,
) -> Result<()> {
    let errors = |estimator| -> Result<Errors> {
        let runs = (0..SEEDS)
            .map(|seed| run(estimator, seed))
            .collect::<Result<Vec<_>>>()?;
        Ok(errors(&runs, truth))
    };
    let toggled = errors(Estimator::toggled())?;
    let paired = errors(Estimator::Paired)?;
    let ratios: Vec<f64> = toggled
        .errors
        .iter()
        .zip(&paired.errors)
        .map(|(t, p)| t / p)
        .collect();
    println!(
        "  {name}: mean {:.2}",
        ratios.iter().sum::<f64>() / ratios.len() as f64
    );
    let each = toggled
        .orders
        .iter()
        .zip(&ratios)
        .map(|(order, ratio)| format!("{order}: {ratio:.2}"));
    println!("    by order  {}", each.collect::<Vec<_>>().join("  "));
    Ok(())
}
