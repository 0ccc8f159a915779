use serde::{Deserialize, Serialize};

/// Everything about the network, its data and its machine that the numbers of a result do not say.
///
/// Every part is optional. Parts that two results both know must agree before they are put together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The network's name.
    pub network: Option<String>,
    /// The data's name, without its place on this machine.
    pub data: Option<String>,
    /// The part of the data that samples come from.
    pub split: Option<String>,
    /// The digest of the file of weights, see [`digest`](crate::digest); `untrained` for random weights.
    pub weights: Option<String>,
    /// The way samples became inputs, such as a digest of statistics, sizes and vocabularies.
    pub inputs: Option<String>,
    /// The digest of the contents of data that are files of the user's own.
    pub contents: Option<String>,
    /// How the classes measured were chosen, `labels` or `predicted`; the runner fills this in.
    pub targets: Option<String>,
    /// The command that ran.
    pub command: Option<String>,
    /// The names of the classes, by their number.
    pub classes: Vec<String>,
    /// The kinds of device that computed; the runner fills this in.
    pub devices: Vec<String>,
}

impl Origin {
    /// The first thing that both know and that differs, with its value here and there.
    pub fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let parts: [(&'static str, &Option<String>, &Option<String>); 6] = [
            ("network", &self.network, &other.network),
            ("data", &self.data, &other.data),
            ("split", &self.split, &other.split),
            ("weights", &self.weights, &other.weights),
            ("ways to make inputs", &self.inputs, &other.inputs),
            ("targets", &self.targets, &other.targets),
        ];
        let classes = (!self.classes.is_empty()
            && !other.classes.is_empty()
            && self.classes != other.classes)
            .then(|| ("classes", self.classes.join(", "), other.classes.join(", ")));
        let differs = |(name, here, there): (_, &Option<String>, &Option<String>)| {
            let (here, there) = (here.as_ref()?, there.as_ref()?);
            (here != there).then(|| (name, here.clone(), there.clone()))
        };
        parts.into_iter().find_map(differs).or(classes)
    }

    /// Adds the parts that only the other knows.
    pub(crate) fn join(&mut self, other: &Self) {
        let pairs = [
            (&mut self.network, &other.network),
            (&mut self.data, &other.data),
            (&mut self.split, &other.split),
            (&mut self.weights, &other.weights),
            (&mut self.inputs, &other.inputs),
            (&mut self.contents, &other.contents),
            (&mut self.targets, &other.targets),
        ];
        for (here, there) in pairs {
            if here.is_none() {
                here.clone_from(there);
            }
        }
        if self.classes.is_empty() {
            self.classes.clone_from(&other.classes);
        }
        for device in &other.devices {
            self.computed_on(device);
        }
    }

    pub(crate) fn computed_on(&mut self, device: &str) {
        if !self.devices.iter().any(|known| known == device) {
            self.devices.push(device.into());
            self.devices.sort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_both_know_can_differ() {
        let of = |network: Option<&str>, split: Option<&str>| Origin {
            network: network.map(String::from),
            split: split.map(String::from),
            ..Origin::default()
        };
        assert_eq!(
            of(Some("a"), None).difference(&of(None, Some("test"))),
            None
        );
        let (what, here, there) = of(Some("a"), None)
            .difference(&of(Some("b"), None))
            .unwrap();
        assert_eq!((what, here.as_str(), there.as_str()), ("network", "a", "b"));
        let mut joined = of(Some("a"), None);
        joined.join(&of(None, Some("test")));
        assert_eq!(joined, of(Some("a"), Some("test")));
    }
}
