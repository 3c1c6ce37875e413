//! Tables of pages as CSV files.

use super::Problem;
use crate::audit::cell;
use actix_web::HttpResponse;
use actix_web::http::header;

/// The answer that gives a table as a file; cells that a spreadsheet would take for a formula are made harmless.
///
/// # Errors
/// Where it cannot be written.
pub fn answer(name: &str, columns: &[&str], rows: &[Vec<String>]) -> Result<HttpResponse, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::internal(format!("the table cannot be written: {error}"));
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(columns).map_err(|error| failed(&error))?;
    for row in rows {
        csv.write_record(row.iter().map(|text| cell(text).into_owned())).map_err(|error| failed(&error))?;
    }
    let file = csv.into_inner().map_err(|error| failed(&error))?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(file))
}
