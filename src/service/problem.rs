//! What went wrong, as RFC 9457 has it: `application/problem+json` for everything.

use super::request_id::REQUEST_ID;
use crate::store::StoreError;
use actix_web::error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// A problem, told to people and programs (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` tells programs what it is.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    /// What the status means.
    #[schema(example = "Not Found")]
    pub title: &'static str,
    /// The status code.
    #[schema(example = 404)]
    pub status: u16,
    /// Stable name of the problem.
    #[schema(example = "not_found")]
    pub code: &'static str,
    /// What is wrong, and what is allowed.
    #[schema(example = "there is no conversation shop/17")]
    pub detail: String,
    /// What is wrong where in the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Names the request in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// After how many seconds to try again.
    #[serde(skip)]
    pub retry_after: Option<u64>,
    /// The methods that are allowed.
    #[serde(skip)]
    pub allow: Option<HeaderValue>,
}

/// Something wrong in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// Where: a JSON pointer (RFC 6901) into the body, or the name of a parameter.
    #[schema(example = "/messages/0/author/role")]
    pub pointer: String,
    /// Why.
    pub detail: String,
}

impl Problem {
    /// How it is written.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A problem with that status.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            request_id: None,
            retry_after: None,
            allow: None,
        }
    }

    /// What the framework answered with that status, as a problem.
    #[must_use]
    pub fn of_status(status: StatusCode, told: Option<String>) -> Self {
        let told = |otherwise: &str| told.unwrap_or_else(|| otherwise.to_owned());
        match status {
            StatusCode::NOT_FOUND => Self::not_found(told("there is nothing here")),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("the body is larger than is allowed"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::unsupported(told("this form of body is not read")),
            StatusCode::UNPROCESSABLE_ENTITY => Self::invalid(told("the request holds a value that cannot be")),
            StatusCode::NOT_ACCEPTABLE => Self::new(status, "not_acceptable", "no encoding that is accepted is spoken"),
            status if status.is_server_error() => {
                Self { status: status.as_u16(), ..Self::internal("the log tells why") }
            }
            status => Self { status: status.as_u16(), ..Self::bad_request(told("the request cannot be understood")) },
        }
    }

    /// 400: the request cannot be understood.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    /// 401: nobody knows who asks.
    #[must_use]
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 403: who asks may not.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is no such thing.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 409: it cannot be done in the present state.
    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    /// 413: too large.
    #[must_use]
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// 415: not in a form that is read.
    #[must_use]
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    /// 422: understood, and it holds a value that cannot be.
    #[must_use]
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
    }

    /// 429: too often.
    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        let detail = format!("too many requests; try again in {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).after(seconds)
    }

    /// 500: our fault.
    #[must_use]
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// 503: not now.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>, seconds: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).after(seconds)
    }

    /// The same, with something wrong at `pointer`.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(Fault { pointer: pointer.into(), detail: detail.into() });
        self
    }

    fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header((header::CONTENT_TYPE, Self::MEDIA_TYPE));
        if let Some(id) = &self.request_id {
            answer.insert_header((REQUEST_ID, id.as_str()));
        }
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(allow) = &self.allow {
            answer.insert_header((header::ALLOW, allow.clone()));
        }
        if self.status == 401 {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"amends\""));
        }
        // The whole of it is texts and numbers, which are always JSON.
        answer.body(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::unavailable(error.to_string(), 1),
            StoreError::Closed => Self::unavailable("the service is stopping", 5),
            StoreError::DiskFull | StoreError::Unwritable(_) => Self::unavailable(error.to_string(), 60),
            error => {
                // What SQLite says may show how things are stored; who runs the service reads it in the log.
                tracing::error!(%error, "the store fails");
                Self::internal("the store fails; the log tells why")
            }
        }
    }
}

impl From<JsonPayloadError> for Problem {
    fn from(error: JsonPayloadError) -> Self {
        match error {
            JsonPayloadError::ContentType => Self::unsupported("the body must be application/json"),
            JsonPayloadError::OverflowKnownLength { limit, .. } | JsonPayloadError::Overflow { limit } => {
                Self::too_large(format!("the body may have {limit} bytes at most"))
            }
            JsonPayloadError::Deserialize(error) => of_json(&error),
            JsonPayloadError::Payload(error) => error.into(),
            error => Self::bad_request(error.to_string()),
        }
    }
}

/// What is wrong in a JSON text: syntax is a bad request, a wrong value an invalid one.
#[must_use]
pub fn of_json(error: &serde_json::Error) -> Problem {
    let detail = error.to_string().replace("expected struct ", "expected an object: ");
    if error.is_data() { Problem::invalid(detail) } else { Problem::bad_request(detail) }
}

impl From<PayloadError> for Problem {
    fn from(error: PayloadError) -> Self {
        match error {
            PayloadError::Overflow => Self::too_large("the body is larger than is allowed"),
            error => Self::bad_request(format!("the body cannot be read: {error}")),
        }
    }
}

impl From<QueryPayloadError> for Problem {
    fn from(error: QueryPayloadError) -> Self {
        let told = error.to_string();
        Self::bad_request(told.strip_prefix("Query deserialize error: ").unwrap_or(&told))
    }
}

impl From<PathError> for Problem {
    fn from(error: PathError) -> Self {
        Self::not_found(format!("there is nothing at this path: {error}"))
    }
}
