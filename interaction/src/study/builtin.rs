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
pub const BUILT_IN: &[BuiltIn] =
    studies!["fig6", "fig7", "fig9", "fig12", "table4", "attack-orders"];

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
}
