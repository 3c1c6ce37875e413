//! `confidence.toml`, read.

use super::super::error::LexiconError;
use super::super::label::Label;
use super::super::{LexiconFile, parse};
use super::{Claim, Measurements, Sample, Share};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The only version of the file's form so far.
pub(super) const VERSION: u32 = 1;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShareForm {
    right: u32,
    of: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleForm {
    messages: u32,
    #[serde(default)]
    corpora: BTreeMap<String, u32>,
    #[serde(default)]
    labels: BTreeMap<Spanned<String>, Spanned<ShareForm>>,
    #[serde(default)]
    rules: BTreeMap<String, Spanned<ShareForm>>,
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::lexicon) struct ConfidenceForm {
    version: Spanned<u32>,
    measured_on: String,
    rules: String,
    readers: String,
    unseen: SampleForm,
    #[serde(default)]
    written_from: SampleForm,
}

impl ConfidenceForm {
    /// What `file` says; what is wrong in it is added to `errors`.
    pub(in crate::lexicon) fn checked(self, file: &LexiconFile, errors: &mut Vec<LexiconError>) -> Measurements {
        let mut refuse =
            |at: usize, problem: String| errors.push(LexiconError::at(&file.path, &file.text, at, problem));
        if *self.version.get_ref() != VERSION {
            let problem = format!("version {} is not known; this program reads {VERSION}", self.version.get_ref());
            refuse(self.version.span().start, problem);
        }
        Measurements {
            measured_on: self.measured_on,
            rules: self.rules,
            readers: self.readers,
            unseen: self.unseen.checked(&mut refuse),
            written_from: self.written_from.checked(&mut refuse),
        }
    }
}

impl SampleForm {
    fn checked(self, refuse: &mut impl FnMut(usize, String)) -> Sample {
        let mut share = |name: &str, form: &Spanned<ShareForm>| {
            let ShareForm { right, of } = *form.get_ref();
            if right > of {
                refuse(form.span().start, format!("`{name}` cannot be right in {right} of {of} messages"));
            }
            Share { right, of }
        };
        let rules = self.rules.iter().map(|(id, form)| (id.clone(), share(id, form))).collect();
        let labels: BTreeMap<String, Share> =
            self.labels.iter().map(|(name, form)| (name.get_ref().clone(), share(name.get_ref(), form))).collect();
        for name in self.labels.keys().filter(|name| !is_measured(name.get_ref())) {
            let known: Vec<&str> = measured().collect();
            let problem = format!("`{}` is not measured; allowed are {}", name.get_ref(), known.join(", "));
            refuse(name.span().start, problem);
        }
        Sample { messages: self.messages, corpora: self.corpora, labels, rules }
    }
}

/// All that people label and the file may give a precision of.
fn measured() -> impl Iterator<Item = &'static str> {
    let labels = Label::ALL.iter().filter(|label| label.is_behaviour()).map(|label| label.name());
    Claim::ALL.iter().map(|claim| claim.name()).chain(labels)
}

fn is_measured(name: &str) -> bool {
    measured().any(|known| known == name)
}

impl Measurements {
    /// Reads `text`, of the file `path`.
    ///
    /// # Errors
    /// What is wrong in it, and where.
    pub fn parse(path: &str, text: &str) -> Result<Self, super::super::LexiconErrors> {
        let file = LexiconFile { path: path.to_owned(), text: text.to_owned() };
        let mut errors = Vec::new();
        let form = parse::read::<ConfidenceForm>(&file).map_err(|error| super::super::LexiconErrors(vec![error]))?;
        let measurements = form.checked(&file, &mut errors);
        if errors.is_empty() { Ok(measurements) } else { Err(super::super::LexiconErrors(errors)) }
    }
}
