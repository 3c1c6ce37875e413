//! When the office is at work, as written on the command line.

use crate::cli::Failure;
use crate::promise::{Office, opening_hours, weekday};
use crate::source::table::DateOrder;
use clap::Args;
use jiff::civil::{Date, Time, Weekday};

/// When the office is at work: what "tomorrow" and "in 2 business days" hang on.
#[derive(Debug, Args)]
pub(super) struct OfficeArgs {
    /// The office's time zone: where days and weeks begin
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(super) timezone: String,
    /// Days on which the office works
    #[arg(long, value_name = "DAY,…", value_delimiter = ',', default_value = "mon,tue,wed,thu,fri", value_parser = weekday)]
    working_days: Vec<Weekday>,
    /// Hours in which the office works
    #[arg(long, value_name = "FROM-TO", default_value = "09:00-17:00", value_parser = opening_hours)]
    office_hours: (Time, Time),
    /// A day without work (YYYY-MM-DD; give it again for more)
    #[arg(long, value_name = "DATE")]
    holiday: Vec<Date>,
}

impl OfficeArgs {
    /// The office; `dates` is how its tables and messages write 3/4.
    pub(super) fn office(&self, dates: Option<DateOrder>) -> Result<Office, Failure> {
        let (opens, closes) = self.office_hours;
        let office = Office::in_zone(&self.timezone)?
            .with_working_days(&self.working_days)?
            .with_hours(opens, closes)?
            .with_holidays(self.holiday.iter().copied());
        Ok(match dates {
            None => office,
            Some(order) => office.with_date_order(order),
        })
    }
}
