use super::unknown;
use crate::error::{Error, Result};
use crate::text::{TextConfig, TextSizes, catalogue};

/// The names of the networks that take texts.
pub fn text_networks() -> Vec<&'static str> {
    catalogue().iter().map(|entry| entry.name).collect()
}

/// The configuration of a network for texts by name, with a vocabulary of this size and these classes. Names with `-slim`
/// are smaller networks, to be trained from scratch.
///
/// # Errors
///
/// Fails where there is no such network, or the network would have no vocabulary or no classes.
pub fn text_config(name: &str, vocabulary: usize, classes: &[String]) -> Result<TextConfig> {
    let entry = catalogue().into_iter().find(|entry| entry.name == name);
    let entry = entry.ok_or_else(|| unknown(name))?;
    if vocabulary == 0 || classes.is_empty() {
        return Err(Error::Unfit {
            network: name.into(),
            given: format!("{vocabulary} word pieces and {} classes", classes.len()),
            remedy: "it needs a vocabulary and classes".into(),
        });
    }
    let sizes = match (entry.sizes)(classes.len()) {
        TextSizes::Bert(config) => TextSizes::Bert(config.with_vocabulary(vocabulary)),
        TextSizes::XlNet(config) => TextSizes::XlNet(config.with_vocabulary(vocabulary)),
    };
    Ok(TextConfig::new(sizes, classes))
}
