//! The sources of the workspace, read as far as the rules of the house need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Words at the beginning of a doc comment that make it lean on its neighbour. "What" may begin a question.
const LEANING: &[&str] = &[
    "As", "It", "Its", "Of", "So", "Such", "That", "The same", "Their", "Then", "These", "They",
    "Those", "What", "Whose",
];

pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A source file without its tests and comments.
pub struct Source {
    /// From the root of the workspace.
    pub path: String,
    /// Below the crate's `src`, without `mod` and `lib`: `["players", "patches"]`.
    pub module: Vec<String>,
    pub lines: Vec<String>,
}

/// The sources below a folder, without files that are tests alone.
pub fn sources(folder: &str) -> Vec<Source> {
    let top = workspace().join(folder);
    let mut files = Vec::new();
    walk(&top, &mut files);
    files.sort();
    let mut tests = BTreeSet::new();
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let below = file.strip_prefix(&top).unwrap().with_extension("");
        let mut module: Vec<String> = below
            .iter()
            .map(|part| part.to_str().unwrap().to_string())
            .collect();
        if module
            .last()
            .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
        {
            module.pop();
        }
        let (lines, of_tests) = without_tests(&text);
        tests.extend(of_tests.into_iter().map(|name| {
            let mut path = module.clone();
            path.push(name);
            path
        }));
        found.push(Source {
            path: format!("{folder}/{}", below.with_extension("rs").display()),
            module,
            lines,
        });
    }
    found.retain(|source| !tests.contains(&source.module));
    found
}

pub fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The lines outside `#[cfg(test)]` and comments, and the modules in files of their own that are tests.
pub fn without_tests(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut kept, mut modules) = (Vec::new(), Vec::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code == "#[cfg(test)]" {
            let indent = &line[..line.len() - code.len()];
            for line in lines.by_ref() {
                if let Some(module) = line.trim().strip_prefix("mod ") {
                    modules.extend(module.strip_suffix(';').map(String::from));
                }
                if line.ends_with(';') && line.starts_with(&format!("{indent}use "))
                    || line.ends_with(';') && line.contains("mod ")
                    || line == format!("{indent}}}")
                {
                    break;
                }
            }
        } else if !code.starts_with("//") {
            kept.push(line.to_string());
        }
    }
    (kept, modules)
}

/// A path in the crate that a file names: the module it is of, and what follows.
pub fn paths(source: &Source) -> Vec<Vec<String>> {
    let text = source.lines.join("\n");
    let mut found = Vec::new();
    for (start, _) in text.match_indices("crate::") {
        if !text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            expand(&[], &text[start + "crate::".len()..], &mut found);
        }
    }
    for (start, _) in text.match_indices("super::") {
        let before = &text[..start];
        if before.ends_with("super::") || before.ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let mut rest = &text[start..];
        let mut module = source.module.clone();
        while let Some(after) = rest.strip_prefix("super::") {
            module.pop();
            rest = after;
        }
        expand(&module, rest, &mut found);
    }
    found
}

/// The paths of a tree such as `a::{b, c::d}` behind a prefix.
pub fn expand(prefix: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim_start();
    if let Some(group) = tree.strip_prefix('{') {
        let (mut depth, mut start) = (0, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    if !group[start..at].trim().is_empty() {
                        expand(prefix, &group[start..at], found);
                    }
                    start = at + 1;
                    if c == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        if !group[start..].trim().is_empty() {
            expand(prefix, &group[start..], found);
        }
        return;
    }
    let end = tree.find(|c: char| !c.is_alphanumeric() && c != '_');
    let (name, rest) = tree.split_at(end.unwrap_or(tree.len()));
    let mut path = prefix.to_vec();
    path.push(name.to_string());
    match rest.strip_prefix("::") {
        Some(rest) => expand(&path, rest, found),
        None => found.push(path),
    }
}

/// A chain of imports that leads back to where it began.
pub fn circle(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn visit(
        at: &str,
        edges: &BTreeMap<String, BTreeSet<String>>,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> bool {
        if let Some(start) = way.iter().position(|seen| seen == at) {
            way.drain(..start);
            return true;
        }
        if done.contains(at) {
            return false;
        }
        way.push(at.into());
        for next in edges.get(at).into_iter().flatten() {
            if visit(next, edges, way, done) {
                return true;
            }
        }
        way.pop();
        done.insert(at.into());
        false
    }
    let (mut way, mut done) = (Vec::new(), BTreeSet::new());
    let found = edges
        .keys()
        .any(|start| visit(start, edges, &mut way, &mut done));
    found.then_some(way)
}

/// The name that a line at the margin defines.
pub fn definition(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().peekable();
    if line.starts_with(' ') {
        return None;
    }
    while words
        .peek()
        .is_some_and(|w| w.starts_with("pub") || ["const", "unsafe", "async"].contains(w))
    {
        let word = words.next()?;
        if word == "const" && words.peek().is_some_and(|w| *w != "fn") {
            return words.next().map(name_of);
        }
    }
    let kind = words.next()?;
    let kinds = [
        "struct",
        "enum",
        "trait",
        "fn",
        "type",
        "static",
        "macro_rules!",
    ];
    kinds.contains(&kind).then(|| words.next().map(name_of))?
}

/// The identifier at the beginning of a word.
pub fn name_of(word: &str) -> &str {
    let end = word.find(|c: char| !c.is_alphanumeric() && c != '_');
    &word[..end.unwrap_or(word.len())]
}

/// The source folders of the workspace's crates that are no tests.
pub fn crates() -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(workspace()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        for folder in ["src", "examples"] {
            let is_crate = entry.path().join("Cargo.toml").is_file() && name != "tests";
            if is_crate && entry.path().join(folder).is_dir() {
                found.push(format!("{name}/{folder}"));
            }
        }
    }
    assert!(found.len() >= 4, "{found:?}");
    found
}

/// Each function with its lines, from `fn` to its closing brace, as rustfmt places them.
pub fn functions(lines: &[String]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let words: Vec<&str> = code.split_whitespace().take(5).collect();
        let Some(place) = words.iter().position(|word| *word == "fn") else {
            continue;
        };
        let modifier =
            |word: &&str| word.starts_with("pub") || ["const", "unsafe", "async"].contains(word);
        if !words[..place].iter().all(modifier) {
            continue;
        }
        let indent = &line[..line.len() - code.len()];
        let end = lines[at..].iter().position(|line| {
            let own = line.strip_prefix(indent);
            own.is_some_and(|own| own == "}" || !own.starts_with(' ') && own.ends_with([';', '}']))
        });
        let name = words.get(place + 1).map_or("", |name| name_of(name));
        found.push((name.to_string(), end.map_or(1, |end| end + 1)));
    }
    found
}

/// The first line of each paragraph in a file's doc comments, with its number; code in the comments is left out.
pub fn paragraphs(text: &str) -> Vec<(usize, &str)> {
    let (mut found, mut inside, mut code) = (Vec::new(), false, false);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let comment = line.strip_prefix("///").or(line.strip_prefix("//!"));
        let Some(comment) = comment.map(str::trim) else {
            (inside, code) = (false, false);
            continue;
        };
        if comment.starts_with("```") {
            (inside, code) = (false, !code);
        } else if comment.is_empty() {
            inside = false;
        } else if !code {
            if !inside {
                found.push((at + 1, comment));
            }
            inside = true;
        }
    }
    found
}

/// Whether a comment begins with a word that needs the comment beside it to be understood.
pub fn leans(comment: &str) -> bool {
    let is_question = comment.ends_with('?');
    let begins = |word: &&&str| {
        let rest = comment.strip_prefix(**word);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    let word = LEANING.iter().find(begins);
    word.is_some_and(|word| *word != "What" || !is_question)
}

/// Code spans that are paths: a slash, and only letters that paths have. Capital letters alone stand for a name.
pub fn named_paths(text: &str) -> Vec<&str> {
    let spans = text.split('`').skip(1).step_by(2);
    let letters = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    spans
        .filter(|span| span.contains('/') && span.chars().all(letters))
        .filter(|span| !span.contains("NAME"))
        .collect()
}
