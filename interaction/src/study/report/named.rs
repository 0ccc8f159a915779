use std::fmt;
use std::ops::RangeInclusive;

use super::super::cells::{Cells, Size};
use super::super::file::Study;
use crate::subject::sha256;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The name of a report, and what tells it from others of the same study.
#[derive(Debug, Clone)]
pub struct Named {
    /// The name, which its folder has.
    pub report: String,
    /// The seeds of the trainings.
    pub seeds: RangeInclusive<u64>,
    /// The start of the SHA-256 of the study's text, in hexadecimal digits.
    pub digest: String,
}

impl Named {
    /// The name of a report of a study with this text, from the name of its reports, the size, and the seeds where they are others
    /// than those of the size.
    pub fn of(study: &Study, reports: &str, size: Size, cells: &Cells, text: &str) -> Self {
        let seeds = cells.seeds.clone();
        let size_of = size.of(study);
        let report = match seeds == size_of.all_seeds() {
            true => format!("{reports}-{}", size.name()),
            false => format!("{reports}-{}-seeds-{}", size.name(), words(&seeds)),
        };
        Self {
            report,
            seeds,
            digest: sha256(text)[..16].into(),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            report,
            seeds,
            digest,
        } = self;
        let seeds = words(seeds);
        write!(
            f,
            "report {report}: seeds {seeds}, study {digest}, version {VERSION}"
        )
    }
}

/// Seeds as `--seeds` takes them; a single one by itself.
fn words(seeds: &RangeInclusive<u64>) -> String {
    match (seeds.start(), seeds.end()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}..{last}"),
    }
}
