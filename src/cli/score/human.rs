//! Results for people: each message with its evidence underlined in place, like a compiler's diagnostics.

use super::evidence::{MOST_MARKS, excerpt};
use super::input::Given;
use super::tally::Tally;
use crate::cli::Failure;
use crate::cli::output::{self, Out, counted, one_line};
use crate::conversation::{Message, Role, Visibility};
use crate::lexicon::{Family, Label};
use crate::wire::{Context, ConversationResult, CriterionResult, CueResult, DetectionResult, MessageResult};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use clap::builder::styling::{AnsiColor, Style};
use std::io::Write;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const BAD: Style = AnsiColor::Yellow.on_default();

/// Characters of a quotation beside other words.
const QUOTED: usize = 60;

/// Characters of a row of a message: what is easy to read, with room for labels.
const ROW: usize = 76;

pub(super) struct Human {
    out: Out,
    renderer: Renderer,
    width: usize,
}

impl Human {
    pub(super) fn new() -> Self {
        let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = terminal.unwrap_or(100).clamp(60, 120);
        // The rows are cut to fit here; the renderer is not to cut them again.
        Self { out: output::stdout(), renderer: Renderer::styled().term_width(1000), width }
    }

    pub(super) fn conversation(
        &mut self,
        context: &Context<'_>,
        given: &Given,
        result: &ConversationResult<'_>,
    ) -> Result<(), Failure> {
        let messages = &given.conversation.messages;
        let place = given
            .conversation
            .id
            .as_ref()
            .map_or_else(|| given.name.clone(), |id| format!("{} ({})", one_line(id.as_str(), QUOTED), given.name));
        if messages.len() > 1 {
            writeln!(self.out, "{BOLD}{place}{BOLD:#}")?;
        }
        for (message, read) in messages.iter().zip(&result.messages) {
            let name = if messages.len() > 1 { numbered(message, read) } else { place.clone() };
            if message.author.role == Role::Agent && message.visibility == Visibility::Public {
                self.agent(context, message, read, &name)?;
            } else {
                self.other(message, &name)?;
            }
        }
        Ok(self.out.flush()?)
    }

    /// A turn that is not judged: its beginning, so that the reader sees what was answered.
    fn other(&mut self, message: &Message, name: &str) -> Result<(), Failure> {
        let who = if message.visibility == Visibility::Internal { "internal note" } else { role(message.author.role) };
        let room = self.width.saturating_sub(name.len() + who.len() + 6).max(20);
        writeln!(self.out, "{DIM}{name}, {who}: {}{DIM:#}\n", one_line(&message.body, room))?;
        Ok(())
    }

    fn agent(
        &mut self,
        context: &Context<'_>,
        message: &Message,
        read: &MessageResult<'_>,
        name: &str,
    ) -> Result<(), Failure> {
        let author = message.author.name.as_deref().or(message.author.id.as_ref().map(|id| id.as_str()));
        let by = author.map_or_else(|| "agent".to_owned(), |author| one_line(author, QUOTED));
        let title = format!("{name}, {by}");
        let unmet = read.criteria.iter().any(|one| one.verdict == "unmet");
        let (level, headline) = match (read.score, &read.not_scored) {
            (Some(score), _) if unmet => (Level::WARNING, format!("score {score:.0}")),
            (Some(score), _) => (Level::NOTE, format!("score {score:.0}")),
            (None, Some(reason)) => (Level::INFO, format!("not scored, {}", reason.reason)),
            (None, None) => (Level::INFO, "not scored".to_owned()),
        };
        let shown: Vec<&DetectionResult<'_>> =
            read.detections.iter().filter(|one| context.only.is_some() || is_behaviour(one)).collect();
        let marks: Vec<_> = shown.iter().map(|one| one.span.start as usize..one.span.end as usize).collect();
        let excerpt = excerpt(&message.body, &marks, self.width.saturating_sub(8).min(ROW));
        let mut snippet = Snippet::<Annotation<'_>>::source(excerpt.text.as_str()).line_numbering(false).fold(false);
        for (mark, range, last) in &excerpt.parts {
            let one = shown[*mark];
            let kind =
                if breaks_trust(one) && !one.in_doubt { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(range.clone());
            snippet = snippet.annotation(if *last { annotation.label(mark_label(one)) } else { annotation });
        }
        let mut group = Group::with_title(level.clone().with_name(headline).primary_title(title));
        if !excerpt.text.trim().is_empty() {
            group = group.element(snippet);
        }
        for (name, text) in self.remarks(read, shown.len()) {
            let level = if name == "advice" { Level::HELP } else { Level::NOTE };
            group = group.element(level.with_name(name).message(text));
        }
        writeln!(self.out, "{}\n", self.renderer.render(&[group]))?;
        Ok(())
    }

    /// What stands under a message: name and text of each remark.
    fn remarks(&self, read: &MessageResult<'_>, shown: usize) -> Vec<(&'static str, String)> {
        let mut remarks = Vec::new();
        if shown > MOST_MARKS {
            remarks.push(("more", format!("{} further findings; --format json gives all", shown - MOST_MARKS)));
        }
        if read.zoning_uncertain {
            remarks.push(("caution", "it was hard to tell the author's words from quoted ones".into()));
        }
        if let Some(found) = &read.findings {
            let named = [
                ("excuse", found.excuse, found.confidence.excuse),
                ("finger-pointing", found.finger_pointing, found.confidence.finger_pointing),
                ("missing apology", found.missing_apology, found.confidence.missing_apology),
                ("missing follow-up", found.missing_follow_up, found.confidence.missing_follow_up),
            ];
            let held: Vec<String> = named
                .iter()
                .filter(|(_, holds, _)| *holds)
                .map(|(name, _, confidence)| {
                    confidence.map_or_else(|| (*name).to_owned(), |confidence| format!("{name} {confidence:.2}"))
                })
                .collect();
            let text = if held.is_empty() {
                "no excuse, no finger-pointing, no missing apology, no missing follow-up".to_owned()
            } else {
                format!("{BAD}{}{BAD:#}", held.join(", "))
            };
            remarks.push(("findings", text));
        }
        // Where nothing was read or too little, there is no situation worth telling.
        let told = read.not_scored.as_ref().is_none_or(|reason| reason.code == "no_criterion_applies");
        if let Some(situation) = read.situation.as_ref().filter(|_| told) {
            let mut parts = vec![match &situation.evidence.service_failure {
                Some(cue) if situation.service_failure => {
                    format!("service failure shown in {}", place(cue, read.index))
                }
                _ if situation.service_failure => "service failure".to_owned(),
                _ => "no service failure shown".to_owned(),
            }];
            if situation.service_failure {
                parts.push(match &situation.evidence.earlier_apology {
                    _ if situation.apology_due => "apology due".to_owned(),
                    Some(cue) => format!("apologised already in {}", place(cue, read.index)),
                    None => "no apology due".to_owned(),
                });
                parts.push(match &situation.evidence.follow_up {
                    Some(cue) if situation.follow_up_due && cue.rule.is_none() => {
                        "follow-up due: the answer only tells".to_owned()
                    }
                    Some(cue) if situation.follow_up_due => {
                        format!("follow-up due after «{}»", one_line(cue.text, QUOTED))
                    }
                    None if situation.follow_up_due => "follow-up due".to_owned(),
                    Some(cue) => format!("no follow-up due after «{}»", one_line(cue.text, QUOTED)),
                    None => "no follow-up due".to_owned(),
                });
            }
            remarks.push(("situation", parts.join("; ")));
        }
        for one in read.criteria.iter().filter(|one| one.verdict != "not_applicable") {
            remarks.push((one.verdict, criterion(one, &read.detections)));
            remarks.extend(one.advice.map(|advice| ("advice", advice.to_owned())));
        }
        remarks
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    pub(super) fn finish(&mut self, tally: &Tally) -> Result<(), Failure> {
        let (messages, conversations) =
            (counted(tally.messages, "message"), counted(tally.conversations, "conversation"));
        write!(self.out, "{BOLD}{messages} in {conversations} read: {} scored", tally.scored)?;
        if let Some(mean) = tally.mean() {
            write!(self.out, ", mean score {mean:.0}")?;
        }
        write!(self.out, "{BOLD:#}")?;
        if let Some(threshold) = tally.threshold {
            write!(self.out, "; {} below {threshold}", tally.below)?;
        }
        if !tally.not_scored.is_empty() {
            let parts: Vec<String> =
                tally.not_scored.iter().map(|((_, reason), count)| format!("{count} {reason}")).collect();
            write!(self.out, "; not scored: {}", parts.join(", "))?;
        }
        if tally.failed_to_read() {
            write!(self.out, "; {} could not be read", counted(tally.unreadable.len(), "input"))?;
        }
        writeln!(self.out)?;
        Ok(self.out.flush()?)
    }
}

fn numbered(message: &Message, read: &MessageResult<'_>) -> String {
    let id = message.id.as_ref().map(|id| format!(" ({})", one_line(id.as_str(), QUOTED))).unwrap_or_default();
    format!("turn {}{id}", read.index + 1)
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Customer => "customer",
        Role::Agent => "agent",
        Role::Bot => "bot",
        Role::System => "system",
    }
}

fn family(one: &DetectionResult<'_>) -> Option<Family> {
    Label::from_name(one.label).map(Label::family)
}

fn is_behaviour(one: &DetectionResult<'_>) -> bool {
    Label::from_name(one.label).is_some_and(Label::is_behaviour)
}

fn breaks_trust(one: &DetectionResult<'_>) -> bool {
    family(one) == Some(Family::BreaksTrust)
}

/// `excuse 0.72 (excuse-policy-is)`, `apology:formulaic 0.95 (apology-sorry)`.
fn mark_label(one: &DetectionResult<'_>) -> String {
    let kind = one.kind.map(|kind| format!(":{kind}")).unwrap_or_default();
    let confidence = one.confidence.map(|confidence| format!(" {confidence:.2}")).unwrap_or_default();
    let doubt = if one.in_doubt { ", in doubt" } else { "" };
    format!("{}{kind}{confidence} ({}{doubt})", one.label, one.rule)
}

/// Where a cue stands, seen from message `index`.
fn place(cue: &CueResult<'_>, index: usize) -> String {
    let words = one_line(cue.text, QUOTED);
    let by = cue.rule.unwrap_or("a plain statement");
    if cue.message as usize == index {
        format!("this message: «{words}» ({by})")
    } else {
        format!("turn {}: «{words}» ({by})", cue.message + 1)
    }
}

fn criterion(one: &CriterionResult<'_>, detections: &[DetectionResult<'_>]) -> String {
    let words: Vec<String> =
        one.evidence.iter().take(3).map(|&index| format!("«{}»", one_line(detections[index].text, QUOTED))).collect();
    let more = one.evidence.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let critical = if one.critical { " (critical)" } else { "" };
    let evidence = if words.is_empty() { String::new() } else { format!(" {}{more}", words.join(", ")) };
    format!("{}{critical}{evidence}", one.question)
}
