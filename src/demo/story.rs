//! One conversation: what went wrong or is asked, what is answered, and what becomes of it.

use super::chance::Chance;
use super::letter::Channel;
use super::phrases::{Matter, common, phrases};
use super::staff::{Agent, Habits, agents};
use super::thread::Thread;
use super::when;
use crate::conversation::Conversation;
use jiff::civil::DateTime;

/// The conversation number `index`, which a customer begins at `start` in that week; no message is of `end` or later.
pub(super) fn tell(index: usize, week: u32, start: DateTime, end: DateTime, chance: &mut Chance) -> Conversation {
    let channels = [
        (Channel::PlainMail, 38),
        (Channel::HtmlMail, 24),
        (Channel::Chat, 28),
        (Channel::Tweet, 5),
        (Channel::Review, 5),
    ];
    let mut channel = chance.weighed(&channels, |(_, weight)| *weight).0;
    // Chats are had while somebody is there.
    if channel == Channel::Chat && when::in_office(start, chance) != start {
        channel = Channel::PlainMail;
    }
    let wrong = chance.percent(if week == when::BUSY { 70 } else { 58 });
    let matter = wrong.then(|| {
        let matters: Vec<&Matter> = phrases().matter.values().collect();
        *chance.pick(&matters)
    });
    let agent = answered_by(matter, week, chance);
    let mut thread = Thread::new(index, channel, agent, start, end, chance);
    match matter {
        Some(matter) => failure(&mut thread, matter, week, chance),
        None => question(&mut thread, chance),
    }
    thread.finish()
}

fn answered_by(matter: Option<&Matter>, week: u32, chance: &mut Chance) -> &'static Agent {
    let answers = |agent: &Agent| matter.is_none_or(|matter| matter.teams.iter().any(|team| team == agent.team));
    let newcomer = |agent: &Agent| agent.share == 1 && week < 20;
    chance.weighed(agents(), |agent| if answers(agent) && !newcomer(agent) { agent.share } else { 0 })
}

fn question(thread: &mut Thread, chance: &mut Chance) {
    let questions: Vec<_> = phrases().question.values().collect();
    let question = *chance.pick(&questions);
    thread.customer_says(&thread.blanks.say(&question.customer, chance), chance);
    thread.robot(chance);
    thread.wait_for_agent(chance);
    let mut paragraphs = vec![thread.blanks.say(&question.answer, chance)];
    if chance.percent(50) {
        paragraphs.push(thread.blanks.common("offer", chance));
    }
    thread.agent_says(paragraphs, chance);
    if chance.percent(30) {
        thanks(thread, "thanks-question", chance);
    }
}

fn failure(thread: &mut Thread, matter: &Matter, week: u32, chance: &mut Chance) {
    let mut habits = thread.agent.habits(week);
    if week == when::BUSY {
        habits.excuse = (habits.excuse * 5 / 2).min(90);
        habits.late += 8;
        habits.kept = habits.kept.saturating_sub(16);
    }
    thread.customer_says(&thread.blanks.say(&matter.customer, chance), chance);
    thread.robot(chance);
    if chance.percent(9) {
        thread.note(chance);
    }
    thread.wait_for_agent(chance);
    let next = answer(thread, matter, &habits, chance);
    outcome(thread, matter, &habits, next, chance);
}

/// Answers a failure as the agent uses to.
fn answer(thread: &mut Thread, matter: &Matter, habits: &Habits, chance: &mut Chance) -> Next {
    let blanks = &mut thread.blanks;
    let mut opening = Vec::new();
    if chance.percent(habits.apology) {
        let specific = chance.percent(habits.specific);
        let lines = if specific { matter.apology.as_slice() } else { common("stock-apology") };
        opening.push(blanks.say(lines, chance));
    }
    if chance.percent(habits.empathy) {
        opening.push(blanks.common("empathy", chance));
    }
    if chance.percent(habits.own) {
        opening.push(blanks.common("own", chance));
    }
    if chance.percent(habits.cause) {
        opening.push(blanks.say(&matter.cause, chance));
    }
    if chance.percent(habits.excuse) {
        opening.push(blanks.say(&matter.excuse, chance));
    }
    if chance.percent(habits.blame) {
        opening.push(blanks.say(&matter.blame, chance));
    }
    let mut course = Vec::new();
    let next = if chance.percent(habits.done) {
        course.push(blanks.say(&matter.done, chance));
        if chance.percent(30) {
            course.push(blanks.common("check-back", chance));
        }
        Next::Settled
    } else if !chance.percent(habits.promise) {
        course.push(blanks.say(&matter.bare, chance));
        Next::Nothing
    } else if chance.percent(habits.dated) {
        let due = when::due(thread.now, chance);
        blanks.set("when", due.words.clone());
        course.push(blanks.say(&matter.promise, chance));
        Next::Due(due)
    } else {
        course.push(blanks.common("vague", chance));
        Next::Vague
    };
    if chance.percent(habits.prevention) {
        course.push(blanks.common("prevention", chance));
    }
    let mut paragraphs: Vec<String> =
        [opening, course].into_iter().filter(|part| !part.is_empty()).map(|part| part.join(" ")).collect();
    if chance.percent(25) {
        paragraphs.push(blanks.common("offer", chance));
    }
    thread.agent_says(paragraphs, chance);
    next
}

fn outcome(thread: &mut Thread, matter: &Matter, habits: &Habits, next: Next, chance: &mut Chance) {
    match next {
        Next::Settled if chance.percent(45) => thanks(thread, "thanks", chance),
        Next::Settled => {}
        Next::Due(due) => {
            let fate = chance.below(100) as u32;
            if fate < habits.kept {
                thread.go_to(due.kept(thread.now, chance));
                keeps(thread, matter, false, chance);
            } else if fate < habits.kept + habits.late {
                if chance.percent(60) {
                    chase(thread, due.chased(chance), "broken-chase", chance);
                }
                thread.go_to(due.late(chance));
                keeps(thread, matter, true, chance);
            } else if chance.percent(70) {
                chase(thread, due.chased(chance), "broken-chase", chance);
            }
        }
        Next::Vague if chance.percent(60) => {
            let then = when::after(thread.now, chance.between(900, 5000));
            thread.go_to(when::in_office(then, chance));
            keeps(thread, matter, false, chance);
        }
        Next::Vague | Next::Nothing => {
            if chance.percent(55) {
                let then = when::awake(when::after(thread.now, chance.between(3000, 9000)), chance);
                chase(thread, then, "chase", chance);
                thread.wait_for_agent(chance);
                keeps(thread, matter, true, chance);
            }
        }
    }
}

/// Writes what a promise is kept with.
fn keeps(thread: &mut Thread, matter: &Matter, late: bool, chance: &mut Chance) {
    let mut paragraphs = Vec::new();
    if late && chance.percent(70) {
        paragraphs.push(thread.blanks.common("late-answer", chance));
    }
    paragraphs.push(thread.blanks.say(&matter.kept, chance));
    thread.agent_says(paragraphs, chance);
    if chance.percent(45) {
        thanks(thread, "thanks", chance);
    }
}

fn chase(thread: &mut Thread, at: DateTime, words: &str, chance: &mut Chance) {
    thread.go_to(at);
    let text = thread.blanks.common(words, chance);
    thread.customer_says(&text, chance);
}

fn thanks(thread: &mut Thread, words: &str, chance: &mut Chance) {
    thread.wait_for_customer(chance);
    let text = thread.blanks.common(words, chance);
    thread.customer_says(&text, chance);
    if chance.percent(60) {
        thread.wait_for_agent(chance);
        let text = thread.blanks.common(&format!("{words}-answer"), chance);
        let text = if chance.percent(15) { format!("{text} 😊") } else { text };
        thread.agent_says(vec![text], chance);
    }
}

/// How an answer leaves the matter.
enum Next {
    Settled,
    Due(when::Due),
    /// Something is promised, nobody knows for when.
    Vague,
    Nothing,
}
