//! Whether something is still open on the company's side once the message is sent.
//!
//! The message's own words decide, in the order of the lines of [`due`]: a commitment that waits for
//! nobody is open; one that waits for the customer is not; a failure passed on is, but where only the
//! customer's own provider can mend it; a failure mended or handed back with a clear next step is not;
//! a failure explained away is where the customer still waits for something. Excuses for what is past
//! and over leave nothing open. A failure that is answered at length by telling alone is as open as before.

use super::Standing;
use crate::detect::{Detection, Found};
use crate::lexicon::{Kind, Label, WaitsForCustomer};

/// A message of fewer words is a greeting or a remark rather than an answer.
const LEAST_ANSWER: u32 = 18;

/// Whether a follow-up is due, and the words that tell; `None` with `true` where the message as a whole does.
pub(super) fn due<'d>(
    found: &Found,
    detections: &'d [Detection],
    failure: bool,
    customer: Standing,
) -> (bool, Option<&'d Detection>) {
    let first = |labels: &[Label]| detections.iter().find(|one| labels.contains(&one.label));
    let passed_on = first(&[Label::BuckPassing]).filter(|_| !detections.iter().any(is_theirs_alone));
    let mut steps = detections.iter().filter(|one| one.label == Label::CustomerStep);
    let asked = detections.iter().find(|one| is_request(one));
    if let Some(commitment) = first(&[Label::FollowUp]) {
        let free = detections.iter().find(|one| one.label == Label::FollowUp && is_free(one, detections));
        return match (free, passed_on) {
            // "I'll pass your kind words on": nothing of the customer's is open.
            (Some(free), _) => (failure || !customer.pleased, Some(free)),
            (None, Some(passed_on)) if asked.is_none() => (true, Some(passed_on)),
            _ => (false, asked.or(Some(commitment))),
        };
    }
    let questions = steps.clone().any(|one| one.kind == Some(Kind::Question));
    let handed_over = first(&[Label::HandOver]).filter(|_| !questions);
    if !failure {
        // Passed on with no failure shown: what was asked or reported is open, kind words are not.
        return handed_over.filter(|_| !customer.pleased).map_or((false, None), |one| (true, Some(one)));
    }
    if passed_on.is_some() {
        return (true, passed_on);
    }
    if handed_over.is_some() {
        return (true, handed_over);
    }
    let done = detections.iter().find(|one| one.label == Label::Settled && one.kind == Some(Kind::Done));
    let mended = first(&[Label::Repair, Label::Compensation, Label::SatisfactionCheck, Label::RemedyInquiry]);
    let closed = done.or(mended).or_else(|| steps.next()).or_else(|| first(&[Label::Denial]));
    if closed.is_some() {
        return (false, closed);
    }
    let explained_away = detections.iter().find(|one| explains_away(one));
    if explained_away.is_some() {
        return (customer.waits, explained_away);
    }
    (!customer.pleased && only_tells(found, detections), None)
}

/// Whether a message of some length, in the company's name, does no more than tell: it asks and supposes nothing,
/// and no words of it close the matter, play it down or leave the next move to the customer. A helper who belongs
/// to no company (on a users' forum) owes nothing.
fn only_tells(found: &Found, detections: &[Detection]) -> bool {
    let puts_off = |one: &Detection| {
        matches!(
            one.label,
            Label::Settled
                | Label::OfferOfHelp
                | Label::NonApology
                | Label::Minimization
                | Label::Overpromise
                | Label::Prevention
        )
    };
    let tells = found.of_house && !found.asks && !found.supposes;
    found.words >= LEAST_ANSWER && tells && !detections.iter().any(puts_off)
}

/// Whether the customer is sent to the only party who can act, and it is not ours: nothing of ours is open.
fn is_theirs_alone(one: &Detection) -> bool {
    one.label == Label::BuckPassing && one.waits == WaitsForCustomer::Always
}

/// Whether it explains a failure away that stays ours: what a third party did is theirs to mend.
fn explains_away(one: &Detection) -> bool {
    match one.label {
        Label::Excuse | Label::Dismissiveness => true,
        Label::FingerPointing => one.kind != Some(Kind::ThirdParty),
        _ => false,
    }
}

/// Whether the message asks the customer for something that it then waits for.
fn is_request(one: &Detection) -> bool {
    one.label == Label::CustomerStep && one.kind != Some(Kind::Advice)
}

/// Whether a commitment does not wait for the customer; `detections` are all of its message.
pub(crate) fn is_free(commitment: &Detection, detections: &[Detection]) -> bool {
    let same_sentence = |one: &Detection| one.sentence == commitment.sentence && is_request(one);
    match commitment.waits {
        WaitsForCustomer::Always => false,
        WaitsForCustomer::SameSentence => !detections.iter().any(same_sentence),
        WaitsForCustomer::Anywhere if commitment.kind == Some(Kind::Dated) => !detections.iter().any(same_sentence),
        WaitsForCustomer::Anywhere => !detections.iter().any(|one| one.label == Label::CustomerStep),
    }
}
