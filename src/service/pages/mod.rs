//! The reviewers' pages: made here, on the server, of the same data as the API's answers.
//!
//! A page is a Rust file with its template beside it; all share [`frame`] (`layout.html`), `amends.css` and
//! `amends.js`. Whatever only reads works without scripts. Handlers take a [`visitor::Visitor`] and answer
//! with [`frame::page`]; they fail with a [`Problem`], which browsers are shown as a page ([`problem`]).

mod agent;
mod agents;
pub mod assets;
pub mod calibration;
mod chart_csv;
mod charts;
pub mod completion;
pub mod conversation;
pub mod frame;
mod habits;
mod imports;
pub mod item;
mod judging_first;
mod measured;
pub mod moment;
mod people;
pub mod problem;
mod promises;
mod queue;
mod rules;
mod search;
mod search_export;
mod search_saved;
mod settings;
mod signing;
mod span;
mod table_csv;
mod teams;
mod trail;
mod try_it;
pub mod visitor;
pub mod waiting;

use super::problem::Problem;
use actix_web::web::ServiceConfig;

/// Routes of all pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(assets::routes)
        .configure(signing::routes)
        .configure(queue::routes)
        .configure(search::routes)
        .configure(completion::routes)
        .configure(search_export::routes)
        .configure(search_saved::routes)
        .configure(conversation::routes)
        .configure(calibration::routes)
        .configure(agents::routes)
        // After the queue's, which has `/agents/me`.
        .configure(agent::routes)
        .configure(teams::routes)
        .configure(promises::routes)
        .configure(try_it::routes)
        .configure(rules::routes)
        .configure(imports::routes)
        .configure(settings::routes);
}
