//! `interaction compare`: measurements side by side, with what differs between them.

use std::path::PathBuf;

use burn_interaction::Curves;
use burn_interaction::figures::Chart;
use clap::Args;

use super::runs::{Run, named_apart, read};
use crate::error::{Result, usage};
use crate::report::page::comparison;
use crate::report::{differences, differences_csv, table};
use crate::work::{COMPARISON, Existing, Folder, PAGE};

/// The settings of a comparison.
#[derive(Args, Debug, Clone)]
pub struct CompareArgs {
    /// Folders of measurements, or files of profiles: all are compared with the first. NAME=FOLDER gives a name.
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    pub runs: Vec<String>,
    /// Replace the comparison in the output folder.
    #[arg(long)]
    pub force: bool,
    /// Folder for the results.
    #[arg(long, default_value = "interaction-comparison")]
    pub out: PathBuf,
}

/// Prints the curves of some measurements and how they differ from the first, and writes `comparison.csv`, `curves.json`, the
/// curves as `comparison.svg` and `comparison.png`, and all of it as `report.html`.
///
/// # Errors
///
/// Fails where a measurement cannot be read, or they are of other orders.
pub fn run(args: &CompareArgs) -> Result<()> {
    let runs: Vec<Run> = args
        .runs
        .iter()
        .map(|text| read(text))
        .collect::<Result<_>>()?;
    let runs = named_apart(runs);
    let Some((first, others)) = runs.split_first() else {
        return Err(usage(
            "nothing to compare: give two folders of measurements",
        ));
    };
    let mut rows = Vec::new();
    for run in others {
        let comparison = first.profile.compared(&run.profile);
        let comparison =
            comparison.map_err(|e| usage(format!("{} and {}: {e}", first.name, run.name)))?;
        rows.push((run.name.as_str(), comparison));
    }
    let folder = Folder::open(&args.out, Existing::asked(args.force, None), &[COMPARISON])?;
    folder.begin()?;
    let curves = Curves::new(format!("{} compared", names(&runs)));
    let curves = runs.iter().fold(curves, |curves, run| {
        curves.with(run.name.as_str(), run.profile.strength())
    });
    println!("{}", table(&curves, &[]));
    for (name, comparison) in &rows {
        println!("{}", differences(&first.name, name, comparison));
    }
    differences_csv(&folder.file("comparison.csv"), &first.name, &rows)?;
    curves.save_json(folder.file("curves.json"))?;
    let chart = Chart::from(&curves);
    chart.save_svg(folder.file("comparison.svg"))?;
    chart.save_png(folder.file("comparison.png"))?;
    let named: Vec<_> = runs
        .iter()
        .map(|run| (run.name.as_str(), &run.profile))
        .collect();
    comparison(&named)?.write(&folder.file(PAGE))?;
    println!("wrote {}", folder.list());
    Ok(())
}

fn names(runs: &[Run]) -> String {
    let names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    names.join(", ")
}
