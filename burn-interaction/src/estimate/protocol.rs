use serde::{Deserialize, Serialize};

use crate::game::Reward;
use crate::players::Baseline;

use super::{Contexts, Estimator, Orders, Pairs};

/// The protocol of a measurement: with a network, its players and samples it fixes every coalition that is evaluated.
///
/// The default is that of [`Measurement`](crate::Measurement): the 13 published orders, 200 random pairs, 100 contexts,
/// toggled, log-odds, the players' own baseline, seed 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    /// The orders asked for.
    pub orders: Orders,
    /// The pairs asked for.
    pub pairs: Pairs,
    /// The estimator.
    pub estimator: Estimator,
    /// Contexts asked for at each pair and order.
    pub contexts: Contexts,
    /// The seed of all draws.
    pub seed: u64,
    /// The worth of a coalition.
    pub reward: Reward,
    /// The look of absent players; `None` before a run for the players' own, after it always known.
    pub baseline: Option<Baseline>,
    /// Samples with fewer players than this are left out.
    pub fewest: usize,
}

impl Default for Protocol {
    fn default() -> Self {
        Self {
            orders: Orders::published(),
            pairs: Pairs::random(200),
            estimator: Estimator::default(),
            contexts: Contexts::each(100),
            seed: 0,
            reward: Reward::default(),
            baseline: None,
            fewest: 2,
        }
    }
}

impl Protocol {
    /// The first setting that differs, with its value here and there.
    pub fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let settings = |protocol: &Self| {
            [
                ("orders", protocol.orders.to_string()),
                ("pairs", protocol.pairs.to_string()),
                ("estimator", protocol.estimator.to_string()),
                ("contexts", protocol.contexts.to_string()),
                ("seed", protocol.seed.to_string()),
                ("reward", protocol.reward.to_string()),
                ("fewest players", protocol.fewest.to_string()),
                ("baseline", protocol.baseline_in_words()),
            ]
        };
        let pairs = settings(self).into_iter().zip(settings(other));
        let mut all = pairs.map(|((name, here), (_, there))| (name, here, there));
        all.find(|(_, here, there)| here != there)
    }

    /// The look of absent players, in words.
    pub(crate) fn baseline_in_words(&self) -> String {
        match &self.baseline {
            Some(baseline) => baseline.to_string(),
            None => "the players' own".into(),
        }
    }
}

/// Declares the builder methods that set a protocol, once for every runner that holds one; `@settings` leaves out the one that
/// takes a whole protocol, for a runner that has its own.
macro_rules! sets_protocol {
    ($($setting:ident: $type:ty, $doc:literal;)*) => {
        /// Takes a whole protocol, in place of all settings so far.
        pub fn protocol(mut self, protocol: $crate::estimate::Protocol) -> Self {
            self.protocol = protocol;
            self
        }

        $crate::estimate::sets_protocol!(@settings $($setting: $type, $doc;)*);
    };
    (@settings $($setting:ident: $type:ty, $doc:literal;)*) => {
        $crate::estimate::sets_protocol!(@each
            orders: $crate::estimate::Orders, "The orders to measure.";
            estimator: $crate::estimate::Estimator, "How interactions are estimated.";
            seed: u64, "The seed of all draws. Together with the samples' ids it fixes the result, which does not depend on the batch size.";
            reward: $crate::game::Reward, "The worth of a coalition.";
            $($setting: $type, $doc;)*
        );

        /// Contexts for each pair and order, the same number for all or by ratio; where there are no more than that, all are
        /// evaluated and the result is exact.
        pub fn contexts(mut self, contexts: impl Into<$crate::estimate::Contexts>) -> Self {
            self.protocol.contexts = contexts.into();
            self
        }

        /// The look of absent players; by default as [`Players::baseline`](crate::Players::baseline) says.
        pub fn baseline(mut self, baseline: impl Into<Option<$crate::players::Baseline>>) -> Self {
            self.protocol.baseline = baseline.into();
            self
        }
    };
    (@each $($setting:ident: $type:ty, $doc:literal;)*) => {$(
        #[doc = $doc]
        pub fn $setting(mut self, $setting: $type) -> Self {
            self.protocol.$setting = $setting;
            self
        }
    )*};
}
pub(crate) use sets_protocol;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_protocols_differ_in_a_named_setting_with_both_values() {
        let one = Protocol::default();
        assert_eq!(one.difference(&one.clone()), None);
        let other = Protocol {
            pairs: Pairs::windows(3, 36),
            ..one.clone()
        };
        let (name, here, there) = one.difference(&other).unwrap();
        assert_eq!(
            (name, here.as_str(), there.as_str()),
            ("pairs", "random:200", "windows:3:36")
        );
        let other = Protocol {
            baseline: Some(Baseline::Values(vec![0.5])),
            ..one.clone()
        };
        let (name, _, there) = one.difference(&other).unwrap();
        assert_eq!((name, there.as_str()), ("baseline", "values:0.5"));
    }

    #[test]
    fn every_setting_counts_for_a_difference() {
        let one = Protocol::default();
        let others = [
            Protocol {
                orders: Orders::all(),
                ..one.clone()
            },
            Protocol {
                pairs: Pairs::all(),
                ..one.clone()
            },
            Protocol {
                estimator: Estimator::Paired,
                ..one.clone()
            },
            Protocol {
                contexts: 7.into(),
                ..one.clone()
            },
            Protocol {
                seed: 7,
                ..one.clone()
            },
            Protocol {
                reward: Reward::Logit,
                ..one.clone()
            },
            Protocol {
                baseline: Some(Baseline::Zero),
                ..one.clone()
            },
            Protocol {
                fewest: 7,
                ..one.clone()
            },
        ];
        for other in others {
            assert!(one.difference(&other).is_some(), "{other:?}");
        }
    }
}
