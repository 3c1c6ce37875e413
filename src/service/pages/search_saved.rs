//! Searches that somebody keeps.

use super::Problem;
use super::conversation::user;
use super::frame::{own_path, see_other};
use super::visitor::Visitor;
use crate::access::Scope;
use crate::service::Service;
use crate::service::routes::at;
use crate::store::saved_searches;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Form, ServiceConfig};
use serde::Deserialize;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/search/saved", &[Method::POST]).route(web::post().to(keep)))
        .service(at("/search/saved/{key}/drop", &[Method::POST]).route(web::post().to(forget)));
}

/// A search to keep.
#[derive(Debug, Deserialize)]
struct KeepForm {
    name: String,
    q: String,
    next: Option<String>,
}

/// Characters of a saved search's name, at most.
const LONGEST_NAME: usize = 80;

async fn keep(visitor: Visitor, service: web::Data<Service>, form: Form<KeepForm>) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Read)?;
    let KeepForm { name, q, next } = form.into_inner();
    let user = user(&visitor).ok_or_else(|| Problem::conflict("a token keeps no searches"))?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let why = format!("a search's name has 1 to {LONGEST_NAME} characters");
        return Err(Problem::invalid(why.clone()).at("name", why));
    }
    // What is kept can be asked.
    service.query(Some(&q))?;
    let kept = service.write(move |transaction| saved_searches::keep(transaction, user, &name, &q)).await?;
    if !kept {
        return Err(Problem::conflict(format!("{} searches are kept at most: drop one first", saved_searches::MOST)));
    }
    Ok(see_other(own_path(next.as_deref().unwrap_or("/search"))))
}

/// Where to go on.
#[derive(Debug, Deserialize)]
struct Next {
    next: Option<String>,
}

async fn forget(
    visitor: Visitor,
    service: web::Data<Service>,
    key: web::Path<i64>,
    form: Form<Next>,
) -> Result<HttpResponse, Problem> {
    let (key, user) = (*key, user(&visitor).ok_or_else(|| Problem::conflict("a token keeps no searches"))?);
    let gone = service.write(move |transaction| saved_searches::drop(transaction, user, key)).await?;
    if !gone {
        return Err(Problem::not_found("there is no such saved search of yours"));
    }
    Ok(see_other(own_path(form.next.as_deref().unwrap_or("/search"))))
}
