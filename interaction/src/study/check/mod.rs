//! Reads a study and refuses what means nothing, with the line and the column where it stands.

mod claims;

use std::ops::Range;

use toml::Spanned;

use super::cells::{MOST_SEEDS, is_kept};
use super::entries::{modulation, place};
use super::file::{
    MeasureEntry, Picture, SCHEMA, Scale, Study, SubjectEntry, Tuning, Variant, value,
};
use crate::error::{Error, Result, usage};
use crate::subject::{Part, Spec, check_network, data_set};

/// Reads a study from the text of a file of this name.
///
/// # Errors
///
/// Fails where the text is no study, or something in it means nothing; the error tells line and column.
pub fn read(text: &str, name: &str) -> Result<Study> {
    let study: Study = toml::from_str(text).map_err(|e| usage(format!("{name}: {e}")))?;
    let reader = Reader { text, name };
    reader.check(&study)?;
    Ok(study)
}

/// A text and its name, for errors.
struct Reader<'a> {
    text: &'a str,
    name: &'a str,
}

impl Reader<'_> {
    /// An error at a place of the text.
    fn at(&self, span: Range<usize>, reason: impl std::fmt::Display) -> Error {
        let before = &self.text[..span.start.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let name = self.name;
        usage(format!("{name}, line {line}, column {column}: {reason}"))
    }

    fn check(&self, study: &Study) -> Result<()> {
        let schema = *study.schema.get_ref();
        if schema != SCHEMA {
            let reason = format!("schema {schema}: this version reads schema {SCHEMA}");
            return Err(self.at(study.schema.span(), reason));
        }
        self.plain(&study.name)?;
        self.unique("subject", study.subjects.iter().map(|entry| &entry.name))?;
        self.unique("variant", study.variants.iter().map(|entry| &entry.name))?;
        self.unique("measure", study.measures.iter().map(|entry| &entry.name))?;
        for subject in &study.subjects {
            let (model, data) = (subject.model.get_ref(), subject.data.get_ref());
            let set = data_set(data).map_err(|e| self.at(subject.data.span(), e))?;
            if data == "npz" {
                let reason = "data \"npz\": sets of a study lie in folders, and arrays in a file; take csv, images, sentences or series";
                return Err(self.at(subject.data.span(), reason));
            }
            check_network(&Spec::new(model, data), set.kind)
                .map_err(|e| self.at(subject.model.span(), e))?;
            let settings = subject.spec().check(set.kind);
            settings.map_err(|e| self.at(subject.name.span(), e))?;
            self.start(subject)?;
            self.tuning(
                &subject.training,
                &subject.name,
                subject.start_name().is_some(),
            )?;
        }
        self.tuning(&study.training, &study.name, false)?;
        for variant in &study.variants {
            self.variant(study, variant)?;
        }
        let scales = &study.scales;
        for scale in [&scales.smoke, &scales.laptop, &scales.published] {
            self.scale(study, scale)?;
        }
        for measure in &study.measures {
            self.measure(study, measure)?;
        }
        if !study.pictures.is_empty() {
            self.unique("picture", study.pictures.iter().map(|entry| &entry.name))?;
        }
        for picture in &study.pictures {
            self.picture(study, picture)?;
        }
        self.claims(study)
    }

    /// Refuses terms that mean nothing, or steer a training that there is none of.
    fn variant(&self, study: &Study, variant: &Variant) -> Result<()> {
        self.tuning(&variant.training, &variant.name, false)?;
        for term in &variant.terms {
            let made = modulation(std::slice::from_ref(term))
                .and_then(|made| Ok(made.check(usize::MAX >> 12)?));
            made.map_err(|e| self.at(term.span(), e))?;
        }
        let Some(term) = variant.terms.first() else {
            return Ok(());
        };
        if variant.untrained {
            let reason = "a term steers a training, and the variant is untrained";
            return Err(self.at(term.span(), reason));
        }
        let still = study.subjects.iter().find(|subject| {
            let own = variant.training.over(&subject.training);
            let mut measures = study.measures.iter();
            value(&own.over(&study.training).epochs) == Some(0)
                && measures.any(|measure| measure.is_of(subject, variant))
        });
        match still {
            None => Ok(()),
            Some(subject) => Err(self.at(
                term.span(),
                format!(
                    "a term steers a training, and {} has none: give it or the variant epochs",
                    subject.name.get_ref()
                ),
            )),
        }
    }

    /// Refuses a name that cannot be a folder's.
    fn plain(&self, name: &Spanned<String>) -> Result<()> {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        match !name.get_ref().is_empty() && name.get_ref().chars().all(fits) {
            true => Ok(()),
            false => Err(self.at(
                name.span(),
                format!(
                    "\"{}\": a name has letters, digits and dashes",
                    name.get_ref()
                ),
            )),
        }
    }

    fn unique<'a>(
        &self,
        kind: &str,
        names: impl Iterator<Item = &'a Spanned<String>>,
    ) -> Result<()> {
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            self.plain(name)?;
            if seen.contains(&name.get_ref().as_str()) {
                let reason = format!("there are two {kind}s \"{}\"", name.get_ref());
                return Err(self.at(name.span(), reason));
            }
            seen.push(name.get_ref());
        }
        match seen.is_empty() {
            true => Err(self.at(0..0, format!("a study has at least one [[{kind}]]"))),
            false => Ok(()),
        }
    }

    /// Refuses a digest that is none, or of random weights.
    fn start(&self, subject: &SubjectEntry) -> Result<()> {
        let Some(stated) = &subject.sha256 else {
            return Ok(());
        };
        let text = stated.get_ref();
        match text.len() >= 8 && text.chars().all(|c| c.is_ascii_hexdigit()) {
            _ if subject.start_name().is_none() => Err(self.at(
                stated.span(),
                "sha256 is of weights: give them, or leave it out",
            )),
            true => Ok(()),
            false => Err(self.at(
                stated.span(),
                "sha256: give the first eight hexadecimal digits, or more",
            )),
        }
    }

    /// Refuses settings of a training; one with `given` weights may have no epoch.
    fn tuning(&self, tuning: &Tuning, of: &Spanned<String>, given: bool) -> Result<()> {
        let refuse = |span, reason: &str| {
            Err(self.at(span, format!("the training of {}: {reason}", of.get_ref())))
        };
        let Tuning {
            epochs,
            batch,
            learning_rate,
            weight_decay,
            samples,
            ..
        } = tuning;
        if let Some(span) = place(epochs, |epochs| *epochs == 0 && !given) {
            return refuse(
                span,
                "epochs = 0: train at least one, call the variant untrained, or give the subject weights",
            );
        }
        if let Some(span) = place(batch, |batch| *batch == 0) {
            return refuse(span, "batch = 0: a batch has at least one sample");
        }
        if let Some(span) = place(samples, |samples| *samples == 0) {
            return refuse(span, "samples = 0: train on at least one");
        }
        if let Some(span) = place(learning_rate, |rate| !(*rate > 0.0 && *rate <= 1.0)) {
            return refuse(span, "learning-rate: a rate is above 0 and at most 1");
        }
        if let Some(span) = place(weight_decay, |decay| !(decay.is_finite() && *decay >= 0.0)) {
            return refuse(span, "weight-decay: a decay is a number from 0 on");
        }
        Ok(())
    }

    fn scale(&self, study: &Study, scale: &Scale) -> Result<()> {
        let names: Vec<&str> = subjects(study);
        for name in scale.subjects.get_ref() {
            self.known("subject", name, &names)?;
        }
        let counts = [
            ("seeds", &Some(scale.seeds.clone())),
            ("epochs", &scale.epochs),
            ("training-samples", &scale.training_samples),
            ("samples", &scale.samples),
        ];
        let zero = |(name, count): (&'static str, &Option<Spanned<usize>>)| {
            place(count, |count| *count == 0).map(|span| (name, span))
        };
        if *scale.seeds.get_ref() > MOST_SEEDS {
            let reason = format!("scales: seeds: give {MOST_SEEDS} at the most");
            return Err(self.at(scale.seeds.span(), reason));
        }
        match counts.into_iter().find_map(zero) {
            Some((name, span)) => {
                Err(self.at(span, format!("scales: {name} = 0: give at least 1")))
            }
            None if scale.subjects.get_ref().is_empty() => Err(self.at(
                scale.subjects.span(),
                "scales: a scale has at least one subject",
            )),
            None => Ok(()),
        }
    }

    fn known(&self, kind: &str, name: &Spanned<String>, names: &[&str]) -> Result<()> {
        match names.contains(&name.get_ref().as_str()) {
            true => Ok(()),
            false => Err(self.at(
                name.span(),
                format!(
                    "there is no {kind} \"{}\": there are {}",
                    name.get_ref(),
                    names.join(", ")
                ),
            )),
        }
    }

    /// Refuses lists of names that are empty: without a list all are meant.
    fn filled(&self, names: &Option<Vec<Spanned<String>>>, beside: Range<usize>) -> Result<()> {
        match names {
            Some(names) if names.is_empty() => Err(self.at(
                beside,
                "an empty list of names: leave it out, and all are meant",
            )),
            _ => Ok(()),
        }
    }

    fn measure(&self, study: &Study, measure: &MeasureEntry) -> Result<()> {
        self.filled(&measure.subjects, measure.name.span())?;
        self.filled(&measure.variants, measure.name.span())?;
        for name in measure.subjects.iter().flatten() {
            self.known("subject", name, &subjects(study))?;
        }
        for name in measure.variants.iter().flatten() {
            self.known("variant", name, &variants(study))?;
        }
        if let Some(at) = &measure.at
            && ![0.25, 0.5, 0.75, 1.0].contains(at.get_ref())
        {
            let reason = format!("at = {}: give 0.25, 0.5, 0.75 or 1", at.get_ref());
            return Err(self.at(at.span(), reason));
        }
        if let Some(epoch) = &measure.epoch {
            let never = !is_kept(*epoch.get_ref());
            let reason = match measure.at {
                Some(_) => "give one of at and epoch",
                None if never => {
                    "epoch: weights are kept after 1, 2, 5, 10, 20, 50 epochs and so on"
                }
                None => "",
            };
            if !reason.is_empty() {
                return Err(self.at(epoch.span(), reason));
            }
        }
        if let Some(span) = place(&measure.samples, |samples| *samples == 0) {
            return Err(self.at(span, "samples = 0: measure at least one sample"));
        }
        if measure.part == Some(Part::Unlabelled) {
            let reason = "part = \"unlabelled\": these samples have no classes to measure by; take train or test";
            return Err(self.at(measure.name.span(), reason));
        }
        let whole =
            measure.epoch.is_none() && measure.at.as_ref().is_none_or(|at| *at.get_ref() == 1.0);
        if let Some(fit) = measure.fit.as_ref().filter(|_| !whole) {
            let reason = "a fit is of the whole training, epoch by epoch: leave out at and epoch";
            return Err(self.at(fit.span(), reason));
        }
        let evaluation = measure.evaluation(None);
        let evaluation = evaluation.map_err(|reason| self.at(measure.name.span(), reason))?;
        let span = measure.kind().unwrap_or(measure.name.span());
        evaluation.check().map_err(|e| self.at(span, e))
    }

    fn picture(&self, study: &Study, picture: &Picture) -> Result<()> {
        if picture.lines.get_ref().is_empty() {
            return Err(self.at(picture.lines.span(), "a picture has at least one line"));
        }
        for line in picture.lines.get_ref() {
            let spanned = |name: &String| Spanned::new(line.span(), name.clone());
            let line = line.get_ref();
            self.known("variant", &spanned(&line.variant), &variants(study))?;
            self.known("measure", &spanned(&line.measure), &measures(study))?;
        }
        Ok(())
    }
}

fn subjects(study: &Study) -> Vec<&str> {
    let names = study.subjects.iter().map(|entry| entry.name.get_ref());
    names.map(String::as_str).collect()
}

fn variants(study: &Study) -> Vec<&str> {
    let names = study.variants.iter().map(|entry| entry.name.get_ref());
    names.map(String::as_str).collect()
}

fn measures(study: &Study) -> Vec<&str> {
    let names = study.measures.iter().map(|entry| entry.name.get_ref());
    names.map(String::as_str).collect()
}
