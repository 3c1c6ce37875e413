//! The reviewers' pages: made here, on the server, of the same data as the API's answers.
//!
//! A page is a Rust file with its template beside it; all share [`frame`] (`layout.html`), `amends.css` and
//! `amends.js`. Whatever only reads works without scripts. Handlers take a [`visitor::Visitor`] and answer
//! with [`frame::page`]; they fail with a [`Problem`], which browsers are shown as a page ([`problem`]).

pub mod assets;
pub mod calibration;
pub mod completion;
pub mod conversation;
pub mod frame;
pub mod item;
pub mod moment;
pub mod problem;
mod queue;
mod search;
mod search_export;
mod signing;
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
        .configure(conversation::routes)
        .configure(calibration::routes);
}
