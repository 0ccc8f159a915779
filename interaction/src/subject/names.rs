//! Networks and data sets by name, and the errors for names that mean nothing.

use std::path::Path;

use burn_interaction::input::Kind;
use burn_interaction_datasets::registry::{DataSet, Source, data_sets};
use burn_interaction_models::registry::{kind_of, networks, others};

use super::{Part, Spec};
use crate::error::{Error, Result, usage};

/// The data set of a name.
///
/// # Errors
///
/// Fails where there is no such set, or the folder of its files is missing.
pub fn data_set(name: &str) -> Result<&'static DataSet> {
    let names: Vec<&str> = data_sets().iter().map(|set| set.name).collect();
    let found = data_sets().iter().find(|set| set.name == name);
    found.ok_or_else(|| {
        let all: Vec<String> = data_sets().iter().map(DataSet::spelled).collect();
        usage(format!(
            "unknown data \"{name}\"{}: there are {}",
            meant(name, &names),
            all.join(", ")
        ))
    })
}

/// Where the files of a set come from: a command, or a page; `None` for those that are generated.
pub fn origin(set: &DataSet) -> Option<String> {
    match set.source {
        Source::Generated | Source::Own => None,
        Source::Archive { .. } => Some(format!("interaction download {}", set.name)),
        Source::Page(page) => Some(page.into()),
    }
}

/// Refuses a part without labels where the data have none.
///
/// # Errors
///
/// Fails where there is no such data set, or it has no such part.
pub fn check_part(spec: &Spec, part: Part) -> Result<()> {
    let set = data_set(spec.data_and_folder().0)?;
    match part {
        Part::Unlabelled if !set.has_unlabelled() => Err(usage(format!(
            "--split unlabelled: {} has none, all its samples have labels",
            set.name
        ))),
        _ => Ok(()),
    }
}

/// Refuses a network that is unknown, or takes another kind of data than `kind`.
///
/// # Errors
///
/// Fails where the name means nothing, or the network is of another kind.
pub fn check_network(spec: &Spec, kind: Kind) -> Result<()> {
    if spec.model_is_folder() {
        return match kind {
            Kind::Texts | Kind::Images => Ok(()),
            _ => Err(usage(format!(
                "--model {} is a folder, as it has a separator: a Hugging Face folder of a network for texts or images, and these data are {kind}",
                spec.model
            ))),
        };
    }
    match kind_of(&spec.model) {
        Some(own) if own == kind => Ok(()),
        Some(own) => Err(usage(format!(
            "--model {} takes {own}, and {} are {kind}: give one of {}",
            spec.model,
            spec.data_and_folder().0,
            networks(kind).join(", ")
        ))),
        None => Err(unknown(&spec.model, kind)),
    }
}

fn unknown(model: &str, kind: Kind) -> Error {
    let all: Vec<&str> = Kind::ALL.into_iter().flat_map(networks).collect();
    let more = match kind {
        Kind::Texts if Path::new(model).join("config.json").exists() => {
            format!("; the folder here is ./{model}, with a separator")
        }
        kind => format!("; {}", others(kind)),
    };
    usage(format!(
        "unknown network \"{model}\"{}: for {kind} there are {}{more}",
        meant(model, &all),
        networks(kind).join(", ")
    ))
}

/// A question whether the nearest name was meant; empty where no name is near.
fn meant(given: &str, names: &[&str]) -> String {
    let likeness = |name: &&&str| strsim::jaro_winkler(given, name);
    // The first of those that are equally near.
    let nearest = names
        .iter()
        .rev()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match nearest.filter(|name| likeness(name) > 0.8) {
        Some(name) => format!(", did you mean {name}?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(model: &str, kind: Kind) -> String {
        let spec = Spec::new(model, "scenes");
        check_network(&spec, kind).unwrap_err().to_string()
    }

    #[test]
    fn names_that_mean_nothing_are_answered_with_those_that_do() {
        assert!(check_network(&Spec::new("vit-tiny/8", "scenes"), Kind::Images).is_ok());
        let error = refused("mlp5", Kind::Images);
        assert!(
            error.contains("--model mlp5 takes tables, and scenes are images: give one of alexnet"),
            "{error}"
        );
        let error = refused("resent20", Kind::Images);
        assert!(error.contains("did you mean resnet20?"), "{error}");
        let error = refused("gpt", Kind::Texts);
        assert!(
            !error.contains("did you mean") && error.contains("bert"),
            "{error}"
        );
        let error = refused("./bert", Kind::Clouds);
        assert!(error.contains("is a folder"), "{error}");
        let error = data_set("scene").err().unwrap().to_string();
        assert!(error.contains("did you mean scenes?"), "{error}");
    }
}
