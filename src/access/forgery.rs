//! Requests that another site makes a signed-in browser send (cross-site request forgery).
//!
//! The method is that of `net/http.CrossOriginProtection` in Go 1.25 (<https://go.dev/src/net/http/csrf.go>), which
//! OWASP's Cross-Site Request Forgery Prevention Cheat Sheet names as "Fetch Metadata headers": browsers say by
//! `Sec-Fetch-Site` where a request comes from, and older ones, or all over plain HTTP, by `Origin`. No page
//! needs a hidden field. Stricter than Go in one point: a request that says neither is refused, since only
//! browsers hold the cookie and all of them say one.
//!
//! It protects while safe methods change nothing, and while no page is sent with `Referrer-Policy: no-referrer`,
//! which turns `Origin` to `null`; `same-origin` is right.

use thiserror::Error;

/// What is checked of a request that is to change something: every one that is not authenticated by a token,
/// signing in among them.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnsafeRequest<'a> {
    /// The header `Sec-Fetch-Site`.
    pub sec_fetch_site: Option<&'a str>,
    /// The header `Origin`.
    pub origin: Option<&'a str>,
    /// The header `Host`, or HTTP/2's `:authority`.
    pub host: Option<&'a str>,
}

/// Why a request is taken for a forged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Forgery {
    /// The browser says that another site sent it.
    #[error("the request comes from another site (`Sec-Fetch-Site`)")]
    Site,
    /// It comes from a page of another address.
    #[error(
        "the request comes from a page of another address (`Origin`); if this service is behind a proxy, `public_url` must be the address that browsers show"
    )]
    Origin,
    /// It does not say where it comes from.
    #[error("the request says neither `Sec-Fetch-Site` nor `Origin`; programs use a token instead of a cookie")]
    Unknown,
}

/// Tells own requests from forged ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForgeryCheck {
    own: Option<String>,
    secure: bool,
}

impl ForgeryCheck {
    /// A check for a service whose pages have the public address `public_url` where one is configured, and that
    /// browsers reach by HTTPS where `secure`.
    #[must_use]
    pub fn new(public_url: Option<&str>, secure: bool) -> Self {
        Self { own: public_url.and_then(origin), secure }
    }

    /// Whether the service itself made the browser send `request` by `method`.
    ///
    /// # Errors
    /// What speaks for a forged one. Methods that change nothing (RFC 9110 §9.2.1) pass.
    pub fn check(&self, method: &str, request: UnsafeRequest<'_>) -> Result<(), Forgery> {
        if matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE") {
            return Ok(());
        }
        match (request.sec_fetch_site, request.origin) {
            (Some("same-origin" | "none"), _) => Ok(()),
            (Some(_), _) => Err(Forgery::Site),
            (None, Some(from)) if self.is_public(from) || self.is_host(from, request.host) => Ok(()),
            (None, Some(_)) => Err(Forgery::Origin),
            (None, None) => Err(Forgery::Unknown),
        }
    }

    fn is_public(&self, from: &str) -> bool {
        self.own.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(from))
    }

    /// Whether `from` names the host that was asked. Where browsers come by HTTPS, a page by HTTP is another's:
    /// whoever sits between could have written it.
    fn is_host(&self, from: &str, host: Option<&str>) -> bool {
        let Some((scheme, name)) = from.split_once("://") else { return false };
        let known = scheme.eq_ignore_ascii_case("https") || (scheme.eq_ignore_ascii_case("http") && !self.secure);
        known && host.is_some_and(|host| host.trim().eq_ignore_ascii_case(name))
    }
}

/// Scheme, host and port of an address, as browsers write it: without the scheme's own port.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let (scheme, host) = (scheme.to_ascii_lowercase(), rest.split(['/', '?', '#']).next()?.to_ascii_lowercase());
    let port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = host.strip_suffix(port).unwrap_or(&host);
    (!host.is_empty()).then(|| format!("{scheme}://{host}"))
}
