//! `interaction download`: fetches a data set from its public address.

use std::cell::Cell;
use std::path::PathBuf;

use burn_interaction_datasets::download::{Archive, Step};
use burn_interaction_datasets::registry::{Source, data_sets};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Result, usage};
use crate::report::quoted;
use crate::subject::data_set;

/// The settings of a download.
#[derive(Args, Debug, Clone)]
pub struct DownloadArgs {
    /// Data set to fetch, one with an archive at a public address: `interaction data` lists them.
    pub set: String,
    /// Folder that the data set's folder goes to.
    #[arg(long, default_value = "data")]
    pub to: PathBuf,
    /// Another address of the archive, such as a mirror.
    #[arg(long)]
    pub url: Option<String>,
    /// The MD5 checksum of the archive at --url, where it is packed otherwise than the original.
    #[arg(long, requires = "url")]
    pub md5: Option<String>,
}

/// Fetches a data set, and says how to use it.
///
/// # Errors
///
/// Fails where the data set cannot be fetched or unpacked.
pub fn run(args: &DownloadArgs) -> Result<()> {
    let set = data_set(&args.set)?;
    let mut archive = Archive::of(set).ok_or_else(|| {
        let all = data_sets().iter();
        let having = all.filter(|set| Archive::of(set).is_some());
        let having: Vec<&str> = having.map(|set| set.name).collect();
        let page = match set.source {
            Source::Page(page) => format!("its files come from {page}"),
            Source::Own => "its files are your own".into(),
            _ => "it is generated".into(),
        };
        usage(format!(
            "{} is not fetched, {page}; there are archives of {}",
            set.name,
            having.join(", ")
        ))
    })?;
    if let Some(url) = &args.url {
        archive.url.clone_from(url);
    }
    if let Some(md5) = &args.md5 {
        archive.md5.clone_from(md5);
    }
    println!("fetching {}", archive.url);
    let bar = Bar::new();
    let fetched = archive.fetch(&args.to, |step| bar.show(step));
    bar.finish();
    let folder = fetched?;
    println!("the data is in {}", folder.display());
    let data = format!("{}:{}", args.set, folder.display());
    println!(
        "next: interaction train --model resnet20 --data {}",
        quoted(&data)
    );
    Ok(())
}

/// The progress of a download on the terminal; a line for each step where there is none.
pub struct Bar {
    bar: ProgressBar,
    stage: Cell<&'static str>,
}

impl Bar {
    /// A bar that shows nothing yet.
    pub fn new() -> Self {
        Self {
            bar: ProgressBar::no_length(),
            stage: Cell::new(""),
        }
    }

    /// Shows how far a step is.
    pub fn show(&self, step: Step) {
        const BYTES: &str =
            "{msg:8} {bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        let (name, template, done, total) = match step {
            Step::Fetch(done, total) => ("fetch", BYTES, done, total),
            Step::Check(done, total) => ("check", BYTES, done, total),
            Step::Unpack(done, total) => (
                "unpack",
                "{msg:8} {bar:32} {human_pos} of {human_len} files",
                done,
                total,
            ),
        };
        if name != self.stage.replace(name) {
            if self.bar.is_hidden() {
                println!("{name}: {done} of {total}");
            }
            self.bar.set_style(style(template));
            self.bar.set_message(name);
            self.bar.reset();
        }
        self.bar.set_length(total.max(done));
        self.bar.set_position(done);
    }

    /// Takes the bar off the terminal.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
