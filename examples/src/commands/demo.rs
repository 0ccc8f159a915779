//! The main job: train, watch, measure, compare.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use burn_interaction::training::Probe;
use burn_interaction::{Curves, Measurement, Modulation, Origin, Pairs, Patches, Players};
use burn_interaction_datasets::Loader;
use burn_interaction_models::registry::{ImageNetwork, image_network};
use burn_interaction_models::save;

use crate::cli::{DemoArgs, Subject};
use crate::data::{Data, ImageSamples, ImageView, Samples, Statistics, default_grid, open};
use crate::error::{Result, usage};
use crate::fit::{FALL, Loaders, Optimizer, Recipe, fit};
use crate::output::{Existing, Folder, MEASUREMENT, TRAINING, TrainedWith};
use crate::results::{CONTROL, MAIN, Results};
use crate::{interrupt, measuring};

use super::discover::{report, seconds};

const MODEL: &str = "resnet20-slim";
const DATA: &str = "scenes";
const BATCH: usize = 64;
const LEARNING_RATE: f64 = 0.1;

/// Trains a small ResNet-20 on generated images, watching its orders, and measures it before and after.
///
/// # Errors
///
/// The device, the output folder or an argument is at fault.
pub fn run(args: &DemoArgs) -> Result<()> {
    let device = burn_interaction::device(&args.place.device)?;
    let folder = Folder::open(&args.out, existing(args)?, &[TRAINING, MEASUREMENT])?;
    folder.begin()?;
    let Data::Images(split) = open(DATA)? else {
        return Err(usage("the tour needs images"));
    };
    interrupt::listen();
    let seed = args.place.seed;

    let subject = Subject {
        model: MODEL.into(),
        data: DATA.into(),
        image: None,
        normalize: None,
        grid: None,
        points: None,
        regions: None,
        baseline: None,
        players: "pieces".into(),
        vocabulary: None,
    };
    let view = ImageView::new(&subject, split.train.as_ref(), None, false)?;
    let mean = view.mean(split.train.as_ref())?;
    let classes = split.train.classes().len();
    // Made anew for the control: clones of a Burn module share the running statistics of its batch normalisation.
    let untrained = || {
        device.seed(seed);
        image_network(MODEL, view.size, classes, &device)
    };
    let (rows, columns) = default_grid(view.size);
    let players = Patches::grid(rows, columns);
    println!(
        "training {MODEL} on {} generated images, {rows}x{columns} patches as players",
        split.train.len()
    );

    let samples = split.train.len();
    let names = split.train.classes().to_vec();
    let batches = samples.div_ceil(BATCH);
    let loaders = Loaders {
        train: Arc::new(
            Loader::new(Arc::new(view.samples(split.train)), BATCH, &device).shuffled(seed),
        ),
        valid: Arc::new(Loader::new(
            Arc::new(view.samples(split.test.clone())),
            BATCH,
            &device,
        )),
        batches,
    };
    let recipe = Recipe {
        epochs: args.epochs,
        learning_rate: LEARNING_RATE,
        weight_decay: 5e-4,
        optimizer: Optimizer::Sgd,
        modulation: Modulation::none(),
        probe: Some(Probe::new()),
        seed,
        plain: false,
        logs: folder.file("training"),
        finished: 0,
    };
    let fitted = fit(untrained()?.train(), players, loaders, &recipe)?;

    let test = ImageSamples::new(split.test, &view);
    let test_accuracy = measuring::accuracy(&fitted.net, &test, &device)?;
    println!("test accuracy {:.1} %", 100.0 * test_accuracy);
    save(&fitted.net, folder.file("model.safetensors"))?;
    let trained = TrainedWith {
        model: MODEL.into(),
        data: DATA.into(),
        statistics: Statistics::Images(view.normalization.clone()),
        framing: view.framing,
        modulation: recipe.modulation,
        seed,
        epochs: args.epochs,
        batch: BATCH,
        learning_rate: LEARNING_RATE,
        end_rate: Some(LEARNING_RATE / FALL),
        weight_decay: recipe.weight_decay,
        optimizer: Some(recipe.optimizer),
        augmentation: None,
        training_samples: Some(samples),
        players: Some(players.describe()),
        probe: None,
        start: None,
        classes: names,
        categories: Default::default(),
        device: Some(args.place.device.clone()),
        version: Some(env!("CARGO_PKG_VERSION").into()),
        command: std::env::args().collect(),
        test_accuracy: Some(test_accuracy),
        complete: fitted.complete,
    };
    folder.write_json("settings.json", &trained)?;
    if !fitted.complete {
        println!("wrote {}", folder.list());
        return Err(usage(
            "interrupted: the weights are those of a partial training, and nothing was measured",
        ));
    }

    let measured = Measured {
        args,
        folder: &folder,
        device: &device,
        test: &test,
        measurement: Measurement::new(players)
            .pairs(Pairs::windows(3, 36))
            .contexts(10)
            .baseline(mean)
            .seed(seed),
    };
    measured.run(fitted.net, untrained()?.valid())
}

/// The second half of the tour.
struct Measured<'a> {
    args: &'a DemoArgs,
    folder: &'a Folder,
    device: &'a Device,
    test: &'a ImageSamples,
    measurement: Measurement<Patches>,
}

impl Measured<'_> {
    /// Measures the network before and after training, on samples that it classifies rightly.
    fn run(self, trained: ImageNetwork, untrained: ImageNetwork) -> Result<()> {
        let Self { folder, test, .. } = self;
        let chosen = measuring::choose(&trained, test, self.args.samples, true, self.device)?;
        let batch = test.batch(&chosen, self.device)?;
        let measurement = self.measurement.ids(batch.ids.clone());
        let cost = measurement.cost(&batch.inputs)?;
        println!(
            "measuring {} samples, before and after training: 2 x {} forwards",
            cost.samples, cost.forwards
        );
        let start = std::time::Instant::now();
        let results = Results::new(folder);
        let mut curves = Curves::new(format!("{MODEL} on {DATA}"));
        let weights = burn_interaction::digest(folder.file("model.safetensors"))?;
        let networks = [
            (MAIN, "trained", weights, trained),
            (CONTROL, "untrained", "untrained".into(), untrained),
        ];
        for (file, name, weights, net) in networks {
            let targets = measuring::targets(test, &chosen, false);
            let measurement = measurement
                .clone()
                .origin(origin(weights, test.classes()))
                .journal(results.journal(file));
            let profile = measuring::measure(&measurement, &net, batch.clone(), targets, cost)?;
            results.write(file, &profile)?;
            curves = curves.with(name, profile.strength());
            results.write_curves(&curves)?;
            if interrupt::requested() {
                break;
            }
        }
        println!("measured in {}", seconds(start.elapsed().as_secs_f64()));
        report(&curves);
        println!(
            "An untrained network has a curve too: what training did is the difference between the two."
        );
        println!("wrote {}", folder.list());
        match interrupt::requested() {
            true => Err(usage("interrupted: the curves are partial")),
            false => Ok(()),
        }
    }
}

fn origin(weights: String, classes: &[String]) -> Origin {
    Origin {
        network: Some(MODEL.into()),
        data: Some(DATA.into()),
        split: Some("test".into()),
        weights: Some(weights),
        command: Some(std::env::args().collect::<Vec<_>>().join(" ")),
        classes: classes.to_vec(),
        ..Origin::default()
    }
}

/// What becomes of a run in the folder: an earlier tour is made anew, another run is kept unless `--force` gives it up.
fn existing(args: &DemoArgs) -> Result<Existing> {
    let settings = args.out.join("settings.json");
    let earlier = TrainedWith::beside(Some(&settings))?;
    let tour = earlier.is_some_and(|earlier| {
        (earlier.model.as_str(), earlier.data.as_str()) == (MODEL, DATA)
            && earlier.seed == args.place.seed
    });
    Ok(Existing::asked(args.force || tour, false))
}
