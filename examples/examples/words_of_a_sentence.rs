//! Finds which words of a sentence a network for texts takes together: reads a Hugging Face folder, as transformers or
//! `interaction train` write it.
//!
//! ```sh
//! cargo run --release --example words_of_a_sentence -- flex FOLDER "the dogs that were sad are not happy"
//! ```
//!
//! Without a folder it makes a network of random weights and asks that; without a device it takes the CPU.

use burn::module::Module;
use burn_interaction::{Classifier, Measurement, Orders, Pairs, Sentences, Targets};
use burn_interaction_datasets::{
    Frame, SentenceSet, TextItem, Texts, Vocabulary, grammar_vocabulary,
};
use burn_interaction_models::open_text;
use burn_interaction_models::registry::text_config;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "flex".into());
    let device = burn_interaction::device(&name)?;
    let (net, config, vocabulary) = match arguments.next() {
        Some(folder) => {
            let vocabulary = Vocabulary::open(&folder, Frame::ClassFirst)?;
            let (net, config, _) = open_text(&folder, &device)?;
            (net, config, vocabulary)
        }
        None => {
            let vocabulary = Vocabulary::of_pieces(&grammar_vocabulary(), Frame::ClassFirst)?;
            let classes = ["negative".to_string(), "positive".to_string()];
            let config = text_config("bert-slim", vocabulary.size(), &classes)?;
            (config.init(&device)?, config, vocabulary)
        }
    };
    let net = net.valid();
    let text = arguments.next();
    let text = text.unwrap_or_else(|| "the dogs that were sad are not happy".into());

    let item = TextItem::new(text, 0);
    let texts = Texts::new(vec![item], config.classes().to_vec())?;
    let set = SentenceSet::new(texts, &vocabulary, config.positions())?;
    let sentence: Sentences = set.batch(&[0], &device).inputs;
    let logits = net.logits(sentence.clone()).try_into_vec_as::<f32>()?;
    for (class, logit) in config.classes().iter().zip(logits) {
        println!("{class}: logit {logit:.6}");
    }

    let words = vocabulary.tokens().words();
    let players = words.players(&sentence)?.concat();
    let name = |player: usize| -> String {
        let pieces = set.sentences()[0].pieces.iter().zip(&players);
        let own = pieces.filter(|(_, own)| **own == Some(player));
        own.map(|(piece, _)| vocabulary.piece(*piece)).collect()
    };
    let measurement = Measurement::new(words)
        .orders(Orders::ratios([0.0, 0.5, 1.0]))
        .pairs(Pairs::all())
        .contexts(20);
    let profile = measurement.run(&net, sentence, Targets::Predicted)?;
    let sample = &profile.samples()[0];
    for &order in sample.orders() {
        let pairs = sample
            .pairs()
            .iter()
            .zip(sample.at_order(order).unwrap_or_default());
        let Some((pair, most)) = pairs.max_by(|a, b| a.1.mean.abs().total_cmp(&b.1.mean.abs()))
        else {
            continue;
        };
        println!(
            "with {order} others present, \"{}\" and \"{}\" interact most: {:+.6}",
            name(pair.0),
            name(pair.1),
            most.mean
        );
    }
    Ok(())
}
