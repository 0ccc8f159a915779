use std::fmt;

use serde::{Deserialize, Serialize};

/// Samples below which a spread over them says too little for a band.
pub(super) const FEWEST: usize = 5;

/// Why a strength has no bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoBand {
    /// There are fewer than five samples: a population cannot be judged by them, however exactly each is measured.
    FewSamples,
    /// A pair has a single context: nothing is known of its noise.
    OneContext,
}

impl fmt::Display for NoBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FewSamples => "fewer than five samples",
            Self::OneContext => "one context a pair leaves its noise unknown",
        })
    }
}
