//! `interaction download`.

use burn_interaction_datasets::download::{Archive, Step};
use burn_interaction_datasets::registry::data_set;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::DownloadArgs;
use crate::error::{Result, usage};

/// Fetches a data set, and says how to use it.
///
/// # Errors
///
/// It cannot be fetched or unpacked.
pub fn run(args: &DownloadArgs) -> Result<()> {
    let archive = Archive::of(data_set(&args.set)?);
    let mut archive =
        archive.ok_or_else(|| usage(format!("{} has no public address", args.set)))?;
    if let Some(url) = &args.url {
        archive.url.clone_from(url);
    }
    if let Some(md5) = &args.md5 {
        archive.md5.clone_from(md5);
    }
    println!("fetching {}", archive.url);
    let bar = ProgressBar::no_length();
    let bytes = style("{msg:8} {bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left");
    let entries = style("{msg:8} {bar:32} {human_pos} of {human_len} files");
    let mut stage = "";
    let fetched = archive.fetch(&args.to, |step| {
        let (name, style, done, total) = match step {
            Step::Fetch(done, total) => ("fetch", &bytes, done, total),
            Step::Check(done, total) => ("check", &bytes, done, total),
            Step::Unpack(done, total) => ("unpack", &entries, done, total),
        };
        if name != stage {
            stage = name;
            if bar.is_hidden() {
                println!("{name}: {done} of {total}");
            }
            bar.set_style(style.clone());
            bar.set_message(name);
            bar.reset();
        }
        bar.set_length(total.max(done));
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let folder = fetched?;
    println!("the data is in {}", folder.display());
    println!(
        "next: interaction train --model resnet20 --data {}:{}",
        args.set,
        folder.display()
    );
    Ok(())
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
