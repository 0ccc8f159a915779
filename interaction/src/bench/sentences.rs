//! The cost of padding where sentences differ in length, in measuring and in training.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::data::dataloader::DataLoader;
use burn::module::Module;
use burn::tensor::Device;
use burn_interaction::{Classifier, Estimator, Measurement, Pairs, Sentences};
use burn_interaction_datasets::{
    Frame, Loader, SentenceSet, TextItem, Texts, Vocabulary, grammar, grammar_vocabulary,
};
use burn_interaction_models::registry::text_config;

use crate::error::{Result, usage};

use super::in_turn;

/// Sentences measured, and sentences of an epoch.
const SENTENCES: (usize, usize) = (24, 4096);
/// Sentences in a training batch.
const BATCH: usize = 64;

/// Counts of pieces that pass through a network: those of the sentences, and all with the padding.
#[derive(Default)]
struct Pieces {
    seen: AtomicUsize,
    all: AtomicUsize,
}

impl Pieces {
    fn add(&self, input: &Sentences) -> Result<()> {
        let seen = input.visible.clone().int().sum().try_into_vec_as::<i64>();
        let seen = seen.map_err(|e| usage(format!("the device failed: {e}")))?;
        self.seen.fetch_add(seen[0] as usize, Ordering::Relaxed);
        let [rows, length] = input.dims();
        self.all.fetch_add(rows * length, Ordering::Relaxed);
        Ok(())
    }

    /// The share of all pieces that is padding.
    fn padding(&self) -> f64 {
        let [seen, all] = [&self.seen, &self.all].map(|count| count.load(Ordering::Relaxed) as f64);
        1.0 - seen / all
    }
}

/// Sentences of 5 to about 60 pieces, each of which joins one to five of the grammar's.
fn texts(count: usize) -> Result<Texts> {
    let parts = grammar(5 * count, 3);
    let joined = |(index, parts): (usize, &[TextItem])| {
        let taken = parts[..=index * 7 % 5]
            .iter()
            .map(|item| item.text.as_str());
        TextItem::new(taken.collect::<Vec<_>>().join(" "), parts[0].label)
    };
    let items = parts.items().chunks(5).enumerate().map(joined);
    Ok(Texts::new(items.collect(), parts.classes().to_vec())?)
}

/// Prints the share of padding in batches of sentences, and what measuring them together costs beside measuring each alone.
///
/// # Errors
///
/// Fails where the device fails.
pub fn run(device: &Device, repeats: usize) -> Result<()> {
    println!(
        "sentences of several lengths: the share of their batches that is padding (aim: at most 0.25)"
    );
    let vocabulary = Vocabulary::of_pieces(&grammar_vocabulary(), Frame::ClassFirst)?;
    let set = |count| -> Result<SentenceSet> {
        Ok(SentenceSet::new(texts(count)?, &vocabulary, Some(128))?)
    };
    let (few, many) = (set(SENTENCES.0)?, Arc::new(set(SENTENCES.1)?));
    let net = text_config("bert-slim", vocabulary.size(), few.texts().classes())?;
    let net = net.init(device)?.valid();

    let all: Vec<usize> = (0..SENTENCES.0).collect();
    let labels: Vec<usize> = few.texts().items().iter().map(|item| item.label).collect();
    let measurement = Measurement::new(vocabulary.tokens())
        .pairs(Pairs::random(8))
        .contexts(2)
        .estimator(Estimator::toggled());
    let together = few.batch(&all, device).inputs;
    let pieces = Pieces::default();
    let counting = |input: Sentences| {
        pieces.add(&input).expect("pieces on the host");
        net.logits(input)
    };
    let profile = measurement.run(&counting, together.clone(), labels.clone())?;
    let longest = few.longest();
    let rows = |index: usize| few.length(index) as f64;
    let mean = all.iter().map(|index| rows(*index)).sum::<f64>() / all.len() as f64;
    println!(
        "  measuring {} sentences of {} players, {} forwards: {:.3}; all padded to the longest {:.3}",
        all.len(),
        format_args!(
            "{} to {}",
            profile.players().start(),
            profile.players().end()
        ),
        profile.forwards(),
        pieces.padding(),
        1.0 - mean / longest as f64
    );
    let alone: Vec<Sentences> = all
        .iter()
        .map(|index| few.batch(&[*index], device).inputs)
        .collect();
    let one = |input: &Sentences, label: usize| {
        measurement
            .run(&net, input.clone(), vec![label])
            .expect("a measurement");
    };
    let each = || {
        alone
            .iter()
            .zip(&labels)
            .for_each(|(input, label)| one(input, *label))
    };
    let [each, mixed] = in_turn(repeats, each, || {
        let profile = measurement.run(&net, together.clone(), labels.clone());
        profile.expect("a measurement");
    });
    println!(
        "  {mixed:.1?} together, {each:.1?} one by one without padding: {:.2} (floor 1)",
        mixed.as_secs_f64() / each.as_secs_f64()
    );

    let [sorted, plain] = training(&many, device)?;
    println!("  training batches of {BATCH}: {sorted:.3}; as sentences come {plain:.3}\n");
    Ok(())
}

/// The shares of padding in training batches: as the loader makes them, and with sentences in the order of the set.
fn training(many: &Arc<SentenceSet>, device: &Device) -> Result<[f64; 2]> {
    let padding = |batches: &mut dyn Iterator<Item = Sentences>| -> Result<f64> {
        let pieces = Pieces::default();
        for batch in batches {
            pieces.add(&batch)?;
        }
        Ok(pieces.padding())
    };
    let loader = Loader::new(many.clone(), BATCH, device).shuffled(1);
    let sorted = padding(&mut loader.iter().flatten().map(|batch| batch.inputs))?;
    let every: Vec<usize> = (0..SENTENCES.1).collect();
    let plain = padding(
        &mut every
            .chunks(BATCH)
            .map(|chunk| many.batch(chunk, device).inputs),
    )?;
    Ok([sorted, plain])
}
