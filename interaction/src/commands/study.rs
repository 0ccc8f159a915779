//! `interaction study`: lists, prints and runs studies.

use super::args::{StudyArgs, StudyCommand};
use crate::error::{Result, usage};
use crate::study::{
    BUILT_IN, Cells, Report, Run, Size, Store, Study, built_in, lacking, missing, read,
};

/// Lists the studies, prints one, or runs one.
///
/// # Errors
///
/// Fails where there is no such study, its data are missing, or a cell fails.
pub fn run(args: &StudyArgs) -> Result<()> {
    match (&args.other, &args.name) {
        (Some(StudyCommand::Show { name }), _) => show(name),
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

/// The study of a name, or of a file.
fn found(name: &str) -> Result<Study> {
    if let Some(study) = built_in(name) {
        return read(study.text, study.name);
    }
    if !name.ends_with(".toml") {
        return Err(unknown(name));
    }
    let text = std::fs::read_to_string(name)
        .map_err(|e| usage(format!("{name}: {e}; give a built-in study or a TOML file")))?;
    read(&text, name)
}

fn study(name: &str, args: &StudyArgs) -> Result<()> {
    let study = found(name)?;
    let size = match args.scale.as_str() {
        "smoke" => Size::Smoke,
        "published" => Size::Published,
        _ => Size::Laptop,
    };
    if args.seeds == Some(0) {
        return Err(usage("--seeds 0: train with at least one seed"));
    }
    let cells = Cells::of(&study, size, args.seeds, &args.data_root)?;
    let device = burn_interaction::device(&args.device)?;
    if !args.report {
        lacking(&missing(&cells), &args.data_root)?;
    }
    let store = Store::open(&args.out)?;
    for from in &args.from {
        let taken = store.take(from)?;
        println!("took {taken} finished cells from {}", from.display());
    }
    let command: Vec<String> = std::env::args().collect();
    let complete = args.report
        || Run {
            cells: &cells,
            store: &store,
            device: &device,
            name: &args.device,
            command: &command,
            share: args.part,
        }
        .all()?;
    let report = Report::of(&study, size, &cells, &store);
    println!("{}", report.text());
    let folder = store.reports(&format!("{}-{}", study.name.get_ref(), size.name()));
    let files = report.write(&folder)?;
    println!("wrote {}: {}", folder.display(), listed(&files));
    let (finished, all) = report.progress();
    match complete {
        true if finished == all || args.report || args.part.is_some() => Ok(()),
        _ => Err(usage(format!(
            "interrupted: {finished} of {all} measures are finished; the same command goes on"
        ))),
    }
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
