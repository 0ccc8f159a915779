//! `interaction train`: trains a network.

use burn_interaction::modulation::Coefficient;
use burn_interaction::{Modulation, Term};

use super::args::TrainArgs;
use super::{parse, subject::spec};
use crate::error::{Result, usage};
use crate::subject::open;
use crate::work::{
    Existing, Folder, MEASUREMENT, Optimizer, Place, Recipe, TRAINING, Trained, Training, Watch,
};

/// Trains a network and writes its weights and settings.
///
/// # Errors
///
/// Fails where an argument, the data or the training is at fault.
pub fn run(args: &TrainArgs) -> Result<()> {
    let device = burn_interaction::device(&args.place.device)?;
    let recipe = recipe(args)?;
    recipe.check()?;
    let spec = spec(&args.subject, args.weights.as_ref(), None)?;
    let opened = open(&spec)?;
    let existing = Existing::asked(args.force, args.resume);
    let folder = Folder::open(&args.out, existing, &[TRAINING, MEASUREMENT])?;
    let trained = opened.visit(Training {
        spec: &spec,
        recipe: &recipe,
        place: Place {
            device: &device,
            name: &args.place.device,
            folder: &folder,
        },
        resume: args.resume,
        plain: args.plain,
    })?;
    println!("wrote {}", folder.list());
    match trained.settings.complete {
        true => {
            println!("next: {}", next(&trained, &folder));
            Ok(())
        }
        false => Err(usage(
            "interrupted: the weights are those of a partial training; the same command with --resume goes on after its last finished epoch",
        )),
    }
}

/// The command that measures the trained network, in minutes at most.
fn next(trained: &Trained, folder: &Folder) -> String {
    let Trained {
        settings,
        folder_is_network,
        suggested,
    } = trained;
    // A folder with a configuration is a network of its own.
    let (model, weights) = match folder_is_network {
        true => (folder.path().join("").display().to_string(), String::new()),
        false => {
            let weights = folder.file("model.safetensors");
            let weights = format!(" --weights {}", weights.display());
            (settings.model.clone(), weights)
        }
    };
    format!(
        "interaction discover --model {model} --data {}{weights}{suggested} --control --out {}",
        settings.data,
        folder.path().display()
    )
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
        probe: (args.probe_samples > 0).then_some(Watch {
            samples: args.probe_samples,
            contexts: args.probe_contexts,
        }),
        seed: args.place.seed,
    })
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
    let coefficient = match args.coefficient.as_str() {
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
        .map(|term| term.coefficient(coefficient).draws(args.draws));
    Ok(terms.fold(Modulation::none(), Modulation::with))
}
