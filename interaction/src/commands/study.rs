//! `interaction study`: lists, prints and runs studies.

use std::path::Path;

use burn_interaction::device_list;

use super::args::{StudyArgs, StudyCommand};
use super::{line, parse};
use crate::error::{Result, usage};
use crate::study::{
    BUILT_IN, Cells, Ended, Named, Report, Roots, Run, Size, Store, Study, built_in, check_files,
    check_known, findings, gathered, read,
};

/// Lists the studies, prints one, tells what several found, or runs one.
///
/// # Errors
///
/// Fails where there is no such study, its data are missing, or a cell fails.
pub fn run(args: &StudyArgs) -> Result<()> {
    match (&args.other, &args.name) {
        (Some(StudyCommand::Show { name }), _) => show(name),
        (Some(StudyCommand::Findings { reports, figures }), _) => {
            print!("{}", findings(reports, *figures)?);
            Ok(())
        }
        (Some(StudyCommand::Numbers { reports, value }), _) => {
            print!("{}", gathered(reports, value)?);
            Ok(())
        }
        (None, None) => list(),
        (None, Some(name)) => study(name, args),
    }
}

fn list() -> Result<()> {
    for study in BUILT_IN {
        let Study {
            title,
            source,
            about,
            ..
        } = read(study.text, study.name)?;
        println!("{:16} {title} ({source})\n{:16} {about}", study.name, "");
    }
    println!(
        "\ninteraction study NAME runs one, interaction study show NAME > mine.toml prints it, and interaction study mine.toml runs that"
    );
    Ok(())
}

fn show(name: &str) -> Result<()> {
    let study = built_in(name).ok_or_else(|| unknown(name))?;
    print!("{}", study.text);
    Ok(())
}

fn unknown(name: &str) -> crate::error::Error {
    let names: Vec<&str> = BUILT_IN.iter().map(|study| study.name).collect();
    usage(format!(
        "there is no study \"{name}\": there are {}, and files such as mine.toml",
        names.join(", ")
    ))
}

/// A study as it was found.
struct Found {
    study: Study,
    /// The name of its reports.
    reports: String,
    /// The text that it was read from.
    text: String,
}

/// The study of a name or of a file.
fn found(name: &str) -> Result<Found> {
    if let Some(study) = built_in(name) {
        return Ok(Found {
            study: read(study.text, study.name)?,
            reports: study.name.into(),
            text: study.text.into(),
        });
    }
    if !name.ends_with(".toml") {
        return Err(unknown(name));
    }
    let text = std::fs::read_to_string(name)
        .map_err(|e| usage(format!("{name}: {e}; give a built-in study or a TOML file")))?;
    let study = read(&text, name)?;
    Ok(Found {
        reports: reports(study.name.get_ref(), Path::new(name), &text),
        study,
        text,
    })
}

/// The name of the reports of a file's study: that of the study where the file is called so, and no other study is.
fn reports(study: &str, file: &Path, text: &str) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    match built_in(study) {
        Some(own) if own.text == text => study.into(),
        Some(_) if stem == study => format!("{study}-own"),
        None if stem == study => study.into(),
        _ => format!("{study}-{}", stem.chars().map(plain).collect::<String>()),
    }
}

/// The size of this name.
fn size(name: &str) -> Size {
    match name {
        "smoke" => Size::Smoke,
        "published" => Size::Published,
        _ => Size::Laptop,
    }
}

fn study(name: &str, args: &StudyArgs) -> Result<()> {
    let Found {
        study,
        reports,
        text,
    } = found(name)?;
    if reports != *study.name.get_ref() {
        let own = study.name.get_ref();
        println!(
            "{name} holds a study named {own}, which others may be named too: its reports are named {reports}"
        );
    }
    let size = size(&args.scale);
    let roots = Roots {
        data: &args.data_root,
        weights: &args.weights_root,
    };
    let seeds = args.seeds.as_deref().map(parse::seeds).transpose()?;
    let mut cells = Cells::of(&study, size, seeds, roots)?;
    let devices = device_list(&args.device)?;
    match args.report {
        true => check_known(&cells, roots)?,
        false => {
            check_files(&cells, roots)?;
            cells.read_data()?;
        }
    }
    let store = store(args)?;
    for from in &args.from {
        let taken = store.take(from, &cells)?;
        println!("took {taken} finished cells from {}", from.display());
    }
    store.check_data(&[], &cells)?;
    let command = line::own();
    let share = parse::part(args.part)?;
    let run = Run {
        cells: &cells,
        store: &store,
        devices: &devices,
        name: &line::masked(&args.device),
        command: &command,
        share,
    };
    let Ended { complete, failed } = match args.report {
        true => Ended {
            complete: true,
            failed: Vec::new(),
        },
        false => run.all()?,
    };
    let named = Named::of(&study, &reports, size, &cells, &text);
    let folder = store.reports(&named.report);
    let report = Report::of(&study, size, named, &cells, &store);
    println!("{}", report.text());
    let files = report.write(&folder)?;
    println!("wrote {}: {}", folder.display(), listed(&files));
    let (finished, all) = report.progress();
    let finished_all = finished == all || args.report || share.is_some();
    match failed.is_empty() {
        true if complete && finished_all => Ok(()),
        true => Err(usage(format!(
            "interrupted: {finished} of {all} measures are finished; the same command goes on"
        ))),
        false => Err(usage(format!(
            "{} cell(s) failed, and {finished} of {all} measures are finished: {}",
            failed.len(),
            failed.join("; ")
        ))),
    }
}

/// The store of a run, or of a report on earlier ones.
fn store(args: &StudyArgs) -> Result<Store> {
    if args.report && args.from.is_empty() && !Store::is_at(&args.out) {
        return Err(usage(format!(
            "{} is no store of studies, and --report makes none: give the --out of the runs",
            args.out.display()
        )));
    }
    Store::open(&args.out)
}

/// The names of files, those of pictures without their endings.
fn listed(files: &[String]) -> String {
    let shown = files.iter().filter(|file| !file.ends_with(".png"));
    let shown = shown.map(|file| match file.strip_suffix(".svg") {
        Some(name) => format!("{name}.{{svg,png}}"),
        None => file.clone(),
    });
    shown.collect::<Vec<_>>().join(", ")
}
