//! What surrounds every page: its title, the way to the others, who is signed in.

use super::{Problem, assets};
use crate::access::{Principal, Role, Scope};
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

/// Scripts, styles and images come from here alone, and none of them from within a page: whatever a message
/// holds, no browser runs it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What `layout.html` is filled with; every page's template has it as `frame`.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Title of the page.
    pub title: String,
    /// The pages that they may visit.
    pub links: Vec<Link>,
    /// Who is signed in.
    pub visitor: Option<String>,
    /// What they are there for.
    pub role: &'static str,
}

/// A page that one may go to.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its name.
    pub name: &'static str,
    /// Its path.
    pub path: &'static str,
    /// Whether it is this page, or one below it.
    pub current: bool,
}

/// Who sees a link.
enum For {
    /// Those who may see everybody's messages.
    All,
    /// Agents, who see their own.
    Agents,
    /// Those who may do that.
    Scope(Scope),
}

const LINKS: [(&str, &str, For); 11] = [
    ("Queue", "/", For::All),
    ("My page", "/agents/me", For::Agents),
    ("Search", "/search", For::Scope(Scope::Read)),
    ("Agents", "/agents", For::All),
    ("Teams", "/teams", For::All),
    ("Promises", "/promises", For::Scope(Scope::Read)),
    ("Calibration", "/calibration", For::Scope(Scope::Review)),
    ("Rules", "/rules", For::Scope(Scope::Read)),
    ("Try it", "/try", For::Scope(Scope::Score)),
    ("Imports", "/imports", For::Scope(Scope::Ingest)),
    ("Settings", "/settings", For::Scope(Scope::Manage)),
];

impl Frame {
    pub(super) fn of(visitor: &Principal, path: &str, title: String) -> Self {
        let may_see = |to: &For| match to {
            For::All => visitor.may_see_everybody(),
            For::Agents => visitor.role == Role::Agent,
            For::Scope(scope) => visitor.may(*scope),
        };
        let below = |to: &str| to != "/" && path.strip_prefix(to).is_some_and(|rest| rest.starts_with('/'));
        let links = LINKS.iter().filter(|(_, _, to)| may_see(to));
        let links = links.map(|&(name, to, _)| Link { name, path: to, current: path == to || below(to) });
        Self { title, links: links.collect(), visitor: Some(visitor.name.clone()), role: visitor.role.name() }
    }

    /// That of a page for whoever has not signed in.
    #[must_use]
    pub fn open(title: impl Into<String>) -> Self {
        Self { title: title.into(), links: Vec::new(), visitor: None, role: "" }
    }

    /// Where the asset called `name` is found.
    #[must_use]
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }
}

/// The answer that shows `page`.
///
/// # Errors
/// Where it cannot be filled in.
pub fn page(page: &impl Template) -> Result<HttpResponse, Problem> {
    page_with(StatusCode::OK, page)
}

/// The same with a status of its own: of a form that is shown again because something in it is wrong.
///
/// # Errors
/// Where it cannot be filled in.
pub fn page_with(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
    let text = page.render().map_err(|error| Problem::internal(format!("the page cannot be made: {error}")))?;
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        // Forms say where they come from (src/access/forgery.rs); other sites are not told.
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(answer.body(text))
}

/// The answer that sends the browser on to `path` after a form.
#[must_use]
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// `path` where it is one of this service, else `/`: what a form or an address says must not lead elsewhere.
#[must_use]
pub fn own_path(path: &str) -> &str {
    // Browsers take `//host` and `/\host` for other hosts, and leave tabs and line ends out.
    let own = path.starts_with('/') && !path[1..].starts_with(['/', '\\']) && !path.contains(|c: char| c.is_control());
    if own { path } else { "/" }
}
