//! Values per difference of each estimator.

use burn_interaction::internal::Differences;
use burn_interaction::{Estimator, Pairs, Plan, Protocol};

use crate::error::Result;

/// Prints how many values each estimator evaluates for a difference; the floor is 1.
///
/// # Errors
///
/// Never fails.
pub fn run() -> Result<()> {
    println!("values per difference (floor 1; the papers' protocol takes 4)");
    let grid = [
        ("12 players, all pairs", 12_usize, Pairs::all()),
        ("64 players, windows:3:200", 64, Pairs::windows(3, 200)),
        ("256 players, windows:3:200", 256, Pairs::windows(3, 200)),
        (
            "256 players, neighbours:2:200",
            256,
            Pairs::neighbours(2, 200),
        ),
        ("256 players, random:200", 256, Pairs::random(200)),
    ];
    let estimators = [
        ("paired", Estimator::Paired),
        ("toggled", Estimator::toggled()),
        ("toggled:9", Estimator::Toggled { pool: 9 }),
    ];
    println!(
        "  {:32} {:>10} {:>10} {:>10}",
        "", "paired", "toggled", "toggled:9"
    );
    for (name, players, pairs) in grid {
        let mut line = format!("  {name:32}");
        for (_, estimator) in estimators {
            let side = players.isqrt();
            let protocol = Protocol {
                pairs: pairs.clone(),
                estimator,
                contexts: 20.into(),
                ..Protocol::default()
            };
            let plan = Plan::new(players, Some([side, side]), &protocol, 0)?;
            let (mut values, mut differences) = (0, 0);
            for block in plan.blocks() {
                values += block.coalitions.len();
                if let Differences::Listed(list) = block.differences {
                    differences += list.len();
                }
            }
            line.push_str(&format!(" {:10.2}", values as f64 / differences as f64));
        }
        println!("{line}");
    }
    println!();
    Ok(())
}
