//! `interaction train`: trains a network.

use burn_interaction::modulation::Coefficient;
use burn_interaction::{Modulation, Term};
use burn_interaction_datasets::Columns;

use super::args::TrainArgs;
use super::{line, parse, subject::spec};
use crate::error::{Result, usage};
use crate::report::quoted;
use crate::subject::open;
use crate::work::{
    Existing, Folder, MEASUREMENT, Optimizer, Place, Recipe, Shown, TRAINING, Trained, Training,
    Watch,
};

/// Trains a network and writes its weights and settings.
///
/// # Errors
///
/// Fails where an argument, the data or the training is at fault.
pub fn run(args: &TrainArgs) -> Result<()> {
    let devices = burn_interaction::device_list(&args.place.device)?;
    let recipe = recipe(args)?;
    recipe.check()?;
    let spec = spec(&args.subject, args.weights.as_ref(), None)?;
    let opened = open(&spec)?;
    let existing = Existing::asked(args.force, Some(args.resume));
    let folder = Folder::open(&args.out, existing, &[TRAINING, MEASUREMENT])?;
    let command = line::own();
    let trained = opened.visit(Training {
        spec: &spec,
        recipe: &recipe,
        place: Place {
            devices: &devices,
            name: &line::masked(&args.place.device),
            folder: &folder,
            command: &command,
        },
        resume: args.resume,
        shown: match args.plain {
            true => Shown::Lines,
            false => Shown::Dashboard,
        },
        kept: &[],
        untrained: false,
        tensorboard: args.tensorboard.as_deref(),
        suggest: true,
    })?;
    println!("wrote {}", folder.list());
    match trained.settings.complete {
        true => {
            if let Some(next) = next(args, &trained, &folder) {
                println!("next: {next}");
            }
            Ok(())
        }
        false => Err(usage(format!(
            "interrupted: the weights are those of a partial training; {} goes on after its last finished epoch",
            line::again("--resume", &["--force"])
        ))),
    }
}

/// The command that measures what was trained, with the same players, in minutes at most.
fn next(args: &TrainArgs, trained: &Trained, folder: &Folder) -> Option<String> {
    let suggested = trained.suggested.as_ref()?;
    let subject = &args.subject;
    let out = quoted(&folder.path().display().to_string());
    let settings = &trained.settings;
    // A folder with a configuration is a network of its own.
    let mut line = match trained.folder_is_network {
        true => {
            let model = quoted(&folder.path().join("").display().to_string());
            format!(
                "interaction discover --model {model} --data {}{}",
                quoted(&settings.data),
                columns(&settings.columns)
            )
        }
        false => format!("interaction discover --weights {out}"),
    };
    // The settings beside the weights say the rest.
    for (flag, value) in [
        ("--grid", &subject.grid),
        ("--regions", &subject.regions),
        ("--baseline", &subject.baseline),
        ("--players", &subject.players),
    ] {
        if let Some(value) = value {
            line += &format!(" {flag} {}", quoted(value));
        }
    }
    if args.place.device != "flex" {
        line += &format!(" --device {}", args.place.device);
    }
    Some(format!("{line}{suggested} --control --out {out}"))
}

/// The arguments that name columns of the user's own files, with a space before each.
fn columns(columns: &Columns) -> String {
    let label = columns
        .label
        .iter()
        .map(|name| format!(" --label {}", quoted(name)));
    let inputs = match &columns.inputs[..] {
        [] => None,
        names => Some(format!(" --input {}", quoted(&names.join(",")))),
    };
    label.chain(inputs).collect()
}

/// The training that the arguments ask for.
fn recipe(args: &TrainArgs) -> Result<Recipe> {
    Ok(Recipe {
        epochs: args.epochs,
        batch: args.batch,
        learning_rate: args.lr,
        weight_decay: args.weight_decay,
        optimizer: match args.optimizer.as_str() {
            "adamw" => Optimizer::Adamw,
            _ => Optimizer::Sgd,
        },
        modulation: modulation(args)?,
        augmentation: args.augment.clone(),
        samples: args.train_samples,
        probe: probe(args)?,
        seed: args.place.seed,
    })
}

/// The probe; none where it has no samples.
fn probe(args: &TrainArgs) -> Result<Option<Watch>> {
    match (args.probe_samples, args.probe_contexts) {
        (0, Some(contexts)) => Err(usage(format!(
            "--probe-contexts {contexts}: with --probe-samples 0 there is no probe"
        ))),
        (0, None) => Ok(None),
        (samples, contexts) => Ok(Some(Watch {
            samples,
            contexts: contexts.unwrap_or(Watch::default().contexts),
        })),
    }
}

fn modulation(args: &TrainArgs) -> Result<Modulation> {
    let mut terms = Vec::new();
    for (wanted, preset) in [
        (args.low_order, Modulation::low_order()),
        (args.mid_order, Modulation::mid_order()),
        (args.high_order, Modulation::high_order()),
    ] {
        if wanted {
            terms.extend_from_slice(preset.terms());
        }
    }
    for text in &args.encourage {
        terms.push(parse::term(text, Term::encourage)?);
    }
    for text in &args.suppress {
        terms.push(parse::term(text, Term::suppress)?);
    }
    for (flag, given) in [
        ("--coefficient", args.coefficient.is_some()),
        ("--draws", args.draws.is_some()),
    ] {
        if given && terms.is_empty() {
            return Err(usage(format!(
                "{flag}: it belongs to a term, and there is none; give --low-order, --encourage or their like"
            )));
        }
    }
    let coefficient = match args.coefficient.as_deref().unwrap_or("sizes") {
        "sizes" => Coefficient::Sizes,
        "ratios" => Coefficient::Ratios,
        other => Coefficient::Fixed(other.parse().map_err(|_| {
            usage(format!(
                "--coefficient {other}: give sizes, ratios or a number"
            ))
        })?),
    };
    let terms = terms
        .into_iter()
        .map(|term| term.coefficient(coefficient).draws(args.draws.unwrap_or(1)));
    Ok(terms.fold(Modulation::none(), Modulation::with))
}
