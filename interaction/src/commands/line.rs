//! Options in the words of a command line.

use burn_interaction::internal;

/// The words of this process, for results to say: without the tokens of servers.
pub fn own() -> Vec<String> {
    let words = std::env::args_os();
    words.map(|word| masked(&word.to_string_lossy())).collect()
}

/// A device as results name it: without the token of a server.
pub fn masked(word: &str) -> String {
    let pieces = word.split(',').map(internal::masked);
    pieces.collect::<Vec<_>>().join(",")
}

/// The words without an option, `--name` or `--name VALUE` or `--name=VALUE`.
pub fn without(words: &[String], name: &str, has_value: bool) -> Vec<String> {
    let mut kept = Vec::with_capacity(words.len());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == name {
            if has_value {
                words.next();
            }
        } else if !word
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('='))
        {
            kept.push(word.clone());
        }
    }
    kept
}

/// The words with another value of an option, which stands last then.
pub fn with(words: &[String], name: &str, value: &str) -> Vec<String> {
    let mut words = without(words, name, true);
    words.extend([name.into(), value.into()]);
    words
}

/// This process's command with another option, in words: in place of those of its own that exclude it.
pub fn again(option: &str, excluded: &[&str]) -> String {
    differently(&own(), option, excluded)
}

fn differently(words: &[String], option: &str, excluded: &[&str]) -> String {
    let given = excluded.iter().filter_map(|name| spelled(words, name));
    let given: Vec<String> = given.collect();
    let instead = match given.is_empty() {
        true => String::new(),
        false => format!(" in place of {}", given.join(" and ")),
    };
    format!("the same command with {option}{instead}")
}

/// An option as it is given, with its value where it has one; `None` where it is not given.
fn spelled(words: &[String], name: &str) -> Option<String> {
    let is = |word: &String| {
        let rest = word.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    };
    let place = words.iter().position(is)?;
    let value = match words[place].split_once('=') {
        Some((_, value)) => Some(value),
        None => {
            let next = words.get(place + 1).map(String::as_str);
            next.filter(|next| !next.starts_with("--"))
        }
    };
    Some(match value {
        Some(value) => format!("{name} {value}"),
        None => name.into(),
    })
}

/// The value of an option, `--name VALUE` or `--name=VALUE`.
pub fn value<'a>(words: &'a [String], name: &str) -> Option<&'a str> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == name {
            return words.next().map(String::as_str);
        }
        if let Some(value) = word
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('='))
        {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_given_again_says_what_the_new_option_takes_the_place_of() {
        let words = ["discover", "--force", "--contexts=5", "--contextual"].map(String::from);
        let again = |excluded: &[&str]| differently(&words, "--resume", excluded);
        assert_eq!(
            again(&["--force", "--part"]),
            "the same command with --resume in place of --force"
        );
        assert_eq!(
            again(&["--force", "--contexts"]),
            "the same command with --resume in place of --force and --contexts 5"
        );
        let words = ["discover", "--contexts", "1", "--out", "a"].map(String::from);
        let option = "--contexts 5 and another --out";
        assert_eq!(
            differently(&words, option, &["--contexts"]),
            "the same command with --contexts 5 and another --out in place of --contexts 1"
        );
        assert_eq!(again(&["--part"]), "the same command with --resume");
    }

    #[test]
    fn tokens_are_no_part_of_results() {
        for (word, expected) in [
            ("flex,flex", "flex,flex"),
            (
                "--device=remote:ws://a@b@gpu:1,remote:ws://c@d:2#1",
                "--device=remote:ws://TOKEN@gpu:1,remote:ws://TOKEN@d:2#1",
            ),
            ("remote:ws://gpu:1", "remote:ws://gpu:1"),
        ] {
            assert_eq!(masked(word), expected);
        }
    }

    #[test]
    fn options_are_taken_out_and_given_anew() {
        let words = "discover --out a --part=1/2 --outer b --resume";
        let words: Vec<String> = words.split(' ').map(String::from).collect();
        assert_eq!(
            ["--out", "--part", "--ou"].map(|name| value(&words, name)),
            [Some("a"), Some("1/2"), None]
        );
        let left = without(&without(&words, "--part", true), "--resume", false);
        assert_eq!(left.join(" "), "discover --out a --outer b");
        let other = with(&left, "--out", "c d");
        assert_eq!(other.join(" "), "discover --outer b --out c d");
    }
}
