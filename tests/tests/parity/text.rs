//! Networks for text, with padding and two segments.

use burn::tensor::Tensor;
use burn_interaction::Sentences;
use burn_interaction_models::{BertConfig, BertKind, XlNetConfig};
use burn_interaction_tests::{read_npy_int, test_device};

use super::{Fixture, difference};

/// The sentences of a fixture.
fn sentences(f: &Fixture) -> Sentences {
    let device = test_device();
    let read = |file: &str| read_npy_int::<2>(&f.path(file), &device);
    let pieces = read("input.npy");
    let types = f.path("token_type_ids.npy");
    Sentences {
        visible: read("attention_mask.npy").equal_elem(1),
        segments: match types.exists() {
            true => read_npy_int(&types, &device),
            false => pieces.zeros_like(),
        },
        pieces,
    }
}

fn bert_config(f: &Fixture, kind: BertKind) -> BertConfig {
    let names = match kind {
        BertKind::DistilBert => ["dim", "n_layers", "n_heads", "hidden_dim"],
        _ => [
            "hidden_size",
            "num_hidden_layers",
            "num_attention_heads",
            "intermediate_size",
        ],
    };
    let [width, depth, heads, hidden] = names.map(|name| f.argument(name));
    let embedding = match kind {
        BertKind::Albert => f.argument("embedding_size"),
        _ => width,
    };
    BertConfig::new(kind, f.argument("num_labels"))
        .with_vocabulary(f.argument("vocab_size"))
        .with_width(width)
        .with_embedding(embedding)
        .with_depth(depth)
        .with_heads(heads)
        .with_hidden(hidden)
        .with_positions(f.argument("max_position_embeddings"))
}

#[test]
fn bert_distilbert_and_albert() {
    for (name, kind) in [
        ("bert", BertKind::Bert),
        ("distilbert", BertKind::DistilBert),
        ("albert", BertKind::Albert),
    ] {
        let f = Fixture::open(name);
        let config = bert_config(&f, kind);
        let input = sentences(&f);
        f.check_logits(
            || config.init(&test_device()).unwrap(),
            |net| net.forward(input.clone()),
        );
    }
}

#[test]
fn xlnet() {
    let f = Fixture::open("xlnet");
    let config = XlNetConfig::new(f.argument("num_labels"))
        .with_vocabulary(f.argument("vocab_size"))
        .with_width(f.argument("d_model"))
        .with_depth(f.argument("n_layer"))
        .with_heads(f.argument("n_head"))
        .with_hidden(f.argument("d_inner"));
    let input = sentences(&f);
    f.check_logits(
        || config.init(&test_device()).unwrap(),
        |net| net.forward(input.clone()),
    );
}

#[test]
fn padding_changes_nothing() {
    // The same sentence alone, and padded beside a longer one: on the right, in XLNet on the left.
    let device = test_device();
    let short = [5, 9, 3, 7];
    let bert = BertConfig::bert(3).with_vocabulary(20).with_width(16);
    let bert = bert
        .with_embedding(16)
        .with_depth(2)
        .with_heads(2)
        .with_hidden(24);
    let bert = bert.with_positions(9).init(&device).unwrap();
    let xlnet = XlNetConfig::new(3).with_vocabulary(20).with_width(16);
    let xlnet = xlnet
        .with_depth(2)
        .with_heads(2)
        .with_hidden(24)
        .init(&device)
        .unwrap();
    let alone = Sentences::new(Tensor::from_data([short], &device));
    let padded = |left: bool| {
        let mut pieces = vec![0; 7];
        let at = if left { 3 } else { 0 };
        pieces[at..at + 4].copy_from_slice(&short);
        let visible: Vec<bool> = (0..7).map(|k| (at..at + 4).contains(&k)).collect();
        let data = burn::tensor::TensorData::new(visible, [1, 7]);
        Sentences {
            visible: Tensor::from_data(data, &device),
            ..Sentences::new(
                Tensor::<1, burn::tensor::Int>::from_data(pieces.as_slice(), &device).unsqueeze(),
            )
        }
    };
    let logits = bert.forward(alone.clone());
    assert!(difference(&logits, &bert.forward(padded(false))) < 1e-5);
    assert!(difference(&logits, &bert.forward(padded(true))) > 1e-5);
    let logits = xlnet.forward(alone);
    assert!(difference(&logits, &xlnet.forward(padded(true))) < 1e-5);
}
