//! Sentences as games: word pieces and words as players, sentences of several lengths in one measurement, folders as
//! transformers write them.

use std::path::{Path, PathBuf};

use burn::tensor::Tensor;
use burn_interaction::players::Piece::{Begins, Continues, Special};
use burn_interaction::{
    Baseline, Classifier, Error, Estimator, Measurement, Modulation, Orders, Pairs, Players,
    Profile, Sentences, Term, Tokens,
};
use burn_interaction_datasets::{Frame, SentenceSet, TextItem, Texts, Vocabulary};
use burn_interaction_models::registry::TextNetwork;
use burn_interaction_models::{
    TextConfig, load, load_pretrained, open_text, save_text, text_weights,
};
use burn_interaction_tests::test_device;
use rand::SeedableRng;

use crate::dialects::rewritten;

/// `[PAD] [CLS] [SEP] [MASK]`, four words of which the last two continue others, and the unknown.
fn tokens() -> Tokens {
    let kinds = [
        Special, Special, Special, Special, Begins, Begins, Continues, Continues, Begins,
    ];
    Tokens::new(kinds).pad(0).mask(3).unknown(8)
}

/// `[CLS] .. [SEP]`, padded at the end.
fn sentences(rows: &[&[i32]]) -> Sentences {
    let length = rows.iter().map(|row| row.len() + 2).max().unwrap();
    let mut sentences: Vec<Vec<i32>> = Vec::new();
    for row in rows {
        let mut pieces = [&[1], *row, &[2]].concat();
        pieces.resize(length, 0);
        sentences.push(pieces);
    }
    let flat =
        Tensor::<1, burn::tensor::Int>::from_ints(sentences.concat().as_slice(), &test_device());
    let pieces = flat.reshape([rows.len(), length]);
    Sentences {
        visible: pieces.clone().not_equal_elem(0),
        segments: pieces.zeros_like(),
        pieces,
    }
}

/// What each piece is worth to [`square`].
const WORTH: [f32; 9] = [100.0, 0.0, 0.0, 0.0, 4.0, 5.0, 6.0, 7.0, 8.0];

/// A network whose log-odds are the square of what the visible pieces are worth: each pair of players that are replaced by
/// nothing interacts by `2 w_i w_j` at every order.
fn square(input: Sentences) -> Tensor<2> {
    let shape = input.dims();
    let worth = Tensor::<1>::from_floats(WORTH, &input.pieces.device());
    let worth = worth.select(0, input.pieces.flatten(0, 1)).reshape(shape);
    let z = (worth * input.visible.float()).sum_dim(1).powi_scalar(2);
    Tensor::cat(vec![z.zeros_like(), z], 1)
}

const ROWS: [&[i32]; 4] = [&[4, 5, 6, 8], &[5, 4], &[4, 6, 5, 7, 8, 4, 5], &[8]];

fn measured(tokens: Tokens, baseline: Baseline, estimator: Estimator) -> Profile {
    let measurement = Measurement::new(tokens)
        .baseline(baseline)
        .estimator(estimator)
        .pairs(Pairs::all());
    measurement
        .contexts(5)
        .run(&square, sentences(&ROWS), vec![1; 4])
        .unwrap()
}

#[test]
fn sentences_of_several_lengths_have_the_interactions_of_their_pieces() {
    for baseline in [Baseline::Mask, Baseline::Hidden] {
        for estimator in [
            Estimator::Paired,
            Estimator::toggled(),
            Estimator::Auto { exact: 4 },
        ] {
            let profile = measured(tokens(), baseline.clone(), estimator);
            assert_eq!((profile.left_out(), profile.requested()), (1, 3));
            assert_eq!((profile.players(), profile.orders()), (2..=7, &[][..]));
            for sample in profile.samples() {
                let row = ROWS[sample.sample()];
                assert_eq!(sample.players(), row.len());
                for order in sample.orders() {
                    for ((i, j), estimate) in
                        sample.pairs().iter().zip(sample.at_order(*order).unwrap())
                    {
                        let expected = f64::from(2 * row[*i] * row[*j]);
                        assert!(
                            estimate.contexts == 0 || (estimate.mean - expected).abs() < 1e-3,
                            "{estimator:?} {i} {j}: {estimate:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn an_absent_player_may_be_padding_or_unknown() {
    // Replaced by a piece of worth b a pair interacts by 2 (w_i - b) (w_j - b): padding is worth 100, the unknown 8.
    for (baseline, b) in [(Baseline::Pad, 100), (Baseline::Unknown, 8)] {
        let profile = measured(tokens(), baseline, Estimator::Exact);
        let sample = &profile.samples()[0];
        for (i, j) in [(0, 1), (1, 3), (0, 2)] {
            let expected = f64::from(2 * (ROWS[0][i] - b) * (ROWS[0][j] - b));
            assert!(
                (sample.interaction(1, (i, j)).unwrap().mean - expected).abs()
                    < 1e-6 * expected.abs().max(1.0)
            );
        }
    }
}

#[test]
fn words_are_the_sums_of_their_pieces() {
    let profile = measured(tokens().words(), Baseline::Mask, Estimator::Exact);
    // 4 | 5 6 | 8, then two of 5 | 4, then 4 6 | 5 7 | 8 | 4 | 5.
    let words: [&[i32]; 3] = [&[4, 11, 8], &[5, 4], &[10, 12, 8, 4, 5]];
    for (sample, words) in profile.samples().iter().zip(words) {
        assert_eq!(sample.players(), words.len());
        for (pair, estimate) in sample.pairs().iter().zip(sample.at_order(0).unwrap()) {
            assert_eq!(estimate.mean, f64::from(2 * words[pair.0] * words[pair.1]));
        }
    }
}

#[test]
fn curves_of_several_lengths_are_means_over_common_ratios() {
    let measurement = Measurement::new(tokens())
        .pairs(Pairs::all())
        .estimator(Estimator::Exact);
    let together = measurement
        .run(&square, sentences(&ROWS[..3]), vec![1; 3])
        .unwrap()
        .strength();
    let alone: Vec<_> = ROWS[..3]
        .iter()
        .map(|row| {
            measurement
                .run(&square, sentences(&[row]), vec![1])
                .unwrap()
        })
        .collect();
    assert_eq!(together.points.len(), 13);
    for point in &together.points {
        assert_eq!(point.order, None);
        let of = |profile: &Profile| {
            let order = (point.ratio * (profile.players().end() - 2) as f64) as usize;
            let points = profile.strength().points;
            points.iter().find(|p| p.order == Some(order)).unwrap().raw
        };
        let mean = alone.iter().map(of).sum::<f64>() / 3.0;
        assert!((point.raw - mean).abs() < 1e-6 * mean, "{point:?}: {mean}");
    }
}

#[test]
fn what_does_not_fit_sentences_is_named() {
    let run =
        |measurement: Measurement<Tokens>| measurement.run(&square, sentences(&ROWS), vec![1; 4]);
    let new = || Measurement::new(tokens());
    let error = run(new().orders(Orders::given([0, 1])))
        .unwrap_err()
        .to_string();
    assert!(error.contains("give ratios"), "{error}");
    let error = run(new().fewest(8)).unwrap_err().to_string();
    assert!(
        error.contains("fewest players is 8") && error.contains("largest 7"),
        "{error}"
    );
    for (baseline, remedy) in [
        (Baseline::Zero, "mask, pad, unknown or hidden"),
        (Baseline::Pad, "no such piece"),
    ] {
        let without = Measurement::new(tokens().pad(None)).baseline(baseline);
        let error = run(without).unwrap_err().to_string();
        assert!(error.contains(remedy), "{error}");
    }
    let unknown = sentences(&[&[4, 9]]);
    let error = new()
        .run(&square, unknown, vec![1])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("word piece is 9") && error.contains("0 to 8"),
        "{error}"
    );
    let error = new().run(&square, sentences(&[&[8]]), vec![1]).unwrap_err();
    assert!(
        matches!(error, Error::TooFewPlayers { players: 1 }),
        "{error}"
    );
    // A vocabulary without a mask.
    assert_eq!(tokens().mask(None).baseline(), Baseline::Unknown);
}

#[test]
fn resuming_goes_on_with_the_next_sentence() {
    let measurement = Measurement::new(tokens())
        .pairs(Pairs::all())
        .contexts(3)
        .batch(7);
    let whole = measurement
        .run(&square, sentences(&ROWS), vec![1; 4])
        .unwrap();
    let mut stop = |progress: &burn_interaction::Progress| match progress.samples {
        0 => std::ops::ControlFlow::Continue(()),
        _ => std::ops::ControlFlow::Break(()),
    };
    let part = measurement
        .run_observed(&square, sentences(&ROWS), vec![1; 4], &mut stop)
        .unwrap();
    assert!(!part.is_complete());
    let resumed = measurement
        .resume(part)
        .run(&square, sentences(&ROWS), vec![1; 4])
        .unwrap();
    assert_eq!(resumed.samples(), whole.samples());
}

#[test]
fn a_term_takes_each_sentence_with_its_own_sizes() {
    let terms = Modulation::none().with(Term::suppress(0.3..0.7));
    let loss = |rows: &[&[i32]], draws: u64| {
        let mut sum = 0.0;
        for seed in 0..draws {
            let mut rng = rand::rngs::SmallRng::seed_from_u64(seed);
            let targets = Tensor::from_ints(vec![1; rows.len()].as_slice(), &test_device());
            let small = |input: Sentences| square(input) / 1000.0;
            let loss = terms
                .loss(&small, &tokens(), sentences(rows), targets, &mut rng)
                .unwrap();
            sum += f64::from(loss.terms[0].clone().into_scalar::<f32>());
        }
        sum / draws as f64
    };
    // The sentence of one word has no two sizes, and takes no part.
    let all = loss(&[ROWS[0], ROWS[2], ROWS[3]], 400);
    let alone = (loss(&ROWS[..1], 400) + loss(&ROWS[2..3], 400)) / 2.0;
    assert!((all - alone).abs() < 0.01, "{all} {alone}");
    let mut rng = rand::rngs::SmallRng::seed_from_u64(0);
    let targets = Tensor::from_ints([1], &test_device());
    let error = terms.loss(&square, &tokens(), sentences(&[&[8]]), targets, &mut rng);
    assert!(error.is_err());
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/folders")
        .join(name)
}

/// What transformers say of the sentences of a folder.
struct Expected {
    texts: Vec<String>,
    pieces: Vec<Vec<u32>>,
    logits: Vec<Vec<f32>>,
    noise: f32,
}

fn expected(folder: &Path) -> Expected {
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    Expected {
        texts: serde_json::from_value(json["sentences"].clone()).unwrap(),
        pieces: serde_json::from_value(json["pieces"].clone()).unwrap(),
        logits: serde_json::from_value(json["logits"].clone()).unwrap(),
        noise: json["noise"].as_f64().unwrap() as f32,
    }
}

fn encoded(vocabulary: &Vocabulary, config: &TextConfig, texts: &[String]) -> SentenceSet {
    let items = texts.iter().map(|text| TextItem {
        text: text.clone(),
        label: 0,
    });
    let texts = Texts::new(items.collect(), config.classes().to_vec()).unwrap();
    SentenceSet::new(texts, vocabulary, config.positions()).unwrap()
}

fn logits(net: &TextNetwork, set: &SentenceSet) -> Vec<f32> {
    let all: Vec<usize> = (0..set.sentences().len()).collect();
    let logits = net.logits(set.batch(&all, &test_device()).inputs);
    logits.try_into_vec_as::<f32>().unwrap()
}

#[test]
fn folders_of_transformers_are_read_and_written_as_they_are() {
    for name in ["bert", "distilbert", "albert", "xlnet"] {
        let theirs = folder(name);
        let expected = expected(&theirs);
        let vocabulary = Vocabulary::open(&theirs, Frame::ClassFirst).unwrap();
        let (net, config, _) = open_text(&theirs, &test_device()).unwrap();
        assert_eq!(
            (config.kind(), config.vocabulary()),
            (name, vocabulary.size())
        );
        let set = encoded(&vocabulary, &config, &expected.texts);
        let pieces: Vec<_> = set.sentences().iter().map(|s| s.pieces.clone()).collect();
        assert_eq!(pieces, expected.pieces, "{name}");
        let found = logits(&net, &set);
        let difference = found
            .iter()
            .zip(expected.logits.concat())
            .map(|(a, b)| (a - b).abs());
        let difference = difference.fold(0.0, f32::max);
        let tolerance = (20.0 * expected.noise).max(1e-5);
        assert!(
            difference <= tolerance,
            "{name}: {difference} > {tolerance}"
        );

        let ours = tempfile::tempdir().unwrap();
        save_text(&net, &config, ours.path()).unwrap();
        vocabulary.save(ours.path()).unwrap();
        let (again, config, _) = open_text(ours.path(), &test_device()).unwrap();
        let vocabulary = Vocabulary::open(ours.path(), Frame::ClassFirst).unwrap();
        let set = encoded(&vocabulary, &config, &expected.texts);
        assert_eq!(logits(&again, &set), found, "{name}");
        // What was read is written as it was, and old weights as new ones.
        for file in ["tokenizer.json", "tokenizer_config.json", "vocab.txt"] {
            let [there, here] =
                [&theirs, ours.path()].map(|folder| std::fs::read(folder.join(file)).ok());
            if there.is_some() && (name != "distilbert" || file == "vocab.txt") {
                assert!(there == here, "{name} {file}");
            }
        }
        let json = |folder: &Path| -> serde_json::Value {
            let text = std::fs::read_to_string(folder.join("config.json")).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        assert_eq!(json(&theirs), json(ours.path()), "{name}");
    }
}

#[test]
fn padding_changes_nothing() {
    for name in ["bert", "distilbert", "albert", "xlnet"] {
        let theirs = folder(name);
        let vocabulary = Vocabulary::open(&theirs, Frame::ClassFirst).unwrap();
        let (net, config, _) = open_text(&theirs, &test_device()).unwrap();
        let expected = expected(&theirs);
        for (row, text) in expected.texts.iter().enumerate() {
            let set = encoded(&vocabulary, &config, std::slice::from_ref(text));
            for (found, expected) in logits(&net, &set).iter().zip(&expected.logits[row]) {
                assert!(
                    (found - expected).abs() < 2e-5,
                    "{name} {text}: {found} {expected}"
                );
            }
        }
    }
}

#[test]
fn a_pretrained_network_gets_a_new_head_only_where_it_is_to_be_trained() {
    let theirs = folder("pretrained");
    let error = open_text(&theirs, &test_device())
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("4 missing from the file: bert.pooler.dense.bias"),
        "{error}"
    );
    let config = TextConfig::open(&theirs).unwrap();
    assert!(!config.is_classifier() && TextConfig::open(folder("bert")).unwrap().is_classifier());
    let names = ["no", "perhaps", "yes"].map(String::from);
    let config = config.with_classes(&names);
    let net = config.init(&test_device()).unwrap();
    let (net, report) = load_pretrained(net, text_weights(&theirs).unwrap()).unwrap();
    // 37 of two layers and the embeddings; the other task's head is not needed.
    assert_eq!((report.loaded, report.ignored.len()), (37, 5), "{report:?}");
    let head = [
        "bert.pooler.dense.bias",
        "bert.pooler.dense.weight",
        "classifier.bias",
        "classifier.weight",
    ];
    assert_eq!(report.random, head);
    let ours = tempfile::tempdir().unwrap();
    save_text(&net, &config, ours.path()).unwrap();
    let (_, again, _) = open_text(ours.path(), &test_device()).unwrap();
    assert!(again.is_classifier());
    assert_eq!(again.classes(), names);
}

#[test]
fn norms_may_have_the_names_of_tensorflow() {
    let theirs = folder("bert");
    let config = TextConfig::open(&theirs).unwrap();
    let expected = expected(&theirs);
    let vocabulary = Vocabulary::open(&theirs, Frame::ClassFirst).unwrap();
    let set = encoded(&vocabulary, &config, &expected.texts);
    let renamed = tempfile::tempdir().unwrap();
    let file = renamed.path().join("model.safetensors");
    let change = |name: String, shape, bytes| {
        let name = name.replace("LayerNorm.weight", "LayerNorm.gamma");
        (
            name.replace("LayerNorm.bias", "LayerNorm.beta"),
            shape,
            bytes,
        )
    };
    rewritten(&text_weights(&theirs).unwrap(), &file, change, &[]);
    let load = |path: &Path| load(config.init(&test_device()).unwrap(), path).unwrap().0;
    let (one, two) = (load(&text_weights(&theirs).unwrap()), load(&file));
    assert_eq!(logits(&one, &set), logits(&two, &set));
}

#[test]
fn folders_that_lack_something_are_refused() {
    let copy = |name: &str| {
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(folder(name)).unwrap().flatten() {
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        copy
    };
    let net = |path: &Path| {
        open_text(path, &test_device())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    let words = |path: &Path| {
        Vocabulary::open(path, Frame::ClassFirst)
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    let change = |path: &Path, from: &str, to: &str| {
        let file = path.join("config.json");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(file, text.replace(from, to)).unwrap();
    };

    let cut = copy("bert");
    std::fs::remove_file(cut.path().join("tokenizer.json")).unwrap();
    assert!(words(cut.path()).contains("no tokenizer: it is a tokenizer.json or a vocab.txt"));
    std::fs::write(cut.path().join("spiece.model"), [0]).unwrap();
    assert!(words(cut.path()).contains("save_pretrained"));
    std::fs::write(cut.path().join("tokenizer.json"), "{\"version\"").unwrap();
    assert!(words(cut.path()).contains("tokenizer.json: no tokenizer"));
    std::fs::remove_file(cut.path().join("model.safetensors")).unwrap();
    assert!(net(cut.path()).contains("no model.safetensors and no pytorch_model.bin"));

    let old = copy("distilbert");
    std::fs::write(
        old.path().join("vocab.txt"),
        b"[UNK]\n[CLS]\n[SEP]\nfin\xff\n",
    )
    .unwrap();
    assert!(words(old.path()).contains("line 4: no UTF-8"));
    std::fs::write(old.path().join("vocab.txt"), "[UNK]\n[CLS]\nfin\n").unwrap();
    assert!(words(old.path()).contains("no [SEP] among its 3 pieces"));
    std::fs::write(old.path().join("vocab.txt"), "[UNK]\n[CLS]\n[SEP]\na\na\n").unwrap();
    assert!(words(old.path()).contains("\"a\" comes twice"));

    for (name, from, to, expected) in [
        (
            "bert",
            "\"model_type\": \"bert\"",
            "\"model_type\": \"gpt2\"",
            "gpt2",
        ),
        (
            "bert",
            "\"hidden_act\": \"gelu\"",
            "\"hidden_act\": \"relu\"",
            "relu",
        ),
        (
            "bert",
            "\"num_attention_heads\": 2",
            "\"num_attention_heads\": 3",
            "multiple",
        ),
        (
            "bert",
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 3",
            "missing from the file: bert.encoder.layer.2",
        ),
        (
            "albert",
            "\"num_hidden_groups\": 1",
            "\"num_hidden_groups\": 2",
            "one layer for all",
        ),
        (
            "xlnet",
            "\"attn_type\": \"bi\"",
            "\"attn_type\": \"uni\"",
            "uni",
        ),
        (
            "xlnet",
            "\"vocab_size\"",
            "\"vocab_size\": \"many\", \"\"",
            "config.json",
        ),
    ] {
        let copy = copy(name);
        change(copy.path(), from, to);
        let error = net(copy.path());
        assert!(error.contains(expected), "{name}, {to}: {error}");
    }
}
