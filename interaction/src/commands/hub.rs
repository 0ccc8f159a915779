//! Networks of the Hugging Face hub by name: `--model hf:owner/name`.

use std::path::PathBuf;

use hf_hub::api::sync::{ApiBuilder, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};

use super::pretrained::PREFIX;
use crate::error::{Error, Result, usage};

/// The variable that names another hub, as Hugging Face's own programs have it.
const ENDPOINT: &str = "HF_ENDPOINT";
/// The configuration, which is fetched last: where it is there, all is.
const CONFIG: &str = "config.json";
/// Files beside the weights that a network's folder may have.
const BESIDE: [&str; 7] = [
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "spiece.model",
    "preprocessor_config.json",
];
/// Beginnings and endings of files of weights, the first of which that a network has are fetched.
const WEIGHTS: [(&str, &str); 2] = [("model", ".safetensors"), ("pytorch_model", ".bin")];

/// The folder of a network of the hub, with a separator at its end; it is fetched where the cache has none.
///
/// # Errors
///
/// Fails where the name is none of a network, or the hub has no such network or cannot be reached.
pub fn folder(model: &str, cache: PathBuf) -> Result<String> {
    let name = model.strip_prefix(PREFIX).unwrap_or(model);
    let (id, revision) = name.split_once('@').unwrap_or((name, "main"));
    let whole = |part: &str| !part.is_empty() && !part.contains(['\\', ':']) && part != "..";
    if id.split('/').count() != 2 || !id.split('/').all(whole) || !whole(revision) {
        return Err(usage(format!(
            "--model {model}: give {PREFIX}OWNER/NAME, or {PREFIX}OWNER/NAME@REVISION"
        )));
    }
    let repo = Repo::with_revision(id.into(), RepoType::Model, revision.into());
    let config = match Cache::new(cache.clone()).repo(repo.clone()).get(CONFIG) {
        Some(there) => there,
        None => fetch(model, &repo, cache)?,
    };
    let folder = config.parent().unwrap_or(&config).join("");
    Ok(folder.display().to_string())
}

fn fetch(model: &str, repo: &Repo, cache: PathBuf) -> Result<PathBuf> {
    let mut builder = ApiBuilder::new().with_cache_dir(cache).with_retries(3);
    let endpoint = super::pretrained::variable(ENDPOINT);
    let endpoint = endpoint.and_then(|endpoint| endpoint.into_string().ok());
    if let Some(endpoint) = &endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/').into());
    }
    let place = endpoint.as_deref().unwrap_or("https://huggingface.co");
    let fail = |what: &str, e: String| -> Error {
        usage(format!("--model {model}: {what} from {place}: {e}"))
    };
    let api = builder
        .build()
        .map_err(|e| fail("fetching", e.to_string()))?;
    let repo: ApiRepo = api.repo(repo.clone());
    let info = repo
        .info()
        .map_err(|e| fail("its list of files", e.to_string()))?;
    let names: Vec<&str> = info
        .siblings
        .iter()
        .map(|file| file.rfilename.as_str())
        .collect();
    let wanted = wanted(&names).ok_or_else(|| {
        usage(format!(
            "--model {model}: it has no {CONFIG} with weights in .safetensors or .bin among its files, {}",
            names.join(", ")
        ))
    })?;
    let mut last = PathBuf::new();
    for name in wanted {
        println!("fetching {name} of {model}");
        last = repo.get(name).map_err(|e| fail(name, e.to_string()))?;
    }
    Ok(last)
}

/// The files to fetch of those that there are, the configuration last; `None` where weights or the configuration are missing.
fn wanted<'a>(names: &[&'a str]) -> Option<Vec<&'a str>> {
    let config = names.iter().find(|name| **name == CONFIG)?;
    let weights = WEIGHTS.iter().map(|(begin, end)| {
        let of = |name: &&&str| {
            let own = name.strip_suffix(".index.json").unwrap_or(name);
            own.starts_with(begin) && own.ends_with(end) && !own.contains('/')
        };
        names.iter().filter(of).copied().collect::<Vec<&str>>()
    });
    let weights = weights.into_iter().find(|found| !found.is_empty())?;
    let beside = names.iter().filter(|name| BESIDE.contains(name));
    Some(
        weights
            .into_iter()
            .chain(beside.copied())
            .chain([*config])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_of_one_form_and_the_configuration_comes_last() {
        let names = [
            "README.md",
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "pytorch_model.bin",
            "tokenizer.json",
            "onnx/model.safetensors",
        ];
        let expected = [
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "tokenizer.json",
            "config.json",
        ];
        assert_eq!(wanted(&names).unwrap(), expected);
        assert_eq!(
            wanted(&["config.json", "pytorch_model.bin"]).unwrap().len(),
            2
        );
        assert!(wanted(&["config.json", "flax_model.msgpack"]).is_none());
        assert!(wanted(&["model.safetensors"]).is_none());
    }

    #[test]
    fn names_that_are_none_of_the_hub_are_refused() {
        let of = |model: &str| folder(model, PathBuf::from("/nowhere"));
        for model in ["hf:", "hf:bert", "bert", "hf:a/b/c", "hf:a/..", "hf:a/b@"] {
            let error = of(model).unwrap_err().to_string();
            assert!(error.contains("OWNER/NAME"), "{error}");
        }
    }
}
