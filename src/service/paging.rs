//! Lists in pages: `?limit=&cursor=`, the next page's cursor in the answer and as a `Link` (RFC 8288).
//!
//! A cursor is opaque to clients: it holds the place after the last item, so that what is added or removed
//! meanwhile makes no item come twice.

use super::problem::Problem;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Items of a page where the client does not say.
pub const DEFAULT_LIMIT: u32 = 50;

/// Items of a page at most.
pub const MOST: u32 = 200;

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items of the page, 1 to 200; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// How many items.
    ///
    /// # Errors
    /// Where it is out of range.
    pub fn limit(&self) -> Result<usize, Problem> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if (1..=MOST).contains(&limit) {
            return Ok(limit as usize);
        }
        let detail = format!("limit is {limit}; allowed are 1 to {MOST}");
        Err(Problem::bad_request(detail.clone()).at("limit", detail))
    }

    /// The place after which the page begins; `None` for the first page.
    ///
    /// # Errors
    /// Where it is no cursor of this list.
    pub fn after<P: DeserializeOwned>(&self) -> Result<Option<P>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let decoded = URL_SAFE_NO_PAD.decode(cursor).ok();
        let place = decoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let wrong = || {
            let detail = "this cursor is of another list; take `next_cursor` of the page before";
            Problem::bad_request(detail).at("cursor", detail)
        };
        place.map(Some).ok_or_else(wrong)
    }
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page; null on the last one.
    pub next_cursor: Option<String>,
}

impl<T: Serialize> Page<T> {
    /// The page of `found`, which holds one item more than `limit` where there is a next page; `place` tells
    /// an item's place in the list.
    ///
    /// # Errors
    /// None is expected: places are plain values.
    pub fn of<F, P: Serialize>(
        mut found: Vec<F>,
        limit: usize,
        place: impl Fn(&F) -> P,
        item: impl Fn(F) -> T,
    ) -> Result<Self, Problem> {
        let more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = match found.last().filter(|_| more) {
            Some(last) => {
                let place = serde_json::to_vec(&place(last)).map_err(|error| Problem::internal(error.to_string()))?;
                Some(URL_SAFE_NO_PAD.encode(place))
            }
            None => None,
        };
        Ok(Self { items: found.into_iter().map(item).collect(), next_cursor })
    }

    /// The answer, with the `Link` to the next page.
    #[must_use]
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        self.response(request).json(self)
    }

    /// The same for an answer that holds more than the page.
    #[must_use]
    pub fn response(&self, request: &HttpRequest) -> HttpResponseBuilder {
        let mut answer = HttpResponse::Ok();
        link(&mut answer, request, self.next_cursor.as_deref());
        answer
    }
}

/// Adds the `Link` to the next page of what `request` asks for.
pub fn link(answer: &mut HttpResponseBuilder, request: &HttpRequest, next_cursor: Option<&str>) {
    let Some(cursor) = next_cursor else { return };
    let others = request.query_string().split('&');
    let others = others.filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("cursor"));
    let cursor = format!("cursor={cursor}");
    let query: Vec<&str> = others.chain([cursor.as_str()]).collect();
    answer.insert_header((header::LINK, format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"))));
}
