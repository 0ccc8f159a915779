//! `interaction compare`: measurements side by side, with what differs between them.

use std::path::{Path, PathBuf};

use burn_interaction::figures::Chart;
use burn_interaction::{Curves, Profile};
use clap::Args;

use crate::error::{Result, usage};
use crate::report::{differences, differences_csv, table};
use crate::work::{COMPARISON, Existing, Folder, MAIN, profile_of};

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

/// A measurement and its name.
struct Run {
    name: String,
    profile: Profile,
}

/// Prints the curves of some measurements and how they differ from the first, and writes `comparison.csv`, `curves.json`, and the
/// curves as `comparison.svg` and `comparison.png`.
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
    let folder = Folder::open(&args.out, Existing::asked(args.force, None), &[COMPARISON])?;
    folder.begin()?;
    let curves = Curves::new(format!("{} compared", names(&runs)));
    let curves = runs.iter().fold(curves, |curves, run| {
        curves.with(run.name.as_str(), run.profile.strength())
    });
    println!("{}", table(&curves));
    let mut rows = Vec::new();
    for run in others {
        let comparison = first.profile.compared(&run.profile)?;
        println!("{}", differences(&first.name, &run.name, &comparison));
        rows.push((run.name.as_str(), comparison));
    }
    differences_csv(&folder.file("comparison.csv"), &first.name, &rows)?;
    curves.save_json(folder.file("curves.json"))?;
    let chart = Chart::from(&curves);
    chart.save_svg(folder.file("comparison.svg"))?;
    chart.save_png(folder.file("comparison.png"))?;
    println!("wrote {}", folder.list());
    Ok(())
}

/// Reads a measurement, named or by its place.
fn read(text: &str) -> Result<Run> {
    let (name, path) = match text.split_once('=') {
        Some((name, path)) if !Path::new(text).exists() => (Some(name.to_string()), path),
        _ => (None, text),
    };
    let path = Path::new(path);
    let profile = profile_of(path, MAIN)?.ok_or_else(|| {
        usage(format!(
            "no profile.json in {}: give a folder that `interaction discover` wrote",
            path.display()
        ))
    })?;
    let of_path = || {
        let stem = if path.is_dir() {
            path.file_name()
        } else {
            path.file_stem()
        };
        stem.map_or("run".into(), |stem| stem.to_string_lossy().into_owned())
    };
    Ok(Run {
        name: name.unwrap_or_else(of_path),
        profile,
    })
}

/// Gives runs of one name numbers.
fn named_apart(mut runs: Vec<Run>) -> Vec<Run> {
    for place in 1..runs.len() {
        let (before, rest) = runs.split_at_mut(place);
        let own = rest[0].name.clone();
        let taken = |name: &str| before.iter().any(|run| run.name == name);
        let mut number = 2;
        while taken(&rest[0].name) {
            rest[0].name = format!("{own} ({number})");
            number += 1;
        }
    }
    runs
}

fn names(runs: &[Run]) -> String {
    let names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    names.join(", ")
}
