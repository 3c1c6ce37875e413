//! Everything, as rows to be taken out.

use crate::audit::cell;
use crate::service::Service;
use crate::service::gate::{Export, May};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::export::{Cell, What};
use crate::store::{StoreError, audit_log};
use actix_web::http::{Method, header};
use actix_web::web::{Bytes, ServiceConfig};
use actix_web::{HttpResponse, web};
use futures_util::stream::unfold;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use tokio::sync::mpsc::{Sender, channel};
use utoipa::{IntoParams, ToSchema};

/// So many bytes are given at once.
const PART: usize = 64 << 10;

/// So many such parts may wait for the client.
const AHEAD: usize = 4;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/v1/export", &[Method::GET]).route(web::get().to(get)));
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// With a header; cells that a spreadsheet would take for formulas get a quote in front.
    Csv,
    /// JSON Lines: one object a row.
    Jsonl,
}

/// What is taken out, and how.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// What is taken out.
    pub what: What,
    /// How rows are written.
    pub format: Format,
}

/// Gives everything as rows
///
/// They are of one state of the store, whatever comes meanwhile, and streamed. Scores are those of the machine;
/// people's verdicts are in `reviews`.
#[utoipa::path(
    get, path = "/v1/export", tag = "export", operation_id = "exportRows",
    responses(
        (status = 200, description = "the rows", content((String = "text/csv"), (String = "application/x-ndjson"))),
        (status = 400, description = "a parameter is not allowed", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    caller: May<Export>,
    service: web::Data<Service>,
    query: web::Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    if !caller.may_see_everybody() {
        return Err(Problem::forbidden("an export holds everybody's messages, which you may not see"));
    }
    let (service, ExportQuery { what, format }) = (service.into_inner(), query.into_inner());
    let principal = (*caller).clone();
    service
        .write(move |transaction| audit_log::add(transaction, Some(&principal), "export", Some(what.name()), None))
        .await?;
    let (parts, waiting) = channel::<Result<Bytes, StoreError>>(AHEAD);
    // Not `web::block`: those threads are few, and a client may read slowly.
    std::thread::spawn(move || {
        let exported = write_rows(&service, what, format, &parts);
        if let Err(error) = exported {
            tracing::error!(%error, "an export breaks off");
            let _ = parts.blocking_send(Err(error));
        }
    });
    let (content_type, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Jsonl => ("application/x-ndjson", "jsonl"),
    };
    let parts = unfold(waiting, |mut waiting| async move {
        let part = waiting.recv().await?;
        Some((part.map_err(Problem::from), waiting))
    });
    let name = format!("attachment; filename=\"{}.{ending}\"", what.name());
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, name))
        .streaming(parts))
}

/// Writes rows in parts, until the client has gone.
fn write_rows(
    service: &Service,
    what: What,
    format: Format,
    parts: &Sender<Result<Bytes, StoreError>>,
) -> Result<(), StoreError> {
    let columns = what.columns();
    let mut text = Vec::with_capacity(PART + (PART >> 2));
    if format == Format::Csv {
        add_record(&mut text, columns.iter().map(|(name, _)| Cow::Borrowed(*name)))?;
    }
    service.store.export(what, &mut |cells| {
        match format {
            Format::Csv => add_record(&mut text, cells.iter().map(shown))?,
            Format::Jsonl => {
                let names = columns.iter().map(|(name, _)| *name);
                serde_json::to_writer(&mut text, &Row { names: names.collect(), cells })?;
                text.push(b'\n');
            }
        }
        let full = text.len() >= PART;
        Ok(!full || parts.blocking_send(Ok(std::mem::take(&mut text).into())).is_ok())
    })?;
    if !text.is_empty() {
        let _ = parts.blocking_send(Ok(text.into()));
    }
    Ok(())
}

/// Adds a record of CSV.
fn add_record<'c>(text: &mut Vec<u8>, cells: impl Iterator<Item = Cow<'c, str>>) -> Result<(), StoreError> {
    let mut csv = csv::Writer::from_writer(text);
    let written = cells.map(|cell| csv.write_field(cell.as_bytes())).collect::<Result<Vec<()>, _>>();
    // Writing to memory does not fail.
    written.and_then(|_| csv.write_record(None::<&[u8]>)).map_err(|error| serde_json::Error::io(error.into()))?;
    Ok(())
}

/// A cell as a table shows it.
fn shown<'c>(value: &'c Cell<'_>) -> Cow<'c, str> {
    match value {
        Cell::Null => Cow::Borrowed(""),
        Cell::Integer(number) => number.to_string().into(),
        Cell::Real(number) => number.to_string().into(),
        Cell::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        Cell::Text(text) => cell(text),
        Cell::Json(text) => cell(text),
    }
}

/// A row as an object.
struct Row<'r> {
    names: Vec<&'static str>,
    cells: &'r [Cell<'r>],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.cells.len()))?;
        for (name, cell) in self.names.iter().zip(self.cells) {
            match cell {
                Cell::Null => map.serialize_entry(name, &None::<()>)?,
                Cell::Integer(number) => map.serialize_entry(name, number)?,
                Cell::Real(number) => map.serialize_entry(name, number)?,
                Cell::Flag(flag) => map.serialize_entry(name, flag)?,
                Cell::Text(text) => map.serialize_entry(name, text)?,
                Cell::Json(text) => {
                    let raw: &RawValue = serde_json::from_str(text).map_err(serde::ser::Error::custom)?;
                    map.serialize_entry(name, raw)?;
                }
            }
        }
        map.end()
    }
}
