//! `interaction` without a command: a tour that trains, watches, measures and compares.

use burn_interaction::{Modulation, Origin, Pairs};
use serde::Deserialize;

use super::args::TourArgs;
use super::line;
use crate::error::{Result, usage};
use crate::report;
use crate::subject::{Spec, open};
use crate::work::{
    Existing, Folder, MEASUREMENT, Measure, Measuring, Optimizer, PAGE, Place, Recipe, Shown,
    TRAINING, TrainedWith, Training, Watch, interrupt, read_json,
};

const MODEL: &str = "resnet20-slim";
const DATA: &str = "scenes";

/// Trains a small ResNet-20 on generated images, watching its orders, and measures it before and after.
///
/// # Errors
///
/// Fails where the device, the output folder or an argument is at fault.
pub fn run(args: &TourArgs) -> Result<()> {
    let devices = burn_interaction::device_list(&args.place.device)?;
    let (recipe, measure) = (recipe(args), measure(args));
    measure.check()?;
    let folder = Folder::open(&args.out, existing(args), &[TRAINING, MEASUREMENT])?;
    interrupt::listen();
    let command = line::own();
    let place = Place {
        devices: &devices,
        name: &line::masked(&args.place.device),
        folder: &folder,
        command: &command,
    };
    println!("training {MODEL} on {DATA}, generated images; patches of 2x2 pixels are players");
    let spec = Spec::new(MODEL, DATA);
    let trained = open(&spec)?.visit(Training {
        spec: &spec,
        recipe: &recipe,
        place,
        resume: false,
        shown: Shown::Dashboard,
        kept: &[],
        untrained: false,
        tensorboard: None,
        suggest: false,
    })?;
    if !trained.settings.complete {
        println!("wrote {}", folder.list());
        return Err(usage(
            "interrupted: the weights are those of a partial training, and nothing was measured",
        ));
    }
    println!("measuring it, and the same network untrained");
    let spec = Spec {
        weights: Some(folder.file("model.safetensors")),
        ..spec
    };
    let measured = open(&spec)?.visit(Measuring {
        spec: &spec,
        measure: &measure,
        place: Place {
            folder: &folder.going_on(),
            ..place
        },
        resume: false,
        plan_only: false,
    })?;
    let Some(measured) = measured else {
        return Ok(());
    };
    println!("{}", report::table(&measured.curves, &[]));
    println!(
        "In plain words: an order is the number of other patches that are present when two of them act together.\n{}\n",
        measured.words.join("\n")
    );
    println!("wrote {}", folder.list());
    println!("next: open {} in a browser", folder.file(PAGE).display());
    match measured.complete {
        true => Ok(()),
        false => Err(usage("interrupted: the curves are partial")),
    }
}

fn recipe(args: &TourArgs) -> Recipe {
    Recipe {
        epochs: args.epochs,
        batch: 64,
        learning_rate: 0.1,
        weight_decay: 5e-4,
        optimizer: Optimizer::Sgd,
        modulation: Modulation::none(),
        augmentation: None,
        samples: None,
        probe: Some(Watch::default()),
        seed: args.place.seed,
    }
}

fn measure(args: &TourArgs) -> Measure {
    Measure {
        pairs: Some(Pairs::windows(3, 36)),
        contexts: 10.into(),
        samples: args.samples,
        control: true,
        seed: args.place.seed,
        ..Measure::default()
    }
}

/// The fate of a run in the folder: an earlier tour is made anew, another run is kept unless `--force` gives it up.
fn existing(args: &TourArgs) -> Existing {
    let training: Result<TrainedWith> = read_json(&args.out.join("settings.json"));
    let training = training.is_ok_and(|run| is_tour(&run.command));
    // A later measurement in its folder is no part of it.
    let profile = args.out.join("profile.json");
    let measurement =
        !profile.exists() || read_json(&profile).is_ok_and(|made: Made| made.by_tour());
    Existing::asked(args.force || training && measurement, None)
}

/// Whether these words of a command line name no command.
fn is_tour(words: &[String]) -> bool {
    match words {
        [_] => true,
        [_, first, ..] => first.starts_with('-'),
        [] => false,
    }
}

/// The part of a profile that says which command made it.
#[derive(Deserialize)]
struct Made {
    origin: Origin,
}

impl Made {
    fn by_tour(&self) -> bool {
        let words = self.origin.command.as_deref().and_then(shlex::split);
        words.is_some_and(|words| is_tour(&words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tour_is_a_command_without_a_name() {
        let is_tour = |line: &str| is_tour(&shlex::split(line).unwrap());
        assert!(is_tour("interaction") && is_tour("./interaction --out tour --epochs 2"));
        assert!(!is_tour("interaction train --model resnet20-slim --data scenes") && !is_tour(""));
        let made = |line: &str| {
            let text = format!("{{\"origin\": {{\"command\": {line:?}}}, \"samples\": []}}");
            serde_json::from_str::<Made>(&text).unwrap()
        };
        assert!(made("interaction --samples 8").by_tour());
        assert!(!made("interaction discover --weights interaction-out").by_tour());
    }
}
