//! The rules of the house, kept over the source: who knows whom, how long things are, which names a user meets first, how
//! comments begin.

use std::collections::{BTreeMap, BTreeSet};

mod source;

use source::*;

/// A crate and its rooms: a room is a module of the crate's root, a folder or a file.
///
/// Rooms on one floor do not know each other, and a room knows only those on floors above it in this list.
struct House {
    source: &'static str,
    floors: &'static [&'static [&'static str]],
}

const HOUSES: &[House] = &[
    House {
        source: "burn-interaction/src",
        floors: &[
            &["error"],
            &["text", "digest", "device", "file"],
            &["coalition"],
            &["input"],
            &["geometry"],
            &["players"],
            &["game"],
            &["estimate"],
            &["profile"],
            &["measure"],
            &["modulation"],
            &["evaluation"],
            &["training", "figures"],
            &["guide"],
            &["internal"],
        ],
    },
    House {
        source: "models/src",
        floors: &[
            &["error"],
            &["weights"],
            &["family"],
            &["layers"],
            &["mlp", "cnn", "points", "series", "transformer"],
            &["text"],
            &["registry"],
            &["folders"],
        ],
    },
    House {
        source: "datasets/src",
        floors: &[
            &["error"],
            &["cache", "folders", "samples", "standard"],
            &["loader"],
            &["table", "images", "clouds", "series", "text"],
            &["own"],
            &["registry"],
            &["download"],
        ],
    },
    House {
        source: "interaction/src",
        floors: &[
            &["error"],
            &["subject"],
            &["report"],
            &["work"],
            &["study"],
            &["bench"],
            &["commands"],
        ],
    },
];

/// The names in the root of the library: what most users start from. Everything else stands in its module.
const ROOT: &[&str] = &[
    "Baseline",
    "Batch",
    "Classifier",
    "Coalition",
    "Contexts",
    "Copies",
    "Cost",
    "Curves",
    "Depth",
    "Draw",
    "Efficiency",
    "EncourageLoss",
    "Error",
    "Estimate",
    "Estimator",
    "Features",
    "Game",
    "Measurement",
    "Modulation",
    "NamedDevice",
    "NoBand",
    "Observer",
    "Orders",
    "Origin",
    "Pair",
    "Pairs",
    "Patches",
    "Plan",
    "Players",
    "Precision",
    "Profile",
    "Progress",
    "Protocol",
    "RegionMap",
    "Regions",
    "Result",
    "Reward",
    "SampleProfile",
    "SegmentMap",
    "Segments",
    "Sentences",
    "Series",
    "Strength",
    "StrengthPoint",
    "SuppressLoss",
    "Targets",
    "Term",
    "Tokens",
    "Verdict",
    "Windows",
    "burn",
    "compiled_backends",
    "device",
    "device_list",
    "devices",
    "digest",
];

const LONGEST_FUNCTION: usize = 70;
const LONGEST_FILE: usize = 400;

#[test]
fn each_room_knows_only_those_above_it() {
    let mut wrong = Vec::new();
    for House { source, floors } in HOUSES {
        let floor = |room: &str| floors.iter().position(|rooms| rooms.contains(&room));
        let mut known: BTreeSet<&str> = floors
            .iter()
            .flat_map(|rooms| rooms.iter().copied())
            .collect();
        for file in sources(source) {
            let Some(room) = file.module.first() else {
                continue;
            };
            if floor(room).is_none() {
                wrong.push(format!("{}: {room} is on no floor", file.path));
                continue;
            }
            known.remove(room.as_str());
            for path in paths(&file).iter().filter(|path| path[0] != *room) {
                let to = &path[0];
                match floor(to) {
                    None => wrong.push(format!(
                        "{}: {to} is no room: name the room it is of",
                        file.path
                    )),
                    Some(to_floor) if Some(to_floor) >= floor(room) => {
                        wrong.push(format!("{}: {room} knows {to}", file.path));
                    }
                    Some(_) => {}
                }
            }
        }
        assert!(known.is_empty(), "{source} has no rooms {known:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words that sources of a folder do not have outside tests, and the rule that they would break.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    (
        "interaction/src/subject",
        &["clap", "env::args"],
        "arguments end at commands",
    ),
    (
        "interaction/src/report",
        &["clap", "env::args"],
        "arguments end at commands",
    ),
    (
        "interaction/src/work",
        &["clap", "env::args"],
        "arguments end at commands",
    ),
    (
        "interaction/src/bench",
        &["clap", "env::args"],
        "arguments end at commands",
    ),
    (
        "interaction/src/subject",
        &["println!", "fs::write", "File::create", ".save("],
        "a subject prints and writes nothing",
    ),
    (
        "interaction/src/report",
        &["Device", "Tensor", "logits"],
        "a report computes nothing on a device",
    ),
    (
        "burn-interaction/src/game",
        &["thread", "rayon"],
        "a game starts no thread",
    ),
    (
        "burn-interaction/src/players",
        &["thread", "rayon"],
        "players start no thread",
    ),
    (
        "burn-interaction/src/figures",
        &["Dataset", "DataLoader"],
        "a figure reads no data set",
    ),
];

#[test]
fn rooms_keep_their_word() {
    let mut wrong = Vec::new();
    for (folder, words, rule) in FORBIDDEN {
        let files = sources(folder);
        assert!(!files.is_empty(), "{folder} is gone");
        for file in files {
            for line in &file.lines {
                if words.iter().any(|word| line.contains(word)) {
                    wrong.push(format!("{}: {rule}: {}", file.path, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Circles between the files of a room. A folder's `mod.rs` gathers its children, which may use what it gathers: that is no
/// circle.
#[test]
fn no_files_of_a_room_import_each_other() {
    for House { source, .. } in HOUSES {
        let files = sources(source);
        // Which file of a room defines a name, or is it.
        let mut defined: BTreeMap<(String, String), String> = BTreeMap::new();
        for file in files.iter().filter(|file| !file.module.is_empty()) {
            let names = file.lines.iter().filter_map(|line| definition(line));
            let own = file.module[1..].last().map(String::as_str);
            for name in names.chain(own) {
                defined.insert((file.module[0].clone(), name.into()), file.path.clone());
            }
        }
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in files.iter().filter(|file| !file.module.is_empty()) {
            let room = &file.module[0];
            for path in paths(file).iter().filter(|path| path[0] == *room) {
                let names = path.iter().skip(1);
                let target = names
                    .filter_map(|name| defined.get(&(room.clone(), name.clone())))
                    .next_back();
                if let Some(target) = target.filter(|target| **target != file.path) {
                    let of_file = edges.entry(file.path.clone()).or_default();
                    of_file.insert(target.clone());
                }
            }
        }
        if let Some(way) = circle(&edges) {
            panic!("these files import each other: {}", way.join(" -> "));
        }
    }
}

#[test]
fn no_function_is_longer_than_70_lines_and_no_file_longer_than_400() {
    let mut wrong = Vec::new();
    let all: Vec<Source> = crates().iter().flat_map(|folder| sources(folder)).collect();
    for source in &all {
        let path = &source.path;
        let text = std::fs::read_to_string(workspace().join(path)).unwrap();
        let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        let length = text[..tests].lines().count();
        if length > LONGEST_FILE {
            wrong.push(format!("{path}: {length} lines"));
        }
        for (name, length) in functions(&source.lines) {
            if length > LONGEST_FUNCTION {
                wrong.push(format!("{path}: {name} has {length} lines"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_root_has_these_names_and_no_others() {
    let text = std::fs::read_to_string(workspace().join("burn-interaction/src/lib.rs")).unwrap();
    // The root lists modules and names, and defines none.
    let defines = |line: &&str| definition(line).is_some();
    assert_eq!(text.lines().find(defines), None);
    let mut names = Vec::new();
    for (start, _) in text.match_indices("\npub use ") {
        let tree = &text[start + "\npub use ".len()..];
        let tree = &tree[..tree.find(';').unwrap()];
        let mut paths = Vec::new();
        expand(&[], tree, &mut paths);
        names.extend(paths.into_iter().filter_map(|mut path| path.pop()));
    }
    names.sort();
    assert_eq!(
        names, ROOT,
        "each name in the root is there for a user: change this list with it"
    );
}

#[test]
fn every_doc_comment_stands_alone() {
    let mut wrong = Vec::new();
    let mut read = 0;
    for source in crates().iter().flat_map(|folder| sources(folder)) {
        let path = &source.path;
        let text = std::fs::read_to_string(workspace().join(path)).unwrap();
        let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        for (line, comment) in paragraphs(&text[..tests]) {
            read += 1;
            if leans(comment) {
                wrong.push(format!("{path}:{line}: {comment}"));
            }
        }
    }
    assert!(read > 2000, "only {read} paragraphs were found");
    assert!(
        wrong.is_empty(),
        "a reader meets a doc comment alone, in a tooltip or in --help, and these lean on their neighbours: \
         name the thing that they are about\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_path_that_contributing_and_architecture_name_is_there() {
    // ARCHITECTURE.md may leave out the crate of a file.
    let crates = ["burn-interaction/src", "models/src", "datasets/src"];
    for (file, least) in [("CONTRIBUTING.md", 30), ("ARCHITECTURE.md", 10)] {
        let text = std::fs::read_to_string(workspace().join(file)).unwrap();
        let paths = named_paths(&text);
        assert!(paths.len() >= least, "{file}: {paths:?}");
        let there = |path: &str| {
            let of_crate = |source: &&str| workspace().join(source).join(path).exists();
            let short = file == "ARCHITECTURE.md" && crates.iter().any(of_crate);
            short || workspace().join(path).exists()
        };
        let gone: Vec<_> = paths.into_iter().filter(|path| !there(path)).collect();
        assert!(gone.is_empty(), "{file} names {gone:?}");
    }
}

#[test]
fn the_reading_of_sources_is_right() {
    let text = "use crate::a::{self, b::C, d};\n// crate::comment\nfn f() {\n    super::super::e::g();\n}\n\n\
                #[cfg(test)]\nmod tests {\n    use crate::x;\n}\n#[cfg(test)]\nmod closed;\nfn last() {}\n";
    let (lines, tests) = without_tests(text);
    assert_eq!(tests, ["closed"]);
    let source = Source {
        path: String::new(),
        module: vec!["room".into(), "file".into()],
        lines,
    };
    let joined: Vec<String> = paths(&source).iter().map(|path| path.join("::")).collect();
    assert_eq!(joined, ["a::self", "a::b::C", "a::d", "e::g"]);
    let functions = functions(&source.lines);
    assert_eq!(functions, [("f".to_string(), 3), ("last".to_string(), 1)]);
    let text = "/// Its size,\n/// As it is.\n///\n/// # Errors\n///\n/// ```\n/// It::new();\n/// ```\n/// Italy.\nfn f() {}\n//! Of\n";
    let paragraphs = paragraphs(text);
    let lines = [(1, "Its size,"), (4, "# Errors"), (9, "Italy."), (11, "Of")];
    assert_eq!(paragraphs, lines);
    let leaning = paragraphs.iter().map(|(_, comment)| leans(comment));
    assert_eq!(leaning.collect::<Vec<_>>(), [true, false, false, true]);
    assert!(leans("What it holds.") && !leans("What does it hold?"));
    let edges = |pairs: &[(&str, &str)]| {
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in pairs {
            edges
                .entry((*from).into())
                .or_default()
                .insert((*to).into());
        }
        circle(&edges)
    };
    assert_eq!(edges(&[("a", "b"), ("b", "c"), ("a", "c")]), None);
    assert_eq!(
        edges(&[("a", "b"), ("b", "c"), ("c", "b")]).unwrap(),
        ["b", "c"]
    );
}

#[test]
fn links_of_readme_to_the_repository_lead_to_files() {
    const MAIN: &str = "burn-interaction/burn-interaction/";
    let text = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let links: Vec<&str> = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    // Relative links are broken on docs.rs.
    let relative: Vec<_> = links.iter().filter(|link| !link.contains("://")).collect();
    assert!(relative.is_empty(), "{relative:?}");
    let own = links.iter().filter_map(|link| link.split_once(MAIN));
    let paths: Vec<&str> = own
        .map(|(_, path)| path.trim_start_matches("blob/").trim_start_matches("main/"))
        .collect();
    assert!(paths.len() > 10, "{paths:?}");
    let gone: Vec<_> = paths
        .iter()
        .filter(|path| !workspace().join(path).exists())
        .collect();
    assert!(gone.is_empty(), "README names {gone:?}");
}
