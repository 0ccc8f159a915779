//! `interaction data`: lists the data sets.

use burn_interaction::input::Kind;
use burn_interaction_datasets::registry::data_sets;

use crate::error::Result;
use crate::subject::origin;

/// Lists the data sets that can be given to `--data`, by kind, and where the files of each come from.
///
/// # Errors
///
/// Never fails.
pub fn run() -> Result<()> {
    for kind in Kind::ALL {
        println!("{kind}");
        for set in data_sets().iter().filter(|set| set.kind == kind) {
            println!("  {:22} {}", set.spelled(), set.about);
            if let Some(from) = origin(set) {
                println!("  {:22} {from}", "");
            }
        }
    }
    Ok(())
}
