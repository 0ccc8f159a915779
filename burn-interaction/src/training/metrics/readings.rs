use crate::profile::{Profile, Strength};
use crate::training::OrderInput;

/// The probe's readings so far in an epoch, joined.
#[derive(Debug, Clone, Default)]
pub(super) struct Readings(Option<Profile>);

impl Readings {
    /// Takes in a reading. Returns whether there was one.
    ///
    /// # Panics
    ///
    /// Panics if the readings of an epoch come from different probes.
    pub fn add(&mut self, input: &OrderInput) -> bool {
        let Some(reading) = &input.0 else {
            return false;
        };
        match &mut self.0 {
            Some(profile) => {
                let joined = profile.absorb(reading.as_ref().clone());
                joined.unwrap_or_else(|error| panic!("readings of an epoch: {error}"));
            }
            None => self.0 = Some(reading.as_ref().clone()),
        }
        true
    }

    pub fn strength(&self) -> Option<Strength> {
        self.0.as_ref().map(Profile::strength)
    }
}
