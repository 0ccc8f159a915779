//! Published weights by name: `--weights pretrained`, and the cache that they lie in.

use std::path::PathBuf;

use burn_interaction_models::registry::{image_networks, published};

use super::args::CacheArgs;
use crate::error::{Result, usage};

/// The word in place of a file of weights.
const PRETRAINED: &str = "pretrained";
/// The variables that name the folder of the cache, and an address that has the files, such as a mirror.
const CACHE: &str = "INTERACTION_CACHE";
const MIRROR: &str = "INTERACTION_WEIGHTS_URL";

/// The folder of fetched weights: below what `INTERACTION_CACHE` names, else in the user's own cache.
fn folder() -> Result<PathBuf> {
    let own = || {
        let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let base = base.filter(|base| base.is_absolute());
        base.or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
            .map(|base| base.join("burn-interaction"))
    };
    let folder = std::env::var_os(CACHE).map(PathBuf::from).or_else(own);
    let folder = folder.ok_or_else(|| {
        usage(format!(
            "there is no home for fetched weights: name a folder in {CACHE}"
        ))
    })?;
    Ok(folder.join("weights"))
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
        let base = std::env::var(MIRROR).unwrap_or_else(|_| file.folder.into());
        fetch(
            &format!("{}/{}", base.trim_end_matches('/'), file.file),
            &path,
            file.sha256_start(),
        )?;
    }
    Ok(Some(path))
}

#[cfg(feature = "download")]
fn fetch(url: &str, path: &std::path::Path, sha256_start: &str) -> Result<()> {
    use burn_interaction_datasets::download::fetch_file;

    println!("fetching {url} to {}", path.display());
    let bar = super::download::Bar::new();
    let fetched = fetch_file(url, path, sha256_start, |step| bar.show(step));
    bar.finish();
    Ok(fetched?)
}

#[cfg(not(feature = "download"))]
fn fetch(url: &str, path: &std::path::Path, _: &str) -> Result<()> {
    Err(usage(format!(
        "this build fetches nothing: put {url} to {}, or build it with --features download",
        path.display()
    )))
}

/// Lists the fetched weights, or empties their folder.
///
/// # Errors
///
/// Fails where the folder cannot be read or emptied.
pub fn run(args: &CacheArgs) -> Result<()> {
    let folder = folder()?;
    let fail = |e: std::io::Error| usage(format!("{}: {e}", folder.display()));
    if args.clear {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(fail)?;
        }
        println!("{} is empty", folder.display());
        return Ok(());
    }
    let entries = match folder.exists() {
        true => std::fs::read_dir(&folder).map_err(fail)?.collect(),
        false => Ok(Vec::new()),
    };
    let mut files: Vec<_> = entries.map_err(fail)?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    println!(
        "{} ({CACHE} names another): {} files",
        folder.display(),
        files.len()
    );
    for file in files {
        let bytes = file.metadata().map_err(fail)?.len();
        let name = file.file_name();
        println!(
            "  {:6.1} MB  {}",
            bytes as f64 / 1e6,
            name.to_string_lossy()
        );
    }
    Ok(())
}
