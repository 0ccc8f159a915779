//! A run with one protocol: samples are asked for, kept from an earlier result, measured and written, in as many goes as it takes.

use crate::error::{Error, Result};
use crate::estimate::{Parts, Protocol, order_at};
use crate::profile::{Axis, Journal, Profile, SampleProfile};

use super::exchange::Engine;
use super::measurement::Keeping;
use super::packing::Packing;
use super::run::Subjects;
use super::sheet::Sheet;
use super::{Measurement, Observer, run};

/// The facts that a run adds to the settings of a measurement.
pub(super) struct Setting {
    pub protocol: Protocol,
    pub described: String,
    pub grid: Option<[usize; 2]>,
    pub device: Option<String>,
    /// How the targets of a network were chosen; `None` for games.
    pub targets: Option<&'static str>,
}

/// A run in progress.
pub(super) struct Session<'a, E> {
    evaluate: &'a E,
    sheet: Sheet<'a>,
    packing: Packing,
    keeping: Keeping<'a>,
    device: Option<&'a str>,
    journal: Option<Journal>,
    profile: Profile,
}

impl<'a, E: Engine> Session<'a, E> {
    /// Begins a run with a protocol. Nothing is evaluated or written yet.
    ///
    /// # Errors
    ///
    /// Fails where a setting does not fit the samples.
    pub fn begin<P>(
        measurement: &'a Measurement<P>,
        protocol: &'a Protocol,
        evaluate: &'a E,
        setting: &'a Setting,
    ) -> Result<Self> {
        let counts = evaluate.players();
        let sheet = measurement.sheet(counts, setting.grid, protocol)?;
        let chosen = sheet.measurable()?;
        let keeping = measurement.keeping();
        let left_out_ids = match keeping.whole {
            Some(whole) => {
                sheet.check_whole(whole)?;
                sheet.ids_besides(&chosen)
            }
            None => Vec::new(),
        };
        let mut origin = keeping.origin.clone();
        origin.targets = setting.targets.map(String::from);
        if let Some(device) = &setting.device {
            origin.computed_on(device);
        }
        let profile = Profile {
            axis: Axis::new(&protocol.orders, chosen.iter().map(|s| counts[*s]))?,
            protocol: protocol.clone(),
            origin,
            described: setting.described.clone(),
            identified: keeping.identified,
            requested: Vec::new(),
            whole: keeping.whole.map(Vec::from),
            left_out: counts.len() - chosen.len(),
            left_out_ids,
            precision: None,
            samples: Vec::new(),
        };
        Ok(Self {
            evaluate,
            sheet,
            packing: measurement.packing()?,
            keeping,
            device: setting.device.as_deref(),
            journal: None,
            profile,
        })
    }

    /// Leaves the journal as it is: the samples of a pilot are thrown away, and are nothing to go on from.
    pub fn without_journal(mut self) -> Self {
        self.keeping.journal = None;
        self
    }

    /// The places of the samples that can be measured.
    ///
    /// # Errors
    ///
    /// Fails where there are none.
    pub fn places(&self) -> Result<Vec<usize>> {
        self.sheet.measurable()
    }

    /// Which of these places the last sample that is there stands at, counted from 1; zero where none is.
    pub fn kept(&self, places: &[usize]) -> usize {
        let there = |place: &usize| self.profile.sample(self.sheet.id(*place)).is_some();
        places.iter().rposition(there).map_or(0, |last| last + 1)
    }

    /// Forwards of those of these samples that are there.
    pub fn forwards(&self, places: &[usize]) -> u64 {
        let samples = places.iter();
        let samples = samples.filter_map(|place| self.profile.sample(self.sheet.id(*place)));
        samples.map(SampleProfile::forwards).sum()
    }

    /// Asks for no other samples than these.
    pub fn narrow(&mut self, places: &[usize]) {
        self.profile.requested = places.iter().map(|place| self.sheet.id(*place)).collect();
        self.profile.requested.sort_unstable();
    }

    /// Asks for no other samples than those that are there.
    pub fn narrow_to_finished(&mut self) {
        let ids = self.profile.samples.iter().map(SampleProfile::id);
        self.profile.requested = ids.collect();
    }

    /// The orders at the points of the curve, of a sample with so many players.
    pub fn orders_at(&self, players: usize) -> Vec<usize> {
        match self.profile.axis.orders() {
            [] => {
                let ratios = self.profile.axis.ratios().iter();
                ratios.map(|ratio| order_at(*ratio, players)).collect()
            }
            orders => orders.to_vec(),
        }
    }

    /// The result so far.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The result so far, to say of it what a precision reached.
    pub fn profile_mut(&mut self) -> &mut Profile {
        &mut self.profile
    }

    /// Asks for these samples. An open journal begins anew, with those finished so far.
    ///
    /// # Errors
    ///
    /// Fails where the journal cannot be written.
    pub fn request(&mut self, places: &[usize]) -> Result<()> {
        let ids = places.iter().map(|place| self.sheet.id(*place));
        self.profile.requested.extend(ids);
        self.profile.requested.sort_unstable();
        self.profile.requested.dedup();
        if let (Some(journal), Some(path)) = (&mut self.journal, self.keeping.journal) {
            *journal = Journal::create(path, &self.profile)?;
        }
        Ok(())
    }

    /// Keeps the samples of an earlier result.
    ///
    /// # Errors
    ///
    /// Fails where that is not of this run.
    pub fn keep(&mut self, earlier: &Profile) -> Result<()> {
        self.sheet
            .keep(earlier, &mut self.profile, self.evaluate, self.device)
    }

    /// Measures those of the samples that are not there yet. Returns whether all of them are there then.
    ///
    /// # Errors
    ///
    /// Fails where the network, a value or the journal is at fault.
    pub fn measure(&mut self, places: &[usize], observer: &mut impl Observer) -> Result<bool> {
        self.measure_parts(places, observer, &mut |_, _| ())
    }

    /// Measures as [`measure`](Session::measure) does, and hands out each sample pair by pair, where contexts are drawn.
    ///
    /// # Errors
    ///
    /// Fails where [`measure`](Session::measure) does.
    pub fn measure_pairs(
        &mut self,
        places: &[usize],
        observer: &mut impl Observer,
        parts: &mut dyn FnMut(&[usize], Parts),
    ) -> Result<bool> {
        self.sheet.parts = true;
        let measured = self.measure_parts(places, observer, parts);
        self.sheet.parts = false;
        measured
    }

    fn measure_parts(
        &mut self,
        places: &[usize],
        observer: &mut impl Observer,
        parts: &mut dyn FnMut(&[usize], Parts),
    ) -> Result<bool> {
        let Self {
            evaluate,
            sheet,
            packing,
            keeping,
            journal,
            profile,
            ..
        } = self;
        let missing = |place: &usize| profile.sample(sheet.id(*place)).is_none();
        let missing: Vec<usize> = places.iter().copied().filter(missing).collect();
        let points = 0..profile.axis.ratios().len();
        let mut finished = |sample: SampleProfile, of_pairs| {
            // Begun with the first sample: a run that fails before leaves nothing behind, and nothing of another is lost.
            match (&mut *journal, keeping.journal) {
                (Some(journal), _) => journal.add(&sample)?,
                (None, Some(path)) => {
                    let mut begun = Journal::create(path, profile)?;
                    begun.add(&sample)?;
                    *journal = Some(begun);
                }
                (None, None) => {}
            }
            if let Some(of_pairs) = of_pairs {
                let orders = points
                    .clone()
                    .map(|point| profile.axis.index(&sample, point));
                parts(&orders.collect::<Vec<_>>(), of_pairs);
            }
            profile.samples.push(sample);
            Ok(())
        };
        run::run(
            *evaluate,
            sheet,
            &missing,
            *packing,
            observer,
            &mut finished,
        )?;
        profile.samples.sort_by_key(|sample| sample.id());
        Ok(places
            .iter()
            .all(|place| profile.sample(sheet.id(*place)).is_some()))
    }

    /// The result.
    ///
    /// # Errors
    ///
    /// Fails where no sample was finished.
    pub fn finish(self) -> Result<Profile> {
        match self.profile.samples.is_empty() {
            true => Err(Error::Interrupted),
            false => Ok(self.profile),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Result;
    use crate::estimate::Pairs;
    use crate::game::Dividends;
    use crate::measure::Measurement;
    use crate::profile::Profile;

    /// A part of a whole: games with these ids and players.
    fn part(ids: &[u64], players: &[usize], whole: &[u64]) -> Result<Profile> {
        let game = |players: &usize| Dividends::sparse(*players, 4, (*players).min(2), 0);
        let games: Vec<Dividends> = players.iter().map(game).collect();
        let games: Vec<&Dividends> = games.iter().collect();
        let run = Measurement::of_games().pairs(Pairs::all());
        run.ids(ids).part_of(whole).run_games(&games)
    }

    #[test]
    fn a_whole_is_complete_without_samples_that_are_too_small() {
        let one = part(&[0, 1], &[1, 5], &[0, 1, 2]).unwrap();
        let two = part(&[2], &[5], &[0, 1, 2]).unwrap();
        for parts in [[one.clone(), two.clone()], [two.clone(), one.clone()]] {
            let merged = Profile::merge(parts).unwrap();
            assert!(merged.is_complete(), "{:?}", merged.missing());
            assert_eq!((merged.requested(), merged.left_out()), (2, 1));
            // Merged parts are parts.
            assert_eq!(Profile::merge([merged.clone()]).unwrap(), merged);
        }
        assert_eq!(Profile::merge([two]).unwrap().missing(), [0, 1]);
        assert_eq!(Profile::merge([one]).unwrap().missing(), [2]);
    }

    #[test]
    fn a_whole_has_the_samples_of_a_part_and_each_once() {
        let refused = |ids: &[u64], whole: &[u64]| {
            let error = part(ids, &[5, 5], whole).unwrap_err();
            error.to_string()
        };
        let twice = refused(&[0, 1], &[0, 1, 2, 1]);
        assert!(twice.contains("sample(s) 1 occur"), "{twice}");
        let other = refused(&[0, 7], &[0, 1, 2]);
        assert!(other.contains("part_of is without sample(s) 7"), "{other}");
    }

    #[test]
    fn a_journal_that_is_cut_within_a_character_keeps_the_lines_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let [one, two] = [0, 1].map(|seed| Dividends::sparse(5, 4, 2, seed));
        let names = vec![vec![String::from("é"); 5]; 2];
        let run = Measurement::of_games().pairs(Pairs::all()).names(names);
        let whole = run.journal(&path).run_games(&[&one, &two]).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let cut = bytes.iter().rposition(|byte| *byte > 127).unwrap();
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let kept = Profile::load_json(&path).unwrap();
        assert_eq!(kept.samples(), &whole.samples()[..1]);
        assert_eq!(kept.missing(), [1]);
    }
}
