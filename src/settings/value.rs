//! Values as files, variables and flags write them, and how each kind is read.

use super::layer::Given;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// A value as it was written.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Number(f64),
    Boolean(bool),
    /// A date or a time.
    Moment(String),
    List(Vec<Given>),
    /// Of a variable or a flag: may be of any kind.
    Words(String),
    /// A table without keys, or one in a list.
    Table,
    /// What no setting can be.
    Other(&'static str),
}

impl Value {
    /// What it is, for errors.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Words(_) => "a text",
            Self::Whole(_) => "a whole number",
            Self::Number(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Moment(_) => "a date or time",
            Self::List(_) => "a list",
            Self::Table => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// Some text, not empty.
pub(super) fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) | Value::Words(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Value::Text(_) | Value::Words(_) => Err("expected a text, which is empty here".into()),
        Value::Moment(text) => Ok(text.clone()),
        other => Err(format!("expected a text in quotes, found {}", other.kind())),
    }
}

/// Text that `parse` reads.
pub(super) fn parsed<T>(parse: impl Fn(&str) -> Result<T, String>) -> impl Fn(&Value) -> Result<T, String> {
    move |value| parse(&text(value)?)
}

/// A path; where it leads is not looked at.
pub(super) fn path(value: &Value) -> Result<PathBuf, String> {
    text(value).map(PathBuf::from)
}

/// true or false.
pub(super) fn boolean(value: &Value) -> Result<bool, String> {
    match value {
        Value::Boolean(value) => Ok(*value),
        Value::Words(words) if words == "true" => Ok(true),
        Value::Words(words) if words == "false" => Ok(false),
        Value::Words(words) => Err(format!("expected true or false, found `{words}`")),
        other => Err(format!("expected true or false, found {}", other.kind())),
    }
}

/// A whole number in `range`.
pub(super) fn whole(range: RangeInclusive<u32>) -> impl Fn(&Value) -> Result<u32, String> {
    let allowed = format!("expected a whole number from {} to {}", range.start(), range.end());
    move |value| {
        let found = match value {
            Value::Whole(number) => u32::try_from(*number).map_err(|_| number.to_string()),
            Value::Words(words) => words.trim().parse().map_err(|_| format!("`{words}`")),
            other => Err(other.kind().to_owned()),
        };
        let number = found.map_err(|found| format!("{allowed}, found {found}"))?;
        if range.contains(&number) { Ok(number) } else { Err(format!("{allowed}, found {number}")) }
    }
}

/// A number from 0 to 1.
pub(super) fn share(value: &Value) -> Result<f64, String> {
    let allowed = "expected a number from 0 to 1, such as 0.6";
    let number = match value {
        Value::Whole(number) => *number as f64,
        Value::Number(number) => *number,
        Value::Words(words) => words.trim().parse().map_err(|_| format!("{allowed}, found `{words}`"))?,
        other => return Err(format!("{allowed}, found {}", other.kind())),
    };
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err(format!("{allowed}, found {number}")) }
}

/// A size in bytes: a whole number, with a unit where it is a text.
pub(super) fn size(value: &Value) -> Result<u64, String> {
    const UNITS: [(&str, u64); 8] = [
        ("", 1),
        ("b", 1),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
    ];
    let allowed = "expected a size above 0, such as 1048576, \"8 MB\" or \"8 MiB\"";
    let read = |text: &str| {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim().to_lowercase();
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        number.parse::<u64>().ok()?.checked_mul(*factor)
    };
    let found = match value {
        Value::Whole(number) => u64::try_from(*number).map_err(|_| number.to_string()),
        Value::Text(text) | Value::Words(text) => read(text.trim()).ok_or_else(|| format!("`{text}`")),
        other => Err(other.kind().to_owned()),
    };
    match found {
        Ok(0) => Err(format!("{allowed}, found 0")),
        Ok(size) => Ok(size),
        Err(found) => Err(format!("{allowed}, found {found}")),
    }
}

/// One of the named values.
pub(super) fn one_of<T: Copy>(choices: &[(&str, T)]) -> impl Fn(&Value) -> Result<T, String> {
    move |value| {
        let name = text(value)?;
        choices.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
            format!("there is no `{name}`; allowed are {}", known.join(", "))
        })
    }
}

/// An address to listen at.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("expected an IP address and a port, such as 127.0.0.1:8460, 0.0.0.0:80 or [::]:8460, found `{text}`")
    })
}

/// The origin or the address of a site, without a slash at its end.
fn site(text: &str, with_path: bool) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@' | '*' | '\\' | '"' | '<' | '>');
    let fits = !host.is_empty() && rest.chars().all(plain) && (with_path || path.is_empty());
    fits.then(|| text.trim_end_matches('/').to_owned())
}

/// The address by which others reach the service.
pub(super) fn public_url(text: &str) -> Result<String, String> {
    site(text, true).ok_or_else(|| {
        format!(
            "expected an address such as https://quality.example.com or https://example.com/quality, found `{text}`"
        )
    })
}

/// The origin of a site whose scripts may call.
pub(super) fn origin(text: &str) -> Result<String, String> {
    site(text, false).ok_or_else(|| {
        format!("expected an origin such as https://desk.example.com, without a path and without *, found `{text}`")
    })
}
