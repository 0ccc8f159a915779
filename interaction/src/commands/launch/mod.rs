//! `interaction launch`: files that run the parts of a measurement or a study on a cluster.

pub mod args;

use std::path::Path;

use clap::Parser;
use minijinja::{Environment, context};

use self::args::{LaunchArgs, Scheduler};
use super::args::{Cli, Command};
use super::discover::samples;
use super::line::{with, without};
use crate::error::{Result, usage};
use crate::report::{quoted, shell_line};

/// Prints the launch file.
///
/// # Errors
///
/// Fails where the command is none, is not of a kind that has parts, or the settings mean nothing.
pub fn run(args: &LaunchArgs) -> Result<()> {
    print!("{}", file(args)?);
    Ok(())
}

/// A command whose parts are launched.
struct Parts {
    /// The words of one part.
    words: Vec<String>,
    /// The folder of parts, where each part has one of its own.
    folder: Option<String>,
}

impl Parts {
    /// # Errors
    ///
    /// Fails where the words are no command that can be shared out.
    fn of(command: &[String], parts: usize) -> Result<Self> {
        let words = ["interaction".to_string()].into_iter();
        let parsed = Cli::try_parse_from(words.chain(command.iter().cloned()));
        let parsed = parsed.map_err(|error| usage(format!("the command to launch: {error}")))?;
        let words = without(command, "--part", true);
        match parsed.command {
            Some(Command::Discover(args)) if args.precision.precision.is_some() => Err(usage(
                "a precision decides while it runs how many samples it takes, and has no parts: give --samples, as --plan-only says them",
            )),
            Some(Command::Discover(args)) if samples(&args) < parts => Err(usage(format!(
                "--parts {parts}: each needs a sample, and the command takes {}: give --samples",
                samples(&args)
            ))),
            Some(Command::Discover(args)) => {
                let out = path(&args.out)?;
                let words = without(&without(&words, "--resume", false), "--force", false);
                Ok(Self {
                    words: without(&words, "--out", true),
                    folder: Some(out),
                })
            }
            // Parts of a study share a store.
            Some(Command::Study(args)) if args.name.is_some() && args.other.is_none() => Ok(Self {
                words: with(
                    &without(&words, "--report", false),
                    "--out",
                    &path(&args.out)?,
                ),
                folder: None,
            }),
            _ => Err(usage(
                "launch shares out `discover ..` and `study NAME ..`: give one of them after --",
            )),
        }
    }

    /// The line of one part, whose number is in the variable `part`.
    fn line(&self) -> String {
        let line = format!("interaction {}", shell_line(&self.words));
        match &self.folder {
            None => line,
            Some(folder) => format!("{line} --out {}/part-\"$part\" --resume", quoted(folder)),
        }
    }

    /// The line that puts the parts together: parts of a study have a store in common, and reports that may be of less than all.
    fn merge(&self) -> String {
        match &self.folder {
            None => format!("interaction {} --report", shell_line(&self.words)),
            Some(folder) => {
                let folder = quoted(folder);
                format!("interaction merge {folder}/part-* --out {folder}/whole")
            }
        }
    }
}

fn path(path: &Path) -> Result<String> {
    let text = path.to_str().map(String::from);
    text.ok_or_else(|| usage(format!("{}: give a name of plain text", path.display())))
}

/// The text of the launch file.
fn file(args: &LaunchArgs) -> Result<String> {
    for (name, value) in [
        ("parts", args.parts),
        ("cpus", args.cpus),
        ("memory", args.memory),
        ("hours", args.hours),
    ] {
        if value == 0 {
            return Err(usage(format!("--{name} 0: give at least 1")));
        }
    }
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = |c: char| c == '-';
    let name = &args.name;
    if name.is_empty()
        || !name.chars().all(letter)
        || name.starts_with(ends)
        || name.ends_with(ends)
    {
        return Err(usage(format!(
            "--name {name}: give small letters, digits and hyphens between them"
        )));
    }
    let parts = Parts::of(&args.command, args.parts)?;
    let template = match args.scheduler {
        Scheduler::Slurm => include_str!("slurm.sh"),
        Scheduler::Kubernetes => include_str!("kubernetes.yaml"),
        Scheduler::Hyperqueue => include_str!("hyperqueue.sh"),
    };
    // A text in JSON is one in YAML.
    let text = |value: &str| serde_json::Value::from(value).to_string();
    let mut environment = Environment::new();
    environment.set_keep_trailing_newline(true);
    let rendered = environment.render_str(
        template,
        context! {
            name => &args.name,
            parts => args.parts,
            cpus => args.cpus,
            gpus => args.gpus,
            memory => args.memory,
            hours => args.hours,
            image => text(&args.image),
            claim => text(&args.claim),
            numbered => parts.folder.is_some(),
            line => parts.line(),
            merge => parts.merge(),
        },
    );
    rendered.map_err(|error| usage(format!("launch file: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scheduler: &str, command: &str) -> Result<String> {
        let words = format!("interaction launch {scheduler} --parts 16 --gpus 1 -- {command}");
        let cli = Cli::parse_from(words.split(' '));
        match &cli.command {
            Some(Command::Launch(args)) => file(args),
            _ => panic!("launch"),
        }
    }

    #[test]
    fn each_scheduler_numbers_the_parts_in_its_own_way() {
        let command = "discover --model mlp5 --data rules --part 1/2 --out found --force";
        let line = "exec interaction discover --model mlp5 --data rules --out found/part-\"$part\" --resume\n";
        for (scheduler, lines) in [
            (
                "slurm",
                &[
                    "#SBATCH --array=1-16\n",
                    "#SBATCH --gpus-per-task=1\n",
                    "part=\"$SLURM_ARRAY_TASK_ID\"\n",
                    "export INTERACTION_PARTS=16\n",
                ][..],
            ),
            (
                "hyperqueue",
                &["#HQ --array 1-16\n", "part=\"$HQ_TASK_ID\"\n"],
            ),
            (
                "kubernetes",
                &[
                    "  completions: 16\n",
                    "  completionMode: Indexed\n",
                    "              part=$((JOB_COMPLETION_INDEX + 1))\n",
                    "              value: \"16\"\n",
                    "              nvidia.com/gpu: \"1\"\n",
                ],
            ),
        ] {
            let text = of(scheduler, command).unwrap();
            for line in lines.iter().chain(&[line]) {
                assert!(text.contains(line), "{line}: {text}");
            }
            assert!(text.contains("interaction merge found/part-* --out found/whole"));
        }
    }

    #[test]
    fn parts_of_a_study_share_its_store() {
        let text = of("slurm", "study fig9 --scale smoke --out store").unwrap();
        assert!(text.ends_with("exec interaction study fig9 --scale smoke --out store\n"));
        let last =
            "# When all are done: interaction study fig9 --scale smoke --out store --report\n";
        assert!(text.contains(last), "{text}");
        assert!(!text.contains("part=") && !text.contains("merge"), "{text}");
    }

    #[test]
    fn commands_without_parts_are_refused() {
        for (command, what) in [
            ("train --model mlp5 --data rules", "shares out"),
            ("study", "shares out"),
            ("discover --precision 0.05", "has no parts"),
            ("discover --samples 15", "each needs a sample"),
            ("discover --modle mlp5", "--modle"),
        ] {
            let error = of("slurm", command).unwrap_err().to_string();
            assert!(error.contains(what), "{command}: {error}");
        }
        let words = ["discover".to_string()];
        let error = Parts::of(&words, 64).err().unwrap().to_string();
        assert!(error.contains("takes 50: give --samples"), "{error}");
    }
}
