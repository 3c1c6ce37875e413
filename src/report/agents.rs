//! Agents, teams and channels: funnel plots, and tables in the order of names.

use super::ReportError;
use super::funnel_plot::funnel_plot;
use super::plot::{Look, Point};
use super::words;
use crate::audit::plan::Plan;
use crate::audit::summary::Summary;
use crate::summary::{Dimension, Group, HEADLINES, Headline};
use crate::trend::{Count, Funnel, Interval, Standing, Z_95};
use std::collections::BTreeSet;

/// A table shows no more rows than this; all are in the files.
const MOST_ROWS: usize = 100;

/// A list of agents beyond the outer limits is no longer than this.
const MOST_BEYOND: usize = 30;

/// How agents compare.
#[derive(Debug)]
pub(super) struct Agents {
    pub(super) funnels: Vec<FunnelView>,
    pub(super) table: Table,
    pub(super) teams: Option<Table>,
    pub(super) channels: Option<Table>,
}

/// A funnel plot with all that stands behind it.
#[derive(Debug)]
pub(super) struct FunnelView {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) asks: &'static str,
    /// What can be seen, or why nothing is drawn.
    pub(super) sentences: Vec<String>,
    /// The chart, where there is one.
    pub(super) svg: Option<String>,
    pub(super) limits: Vec<LimitsRow>,
    pub(super) standings: Vec<(&'static str, String)>,
    pub(super) beyond: Vec<BeyondRow>,
}

/// The limits at some n.
#[derive(Debug)]
pub(super) struct LimitsRow {
    pub(super) n: String,
    pub(super) within_95: String,
    pub(super) within_998: String,
}

/// An agent beyond the outer limits.
#[derive(Debug)]
pub(super) struct BeyondRow {
    pub(super) name: String,
    pub(super) of: String,
    pub(super) range: String,
    pub(super) standing: &'static str,
}

/// Agents, teams or channels with their figures.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    pub(super) left_out: usize,
    /// Whether it is told where each lies among all.
    pub(super) compared: bool,
    /// Whether any row has a team.
    pub(super) with_teams: bool,
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    /// The identifier, where it is not the name.
    pub(super) id: Option<String>,
    pub(super) team: String,
    pub(super) conversations: String,
    pub(super) messages: String,
    pub(super) cells: Vec<Option<Cell>>,
    pub(super) dated: String,
    /// Kept, late, broken and open ones of these.
    pub(super) fates: [String; 4],
}

/// A figure of a row.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) of: String,
    pub(super) range: String,
    pub(super) standing: Option<&'static str>,
    pub(super) class: &'static str,
}

/// A group with its name.
type Named<'g> = (&'g str, &'g Group);

fn shown_name<'g>((id, group): &Named<'g>) -> &'g str {
    group.title.as_deref().unwrap_or(id)
}

impl Agents {
    pub(super) fn new(plan: &Plan<'_>, summary: &Summary) -> Result<Self, ReportError> {
        let groups = |dimension| -> Vec<Named<'_>> { summary.whole(dimension).collect() };
        let (agents, teams, channels) = (groups(Dimension::Agent), groups(Dimension::Team), groups(Dimension::Channel));
        let funnels = HEADLINES.iter().enumerate();
        let funnels: Result<_, _> =
            funnels.map(|(index, headline)| FunnelView::new(plan, &agents, index, headline)).collect();
        let table = |groups: &[Named<'_>]| (!groups.is_empty()).then(|| Table::new(plan, groups));
        Ok(Self {
            funnels: funnels?,
            table: Table::new(plan, &agents),
            teams: table(&teams),
            channels: table(&channels),
        })
    }
}

impl FunnelView {
    fn new(
        plan: &Plan<'_>,
        agents: &[Named<'_>],
        index: usize,
        headline: &'static Headline,
    ) -> Result<Self, ReportError> {
        let counts: Vec<Count> = agents.iter().map(|(_, group)| group.measure(index)).collect();
        let mut view = Self {
            id: headline.name,
            title: headline.title,
            asks: headline.asks,
            sentences: Vec::new(),
            svg: None,
            limits: Vec::new(),
            standings: Vec::new(),
            beyond: Vec::new(),
        };
        let Some(funnel) = Funnel::new(&counts, plan.minimum) else {
            view.sentences.push("No message to ask this of.".to_owned());
            return Ok(view);
        };
        view.sentences.push(format!(
            "All agents together: {}, {}.",
            words::of(funnel.team.met(), funnel.team.applicable()),
            words::percent(funnel.centre)
        ));
        if funnel.centre <= 0.0 || funnel.centre >= 1.0 {
            view.sentences.push("All agents are the same, so there is nothing to compare.".to_owned());
            return Ok(view);
        }
        let standings: Vec<Standing> = counts.iter().map(|count| funnel.standing(count)).collect();
        let number = |standing| standings.iter().filter(|one| **one == standing).count() as u64;
        let asked = counts.iter().filter(|count| !count.is_empty()).count() as u64;
        let (few, none) = (number(Standing::TooFew), agents.len() as u64 - asked);
        let judged = asked + none - few;
        if judged == 0 {
            view.sentences.push(format!(
                "Nobody wrote enough to be compared: it takes {} messages in {} conversations.",
                plan.minimum.applicable, plan.minimum.conversations
            ));
            return Ok(view);
        }
        view.standings = [
            Standing::Below998,
            Standing::Below95,
            Standing::Inside,
            Standing::Above95,
            Standing::Above998,
            Standing::TooFew,
        ]
        .map(|standing| {
            let without = if standing == Standing::TooFew { none } else { 0 };
            (words::standing_words(standing), words::number(number(standing) - without))
        })
        .into();
        let (low, high) = (number(Standing::Below998), number(Standing::Above998));
        view.sentences.push(if low + high == 0 {
            format!("{} can be compared; nobody is beyond the outer limits.", words::counted(judged, "agent", "agents"))
        } else {
            format!(
                "{} can be compared; beyond the outer limits {} above and {} below.",
                words::counted(judged, "agent", "agents"),
                words::number(high),
                words::number(low)
            )
        });
        if funnel.dispersion.phi.sqrt() >= 1.05 {
            view.sentences.push(format!(
                "Agents differ from each other more than chance makes them, so the limits are {:.1} times as wide.",
                funnel.dispersion.phi.sqrt()
            ));
        }
        if few > none {
            view.sentences.push(format!("{} wrote too little and stay grey.", words::number(few - none)));
        }
        let beyond = |standing: &Standing| matches!(standing, Standing::Below998 | Standing::Above998);
        for ((agent, count), standing) in agents.iter().zip(&counts).zip(&standings).filter(|(_, one)| beyond(one)) {
            view.beyond.push(BeyondRow {
                name: shown_name(agent).to_owned(),
                of: words::of(count.met(), count.applicable()),
                range: Interval::of(count, Z_95).map_or_else(String::new, |interval| words::range(&interval)),
                standing: words::standing_words(*standing),
            });
        }
        view.beyond.sort_by_key(|row| row.name.to_lowercase());
        view.beyond.truncate(MOST_BEYOND);
        view.draw(&funnel, agents, &counts, &standings)?;
        Ok(view)
    }

    fn draw(
        &mut self,
        funnel: &Funnel,
        agents: &[Named<'_>],
        counts: &[Count],
        standings: &[Standing],
    ) -> Result<(), ReportError> {
        let points: Vec<Point> = agents
            .iter()
            .zip(counts)
            .zip(standings)
            .filter_map(|((agent, count), standing)| {
                let look = Look::from(*standing);
                let name = (look == Look::Beyond).then(|| shown_name(agent).to_owned());
                Some(Point { x: funnel.effective_n(count), y: count.rate()?, look, name })
            })
            .collect();
        let (plot, steps) = funnel_plot(funnel, points);
        self.svg = Some(plot.svg()?);
        self.limits = steps
            .iter()
            .map(|n| {
                let limits = funnel.limits(*n);
                LimitsRow {
                    n: words::number(n.round() as u64),
                    within_95: words::range(&limits.within_95),
                    within_998: words::range(&limits.within_998),
                }
            })
            .collect();
        Ok(())
    }
}

impl Table {
    fn new(plan: &Plan<'_>, groups: &[Named<'_>]) -> Self {
        let funnels: Vec<Option<Funnel>> = (0..HEADLINES.len())
            .map(|index| {
                let counts: Vec<Count> = groups.iter().map(|(_, group)| group.measure(index)).collect();
                // Where it cannot be told how far groups differ in general, none is said to stand out.
                Funnel::new(&counts, plan.minimum).filter(|funnel| funnel.dispersion.measured.is_some())
            })
            .collect();
        let standing = |group: &Group, index: usize| {
            let count = group.measure(index);
            funnels[index].as_ref().map(|funnel| funnel.standing(&count))
        };
        let stands_out = |group: &Group| {
            let beyond = |index| matches!(standing(group, index), Some(Standing::Below998 | Standing::Above998));
            (0..HEADLINES.len()).any(beyond)
        };
        // Where there is no room for all: those beyond the outer limits, then those who wrote most.
        let mut chosen: Vec<&Named<'_>> = groups.iter().collect();
        chosen.sort_by_cached_key(|(name, group)| (!stands_out(group), std::cmp::Reverse(group.messages), *name));
        chosen.truncate(MOST_ROWS);
        chosen.sort_by_key(|named| (shown_name(named).to_lowercase(), named.0));
        let rows: Vec<Row> = chosen
            .iter()
            .map(|named| {
                let (id, group) = **named;
                let promises = &group.promises;
                let cell = |index| {
                    let count = group.measure(index);
                    let interval = Interval::of(&count, Z_95)?;
                    let standing = standing(group, index);
                    Some(Cell {
                        of: words::of(count.met(), count.applicable()),
                        range: words::range(&interval),
                        standing: standing.map(words::standing_words),
                        class: match standing {
                            Some(Standing::TooFew) => "grey",
                            None if !plan.minimum.is_reached_by(&count) => "grey",
                            Some(Standing::Below998 | Standing::Above998) => "beyond",
                            Some(Standing::Below95 | Standing::Above95) => "beyond-95",
                            _ => "",
                        },
                    })
                };
                Row {
                    name: shown_name(named).to_owned(),
                    id: Some(id.to_owned()).filter(|id| id != shown_name(named)),
                    team: group.team.clone().unwrap_or_default(),
                    conversations: words::number(group.conversations),
                    messages: words::number(group.messages),
                    cells: (0..HEADLINES.len()).map(cell).collect(),
                    dated: words::of(promises.dated, promises.dated + promises.undated),
                    fates: [promises.kept, promises.late, promises.broken, promises.open].map(words::number),
                }
            })
            .collect();
        let teams: BTreeSet<&str> = rows.iter().map(|row| row.team.as_str()).filter(|team| !team.is_empty()).collect();
        Self {
            left_out: groups.len() - rows.len(),
            with_teams: !teams.is_empty(),
            compared: funnels.iter().any(Option::is_some),
            rows,
        }
    }
}
