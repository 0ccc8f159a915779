use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::super::store::Finished;

/// A version of this program on a device, with how many cells of a report it finished.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Maker {
    /// The version; early ones did not tell.
    pub version: Option<String>,
    /// The device as the user named it, several with commas between them; early versions did not tell.
    pub device: Option<String>,
    /// The number of cells, trainings and measures.
    pub cells: usize,
}

/// The makers of the cells of a report, the one of the most cells first.
#[derive(Debug, Default)]
pub struct Makers(Vec<Maker>);

impl<'a> FromIterator<&'a Finished> for Makers {
    fn from_iter<I: IntoIterator<Item = &'a Finished>>(cells: I) -> Self {
        let mut counts: BTreeMap<(&Option<String>, &Option<String>), usize> = BTreeMap::new();
        for cell in cells {
            *counts.entry((&cell.version, &cell.device)).or_default() += 1;
        }
        let maker =
            |((version, device), cells): ((&Option<String>, &Option<String>), usize)| Maker {
                version: version.clone(),
                device: device.clone(),
                cells,
            };
        let mut makers: Vec<Maker> = counts.into_iter().map(maker).collect();
        makers.sort_by_key(|maker| std::cmp::Reverse(maker.cells));
        Self(makers)
    }
}

impl Makers {
    /// The makers, the one of the most cells first.
    pub fn all(&self) -> &[Maker] {
        &self.0
    }
}

impl fmt::Display for Makers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.iter().map(|maker| {
            let count = match maker.cells {
                1 => "1 cell".into(),
                cells => format!("{cells} cells"),
            };
            match (&maker.version, &maker.device) {
                (Some(version), Some(device)) => {
                    format!("{count} by version {version} on {device}")
                }
                (Some(version), None) => format!("{count} by version {version}, device not told"),
                (None, _) => format!("{count} by an early version"),
            }
        });
        let words: Vec<String> = words.collect();
        f.write_str(&words.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::store::OUTCOME;
    use super::*;
    use crate::work::Outcome;

    fn cell(version: Option<&str>, device: Option<&str>) -> Finished {
        Finished {
            cell: "net normal seed 1".into(),
            seconds: 1.0,
            version: version.map(Into::into),
            device: device.map(Into::into),
            weights: None,
            data: None,
            form: OUTCOME,
            outcome: Outcome::default(),
        }
    }

    #[test]
    fn makers_are_counted_and_the_most_active_one_leads() {
        let cells = [
            cell(None, None),
            cell(Some("0.1.0"), None),
            cell(Some("0.1.0"), Some("flex")),
            cell(Some("0.1.0"), Some("wgpu")),
            cell(Some("0.1.0"), Some("flex")),
        ];
        let makers: Makers = cells.iter().collect();
        let counts: Vec<usize> = makers.all().iter().map(|maker| maker.cells).collect();
        assert_eq!(counts, [2, 1, 1, 1]);
        assert_eq!(
            makers.to_string(),
            "2 cells by version 0.1.0 on flex; 1 cell by an early version; \
             1 cell by version 0.1.0, device not told; 1 cell by version 0.1.0 on wgpu"
        );
        assert_eq!(Makers::from_iter([]).to_string(), "");
    }
}
