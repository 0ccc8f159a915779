//! The commands that make what a merge lacks.

use burn_interaction::Profile;

use super::line::{with, without};
use crate::report::shell_line;
use crate::work::Share;

/// A part of a measurement: the words that measured it, and which part it is.
struct Part {
    words: Vec<String>,
    share: Share,
    complete: bool,
}

impl Part {
    /// The part as its result tells it; `None` where that says nothing of its command.
    fn of(profile: &Profile) -> Option<Self> {
        let words = shlex::split(profile.origin().command.as_ref()?)?;
        let place = words.iter().position(|word| word == "--part")?;
        Some(Self {
            share: words.get(place + 1)?.parse().ok()?,
            complete: profile.is_complete(),
            words,
        })
    }
}

/// A line for each part that is incomplete or not among these, with the command that measures it.
pub fn commands(profiles: &[Profile]) -> Vec<String> {
    let parts: Vec<Part> = profiles.iter().filter_map(Part::of).collect();
    let Some(first) = parts.first() else {
        return Vec::new();
    };
    let (_, of) = first.share.numbers();
    let line = |number: usize| {
        let found = parts.iter().find(|part| part.share.numbers().0 == number);
        let words = match found {
            Some(part) if part.complete => return None,
            Some(part) => {
                let mut words = without(&without(&part.words, "--force", false), "--resume", false);
                words.push("--resume".into());
                words
            }
            None => of_another(first, number),
        };
        Some(format!("part {number} of {of}: {}", shell_line(&words)))
    };
    (1..=of).filter_map(line).collect()
}

/// The words of the part with this number, which goes to a folder of its own.
fn of_another(part: &Part, number: usize) -> Vec<String> {
    let (own, of) = part.share.numbers();
    let words = with(&part.words, "--part", &format!("{number}/{of}"));
    let place = words.iter().position(|word| word == "--out");
    let out = place.and_then(|place| words.get(place + 1));
    let out = out.map_or("interaction-out", String::as_str);
    let name = match out.strip_suffix(&own.to_string()) {
        Some(stem) => format!("{stem}{number}"),
        None => format!("{out}-{number}"),
    };
    with(&words, "--out", &name)
}
