//! The studies that come with the command: the paper's tables and figures.

/// A study that comes with the command.
pub struct BuiltIn {
    /// The name.
    pub name: &'static str,
    /// The study as TOML.
    pub text: &'static str,
}

/// Makes the list of studies from their names, each that of a file.
macro_rules! studies {
    ($($name:literal),*) => {
        &[$(BuiltIn {
            name: $name,
            text: include_str!(concat!("../../studies/", $name, ".toml")),
        }),*]
    };
}

/// The studies that come with the command, in the order of the paper.
pub const BUILT_IN: &[BuiltIn] = studies![
    "fig4",
    "fig4-transformers",
    "fig4-slim",
    "fig4-clouds",
    "fig4-texts",
    "fig4-trained",
    "fig5",
    "fig6",
    "fig7",
    "fig8",
    "fig9",
    "fig9-images",
    "fig11",
    "fig12",
    "table2",
    "table3",
    "table4",
    "attack-orders"
];

/// The built-in study of a name.
pub fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|study| study.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn studies_are_read_and_called_as_their_files() {
        for study in BUILT_IN {
            let read = crate::study::read(study.text, study.name);
            let read = read.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(read.name.get_ref(), study.name);
        }
    }

    /// A study with bytes changed, left out or repeated, as a hand may leave it.
    fn changed(text: &str, rng: &mut impl rand::Rng) -> String {
        use rand::RngExt;

        let mut letters: Vec<char> = text.chars().collect();
        for _ in 0..rng.random_range(1..5) {
            let at = rng.random_range(0..letters.len());
            let end = (at + rng.random_range(1..30)).min(letters.len());
            match rng.random_range(0..4) {
                0 => letters[at] = char::from(rng.random_range(9..127_u8)),
                1 => drop(letters.drain(at..end)),
                2 => letters.extend_from_within(at..end),
                _ => letters
                    .splice(at..at, "[\"a\", -1e9, {}]".chars())
                    .for_each(drop),
            }
        }
        letters.into_iter().collect()
    }

    #[test]
    fn changed_studies_are_read_or_refused() {
        use crate::study::{Cells, Roots, Size};

        let seconds = std::env::var("INTERACTION_FUZZ_SECONDS").ok();
        let seconds = seconds.map_or(0, |text| text.parse().expect("seconds"));
        let (start, limit) = (
            std::time::Instant::now(),
            std::time::Duration::from_secs(seconds),
        );
        let mut rng = burn_interaction::coalition::generator(7, 0);
        let mut cases = 0;
        while cases < 300 || start.elapsed() < limit {
            let study = &BUILT_IN[cases % BUILT_IN.len()];
            let text = changed(study.text, &mut rng);
            if let Ok(read) = crate::study::read(&text, "changed.toml") {
                let nowhere = std::path::Path::new("nowhere");
                let roots = Roots {
                    data: nowhere,
                    weights: nowhere,
                };
                Cells::of(&read, Size::Smoke, Some(1..=1), roots).ok();
            }
            cases += 1;
        }
    }
}
