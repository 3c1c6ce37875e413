//! One tool's webhooks: how it is set up, and the secrets that let it in.

use super::{PARTS, Parts, given};
use crate::service::Service;
use crate::service::api::hooks::address;
use crate::service::gate::{Manage, May};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page, page_with, see_other};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::store::{audit_log, hook_secrets};
use crate::webhook::{self, Secret, Tool};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Form, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            at("/settings/webhooks/{source}", &[Method::GET, Method::POST])
                .route(web::get().to(hook_page))
                .route(web::post().to(add)),
        )
        .service(at("/settings/webhooks/{source}/{key}/remove", &[Method::POST]).route(web::post().to(remove)));
}

/// Random bytes of a secret that is made here.
const RANDOM: usize = 32;

#[derive(Debug, Default, Deserialize)]
struct HookQuery {
    format: Option<String>,
}

/// What the form says: a secret of the tool, or that one is to be made.
#[derive(Deserialize)]
struct SecretForm {
    #[serde(default)]
    secret: String,
    make: Option<String>,
}

#[derive(Template)]
#[template(path = "settings/webhook.html", config = "src/service/pages/askama.toml")]
struct HookPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    source: &'static str,
    title: &'static str,
    address: String,
    guide: String,
    secrets: Vec<SecretRow>,
    /// A secret that was just made.
    made: Option<String>,
    added: bool,
}

/// A secret, as it is told: never itself.
struct SecretRow {
    /// Its key, where it was given in the pages.
    key: Option<i64>,
    /// Where it comes from.
    whence: String,
    at: Option<Moment>,
}

fn tool(source: &str) -> Result<&'static dyn Tool, Problem> {
    webhook::tool(source).ok_or_else(|| Problem::not_found(format!("there is no tool `{source}`")))
}

impl HookPage {
    async fn of(
        visitor: &Visitor,
        request: &HttpRequest,
        service: &web::Data<Service>,
        tool: &'static dyn Tool,
    ) -> Result<Self, Problem> {
        let base = address(request, service, "");
        let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
        let shared = Arc::clone(service);
        let given = shared.read(|transaction| Ok(hook_secrets::all(transaction)?)).await?;
        let zone = service.office.zone();
        let set = service.settings.hooks.tools.get(tool.name());
        let of_settings = set.into_iter().flat_map(|hook| &hook.whence);
        let of_settings = of_settings.map(|whence| SecretRow { key: None, whence: whence.clone(), at: None });
        let of_pages = given.get(tool.name()).into_iter().flatten().map(|one| SecretRow {
            key: Some(one.key),
            whence: format!("given here by {}", one.name),
            at: one.created.map(|at| Moment::of(at, zone)),
        });
        Ok(Self {
            frame: visitor.frame(format!("Webhooks of {}", tool.title())),
            parts: PARTS,
            here: "Webhooks",
            wrong: Vec::new(),
            source: tool.name(),
            title: tool.title(),
            address: format!("{base}/hooks/{}", tool.name()),
            guide: tool.guide().replace("https://YOUR-ADDRESS", &base).replace("YOUR-ADDRESS", host),
            secrets: of_settings.chain(of_pages).collect(),
            made: None,
            added: false,
        })
    }
}

async fn hook_page(
    visitor: Visitor,
    _may: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
    source: web::Path<String>,
    query: Query<HookQuery>,
) -> Result<HttpResponse, Problem> {
    let filled = HookPage::of(&visitor, &request, &service, tool(&source)?).await?;
    if query.format.as_deref() == Some("csv") {
        let at = |row: &SecretRow| row.at.as_ref().map(|at| at.at.clone()).unwrap_or_default();
        let rows = filled.secrets.iter().map(|row| vec![filled.source.to_owned(), row.whence.clone(), at(row)]);
        return table_csv::answer("webhook-secrets", &["tool", "from", "given"], &rows.collect::<Vec<_>>());
    }
    page(&filled)
}

/// A secret as the tool wants it.
fn made_for(tool: &dyn Tool) -> Result<String, Problem> {
    let mut random = [0; RANDOM];
    getrandom::fill(&mut random).map_err(|error| Problem::internal(format!("nothing random is to be had: {error}")))?;
    let plain = URL_SAFE_NO_PAD.encode(random);
    let fits = |text: &str| Secret::new(text).is_ok_and(|secret| tool.check_secret(&secret).is_ok());
    // Standard Webhooks write theirs in a form of their own.
    Ok(if fits(&plain) { plain } else { format!("whsec_{}", STANDARD.encode(random)) })
}

async fn add(
    visitor: Visitor,
    _may: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
    source: web::Path<String>,
    form: Form<SecretForm>,
) -> Result<HttpResponse, Problem> {
    let (tool, form) = (tool(&source)?, form.into_inner());
    let made = form.make.map(|_| made_for(tool)).transpose()?;
    let text = made.clone().or_else(|| given(&form.secret)).unwrap_or_default();
    let fit = Secret::new(&text).and_then(|secret| tool.check_secret(&secret).map(|()| secret));
    if let Err(error) = fit {
        let wrong = vec![format!("This is no secret of {}: {error}.", tool.title())];
        let filled = HookPage::of(&visitor, &request, &service, tool).await?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &HookPage { wrong, ..filled });
    }
    let by = visitor.principal();
    let added = service.write(move |transaction| {
        let added = hook_secrets::add(transaction, tool.name(), &text, &by.name, Timestamp::now())?;
        if added {
            audit_log::add(transaction, Some(&by), "webhook_secret_given", Some(tool.name()), None)?;
        }
        Ok(added)
    });
    let added = added.await?;
    service.secrets_changed()?;
    let filled = HookPage::of(&visitor, &request, &service, tool).await?;
    if !added {
        let wrong = vec!["This secret lets the tool in already.".to_owned()];
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &HookPage { wrong, ..filled });
    }
    // It is shown once, in this answer, and kept by no browser.
    page(&HookPage { made, added, ..filled })
}

async fn remove(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    path: web::Path<(String, i64)>,
) -> Result<HttpResponse, Problem> {
    let (source, key) = path.into_inner();
    let (tool, by) = (tool(&source)?, visitor.principal());
    let removed = service.write(move |transaction| {
        let removed = hook_secrets::remove(transaction, tool.name(), key)?;
        if removed {
            audit_log::add(transaction, Some(&by), "webhook_secret_removed", Some(tool.name()), None)?;
        }
        Ok(removed)
    });
    if !removed.await? {
        return Err(Problem::not_found("this secret was taken away before"));
    }
    service.secrets_changed()?;
    Ok(see_other(&format!("/settings/webhooks/{}", tool.name())))
}
