//! Tools that sign nothing: the secret itself comes along, in a header that only they and we know.

use super::{Delivery, Refused, Secret, Verified};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Ours, and another that many tools suggest.
const HEADERS: [&str; 2] = ["X-Amends-Secret", "X-Webhook-Secret"];

const AUTHORIZATION: &str = "Authorization";

/// Whether `delivery` brings one of `secrets`: in a header of [`HEADERS`], as a bearer token, or as the password
/// of basic authentication, whatever the user is called.
///
/// # Errors
/// Where there is no such header, or its value is none of them.
pub fn verify(delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
    let own = HEADERS.iter().find_map(|header| Some((*header, (delivery.headers)(header)?.to_owned())));
    let (header, given) = match own {
        Some(own) => own,
        None => (AUTHORIZATION, authorization((delivery.headers)(AUTHORIZATION))?),
    };
    // Hashes of the same length, so that not even the secret's length shows.
    let given = Sha256::digest(given.as_bytes());
    let same = |secret: &Secret| bool::from(Sha256::digest(secret.text().as_bytes()).ct_eq(&given));
    let forged = Refused::Forged { header, secrets: secrets.len() };
    let secret = secrets.iter().position(same).ok_or(forged)?;
    Ok(Verified { id: delivery.id(None, ""), sent: None, secret })
}

/// The secret in the value of an `Authorization` header.
fn authorization(value: Option<&str>) -> Result<String, Refused> {
    let value = value.ok_or(Refused::Missing { header: HEADERS[0] })?;
    let secret = match value.split_once(' ') {
        Some((kind, token)) if kind.eq_ignore_ascii_case("bearer") => Some(token.to_owned()),
        Some((kind, coded)) if kind.eq_ignore_ascii_case("basic") => {
            let decoded = STANDARD.decode(coded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            decoded.and_then(|pair| pair.split_once(':').map(|(_, password)| password.to_owned()))
        }
        _ => None,
    };
    let expected = "`Bearer` and the secret, or `Basic` with the secret as the password";
    secret.ok_or(Refused::Malformed { header: AUTHORIZATION, expected })
}
