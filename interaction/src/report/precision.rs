use std::fmt::Write;

use burn_interaction::profile::{Allocation, Reached, Stopped};

use super::numbers::seconds;

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
        ..
    } = allocation;
    let mut text = String::new();
    let wanted = wanted.error();
    if components.is_empty() {
        return format!(
            "every value of a sample is evaluated: samples are taken until the error of J is {wanted} max(1, J)"
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
        "plan for an error of {wanted} max(1, J): about {}, {} each, {} a place, {} contexts: {forwards} forwards, about {}",
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

    #[test]
    fn a_precision_says_what_it_reached_and_why_it_ended() {
        let allocation = Allocation {
            wanted: Precision::new(0.05),
            samples: 120,
            places: 1,
            arms: 2,
            pairs: Pairs::stars(Some(2), 1, 2),
            contexts: Contexts::each(4),
            forwards: 30_000,
            pilot: 8000,
            raised: 0,
            components: Vec::new(),
        };
        let mut found = Reached {
            allocation,
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
