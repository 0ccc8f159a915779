use std::path::{Path, PathBuf};

use burn_interaction_models::WeightFile;

use super::args::SubjectArgs;
use super::parse;
use crate::error::{Result, usage};
use crate::subject::{Normalize, Spec, Trained, Units};

/// The network and the data that arguments name, or that the settings beside the weights name.
///
/// # Errors
///
/// Fails where an argument means nothing, or there is no network or no data.
pub fn spec(args: &SubjectArgs, weights: Option<&PathBuf>, fewest: Option<usize>) -> Result<Spec> {
    if let Some(path) = weights.filter(|path| !WeightFile::parse(path).path.exists()) {
        let path = path.display();
        return Err(usage(format!(
            "--weights {path}: there is no such file or folder"
        )));
    }
    let trained = match (&args.model, &args.data) {
        (Some(_), Some(_)) => None,
        _ => Trained::beside(weights.map(PathBuf::as_path))?,
    };
    let named = |given: &Option<String>, flag: &str, of: fn(&Trained) -> &String| {
        let found = given.clone().or_else(|| trained.as_ref().map(of).cloned());
        found.ok_or_else(|| {
            usage(format!(
                "{flag} is missing: give one, or --weights with the settings.json of their training beside them"
            ))
        })
    };
    let model = named(&args.model, "--model", |trained| &trained.model)?;
    Ok(Spec {
        model: match (&args.model, weights) {
            // A network for texts that was a folder when it was trained is the one in the folder of its weights now.
            (None, Some(path))
                if model.contains(['/', '\\'])
                    && Path::new(&folder_of(path)).join("config.json").exists() =>
            {
                folder_of(path)
            }
            _ => model,
        },
        data: named(&args.data, "--data", |trained| &trained.data)?,
        weights: weights.cloned(),
        image: args.image,
        normalize: args.normalize.as_deref().map(|text| match text {
            "imagenet" => Normalize::Imagenet,
            "half" => Normalize::Half,
            _ => Normalize::Data,
        }),
        grid: args.grid.as_deref().map(parse::grid).transpose()?,
        points: args.points,
        up: args.up,
        regions: args.regions.as_deref().map(parse::regions).transpose()?,
        baseline: args.baseline.as_deref().map(parse::baseline).transpose()?,
        units: args.players.as_deref().map(|text| match text {
            "words" => Units::Words,
            _ => Units::Pieces,
        }),
        vocabulary: args.vocabulary.clone(),
        fewest,
    })
}

/// The folder of weights, with a separator at its end.
fn folder_of(weights: &Path) -> String {
    let folder = match weights.is_dir() {
        true => weights,
        false => weights.parent().unwrap_or(weights),
    };
    folder.join("").display().to_string()
}
