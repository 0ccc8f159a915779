//! The commands that make what a merge lacks.

use burn_interaction::Profile;

use super::line::{value, with, without};
use crate::report::shell_line;
use crate::work::Share;

/// The results of a part: of the network, and of its control where that was measured.
pub struct PartResults {
    /// The network's.
    pub main: Profile,
    /// The control's.
    pub control: Option<Profile>,
}

/// A part of a measurement: the words that measured it, and which part it is.
struct Part {
    words: Vec<String>,
    share: Share,
    complete: bool,
}

impl Part {
    /// The part as its results tell it; `None` where they say nothing of its command.
    fn of(results: &PartResults, controlled: bool) -> Option<Self> {
        let words = shlex::split(results.main.origin().command.as_ref()?)?;
        let control = results.control.as_ref();
        let control = control.map_or(!controlled, Profile::is_complete);
        Some(Self {
            share: value(&words, "--part")?.parse().ok()?,
            complete: results.main.is_complete() && control,
            // A part that goes on is not begun anew.
            words: without(&without(&words, "--force", false), "--resume", false),
        })
    }
}

/// A line for each part that is incomplete or not among these, with the command that measures it.
pub fn commands(results: &[PartResults]) -> Vec<String> {
    let controlled = results.iter().any(|part| part.control.is_some());
    let parts = results.iter().filter_map(|part| Part::of(part, controlled));
    let parts: Vec<Part> = parts.collect();
    let Some(first) = parts.first() else {
        return Vec::new();
    };
    let (_, of) = first.share.numbers();
    // A control is that of all parts, or there is none.
    let controlled_like = |mut words: Vec<String>| {
        if controlled && !words.iter().any(|word| word == "--control") {
            words.push("--control".into());
        }
        words
    };
    let line = |number: usize| {
        let found = parts.iter().find(|part| part.share.numbers().0 == number);
        let words = match found {
            Some(part) if part.complete => return None,
            Some(part) => {
                let mut words = part.words.clone();
                words.push("--resume".into());
                controlled_like(words)
            }
            None => controlled_like(of_another(first, number)),
        };
        Some(format!("part {number} of {of}: {}", shell_line(&words)))
    };
    (1..=of).filter_map(line).collect()
}

/// The words of the part with this number, which goes to a folder of its own.
fn of_another(part: &Part, number: usize) -> Vec<String> {
    let (own, of) = part.share.numbers();
    let words = with(&part.words, "--part", &format!("{number}/{of}"));
    let out = value(&words, "--out").unwrap_or("interaction-out");
    // Folders are numbered behind a hyphen, as in files of `interaction launch`.
    let name = match out.strip_suffix(&format!("-{own}")) {
        Some(stem) => format!("{stem}-{number}"),
        None => format!("{out}-{number}"),
    };
    with(&words, "--out", &name)
}
