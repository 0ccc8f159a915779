//! `interaction merge`: puts together parts that were measured apart.

use std::path::PathBuf;

use burn_interaction::{Curves, Profile};
use clap::Args;

use super::missing::{self, PartResults};
use crate::error::{Result, usage};
use crate::report::{curve_name, table, title, words, write_pictures};
use crate::work::{
    CONTROL, Existing, Folder, GALLERY, MAIN, MEASUREMENT, REGIONS, Results, gallery, partial,
    profile_of, write_page,
};

/// The settings of a merge.
#[derive(Args, Debug, Clone)]
pub struct MergeArgs {
    /// Folders that `discover --part` wrote to, or files of profiles.
    #[arg(required = true)]
    pub parts: Vec<PathBuf>,
    /// Replace the results of another run in the output folder.
    #[arg(long)]
    pub force: bool,
    /// Folder for the results.
    #[arg(long, default_value = "interaction-out")]
    pub out: PathBuf,
}

/// Merges the parts of a measurement and writes the results that one run would have written.
///
/// # Errors
///
/// Fails where a part cannot be read, the parts are not of one run, or samples are missing: the results of those that are
/// there are then written all the same.
pub fn run(args: &MergeArgs) -> Result<()> {
    let Some(profile) = merged(&args.parts, MAIN)? else {
        return Err(usage(
            "no profile.json in these folders: give those that `discover --part` wrote to",
        ));
    };
    let control = merged(&args.parts, CONTROL)?;
    let folder = Folder::open(&args.out, Existing::asked(args.force, None), &[MEASUREMENT])?;
    folder.begin()?;
    let results = Results::new(&folder);
    results.write(MAIN, &profile)?;
    let mut curves = Curves::new(title(&profile)).with(curve_name(&profile), profile.strength());
    let mut missing = profile.missing();
    if let Some(control) = &control {
        if control.samples().len() != profile.samples().len() {
            println!(
                "the control has other samples than the network: discover --control --resume makes them one"
            );
        }
        results.write(CONTROL, control)?;
        curves = curves.with(curve_name(control), control.strength());
        missing.extend(control.missing());
        missing.sort_unstable();
        missing.dedup();
    }
    results.write_curves(&curves)?;
    if let Some(part) = args.parts.iter().find(|part| part.join(GALLERY).exists())
        && let Some(gallery) = gallery(part, &profile)?
    {
        folder.write_json(GALLERY, &gallery)?;
        write_pictures(&gallery, &profile, folder.path())?;
    }
    if args.parts.iter().any(|part| part.join(REGIONS).exists()) {
        println!(
            "{REGIONS} of each part stays in its folder: it divides the clouds of that part alone"
        );
    }
    write_page(folder.path())?;
    println!(
        "merged {} samples of {} parts",
        profile.samples().len(),
        args.parts.len()
    );
    println!("{}", table(&curves, &[words::verdict(&profile.strength())]));
    println!("wrote {}", folder.list());
    match missing.is_empty() {
        true => Ok(()),
        false => {
            let results = args.parts.iter().map(|part| {
                let main = profile_of(part, MAIN)?;
                let control = profile_of(part, CONTROL)?;
                Ok(main.map(|main| PartResults { main, control }))
            });
            let results: Vec<Option<PartResults>> = results.collect::<Result<_>>()?;
            let results: Vec<PartResults> = results.into_iter().flatten().collect();
            let mut lines = missing::commands(&results);
            lines.push(format!(
                "then merge all parts again, with --force: {} holds this partial result",
                folder.path().display()
            ));
            Err(partial(&missing, &lines))
        }
    }
}

/// The profiles of a name that the parts have. A part whose folder holds none yet was cut off before its first sample was finished.
fn profiles(parts: &[PathBuf], name: &str) -> Result<Vec<Profile>> {
    let mut profiles = Vec::new();
    for part in parts {
        if !part.exists() {
            let part = part.display();
            return Err(usage(format!("{part}: there is no such folder or file")));
        }
        profiles.extend(profile_of(part, name)?);
    }
    Ok(profiles)
}

/// Merges the profiles of a name from all parts; `None` where no part has one.
fn merged(parts: &[PathBuf], name: &str) -> Result<Option<Profile>> {
    let profiles = profiles(parts, name)?;
    match profiles.is_empty() {
        true => Ok(None),
        false => Ok(Some(Profile::merge(profiles)?)),
    }
}
