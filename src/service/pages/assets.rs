//! Style sheet, scripts and icon: parts of the program, served under a name that changes with their content.

use super::Problem;
use crate::service::routes::at;
use actix_web::http::{Method, header};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::LazyLock;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/assets/{name}", &[Method::GET]).route(web::get().to(asset)));
}

/// A file that pages refer to.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static str,
    /// Where it is found: with a digest of its content, so that browsers may keep it for good.
    url: String,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let files = [
        (
            "amends.css",
            "text/css; charset=utf-8",
            concat!(
                include_str!("../../report/look.css"),
                include_str!("amends.css"),
                include_str!("conversation/conversation.css"),
                include_str!("people.css"),
                include_str!("settings/settings.css")
            ),
        ),
        ("amends.js", SCRIPT, include_str!("amends.js")),
        ("conversation.js", SCRIPT, include_str!("conversation/conversation.js")),
        ("draft.js", SCRIPT, include_str!("conversation/draft.js")),
        ("queue.js", SCRIPT, include_str!("queue.js")),
        ("setup.js", SCRIPT, include_str!("setup.js")),
        ("search.js", SCRIPT, include_str!("search.js")),
        ("imports.js", SCRIPT, include_str!("imports.js")),
        ("settings.js", SCRIPT, include_str!("settings/settings.js")),
        ("try_it.js", SCRIPT, include_str!("try_it.js")),
        ("print.js", SCRIPT, include_str!("print.js")),
        ("icon.svg", "image/svg+xml", include_str!("icon.svg")),
    ];
    files.map(|(name, media_type, content)| Asset { name, media_type, content, url: url_of(name, content) }).into()
});

fn url_of(name: &str, content: &str) -> String {
    let mut url = format!("/assets/{name}?v=");
    for byte in &Sha256::digest(content)[..6] {
        // Writing to a string does not fail.
        let _ = write!(url, "{byte:02x}");
    }
    url
}

fn named(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Where the asset called `name` is found; empty where there is none, which a test of every page would see.
#[must_use]
pub fn url(name: &str) -> &'static str {
    named(name).map_or("", |asset| &asset.url)
}

async fn asset(name: web::Path<String>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asset = named(&name).ok_or_else(|| Problem::not_found(format!("there is no asset `{name}`")))?;
    // Another digest is that of another version: it is not to be kept under this one's name.
    let current = asset.url.split_once('?').is_some_and(|(_, query)| query == request.query_string());
    let kept = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, asset.media_type)).insert_header((header::CACHE_CONTROL, kept));
    Ok(answer.body(asset.content))
}
