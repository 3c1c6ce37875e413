//! Which mail addresses are the company's.

use std::collections::BTreeSet;

/// Addresses and domains of the company.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ours {
    addresses: BTreeSet<String>,
    domains: BTreeSet<String>,
}

impl Ours {
    /// Reads `support@example.com,@example.com`: single addresses, and all of a domain (not of those below it).
    ///
    /// # Errors
    /// What is neither an address nor a domain with `@` before it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut ours = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let lower = part.to_lowercase();
            let wrong = || {
                format!("`{part}` is neither an address such as support@example.com nor a domain such as @example.com")
            };
            let (local, domain) = lower.rsplit_once('@').ok_or_else(wrong)?;
            if domain.is_empty() || lower.contains(char::is_whitespace) {
                return Err(wrong());
            }
            if local.is_empty() {
                ours.domains.insert(domain.to_owned());
            } else {
                ours.addresses.insert(lower);
            }
        }
        Ok(ours)
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.domains.is_empty()
    }

    /// Whether `address` is the company's, in whatever case; a name before it does not matter
    /// (`Dana <dana@example.com>`).
    #[must_use]
    pub fn has(&self, address: &str) -> bool {
        let address = named(address).1.to_lowercase();
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.addresses.contains(&address) || self.domains.contains(domain)
    }

    /// Whether one of the addresses, or one of a domain, stands somewhere in `text`.
    pub(super) fn are_named_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        text.split(|c: char| !(c.is_alphanumeric() || "@.-_+".contains(c))).any(|word| self.has(word))
    }
}

/// The name and the address of `Dana <dana@example.com>`; the whole is the address where it is no such thing.
pub(in crate::source) fn named(text: &str) -> (Option<&str>, &str) {
    let text = text.trim();
    match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) if address.contains('@') => {
            let name = name.trim().trim_matches('"');
            ((!name.is_empty()).then_some(name), address.trim())
        }
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::Ours;

    #[test]
    fn addresses_and_domains() {
        let ours = Ours::parse("Help@Example.com, @shop.example").unwrap();
        for address in ["help@example.com", "HELP@EXAMPLE.COM", "Bo <bo@shop.example>", "x@shop.example"] {
            assert!(ours.has(address), "{address}");
        }
        for address in ["bo@example.com", "x@eu.shop.example", "x@myshop.example", "shop.example", ""] {
            assert!(!ours.has(address), "{address}");
        }
        assert!(ours.are_named_in("<mailto:help@example.com>, <https://groups.example.com>"));
        assert!(Ours::parse(" ,").is_ok_and(|ours| ours.is_empty()));
        for wrong in ["example.com", "help@", "@", "a b@example.com"] {
            assert!(Ours::parse(wrong).is_err(), "{wrong}");
        }
    }
}
