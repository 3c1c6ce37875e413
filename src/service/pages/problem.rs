//! What went wrong, told to a browser as a page.

use super::Problem;
use super::frame::{Frame, own_path, page_with};
use actix_web::http::{Method, StatusCode, Uri, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

#[derive(Template)]
#[template(path = "problem.html", config = "src/service/pages/askama.toml")]
struct ProblemPage<'p> {
    frame: Frame,
    heading: &'static str,
    problem: &'p Problem,
}

/// Whether whoever sends `request` wants a page: a browser, and not at the API.
#[must_use]
pub fn wants_page(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html")) && !request.path().starts_with("/v1/")
}

/// The page that tells `problem`; who has to sign in first is sent there and comes back.
#[must_use]
pub fn answer(problem: &Problem, request: &HttpRequest) -> HttpResponse {
    if problem.status == StatusCode::UNAUTHORIZED.as_u16() {
        return sign_in_first(request);
    }
    let heading = match problem.status {
        403 => "You may not do this",
        404 => "There is nothing here",
        405 => "This cannot be asked here",
        409 => "This cannot be done now",
        413 => "That is too large",
        429 => "That was a little too quick",
        503 => "Not just now",
        500.. => "Something went wrong on our side",
        _ => "That was not understood",
    };
    let page = ProblemPage { frame: Frame::open(heading), heading, problem };
    let mut answer = page_with(problem.status_code(), &page).unwrap_or_else(|problem| problem.error_response());
    // What the problem itself tells browsers, such as when to try again.
    for (name, value) in problem.error_response().headers() {
        if !answer.headers().contains_key(name) {
            answer.headers_mut().insert(name.clone(), value.clone());
        }
    }
    answer
}

fn sign_in_first(request: &HttpRequest) -> HttpResponse {
    let form = form_page(request).unwrap_or_default();
    let place = request.uri().path_and_query().map_or("/", |place| place.as_str());
    // A form is gone on with at its page, where browsers keep what was written (draft.js).
    let place = if request.method() == Method::GET { place } else { own_path(&form) };
    let place = if place == "/" { String::new() } else { format!("?next={}", encoded(place)) };
    super::frame::see_other(&format!("/signin{place}"))
}

/// Where the form stands that sent `request`; browsers tell pages of this service (`same-origin`).
fn form_page(request: &HttpRequest) -> Option<String> {
    let page: Uri = request.headers().get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    let own = page.authority()?.as_str() == request.connection_info().host();
    own.then(|| page.path_and_query().map(|place| place.as_str().to_owned())).flatten()
}

/// `text` as a value in a query string.
#[must_use]
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) { encoded.push(byte.into()) } else { encoded.push_str(&format!("%{byte:02X}")) }
    }
    encoded
}
