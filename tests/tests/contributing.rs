//! CONTRIBUTING.md says where things are: each file and folder that it names is there.

use std::path::Path;

/// Code spans that are paths from the root: a folder, a slash, and only letters that paths have.
fn paths(text: &str) -> Vec<&str> {
    let spans = text.split('`').skip(1).step_by(2);
    let letters = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    spans
        .filter(|span| span.contains('/') && span.chars().all(letters))
        .filter(|span| !span.contains("NAME"))
        .collect()
}

#[test]
fn paths_in_contributing_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let paths = paths(&text);
    assert!(paths.len() > 30, "{paths:?}");
    let gone: Vec<_> = paths
        .iter()
        .filter(|path| !root.join(path).exists())
        .collect();
    assert!(gone.is_empty(), "CONTRIBUTING.md names {gone:?}");
}
