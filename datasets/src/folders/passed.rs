use std::path::{Path, PathBuf};

/// Names of systems, beside those that begin with a full stop.
const SYSTEM: [&str; 10] = [
    "__macosx",
    "__pycache__",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "@eadir",
    "#recycle",
    "$recycle.bin",
    "system volume information",
    "lost+found",
];

/// Whether an entry is hidden or left by a system, such as `.DS_Store`, `._a.png`, `Thumbs.db` and `__MACOSX`.
pub(crate) fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || SYSTEM.contains(&name.to_ascii_lowercase().as_str())
}

/// Entries of folders that a reader passes over, counted with an example.
#[derive(Debug)]
pub(crate) struct Passed {
    root: PathBuf,
    wanted: &'static str,
    hidden: Count,
    other: Count,
}

/// A number of entries, and the first of them.
#[derive(Debug, Default)]
struct Count {
    entries: usize,
    example: PathBuf,
}

impl Count {
    fn add(&mut self, path: &Path) {
        if self.entries == 0 {
            self.example = path.into();
        }
        self.entries += 1;
    }
}

impl Passed {
    /// Counts entries of a folder and its folders that are not what is wanted, such as "images".
    pub(crate) fn new(root: &Path, wanted: &'static str) -> Self {
        Self {
            root: root.into(),
            wanted,
            hidden: Count::default(),
            other: Count::default(),
        }
    }

    pub(super) fn hidden(&mut self, path: &Path) {
        self.hidden.add(path);
    }

    pub(super) fn other(&mut self, path: &Path) {
        self.other.add(path);
    }

    /// A note for each kind of entry that was passed over.
    pub(crate) fn notes(&self) -> Vec<String> {
        let note = |count: &Count, kind: &str, reason: &str| {
            let (entries, example) = (count.entries, &count.example);
            let words = match entries {
                0 => return None,
                1 => "entry is",
                _ => "entries are",
            };
            Some(format!(
                "{}: {entries} {kind} {words} passed over{reason}, such as {}",
                self.root.display(),
                example
                    .strip_prefix(&self.root)
                    .unwrap_or(example)
                    .display()
            ))
        };
        let reason = format!(", not among the {}", self.wanted);
        let notes = [
            note(&self.hidden, "hidden or system", ""),
            note(&self.other, "other", &reason),
        ];
        notes.into_iter().flatten().collect()
    }
}
