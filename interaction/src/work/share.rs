use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of several parts of a run, `i/n` with i from 1: every n-th sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    number: usize,
    of: usize,
}

impl Share {
    /// The places of the share's samples among so many samples.
    pub fn places(self, samples: usize) -> Vec<usize> {
        (self.number - 1..samples).step_by(self.of).collect()
    }
}

/// The variable that says how many parts there are, where a scheduler does not.
const PARTS: &str = "INTERACTION_PARTS";
/// The variable that numbers the tasks of a Slurm array.
const SLURM: &str = "SLURM_ARRAY_TASK_ID";

/// The part of a task of a Slurm array, by the array's own least and largest number, step and count.
fn of_array(
    task: usize,
    number: impl Fn(&str) -> Result<Option<usize>, String>,
) -> Result<(usize, usize), String> {
    let (least, most) = (number("MIN")?.unwrap_or(0), number("MAX")?);
    let step = number("STEP")?.unwrap_or(1).max(1);
    let count = number("COUNT")?.unwrap_or(0);
    let all = most.map_or(count, |most| most.saturating_sub(least) / step + 1);
    // A few tasks of an array that are started again are numbered on.
    match least <= 1 && all == count {
        true => Ok((task.saturating_sub(least) / step + 1, count)),
        false => Err(format!(
            "the tasks of this array are not numbered from 0 or 1 without gaps: set {PARTS}, or give --part"
        )),
    }
}

impl Share {
    /// One of several parts, by its number from 1.
    fn new(number: usize, of: usize) -> Option<Self> {
        (1..=of).contains(&number).then_some(Self { number, of })
    }

    /// Whether there are other parts.
    pub fn is_part(self) -> bool {
        self.of > 1
    }

    /// The number of the part, from 1, and the number of parts.
    pub fn numbers(self) -> (usize, usize) {
        (self.number, self.of)
    }

    /// The part that the task of a Slurm array, a Kubernetes index or a HyperQueue array is to compute, with the variable that says so; `None`
    /// outside of these, and where nobody says how many parts there are.
    ///
    /// # Errors
    ///
    /// Fails where the variables do not fit together.
    pub fn of_task(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<(Self, &'static str)>, String> {
        let number = |name: &str| match variable(name).map(|text| (text.parse().ok(), text)) {
            None => Ok(None),
            Some((Some(number), _)) => Ok(Some(number)),
            Some((None, text)) => Err(format!("{name} is \"{text}\", which is no number")),
        };
        let parts: Option<usize> = number(PARTS)?;
        // HyperQueue's workers may run inside a Slurm job, and hand its variables on: the innermost counts.
        let (name, number, of) = if let Some(task) = number("HQ_TASK_ID")? {
            let Some(of) = parts else { return Ok(None) };
            ("HQ_TASK_ID", task, of)
        } else if let Some(index) = number("JOB_COMPLETION_INDEX")? {
            let Some(of) = parts else { return Ok(None) };
            ("JOB_COMPLETION_INDEX", index + 1, of)
        } else if let Some(task) = number(SLURM)? {
            let (number, of) = match parts {
                Some(of) => (task, of),
                None => of_array(task, |name| number(&format!("SLURM_ARRAY_TASK_{name}")))?,
            };
            (SLURM, number, of)
        } else {
            return Ok(None);
        };
        match Self::new(number, of) {
            Some(share) => Ok(Some((share, name))),
            None => Err(format!(
                "{name} makes this part {number} of {of}: give --part"
            )),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        let share = numbers.and_then(|(number, of)| Self::new(number, of));
        share.ok_or_else(|| "give i/n with i from 1 to n, such as 3/16".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedulers_name_the_part_of_a_task() {
        let part = |variables: &str| {
            let variables: Vec<(String, String)> = variables
                .split_whitespace()
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.into(), value.into()))
                .collect();
            let found = |name: &str| {
                let mut variables = variables.iter();
                variables.find(|(n, _)| n == name).map(|(_, v)| v.clone())
            };
            Share::of_task(found).map(|found| found.map(|(share, _)| share.to_string()))
        };
        for (variables, expected) in [
            ("", None),
            ("INTERACTION_PARTS=4", None),
            ("HQ_TASK_ID=3", None),
            ("HQ_TASK_ID=3 INTERACTION_PARTS=4", Some("3/4")),
            ("JOB_COMPLETION_INDEX=0 INTERACTION_PARTS=4", Some("1/4")),
            (
                "SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=3 SLURM_ARRAY_TASK_COUNT=4",
                Some("1/4"),
            ),
            (
                "SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=4",
                Some("3/4"),
            ),
            // A HyperQueue worker in a Slurm array.
            (
                "HQ_TASK_ID=9 SLURM_ARRAY_TASK_ID=2 INTERACTION_PARTS=16",
                Some("9/16"),
            ),
            ("HQ_TASK_ID=9 SLURM_ARRAY_TASK_ID=2", None),
            // One task again, as the launch file numbers it.
            (
                "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=7 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=1 INTERACTION_PARTS=16",
                Some("7/16"),
            ),
        ] {
            assert_eq!(part(variables).unwrap().as_deref(), expected, "{variables}");
        }
        for (variables, what) in [
            ("HQ_TASK_ID=5 INTERACTION_PARTS=4", "part 5 of 4"),
            ("SLURM_ARRAY_TASK_ID=x", "no number"),
            (
                "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=2",
                "without gaps",
            ),
            (
                "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=7 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=1",
                "from 0 or 1",
            ),
        ] {
            let error = part(variables).unwrap_err();
            assert!(error.contains(what), "{variables}: {error}");
        }
    }

    #[test]
    fn shares_take_every_sample_once() {
        let parts = [1, 2, 3].map(|i| format!("{i}/3").parse::<Share>().unwrap().places(7));
        assert_eq!(parts, [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
        for bad in ["0/3", "4/3", "3", "a/b", "1/0"] {
            assert!(bad.parse::<Share>().is_err(), "{bad}");
        }
    }
}
