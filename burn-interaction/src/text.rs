//! One spelling of a setting for files, command lines and messages.

use std::str::FromStr;

use crate::error::{Error, Result};

/// Makes serde write a type as its `Display` and read it by its `FromStr`.
macro_rules! spelled {
    ($($type:ty),*) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(
                from: D,
            ) -> std::result::Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(crate) use spelled;

/// A number within the text of a setting.
pub(crate) fn number<T: FromStr>(name: &'static str, text: &str) -> Result<T> {
    let trimmed = text.trim();
    trimmed.parse().map_err(|_| {
        Error::setting(
            name,
            format!("\"{trimmed}\""),
            "it is no number that fits here",
        )
    })
}

/// Numbers between commas.
pub(crate) fn numbers<T: FromStr>(name: &'static str, text: &str) -> Result<Vec<T>> {
    text.split(',').map(|part| number(name, part)).collect()
}

/// Values with commas between them.
pub(crate) fn joined<T: ToString>(values: &[T]) -> String {
    let texts: Vec<String> = values.iter().map(T::to_string).collect();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use crate::{Baseline, Estimator, Orders, Pairs, Reward};

    fn survives<T>(value: T, text: &str)
    where
        T: std::fmt::Display + std::str::FromStr<Err = crate::Error> + PartialEq + std::fmt::Debug,
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        assert_eq!(value.to_string(), text);
        assert_eq!(text.parse::<T>().unwrap(), value);
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value);
    }

    #[test]
    fn settings_are_spelled_one_way_in_files_arguments_and_messages() {
        survives(Orders::published(), "published");
        survives(Orders::all(), "all");
        survives(Orders::given([0, 5]), "0,5");
        survives(Orders::ratios([0.0, 0.5, 1.0]), "r:0,0.5,1");
        survives(Pairs::all(), "all");
        survives(Pairs::random(50), "random:50");
        survives(Pairs::neighbours(2, 200), "neighbours:2:200");
        survives(Pairs::windows(3, 36), "windows:3:36");
        survives(Pairs::given([(0, 1), (4, 7)]), "0-1,4-7");
        survives(Estimator::Exact, "exact");
        survives(Estimator::Paired, "paired");
        survives(Estimator::toggled(), "toggled");
        survives(Estimator::Toggled { pool: 9 }, "toggled:9");
        survives(Estimator::Auto { exact: 14 }, "auto:14");
        survives(Reward::LogOdds, "log-odds");
        survives(Reward::LogProbability, "log-probability");
        survives(Reward::Logit, "logit");
        survives(Reward::Output, "output");
        survives(Baseline::Zero, "zero");
        survives(Baseline::Mean, "mean");
        survives(Baseline::Values(vec![0.1, -2.5]), "values:0.1,-2.5");
        survives(Baseline::Blur(1.5), "blur:1.5");
        survives(Baseline::Mask, "mask");
        survives(Baseline::Pad, "pad");
        survives(Baseline::Unknown, "unk");
        survives(Baseline::Hidden, "hide");
        // A bare number of pairs is a number of random ones.
        assert_eq!("50".parse::<Pairs>().unwrap(), Pairs::random(50));
    }

    #[test]
    fn what_means_nothing_is_named_with_what_would() {
        fn refused<T: std::str::FromStr<Err = crate::Error> + std::fmt::Debug>(
            text: &str,
            what: &str,
        ) {
            let error = text.parse::<T>().unwrap_err().to_string();
            assert!(error.contains(text) && error.contains(what), "{error}");
        }
        refused::<Orders>("low", "published");
        refused::<Orders>("r:0,x", "x");
        refused::<Pairs>("near", "neighbours");
        refused::<Pairs>("1-2,3", "1-2,3");
        refused::<Estimator>("best", "toggled");
        refused::<Reward>("gold", "log-odds");
        refused::<Baseline>("grey", "values");
        refused::<Baseline>("blur:wide", "wide");
    }
}
