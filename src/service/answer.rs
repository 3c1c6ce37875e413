//! What every answer carries: a request id, security headers, its line in the log and its place in the metrics.
//! Every error leaves as a [`Problem`], a panic too.

use super::problem::Problem;
use super::request_id::{REQUEST_ID, RequestId};
use super::{Service, client, cors, pages};
use crate::access::{Credential, Principal};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, ResponseError, web};
use futures_util::FutureExt;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use tracing::Instrument;

/// Wraps all routes; see the module.
///
/// # Errors
/// Where a handler panics, and the request with it is gone: the error is a [`Problem`].
pub async fn finish(
    service: web::Data<Service>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::of(request.headers());
    let mut line = Line::begin(service.into_inner(), id.clone(), request.method());
    line.client = Some(client::address(request.request()));
    request.extensions_mut().insert(id.clone());
    let origin = cors::origin(&line.service.settings.server.cors_origins, request.headers());
    if let Some(allowed) = origin.as_ref().and_then(|origin| cors::preflight(&request, origin)) {
        return Ok(line.end(request.into_response(allowed)));
    }
    // Whatever answers GET answers HEAD.
    let head = request.method() == Method::HEAD;
    if head {
        request.head_mut().method = Method::GET;
    }
    let span = tracing::info_span!("request", id = %id.0);
    let answered = AssertUnwindSafe(async move { next.call(request).await }).catch_unwind().instrument(span).await;
    let mut answer = match answered {
        Ok(answer) => settle(answer?.map_into_boxed_body(), &id),
        Err(_) => {
            tracing::error!(request = %id.0, "a handler panicked");
            let mut problem = Problem::internal("something that must not happen did; the log tells where");
            problem.request_id = Some(id.0);
            line.status = problem.status_code();
            return Err(problem.into());
        }
    };
    let by_tls = line.service.settings.server.is_public_by_tls();
    let headers = answer.headers_mut();
    secure(headers, by_tls);
    if let Some(origin) = origin {
        cors::allow(headers, origin);
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    if head {
        answer = answer.map_body(|_, body| Headless(body.size()).boxed());
    }
    Ok(line.end(answer))
}

/// Makes every error a problem that names its request.
fn settle(answer: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let error = answer.response().error();
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // A form that is shown again says itself what is wrong in it.
    let told = kind == Problem::MEDIA_TYPE || kind.starts_with("text/html");
    let problem = match error.and_then(Error::as_error::<Problem>) {
        Some(problem) => problem.clone(),
        None if told => return answer,
        None => Problem::of_status(status, error.map(ToString::to_string)),
    };
    let problem = Problem { request_id: Some(id.0.clone()), ..problem };
    let request = answer.request();
    let shown = if pages::problem::wants_page(request) {
        pages::problem::answer(&problem, request)
    } else {
        problem.error_response()
    };
    answer.into_response(shown)
}

/// The headers that keep browsers from doing with an answer what it is not meant for. What a handler set stays.
pub(super) fn secure(headers: &mut HeaderMap, by_tls: bool) {
    let strict = by_tls.then_some((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    let always = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        // Answers tell of people: nothing between here and the client keeps them.
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in always.into_iter().chain(strict) {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// A body that has a size and no content: the answer to HEAD.
struct Headless(BodySize);

impl MessageBody for Headless {
    type Error = Error;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        Poll::Ready(None)
    }
}

/// A request's line in the log. It is written when the answer is sent to its end, or given up.
struct Line {
    service: Arc<Service>,
    id: RequestId,
    method: &'static str,
    route: Option<String>,
    status: StatusCode,
    credential: Option<Credential>,
    client: Option<IpAddr>,
    bytes: usize,
    began: Instant,
}

impl Line {
    #[expect(clippy::disallowed_methods, reason = "how long an answer takes is what is measured")]
    fn begin(service: Arc<Service>, id: RequestId, method: &Method) -> Self {
        let known =
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
        let method = match known.iter().position(|known| known == method) {
            Some(index) => ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"][index],
            // Anybody can make one up; metrics must not grow by that.
            None => "other",
        };
        let (status, began) = (StatusCode::OK, Instant::now());
        Self { service, id, method, route: None, status, credential: None, client: None, bytes: 0, began }
    }

    fn end(mut self, answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        self.status = answer.status();
        self.route = answer.request().match_pattern();
        self.credential = answer.request().extensions().get::<Arc<Principal>>().map(|one| one.credential);
        answer.map_body(|_, body| Counted { body, line: self }.boxed())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let route = self.route.as_deref().unwrap_or("(none)");
        self.service.metrics.request(route, self.method, self.status.as_u16(), took);
        // Never the path, the query or a body: they tell of people.
        tracing::info!(
            request = %self.id.0,
            method = self.method,
            route,
            status = self.status.as_u16(),
            milliseconds = took.as_micros() as f64 / 1000.0,
            bytes = self.bytes,
            by = self.credential.map(tracing::field::display),
            client = self.client.map(tracing::field::display),
            "answered"
        );
    }
}

/// A body whose bytes are counted.
struct Counted {
    body: BoxBody,
    line: Line,
}

impl MessageBody for Counted {
    type Error = Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            this.line.bytes += bytes.len();
        }
        polled.map_err(|error| Problem::internal(error.to_string()).into())
    }
}
