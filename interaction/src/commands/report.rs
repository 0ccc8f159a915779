//! `interaction report`: one page that says it all, from results on disk.

use std::path::{Path, PathBuf};

use clap::Args;

use super::runs::{Run, named_apart, read};
use crate::error::{Result, usage};
use crate::report::page::{Page, comparison};
use crate::study::study_page;
use crate::work::{PAGE, page_of};

/// The settings of a page.
#[derive(Args, Debug, Clone)]
pub struct ReportArgs {
    /// Folder of a measurement, a training or a study's report, or with the profile.json of a program of your own, which the library's
    /// `Profile::save_json` writes, and the control.json of its untrained network; several folders of measurements become a comparison.
    /// NAME=FOLDER gives a name.
    #[arg(required = true, value_name = "FOLDER")]
    pub folders: Vec<String>,
    /// The file to write; by default report.html in the folder, or comparison.html in the first of several.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Writes the page of a folder, or of several side by side. Nothing is computed, and no data are read.
///
/// # Errors
///
/// Fails where a folder holds no results, or a file cannot be read or written.
pub fn run(args: &ReportArgs) -> Result<()> {
    let page = match &args.folders[..] {
        [one] if place(one) != Path::new(one) => {
            return Err(usage(format!(
                "{one}: names tell several runs apart, and this is one: give the folder alone"
            )));
        }
        [one] => single(Path::new(one))?,
        several => {
            let runs: Vec<Run> = several
                .iter()
                .map(|text| read(text))
                .collect::<Result<_>>()?;
            let runs = named_apart(runs);
            let named: Vec<_> = runs
                .iter()
                .map(|run| (run.name.as_str(), &run.profile))
                .collect();
            comparison(&named)?
        }
    };
    let path = match &args.out {
        Some(path) => path.clone(),
        None => beside(place(&args.folders[0]), args.folders.len() > 1),
    };
    page.write(&path)?;
    println!("{}", page.summary.join("\n"));
    println!("wrote {}", path.display());
    Ok(())
}

fn single(folder: &Path) -> Result<Page> {
    if let Some(page) = study_page(folder)? {
        return Ok(page);
    }
    let found = match folder.exists() {
        true => page_of(folder)?,
        false => None,
    };
    if found.is_none() && folder.join("comparison.csv").exists() {
        return Err(usage(format!(
            "{}: this is a comparison, which has its page; to make it anew give the folders of the runs",
            folder.display()
        )));
    }
    found.ok_or_else(|| {
        usage(format!(
            "{}: there are no results here; give a folder that discover, train, the tour or study wrote, or one with a profile.json",
            folder.display()
        ))
    })
}

/// The place of an argument, without the name that it may begin with.
fn place(text: &str) -> &Path {
    match text.split_once('=') {
        Some((_, path)) if !Path::new(text).exists() => Path::new(path),
        _ => Path::new(text),
    }
}

/// The place of a page by default: in the folder, or beside the file. A comparison does not take the place of a run's own page.
fn beside(path: &Path, several: bool) -> PathBuf {
    match (path.is_dir(), several) {
        (true, false) => path.join(PAGE),
        (true, true) => path.join("comparison.html"),
        (false, _) => path.with_extension("html"),
    }
}
