//! Data in rows: tables, texts and time series, of the known sets and of one's own.

use burn_interaction_datasets::{
    Columns, SeriesSet, Split, Table, Texts, ag_news, census, cola, commercial, own_sentences,
    own_table, series_csv, sst2, ucr, unlabelled,
};

use crate::alone;
use crate::reader::Reader;

fn check_table(split: Split<Table>) {
    for table in [split.train, split.test] {
        let categories = table.categories().clone();
        let rows = table.rows().iter();
        assert!(
            rows.flat_map(|row| &row.features)
                .all(|value| value.is_finite())
        );
        assert!(table.with_categories(&categories).is_ok());
    }
}

fn check_texts(split: Split<Texts>) {
    let mut items = split.train.items().iter().chain(split.test.items());
    let classes = split.train.classes().len();
    assert!(items.all(|item| !item.text.is_empty() && item.label < classes));
}

fn check_series(split: Split<SeriesSet>) {
    for set in [&split.train, &split.test] {
        let channels = set.channels().len();
        for (index, item) in set.items().iter().enumerate() {
            assert_eq!(item.values.len(), channels * set.steps(index));
            assert!(item.values.iter().all(|value| value.is_finite()));
        }
    }
}

const ADULT: &str = "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, United-States, <=50K\n\
    50, Private, 83311, Bachelors, 13, Divorced, Sales, Husband, Black, Female, 0, 0, 13, Cuba, >50K.\n\
    20, ?, 1, HS-grad, 9, Divorced, Sales, Husband, Black, Female, 0, 0, 13, Cuba, >50K\n";

fn tables() -> Reader {
    Reader {
        file: "adult.data",
        valid: vec![ADULT.into()],
        beside: vec![("adult.test", ADULT.into())],
        read: |folder| drop(census(folder).map(check_table)),
        packed: false,
    }
}

fn whole() -> Reader {
    Reader {
        file: "adult.csv",
        valid: vec![
            ADULT.into(),
            format!("age,workclass,fnlwgt,education,education.num,marital.status,occupation,relationship,race,sex,capital.gain,capital.loss,hours.per.week,native.country,income\n{ADULT}").into(),
        ],
        beside: Vec::new(),
        ..tables()
    }
}

fn channels() -> Reader {
    Reader {
        file: "BBC.txt",
        valid: vec![b"1  1:123 2:1.5 3:9 4124:0.25\n-1 16:4 17:8\n".to_vec()],
        beside: Vec::new(),
        read: |folder| drop(commercial(folder).map(check_table)),
        packed: false,
    }
}

fn news() -> Reader {
    let valid = "\"4\",\"A \"\"new\"\" chip\",\"It\\is fast\"\n\"1\",\"One\",\"two\nlines\"\n";
    Reader {
        file: "train.csv",
        valid: vec![
            valid.into(),
            b"Class Index,Title,Description\n3,Oil,\"Up, again\"\n".to_vec(),
        ],
        beside: vec![("test.csv", valid.into())],
        read: |folder| drop(ag_news(folder).map(check_texts)),
        packed: false,
    }
}

fn reviews() -> Reader {
    let valid = "sentence\tlabel\na fine film \t1\n\nnot fine\t0\r\n";
    Reader {
        file: "train.tsv",
        valid: vec![valid.into()],
        beside: vec![("dev.tsv", valid.into())],
        read: |folder| drop(sst2(folder).map(check_texts)),
        packed: false,
    }
}

fn judgements() -> Reader {
    let valid = "gj04\t1\t\tShe ran.\nclc95\t0\t*\tRan she the.\n";
    Reader {
        file: "train.tsv",
        valid: vec![valid.into()],
        beside: vec![("dev.tsv", valid.into())],
        read: |folder| drop(cola(folder).map(check_texts)),
        packed: false,
    }
}

#[test]
fn tables_are_read_or_refused() {
    let _alone = alone();
    tables().fuzz();
    tables().fill("", "1,a,1,a,1,a,a,a,a,a,1,1,1,a,<=50K\n");
    whole().fuzz();
    whole().fill("", "1,a,1,a,1,a,a,a,a,a,1,1,1,a,<=50K\n");
    channels().fuzz();
    channels().fill("", "1\n");
}

#[test]
fn texts_are_read_or_refused() {
    let _alone = alone();
    news().fuzz();
    news().fill("", "1,a,\n");
    reviews().fuzz();
    reviews().fill("sentence\tlabel\n", "a\t1\n");
    judgements().fuzz();
    judgements().fill("", "\t1\t\ta\n");
    let test = Reader {
        file: "test.tsv",
        valid: vec![b"index\tsentence\n0\ta film .\n1\tanother\n".to_vec()],
        read: |folder| drop(unlabelled(folder.join("test.tsv"))),
        ..reviews()
    };
    test.fuzz();
    test.fill("index\tsentence\n", "\ta\n");
}

#[test]
fn series_are_read_or_refused() {
    let _alone = alone();
    const STEPS: &str = "series,label,x,y\na,up,1,2\na,up,3,-4.5\nb,down,5e3,6\n";
    let steps = Reader {
        file: "train.csv",
        valid: vec![STEPS.into()],
        beside: vec![("test.csv", STEPS.into())],
        read: |folder| drop(series_csv(folder).map(check_series)),
        packed: false,
    };
    steps.fuzz();
    steps.fill("series,label,x,y\n", "a,b,1,2\n");
    const LINES: &str = "1\t0.5\t-2\tNaN\n2\t1e3\t4\t5\n";
    let lines = Reader {
        file: "A_TRAIN.tsv",
        valid: vec![LINES.into()],
        beside: vec![("A_TEST.tsv", LINES.into())],
        read: |folder| drop(ucr(folder).map(check_series)),
        packed: false,
    };
    lines.fuzz();
    lines.fill("", "1\t1\n");
}

#[test]
fn files_of_one_s_own_are_read_or_refused() {
    let _alone = alone();
    const ROWS: &str = "age,colour,kind\n30,red,no\n?,red,no\n20.5,\"blue, dark\",yes\n7,red,yes\n";
    let rows = Reader {
        file: "a.csv",
        valid: vec![ROWS.into(), ROWS.replace(',', ";").into()],
        beside: Vec::new(),
        read: |folder| {
            let columns = Columns::labelled("kind");
            drop(own_table(folder.join("a.csv"), &columns).map(check_table));
        },
        packed: false,
    };
    rows.fuzz();
    const PAIRS: &str = "{\"text\": \"a\", \"more\": \"b c\", \"label\": 1}\n{\"text\": \"d\", \"more\": \"e\", \"label\": 0}\n{\"text\": \"d\", \"more\": null, \"label\": true}\n";
    let pairs = Reader {
        file: "a.jsonl",
        valid: vec![PAIRS.into()],
        beside: Vec::new(),
        read: |folder| {
            let columns = Columns::default().inputs(["text", "more"]);
            drop(own_sentences(folder.join("a.jsonl"), &columns).map(check_texts));
        },
        packed: false,
    };
    pairs.fuzz();
}
