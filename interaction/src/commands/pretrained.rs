//! Networks and weights by name: `--weights pretrained`, `--model hf:owner/name`, and the cache that they lie in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use burn_interaction_models::registry::{image_networks, published};
use clap::Args;

use crate::error::{Result, usage};

/// The cache of fetched weights.
#[derive(Args, Debug, Clone)]
pub struct CacheArgs {
    /// Empty the folder.
    #[arg(long)]
    pub clear: bool,
}

/// The word in place of a file of weights.
const PRETRAINED: &str = "pretrained";
/// The beginning of a network's name that is one of the hub.
pub(super) const PREFIX: &str = "hf:";
/// The folders of published weights and of networks of the hub in the cache.
const WEIGHTS: &str = "weights";
const HUB: &str = "hub";
/// The variables that name the folder of the cache, and an address that has the files, such as a mirror.
const CACHE: &str = "INTERACTION_CACHE";
const MIRROR: &str = "INTERACTION_WEIGHTS_URL";

/// The folder of what was fetched: the one that `INTERACTION_CACHE` names, else one in the user's own cache.
fn cache() -> Result<PathBuf> {
    let own = || {
        let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let base = base.filter(|base| base.is_absolute());
        base.or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
            .map(|base| base.join("burn-interaction"))
    };
    let folder = variable(CACHE).map(PathBuf::from).or_else(own);
    folder.ok_or_else(|| {
        usage(format!(
            "there is no home for fetched weights: name a folder in {CACHE}"
        ))
    })
}

/// The value of a variable; an empty one says nothing.
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The folder of published weights.
fn folder() -> Result<PathBuf> {
    Ok(cache()?.join(WEIGHTS))
}

/// The network's name, or the folder of a network of the hub that `hf:owner/name` stands for, fetched where the cache has none.
///
/// # Errors
///
/// Fails where the hub has no such network or cannot be reached.
pub fn model(asked: Option<&str>) -> Result<Option<String>> {
    match asked {
        Some(name) if name.starts_with(PREFIX) => of_hub(name).map(Some),
        _ => Ok(asked.map(String::from)),
    }
}

#[cfg(feature = "download")]
fn of_hub(name: &str) -> Result<String> {
    super::hub::folder(name, cache()?.join(HUB))
}

#[cfg(not(feature = "download"))]
fn of_hub(name: &str) -> Result<String> {
    Err(usage(format!(
        "--model {name}: this build fetches nothing, build it with --features download"
    )))
}

/// The file of weights that was asked for: `pretrained` becomes the published file of the network, fetched where the cache has none.
///
/// # Errors
///
/// Fails where the network has no published weights, or they cannot be fetched.
pub fn weights(asked: Option<&PathBuf>, model: Option<&str>) -> Result<Option<PathBuf>> {
    let Some(asked) = asked else { return Ok(None) };
    if asked.as_os_str() != PRETRAINED || asked.exists() {
        return Ok(Some(asked.clone()));
    }
    let having = || {
        let names = image_networks().into_iter();
        names
            .filter(|name| published(name).is_some())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let model = model.ok_or_else(|| {
        usage(format!(
            "--weights {PRETRAINED}: give --model, one of {}",
            having()
        ))
    })?;
    let file = published(model).ok_or_else(|| {
        usage(format!(
            "--weights {PRETRAINED}: {model} has no weights that are fetched by name; there are those of {}",
            having()
        ))
    })?;
    let path = folder()?.join(file.file);
    if !path.exists() {
        let mirror = variable(MIRROR).and_then(|mirror| mirror.into_string().ok());
        let base = mirror.unwrap_or_else(|| file.folder.into());
        fetch(
            &format!("{}/{}", base.trim_end_matches('/'), file.file),
            &path,
            file.sha256_start(),
        )?;
    }
    Ok(Some(path))
}

#[cfg(feature = "download")]
fn fetch(url: &str, path: &Path, sha256_start: &str) -> Result<()> {
    use burn_interaction_datasets::download::fetch_file;

    println!("fetching {url} to {}", path.display());
    let bar = super::download::Bar::new();
    let fetched = fetch_file(url, path, sha256_start, |step| bar.show(step));
    bar.finish();
    Ok(fetched?)
}

#[cfg(not(feature = "download"))]
fn fetch(url: &str, path: &Path, _: &str) -> Result<()> {
    Err(usage(format!(
        "this build fetches nothing: put {url} to {}, or build it with --features download",
        path.display()
    )))
}

/// Lists what was fetched, or empties the folder.
///
/// # Errors
///
/// Fails where the folder cannot be read or emptied.
pub fn run(args: &CacheArgs) -> Result<()> {
    let cache = cache()?;
    let fail = |e: std::io::Error| usage(format!("{}: {e}", cache.display()));
    if args.clear {
        for folder in [WEIGHTS, HUB].map(|name| cache.join(name)) {
            if folder.exists() {
                std::fs::remove_dir_all(&folder).map_err(fail)?;
            }
        }
        println!("{} is empty", cache.display());
        return Ok(());
    }
    println!("{} ({CACHE} names another)", cache.display());
    for folder in [WEIGHTS, HUB] {
        for path in entries(&cache.join(folder)).map_err(fail)? {
            let bytes = size(&path).map_err(fail)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = match name.strip_prefix("models--") {
                Some(id) => format!("{PREFIX}{}", id.replacen("--", "/", 1)),
                None => name.into_owned(),
            };
            println!("  {:8.1} MB  {name}", bytes as f64 / 1e6);
        }
    }
    Ok(())
}

/// The entries of a folder in the order of their names; none of a folder that is not there.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<std::io::Result<_>>()?;
    entries.sort();
    Ok(entries)
}

/// The bytes of a file, or of the files in a folder; links count nothing.
fn size(path: &Path) -> std::io::Result<u64> {
    let data = path.symlink_metadata()?;
    match data.is_dir() {
        true => entries(path)?.iter().map(|entry| size(entry)).sum(),
        false if data.is_symlink() => Ok(0),
        false => Ok(data.len()),
    }
}
