//! Sentences as games: word pieces and words as players, sentences of several lengths in one measurement.

use burn::tensor::Tensor;
use burn_interaction::players::Piece::{Begins, Continues, Special};
use burn_interaction::training::Probe;
use burn_interaction::{
    Baseline, Batch, Draw, Error, Estimator, Measurement, Modulation, Orders, Pairs, Players,
    Profile, Protocol, Sentences, Term, Tokens,
};
use burn_interaction_tests::test_device;

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
                let row = ROWS[sample.id() as usize];
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
    // 13 ratios, of which some are the same order in each of the sentences.
    assert_eq!(together.points.len(), 9);
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
        (Baseline::Zero, "mask, pad, unk or hide"),
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
fn a_probe_passes_by_sentences_of_too_few_players() {
    let probe = |fewest| {
        let protocol = Protocol {
            pairs: Pairs::all(),
            contexts: 3.into(),
            fewest,
            ..Protocol::default()
        };
        Probe::new().samples(2).protocol(protocol)
    };
    let measured = |fewest, rows: &[&[i32]]| {
        let labels = Tensor::<1, burn::tensor::Int>::zeros([rows.len()], &test_device());
        let batch = Batch::new(sentences(rows), labels, (0..rows.len() as u64).collect());
        let reading = probe(fewest).measure(&square, &tokens(), &batch).unwrap();
        let samples = reading.iter().flat_map(|profile| profile.samples());
        samples.map(|sample| sample.id()).collect::<Vec<u64>>()
    };
    // The sentences have 4, 2, 7 and 1 pieces.
    assert_eq!(measured(2, &ROWS), [0, 1]);
    assert_eq!(measured(4, &ROWS), [0, 2]);
    assert!(measured(4, &ROWS[1..2]).is_empty());
    let cost = |probe: Probe| probe.cost(&tokens(), &sentences(&ROWS));
    assert_eq!(cost(probe(4)).unwrap().samples, 2);
    assert_eq!(cost(probe(4).samples(0)).unwrap().forwards, 0);
    let error = cost(probe(8)).unwrap_err().to_string();
    assert!(
        error.contains("fewest players is 8") && error.contains("largest 7"),
        "{error}"
    );
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
            let targets = Tensor::from_ints(vec![1; rows.len()].as_slice(), &test_device());
            let batch = Batch::new(sentences(rows), targets, (0..rows.len() as u64).collect());
            let small = |input: Sentences| square(input) / 1000.0;
            let draw = Draw { seed, epoch: 0 };
            let loss = terms.loss(&small, &tokens(), batch, draw).unwrap();
            sum += f64::from(loss.terms[0].clone().into_scalar::<f32>());
        }
        sum / draws as f64
    };
    // The sentence of one word has no two sizes, and takes no part.
    let all = loss(&[ROWS[0], ROWS[2], ROWS[3]], 400);
    let alone = (loss(&ROWS[..1], 400) + loss(&ROWS[2..3], 400)) / 2.0;
    assert!((all - alone).abs() < 0.01, "{all} {alone}");
    // A batch of such sentences alone is trained on without the term.
    let targets = Tensor::from_ints([1], &test_device());
    let batch = Batch::new(sentences(&[&[8]]), targets, vec![0]);
    let loss = terms
        .loss(&square, &tokens(), batch.clone(), Draw::default())
        .unwrap();
    let number = |loss: &Tensor<1>| loss.clone().into_scalar::<f32>();
    assert_eq!(number(&loss.terms[0]), 0.0);
    assert_eq!(number(&loss.total), number(&loss.task));
    // Ratios that mean nothing are refused.
    let none = Modulation::none().with(Term::suppress(0.7..1.5));
    assert!(
        none.loss(&square, &tokens(), batch, Draw::default())
            .is_err()
    );
}
