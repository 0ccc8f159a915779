//! Running networks on samples: accuracy, choice of samples, measurement with a bar.

use std::path::Path;

use burn::tensor::Device;
use burn_interaction::coalition::{generator, sample_of_size};
use burn_interaction::{Batch, Classifier, Cost, Measurement, Players, Profile, Targets};
use burn_interaction_datasets::Samples;
use burn_interaction_models::{Reference, WeightFile, load, load_pretrained, weight_files};
use indicatif::HumanBytes;

use super::progress::Bar;
use crate::error::{Result, usage};
use crate::subject::sha256;

/// Input values in a batch, within rows of 8 to 256: large images have large activations.
const BATCH_ELEMENTS: usize = 1 << 20;

/// Samples in a batch that only predicts.
pub fn rows<S: Samples>(samples: &S) -> usize {
    (BATCH_ELEMENTS / samples.elements().max(1)).clamp(8, 256)
}

/// Loads weights from a file into a network, telling what is read and what is left. A network to be trained further also
/// takes the weights of a pretrained one without the head for classification.
///
/// # Errors
///
/// Fails where the file is missing, damaged or of another network.
pub fn loaded<M: Reference>(net: M, path: &Path, trained_further: bool) -> Result<M> {
    println!(
        "reading the weights of {}: {} from {}",
        net.name(),
        HumanBytes(length(path)?),
        path.display()
    );
    let (net, report) = match trained_further {
        true => load_pretrained(net, path)?,
        false => load(net, path)?,
    };
    if !report.prefix.is_empty() {
        println!("the weights are those below {}", report.prefix);
    }
    if !report.random.is_empty() {
        println!("the head is new: {}", report.random.join(", "));
    }
    let mut ignored = report
        .ignored
        .iter()
        .take(3)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if report.ignored.len() > 3 {
        ignored.push_str(", ..");
    }
    match report.ignored.len() {
        0 => println!("loaded {} tensors", report.loaded),
        count => println!(
            "loaded {} tensors; {count} are not needed: {ignored}",
            report.loaded
        ),
    }
    Ok(net)
}

/// Loads weights from a file into a network without a word, ready for inference.
///
/// # Errors
///
/// Fails where the file is missing, damaged or of another network.
pub fn restored<M: Reference>(net: M, path: &Path) -> Result<M> {
    length(path)?;
    Ok(load(net, path)?.0.valid())
}

/// The digest of weights: the SHA-256 of their file, as `sha256sum` prints it, or one of all files and the part of them
/// that is meant where these are several or a part.
///
/// # Errors
///
/// Fails where a file cannot be read.
pub fn weights_digest(path: &Path) -> Result<String> {
    let files = weight_files(path)?;
    let digests: Vec<String> = files
        .iter()
        .map(burn_interaction::digest)
        .collect::<Result<_, _>>()?;
    let key = WeightFile::parse(path).key;
    Ok(match (&digests[..], &key) {
        ([one], None) => one.clone(),
        (all, key) => {
            let text = format!("{} {}", all.join(" "), key.as_deref().unwrap_or("-"));
            sha256(&text)
        }
    })
}

/// The length of the files of weights in bytes.
fn length(path: &Path) -> Result<u64> {
    let files = weight_files(path)?;
    let lengths = files.iter().map(|file| Ok(file.metadata()?.len()));
    match lengths.sum::<std::io::Result<u64>>() {
        Ok(length) => Ok(length),
        Err(error) => {
            let path = path.display();
            Err(usage(format!(
                "--weights {path}: {error}; give a file of weights, or a folder that `train` wrote"
            )))
        }
    }
}

/// The predicted class of each sample among `indices`.
///
/// # Errors
///
/// Fails where a sample cannot be read, or the device fails.
pub fn predictions<S: Samples>(
    net: &impl Classifier<S::Input>,
    samples: &S,
    indices: &[usize],
    device: &Device,
) -> Result<Vec<usize>> {
    let mut classes = vec![0; indices.len()];
    let mut order: Vec<usize> = (0..indices.len()).collect();
    order.sort_by_key(|place| samples.size(indices[*place]));
    for places in order.chunks(rows(samples)) {
        let chunk: Vec<usize> = places.iter().map(|place| indices[*place]).collect();
        let logits = net.logits(samples.read(&chunk, 0, device)?.inputs);
        for (place, class) in places
            .iter()
            .zip(burn_interaction::game::predictions(logits)?)
        {
            classes[*place] = class;
        }
    }
    Ok(classes)
}

/// The share of samples that the network classifies rightly.
///
/// # Errors
///
/// Fails where a sample cannot be read, or the device fails.
pub fn accuracy<S: Samples>(
    net: &impl Classifier<S::Input>,
    samples: &S,
    device: &Device,
) -> Result<f64> {
    let all: Vec<usize> = (0..samples.count()).collect();
    let classes = predictions(net, samples, &all, device)?;
    let right = classes
        .iter()
        .enumerate()
        .filter(|(index, class)| samples.label(*index) == **class)
        .count();
    Ok(right as f64 / all.len().max(1) as f64)
}

/// Chooses `count` of the candidates, the first of each class in turn; only rightly classified ones if `right`.
///
/// # Errors
///
/// Fails where there are no candidates, or the device fails.
pub fn choose<S: Samples>(
    net: &impl Classifier<S::Input>,
    samples: &S,
    candidates: &[usize],
    count: usize,
    right: bool,
    device: &Device,
) -> Result<Vec<usize>> {
    if count == 0 {
        return Err(usage("--samples 0: measure at least one sample"));
    }
    // The first of each class, then the second of each, and so on, as sets may lie in the order of their classes.
    let mut seen = vec![0; samples.classes().len()];
    let mut all: Vec<(usize, usize)> = Vec::with_capacity(candidates.len());
    for index in candidates {
        let turn = &mut seen[samples.label(*index)];
        all.push((*turn, *index));
        *turn += 1;
    }
    all.sort();
    let all: Vec<usize> = all.into_iter().map(|(_, index)| index).collect();
    // As much of the set as it takes for a fair share of every class.
    let mut by_class = vec![Vec::new(); samples.classes().len()];
    let share = count.div_ceil(by_class.len().max(1));
    for chunk in all.chunks(count.max(rows(samples))) {
        let labels = chunk.iter().map(|index| samples.label(*index));
        let classes = match right {
            true => predictions(net, samples, chunk, device)?,
            false => labels.clone().collect(),
        };
        for ((index, class), label) in chunk.iter().zip(classes).zip(labels) {
            if class == label {
                by_class[label].push(*index);
            }
        }
        let found = by_class.iter().map(|found| found.len().min(share));
        if found.sum::<usize>() >= count {
            break;
        }
    }
    let longest = by_class.iter().map(Vec::len).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|turn| {
        by_class
            .iter()
            .filter_map(move |class| class.get(turn).copied())
    });
    let chosen: Vec<usize> = turns.take(count).collect();
    match chosen.is_empty() {
        true => Err(usage(
            "the network classifies no sample rightly: use --any to measure others too",
        )),
        false => Ok(chosen),
    }
}

/// The classes to measure, for a batch of samples.
pub fn targets<S: Samples>(samples: &S, indices: &[usize], predicted: bool) -> Targets {
    match predicted {
        true => Targets::Predicted,
        false => Targets::Labels(indices.iter().map(|index| samples.label(*index)).collect()),
    }
}

/// Measures with a bar; Ctrl-C ends the measurement with the samples that are complete.
///
/// # Errors
///
/// Fails where [`Measurement::run`] does.
pub fn measured<P: Players>(
    measurement: &Measurement<P>,
    net: &impl Classifier<P::Input>,
    batch: Batch<P::Input>,
    targets: Targets,
    cost: Cost,
) -> Result<Profile> {
    let mut bar = Bar::new(cost);
    let profile = measurement.run_observed(net, batch.inputs, targets, &mut bar);
    bar.finish();
    Ok(profile?)
}

/// The samples to train on: all, or as many as the recipe says. They are drawn, as the set may be in the order of its
/// classes or have them in turn.
pub fn drawn(samples: Option<usize>, seed: u64, all: usize) -> Result<Vec<usize>> {
    match samples.unwrap_or(all).min(all) {
        0 => Err(usage("no training samples: train on at least one")),
        count if count == all => Ok((0..all).collect()),
        count => {
            let mut rng = generator(seed, 0);
            Ok(sample_of_size(all, count, &[], &mut rng)
                .members()
                .collect())
        }
    }
}
