//! Conditions of a query that are there or not.

use rusqlite::types::Value;

/// Conditions that all hold, with their values.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition on `value`, which stands in it as `?`.
    pub(super) fn add(&mut self, sql: &str, value: impl Into<Value>) {
        self.all(sql, [value.into()]);
    }

    /// The same where there is a value.
    pub(super) fn add_some(&mut self, sql: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.add(sql, value);
        }
    }

    /// Adds a condition on several values.
    pub(super) fn all(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push(sql.to_owned());
        self.values.extend(values);
    }

    /// Adds a condition on nothing else.
    pub(super) fn that(&mut self, sql: &str) {
        self.all(sql, []);
    }

    /// ` WHERE …`; nothing where there are none.
    pub(super) fn filter(&self) -> String {
        if self.sql.is_empty() { String::new() } else { format!(" WHERE {}", self.sql.join(" AND ")) }
    }

    /// The values, in the order of the question marks.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter()
    }
}
