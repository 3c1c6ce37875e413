//! Agreement in tables.

use crate::ingest::Method;
use crate::lexicon::Lexicon;
use crate::report::words::{of, plain, range};
use crate::service::api::agreement::{AgreementAnswer, AgreementItem, Share};
use crate::service::pages::problem::encoded;
use crate::service::problem::Problem;
use crate::trend::Interval;
use actix_web::HttpResponse;
use actix_web::http::header;

/// Rules that are shown as disputed most.
const MOST_DISPUTED: usize = 10;

/// Figures about things of one kind.
pub(super) struct FigureTable {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    /// What the machine is said to say.
    pub(super) says: &'static str,
    /// Whether people were asked what the machine left out, too.
    pub(super) whole: bool,
    pub(super) rows: Vec<FigureRow>,
}

/// How far machine and people agree about one thing.
pub(super) struct FigureRow {
    pub(super) name: String,
    pub(super) id: String,
    /// Where what they differ on is listed; nothing where that is nowhere.
    pub(super) cases: Option<String>,
    pub(super) differ: u64,
    pub(super) n: u64,
    pub(super) too_few: bool,
    pub(super) agreement: Option<Figure>,
    pub(super) precision: Option<Figure>,
    pub(super) recall: Option<Figure>,
    pub(super) alpha: Option<String>,
    pub(super) ac1: Option<String>,
    pub(super) people_n: u64,
    pub(super) people_too_few: bool,
    pub(super) people_agreement: Option<String>,
    pub(super) people_alpha: Option<String>,
    pub(super) people_ac1: Option<String>,
}

/// `k of n` with its interval.
pub(super) struct Figure {
    pub(super) of: String,
    pub(super) range: String,
}

impl Figure {
    fn of(share: &Share) -> Self {
        let interval = Interval { low: share.low, high: share.high };
        Self { of: of(share.k, share.n), range: range(&interval) }
    }
}

const KINDS: [(&str, &str, &str, bool); 4] = [
    ("finding", "Findings", "the finding is made", true),
    ("criterion", "Criteria", "the criterion is not met", true),
    ("label", "Labels", "the words are what the label says", false),
    ("rule", "Rules", "the words are what the rule says", false),
];

/// The tables, each with what it has; `cases` is the query by which cases are listed.
pub(super) fn tables(figures: &AgreementAnswer, method: &Method, cases: Option<&str>) -> Vec<FigureTable> {
    let table = |(about, title, says, whole): (&'static str, &'static str, &'static str, bool)| {
        let items = figures.items.iter().filter(|item| item.about == about);
        let rows = items.map(|item| FigureRow::of(item, method, cases)).collect();
        FigureTable { title, about, says, whole, rows }
    };
    KINDS.into_iter().map(table).filter(|table| !table.rows.is_empty()).collect()
}

fn cases_of(item: &AgreementItem, query: &str) -> String {
    format!("/calibration/cases?about={}&subject={}{query}", item.about, encoded(&item.subject))
}

impl FigureRow {
    fn of(item: &AgreementItem, method: &Method, cases: Option<&str>) -> Self {
        let AgreementItem { about, subject, machine, people } = item;
        let question = method.card.criteria.iter().find(|one| *about == "criterion" && one.id == *subject);
        let two = |figure: Option<f64>| figure.map(|figure| format!("{figure:.2}"));
        Self {
            name: match *about {
                "rule" => subject.clone(),
                _ => question.map_or_else(|| plain(subject), |one| one.question.clone()),
            },
            id: subject.clone(),
            cases: cases.map(|query| cases_of(item, query)),
            differ: machine.machine_only + machine.people_only.unwrap_or(0),
            n: machine.cases,
            too_few: machine.too_few,
            agreement: machine.agreement.as_ref().map(Figure::of),
            precision: machine.precision.as_ref().map(Figure::of),
            recall: machine.recall.as_ref().map(Figure::of),
            alpha: two(machine.alpha),
            ac1: two(machine.ac1),
            people_n: people.cases,
            people_too_few: people.too_few,
            people_agreement: two(people.agreement),
            people_alpha: two(people.alpha),
            people_ac1: two(people.ac1),
        }
    }
}

/// A rule that people found wrong.
pub(super) struct Disputed {
    pub(super) rule: String,
    pub(super) what: String,
    pub(super) wrong: u64,
    pub(super) n: u64,
    pub(super) cases: String,
}

/// The rules that most reviewers of a message found wrong most often.
pub(super) fn disputed(figures: &AgreementAnswer, lexicon: &Lexicon, query: &str) -> Vec<Disputed> {
    let rules = figures.items.iter().filter(|item| item.about == "rule" && item.machine.machine_only > 0);
    let mut rules: Vec<&AgreementItem> = rules.collect();
    // Items come by name, which a stable order keeps among the like.
    rules.sort_by_key(|item| std::cmp::Reverse(item.machine.machine_only));
    let disputed = |item: &AgreementItem| Disputed {
        rule: item.subject.clone(),
        what: lexicon.rule(&item.subject).map(|rule| rule.what.clone()).unwrap_or_default(),
        wrong: item.machine.machine_only,
        n: item.machine.cases,
        cases: cases_of(item, query),
    };
    rules.into_iter().take(MOST_DISPUTED).map(disputed).collect()
}

/// The figures as a file.
pub(super) fn csv(figures: &AgreementAnswer, name: &str) -> Result<HttpResponse, Problem> {
    let mut rows: Vec<Vec<String>> = vec![
        [
            "about",
            "subject",
            "cases",
            "both",
            "machine_only",
            "people_only",
            "neither",
            "split",
            "agreeing",
            "precision",
            "precision_low",
            "precision_high",
            "recall",
            "recall_low",
            "recall_high",
            "alpha",
            "ac1",
            "people_cases",
            "people_agreement",
            "people_alpha",
            "people_ac1",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    let number = |value: Option<f64>| value.map(|value| format!("{value:.4}")).unwrap_or_default();
    let share = |share: &Option<Share>| match share {
        Some(share) => [Some(share.share), Some(share.low), Some(share.high)].map(number),
        None => [None; 3].map(number),
    };
    let count = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    for AgreementItem { about, subject, machine, people } in &figures.items {
        let mut row = vec![(*about).to_owned(), subject.clone()];
        let counts = [Some(machine.cases), Some(machine.both), Some(machine.machine_only), machine.people_only];
        row.extend(counts.map(count));
        row.extend([machine.neither, Some(machine.split), machine.agreement.as_ref().map(|share| share.k)].map(count));
        row.extend(share(&machine.precision));
        row.extend(share(&machine.recall));
        row.extend([machine.alpha, machine.ac1].map(number));
        row.push(people.cases.to_string());
        row.extend([people.agreement, people.alpha, people.ac1].map(number));
        rows.push(row);
    }
    file(rows, name)
}

/// Rows as a CSV file called `name`.
pub(super) fn file(rows: Vec<Vec<String>>, name: &str) -> Result<HttpResponse, Problem> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(|error| Problem::internal(format!("no CSV: {error}")))?;
    }
    let bytes = writer.into_inner().map_err(|error| Problem::internal(format!("no CSV: {error}")))?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(answer.body(bytes))
}
