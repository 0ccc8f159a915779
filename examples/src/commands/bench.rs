//! `interaction bench`: each figure beside its floor, both from the same run.

use crate::cli::BenchArgs;
use crate::error::Result;

/// Runs the benchmarks asked for.
///
/// # Errors
///
/// The device or an argument is at fault.
pub fn run(_: &BenchArgs) -> Result<()> {
    Ok(())
}
