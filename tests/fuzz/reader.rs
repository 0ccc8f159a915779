//! Readers of folders in which one file is varied: valid contents with changes, words of the formats, and bytes of any kind.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{Allowed, taken};

/// Bytes that any reader may take, besides those for what the file holds: folders and messages.
const ANY: usize = 1 << 16;

/// Bytes of memory that a reader may take for a byte of the file: rows of a channel without features take the most, 55.
const FACTOR: usize = 64;

/// A reader of a folder with one file that is varied.
pub struct Reader {
    /// The varied file.
    pub file: &'static str,
    /// Contents of the varied file that are valid.
    pub valid: Vec<Vec<u8>>,
    /// The other files of the folder.
    pub beside: Vec<(&'static str, Vec<u8>)>,
    /// Reads the folder.
    pub read: fn(&Path),
    /// Whether the file is packed, so that a few bytes of it may be many in memory.
    pub packed: bool,
}

/// Words with which formats are put together, and numbers that are at the edges.
const WORDS: [&str; 45] = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "+1",
    "255",
    "1e38",
    "-3.4e38",
    "3.4e38",
    "1e-45",
    "1e308",
    "5e-324",
    "nan",
    "inf",
    "18446744073709551615",
    "99999999999",
    "0.5",
    " ",
    " ",
    "\t",
    ",",
    ", ",
    ":",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "\\",
    "#",
    "[",
    "]",
    "?",
    ".",
    "|",
    "OFF",
    "\u{feff}",
    "\0",
    "é",
    "sentence\tlabel",
    "index\tsentence",
    "1:1",
    "4124:0.5",
];

/// A change of a valid file.
#[derive(Debug, Clone)]
enum Change {
    /// Another byte at a place.
    Byte(u8),
    /// A word before a place.
    Insert(&'static str),
    /// Bytes from a place on that are left out.
    Remove(usize),
    /// Bytes from a place on that come twice.
    Repeat(usize),
    /// Nothing from a place on.
    Cut,
}

fn changes() -> impl Strategy<Value = Vec<(f64, Change)>> {
    let change = prop_oneof![
        4 => any::<u8>().prop_map(Change::Byte),
        4 => select(&WORDS[..]).prop_map(Change::Insert),
        2 => (0..40_usize).prop_map(Change::Remove),
        2 => (0..40_usize).prop_map(Change::Repeat),
        1 => Just(Change::Cut),
    ];
    vec((0.0..1.0, change), 0..6)
}

fn changed(valid: &[u8], changes: Vec<(f64, Change)>) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for (at, change) in changes {
        let at = (at * bytes.len() as f64) as usize;
        let end = |length: usize| bytes.len().min(at + length);
        match change {
            Change::Byte(byte) => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|old| *old = byte),
            Change::Insert(word) => drop(bytes.splice(at..at, word.bytes())),
            Change::Remove(length) => drop(bytes.drain(at..end(length))),
            Change::Repeat(length) => {
                let again = bytes[at..end(length)].to_vec();
                bytes.splice(at..at, again);
            }
            Change::Cut => bytes.truncate(at),
        }
    }
    bytes
}

impl Reader {
    /// Contents of the varied file: valid ones with changes, words in any order, and bytes of any kind.
    fn contents(&self) -> impl Strategy<Value = Vec<u8>> + use<> {
        let valid = (select(self.valid.clone()), changes());
        let words = vec(select(&WORDS[..]), 0..60);
        prop_oneof![
            6 => valid.prop_map(|(valid, changes)| changed(&valid, changes)),
            2 => words.prop_map(|words| words.concat().into_bytes()),
            1 => vec(any::<u8>(), 0..400),
        ]
    }

    fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, contents) in self.beside.iter().chain([&(self.file, Vec::new())]) {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, contents).unwrap();
        }
        folder
    }

    /// Reads varied contents.
    pub fn fuzz(&self) {
        let folder = self.folder();
        let allowed = Allowed {
            any: ANY,
            each: FACTOR,
        };
        crate::fuzz(
            &folder.path().join(self.file),
            self.contents(),
            (!self.packed).then_some(allowed),
            |_| (self.read)(folder.path()),
        );
    }

    /// Reads a large file in which as many things as possible stand in few bytes.
    pub fn fill(&self, head: &str, line: &str) {
        let text = format!("{head}{}", line.repeat((1 << 20) / line.len()));
        let folder = self.folder();
        std::fs::write(folder.path().join(self.file), &text).unwrap();
        let most = taken(|| (self.read)(folder.path()));
        let factor = most as f64 / text.len() as f64;
        println!("{}: {factor:.1} bytes of memory for a byte", self.file);
        assert!(factor <= FACTOR as f64, "{}: {factor}", self.file);
    }
}
