//! `interaction discover`: measures the interaction orders of a network.

use burn_interaction::profile::{NoBand, Undecided};
use burn_interaction::{Curves, Verdict, device_list};

use super::args::DiscoverArgs;
use super::{line, parse, subject::spec};
use crate::error::{Result, usage};
use crate::report;
use crate::subject::{Part, check_part, open};
use crate::work::{Existing, Folder, MEASUREMENT, Measure, Measuring, PAGE, Place, interrupt};

/// The most samples that a precision takes unless another number is given.
const MOST_SAMPLES: usize = 1000;

/// Measures a network and writes its curve.
///
/// # Errors
///
/// Fails where an argument, the data, the weights or the measurement is at fault.
pub fn run(args: &DiscoverArgs) -> Result<()> {
    let devices = device_list(&args.place.device)?;
    let measure = measure(args)?;
    measure.check()?;
    let spec = spec(&args.subject, args.weights.as_ref(), args.min_players)?;
    check_part(&spec, measure.part)?;
    if measure.part == Part::Unlabelled && !measure.predicted {
        let remedy = "these samples have no labels, add --target predicted";
        return Err(usage(format!("--split unlabelled: {remedy}")));
    }
    let opened = open(&spec)?;
    let existing = Existing::asked(args.force, Some(args.resume));
    let folder = Folder::open(&args.out, existing, &[MEASUREMENT])?;
    interrupt::listen();
    let mut command = line::own();
    if let Some(share) = measure.share.filter(|_| args.part.is_none()) {
        command.extend(["--part".into(), share.to_string()]);
    }
    let measured = opened.visit(Measuring {
        spec: &spec,
        measure: &measure,
        place: Place {
            devices: &devices,
            name: &line::masked(&args.place.device),
            folder: &folder,
            command: &command,
        },
        resume: args.resume,
        plan_only: args.precision.plan_only,
    })?;
    let Some(measured) = measured else {
        return Ok(());
    };
    println!("{}", report::table(&measured.curves, &measured.words));
    println!("wrote {}", folder.list());
    println!("next: {}", next(args, &measured.curves, &folder));
    match measured.complete {
        true => Ok(()),
        false => Err(usage(format!(
            "interrupted: the results are partial; {} goes on",
            line::again("--resume", &["--force"])
        ))),
    }
}

/// The next step: what the result lacks, or its page.
fn next(args: &DiscoverArgs, curves: &Curves, folder: &Folder) -> String {
    if args.weights.is_some() && curves.curves.len() == 1 {
        return format!(
            "{} measures the network untrained, beside which its curve means something",
            line::again("--control --resume", &["--force"])
        );
    }
    let strength = curves.curves.first().map(|curve| &curve.strength);
    if let Some(strength) = strength
        && let Verdict::Undecided(why) = strength.verdict()
        && let Some((option, excluded)) = more(args, *why, strength.samples)
    {
        let option = format!("{option} and another --out");
        return format!("{} decides more", line::again(&option, excluded));
    }
    format!("open {} in a browser", folder.file(PAGE).display())
}

/// The option that would decide what so many samples left open, and the options that exclude it; `None` where none is known to.
fn more(
    args: &DiscoverArgs,
    why: Undecided,
    samples: usize,
) -> Option<(&'static str, &'static [&'static str])> {
    // Fewer than were asked for are all there are.
    let is_all = samples < self::samples(args);
    match why {
        Undecided::NoBand(NoBand::OneContext) => Some(("--contexts 5", &["--contexts"])),
        Undecided::NoBand(NoBand::FewSamples) if !is_all => Some(("--samples 20", &["--samples"])),
        Undecided::WithinErrors | Undecided::TroughAndPeak
            if !is_all && matches!(args.precision.wanted(), Ok(None)) =>
        {
            let excluded = &["--contexts", "--samples", "--published", "--part"];
            Some(("--precision 0.05", excluded))
        }
        _ => None,
    }
}

/// The samples of a measurement without a precision.
pub(super) fn samples(args: &DiscoverArgs) -> usize {
    args.samples.unwrap_or_else(|| match args.published {
        true => Measure::published().samples,
        false => Measure::default().samples,
    })
}

/// The measurement that the arguments ask for.
fn measure(args: &DiscoverArgs) -> Result<Measure> {
    let pairs = args.pairs.as_deref();
    let base = match args.published {
        true => Measure::published(),
        false => Measure::default(),
    };
    let precision = args.precision.wanted()?;
    Ok(Measure {
        orders: parse::setting("--orders", &args.orders)?,
        pairs: pairs
            .map(|text| parse::setting("--pairs", text))
            .transpose()?,
        estimator: parse::estimator(&args.estimator)?.or(base.estimator),
        contexts: parse::setting("--contexts", &args.contexts)?,
        samples: match precision {
            Some(_) => args.samples.unwrap_or(MOST_SAMPLES),
            None => samples(args),
        },
        precision,
        published: base.published,
        part: match args.split.as_str() {
            "train" => Part::Train,
            "unlabelled" => Part::Unlabelled,
            _ => Part::Test,
        },
        any: args.any,
        predicted: args.target == "predicted",
        reward: parse::setting("--reward", &args.reward)?,
        batch: args.batch,
        control: args.control,
        // A precision has no parts, and a scheduler may run several in an array.
        share: match precision {
            Some(_) => args.part,
            None => parse::part(args.part)?,
        },
        seed: args.place.seed,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::commands::args::{Cli, Command};

    #[test]
    fn arguments_and_values_have_the_same_defaults() {
        let cli = Cli::parse_from(["interaction", "discover"]);
        let Some(Command::Discover(args)) = cli.command else {
            panic!("discover");
        };
        assert_eq!(measure(&args).unwrap(), Measure::default());
    }
}
