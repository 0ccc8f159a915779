use std::fmt::Write;

use burn_interaction::profile::{Allocation, Reached, Stopped};

use super::numbers::{number, seconds};

/// Writes what a pilot found and what a measurement will take, at so many seconds a forward.
pub fn plan(allocation: &Allocation, each: f64) -> String {
    let Allocation {
        samples,
        places,
        arms,
        forwards,
        pilot,
        components,
        wanted,
        within,
        ..
    } = allocation;
    let mut text = String::new();
    let wanted = wanted.error();
    let aim = match within {
        Some(within) => format!(
            "plan for the forwards allowed, which leave an error of about {} max(1, J) where {wanted} is wanted",
            number(*within)
        ),
        None => format!("plan for an error of {wanted} max(1, J)"),
    };
    if components.is_empty() {
        return format!(
            "every value of a sample is evaluated: samples are taken until the error of J is {wanted} max(1, J); parts take --samples in place of --precision"
        );
    }
    // Writing to a string never fails.
    let _ = writeln!(
        text,
        "pilot of {pilot} forwards: what adds to the variance of J, as standard deviations: of one sample, place, pair, and of the noise of contexts"
    );
    let _ = writeln!(text, "  ratio      J  samples  places   pairs  contexts");
    for c in components {
        let _ = writeln!(
            text,
            "  {:5.2}  {:5.2}  {:7.2}  {:6.2}  {:6.2}  {:8.2}",
            c.ratio, c.relative, c.samples, c.places, c.pairs, c.contexts
        );
    }
    let count = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let _ = write!(
        text,
        "{aim}: about {}, {} each, {} a place, {} contexts: {forwards} forwards, about {}",
        count(*samples, "sample"),
        count(*places, "place"),
        count(*arms, "pair"),
        allocation.contexts,
        seconds(each * *forwards as f64)
    );
    text
}

/// Says what a measurement to a precision reached.
pub fn reached(reached: &Reached) -> String {
    let wanted = reached.allocation.wanted.error();
    let error = reached
        .error
        .map_or("unknown".into(), |error| format!("{error:.3}"));
    let of = match reached.allocation.wanted.is_of_these() {
        true => "for just these samples",
        false => "over the data they come from",
    };
    let end = match reached.stopped {
        Stopped::Reached => String::new(),
        why => format!(": {why}"),
    };
    format!(
        "error of J {of}: {error} max(1, J), wanted {wanted}{end} ({} forwards, pilot included)",
        reached.forwards
    )
}

#[cfg(test)]
mod tests {
    use burn_interaction::{Contexts, Pairs, Precision};

    use super::*;

    fn allocation() -> Allocation {
        Allocation {
            wanted: Precision::new(0.05),
            within: None,
            samples: 120,
            places: 1,
            arms: 2,
            pairs: Pairs::stars(Some(2), 1, 2),
            contexts: Contexts::each(4),
            forwards: 30_000,
            pilot: 8000,
            raised: 0,
            discarded: 0,
            components: Vec::new(),
        }
    }

    #[test]
    fn a_plan_for_the_forwards_allowed_says_the_error_that_they_leave() {
        let component = burn_interaction::profile::Component {
            ratio: 0.5,
            relative: 0.4,
            samples: 0.1,
            places: 0.2,
            pairs: 0.1,
            contexts: 0.3,
            bias: 0.0,
        };
        let mut allocation = Allocation {
            components: vec![component],
            ..allocation()
        };
        let said = plan(&allocation, 1e-3);
        assert!(
            said.contains("plan for an error of 0.05 max(1, J): about 120 samples"),
            "{said}"
        );
        allocation.within = Some(0.123);
        let said = plan(&allocation, 1e-3);
        let end = "an error of about 0.1230 max(1, J) where 0.05 is wanted: about 120 samples";
        assert!(said.contains(end), "{said}");
    }

    #[test]
    fn a_precision_says_what_it_reached_and_why_it_ended() {
        let mut found = Reached {
            allocation: allocation(),
            error: Some(0.0481),
            stopped: Stopped::Reached,
            looks: Vec::new(),
            forwards: 39_000,
        };
        let said = reached(&found);
        assert!(
            said.contains("0.048 max(1, J), wanted 0.05 (39000"),
            "{said}"
        );
        found.stopped = Stopped::Samples;
        assert!(reached(&found).contains("no more samples"));
    }
}
