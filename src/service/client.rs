//! Where a request comes from. A machine tells only of the one before it, so what a header says counts only where a
//! proxy that the settings name wrote it: anybody can send any header.

use super::Service;
use crate::settings::{ForwardedBy, Network, Server};
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, web};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address of whoever sent `request`: the last one on its way that is none of the trusted proxies.
#[must_use]
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    match request.app_data::<web::Data<Service>>() {
        Some(service) => before_proxies(peer, request.headers(), &service.settings.server),
        None => peer,
    }
}

/// Whether the machine that sent `request` here is a trusted proxy.
#[must_use]
pub fn is_by_proxy(request: &HttpRequest, server: &Server) -> bool {
    request.peer_addr().is_some_and(|peer| is_trusted(&server.trusted_proxies, peer.ip()))
}

fn is_trusted(proxies: &[Network], address: IpAddr) -> bool {
    proxies.iter().any(|network| network.holds(address))
}

fn before_proxies(peer: IpAddr, headers: &HeaderMap, server: &Server) -> IpAddr {
    let mut last = peer.to_canonical();
    if !is_trusted(&server.trusted_proxies, last) {
        return last;
    }
    let name = match server.forwarded_by {
        ForwardedBy::XForwardedFor => "x-forwarded-for",
        ForwardedBy::Forwarded => header::FORWARDED.as_str(),
    };
    let lines: Vec<&str> = headers.get_all(name).map(|value| value.to_str().unwrap_or_default()).collect();
    // Each proxy adds at the end who asked it.
    for hop in lines.iter().flat_map(|line| line.split(',')).rev() {
        let told = match server.forwarded_by {
            ForwardedBy::XForwardedFor => node(hop),
            ForwardedBy::Forwarded => told_for(hop),
        };
        // What is before something that cannot be read nobody has vouched for.
        let Some(told) = told else { break };
        last = told;
        if !is_trusted(&server.trusted_proxies, last) {
            break;
        }
    }
    last
}

/// The `for` of an element of `Forwarded` (RFC 7239).
fn told_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    node(value.trim_matches('"'))
}

/// An address, with or without a port; of IPv6 in brackets or not.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    let address = address.or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok());
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::before_proxies;
    use crate::settings::{ForwardedBy, Layers, Server, Settings};
    use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

    fn server(forwarded_by: ForwardedBy) -> Server {
        let read = |_: &std::path::Path| Err(std::io::ErrorKind::NotFound.into());
        let settings = Settings::read(&Layers { config: None, environment: &[], flags: &[], read: &read });
        let trusted_proxies = ["10.0.0.0/8", "::1"].map(|one| one.parse().expect(one)).to_vec();
        Server { trusted_proxies, forwarded_by, ..settings.expect("built-in settings").server }
    }

    fn client(forwarded_by: ForwardedBy, peer: &str, told: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in told {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        before_proxies(peer.parse().expect(peer), &headers, &server(forwarded_by)).to_string()
    }

    #[test]
    fn the_client_is_the_last_who_is_no_trusted_proxy() {
        let by = |peer: &str, told: &[(&'static str, &'static str)]| client(ForwardedBy::XForwardedFor, peer, told);
        let name = "x-forwarded-for";
        // Nobody else is believed.
        assert_eq!(by("203.0.113.9", &[(name, "192.0.2.1")]), "203.0.113.9");
        assert_eq!(by("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(by("::ffff:10.0.0.1", &[(name, "192.0.2.1")]), "192.0.2.1");
        // What the client itself wrote stands before what the proxy added.
        assert_eq!(by("10.0.0.1", &[(name, "127.0.0.1, 192.0.2.1")]), "192.0.2.1");
        assert_eq!(by("10.0.0.1", &[(name, "127.0.0.1"), (name, "192.0.2.1,10.0.0.2")]), "192.0.2.1");
        assert_eq!(by("10.0.0.1", &[(name, "10.0.0.3, 10.0.0.2")]), "10.0.0.3");
        assert_eq!(by("10.0.0.1", &[(name, "192.0.2.1, unknown, 10.0.0.2")]), "10.0.0.2");
        assert_eq!(by("::1", &[(name, "[2001:db8::7]:4711")]), "2001:db8::7");
        assert_eq!(by("::1", &[(name, "192.0.2.1:4711")]), "192.0.2.1");
        // The other header is not this proxy's.
        assert_eq!(by("10.0.0.1", &[("forwarded", "for=127.0.0.1"), (name, "192.0.2.1")]), "192.0.2.1");
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_has_it() {
        let by = |told: &'static str| client(ForwardedBy::Forwarded, "10.0.0.1", &[("forwarded", told)]);
        assert_eq!(by("for=192.0.2.43, for=10.0.0.7"), "192.0.2.43");
        assert_eq!(
            by("for=127.0.0.1;proto=http, proto=https;For=\"[2001:db8:cafe::17]:4711\";by=10.0.0.9"),
            "2001:db8:cafe::17"
        );
        assert_eq!(by("for=192.0.2.43, for=_hidden"), "10.0.0.1");
        assert_eq!(by("proto=https"), "10.0.0.1");
    }
}
