//! What was read, as tables; and streams read lot by lot.

use crate::error::Error;
use crate::gather::{Gathered, Place, identity};
use crate::input::Rows;
use crate::method::Method;
use crate::rows::{Columns, ConversationRows, MessageRows, PromiseRows, list_of};
use crate::scoring::{Block, score};
use crate::stream::{Stream, Table};
use arrow_array::{ArrayRef, ListArray, RecordBatch, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use jiff::Timestamp;
use pyo3::prelude::*;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

/// What was read.
#[pyclass(frozen, module = "amends")]
#[derive(Debug)]
pub struct Scores {
    blocks: Vec<Block>,
    stamp: HashMap<String, String>,
}

impl Scores {
    pub fn new(blocks: Vec<Block>, method: &Method) -> Result<Self, Error> {
        Ok(Self { blocks, stamp: method.stamp()? })
    }

    fn schema(&self, fields: Fields) -> SchemaRef {
        Arc::new(Schema::new_with_metadata(fields, self.stamp.clone()))
    }

    fn table(&self, fields: Fields, batch: impl Fn(&Block) -> RecordBatch) -> Table {
        Table::new(self.schema(fields), self.blocks.iter().map(batch).collect())
    }
}

#[pymethods]
impl Scores {
    #[getter]
    fn messages(&self) -> Table {
        self.table(MessageRows::fields(), |block| block.messages.clone())
    }

    #[getter]
    fn conversations(&self) -> Table {
        self.table(ConversationRows::fields(), |block| block.conversations.clone())
    }

    #[getter]
    fn promises(&self) -> Table {
        self.table(PromiseRows::fields(), |block| block.promises.clone())
    }

    /// One row a conversation, with its messages and promises as lists.
    #[getter]
    fn nested(&self) -> PyResult<Table> {
        let mut fields: Vec<_> = ConversationRows::fields().iter().cloned().collect();
        fields.push(Arc::new(Field::new("messages", list_of(MessageRows::fields()), true)));
        fields.push(Arc::new(Field::new("promises", list_of(PromiseRows::fields()), true)));
        let schema = self.schema(fields.into());
        let mut batches = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let mut columns = block.conversations.columns().to_vec();
            columns.push(lists(&block.messages, block.lengths.iter().map(|(messages, _)| *messages)));
            columns.push(lists(&block.promises, block.lengths.iter().map(|(_, promises)| *promises)));
            batches.push(RecordBatch::try_new(schema.clone(), columns).map_err(Error::from)?);
        }
        Ok(Table::new(schema, batches))
    }

    fn __repr__(&self) -> String {
        let rows = |count: fn(&Block) -> usize| self.blocks.iter().map(count).sum::<usize>();
        format!(
            "<amends.Scores of {} conversations, {} messages, {} promises>",
            rows(|block| block.conversations.num_rows()),
            rows(|block| block.messages.num_rows()),
            rows(|block| block.promises.num_rows()),
        )
    }
}

/// The rows of `batch` as lists of these lengths; nothing is copied.
fn lists(batch: &RecordBatch, lengths: impl IntoIterator<Item = usize>) -> ArrayRef {
    let rows = StructArray::from(batch.clone());
    let item = Arc::new(Field::new("item", DataType::Struct(rows.fields().clone()), true));
    Arc::new(ListArray::new(item, OffsetBuffer::from_lengths(lengths), Arc::new(rows), None))
}

/// So many rows of conversations that are over are read together, at least.
const LOT: usize = 16_384;

/// Reads a stream in which the rows of a conversation follow one another, lot by lot.
#[pyclass(frozen, module = "amends")]
pub struct Batches(Mutex<Clustered>);

struct Clustered {
    method: Arc<Method>,
    stream: Stream,
    now: Timestamp,
    /// Rows read from the stream so far.
    rows: u64,
    batches: Vec<Rows>,
    places: Vec<Place>,
    ends: Vec<usize>,
    /// The conversation of the last row.
    open: Option<String>,
    /// A number for each conversation so far, to notice one that comes again.
    known: HashSet<u64>,
    hasher: RandomState,
    over: bool,
}

impl Batches {
    pub fn new(method: Arc<Method>, stream: Stream, now: Timestamp) -> Self {
        Self(Mutex::new(Clustered {
            method,
            stream,
            now,
            rows: 0,
            batches: Vec::new(),
            places: Vec::new(),
            ends: Vec::new(),
            open: None,
            known: HashSet::new(),
            hasher: RandomState::new(),
            over: false,
        }))
    }
}

#[pymethods]
impl Batches {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Scores>> {
        let next = || {
            let mut clustered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let next = clustered.next();
            // After an error nothing more is to be had.
            clustered.over |= next.is_err();
            next
        };
        Ok(py.detach(next)?)
    }
}

impl Clustered {
    fn next(&mut self) -> Result<Option<Scores>, Error> {
        while !self.over && self.ends.last().is_none_or(|rows| *rows < LOT) {
            match self.stream.next() {
                Some(batch) => self.take(&batch?)?,
                None => {
                    self.over = true;
                    if self.open.take().is_some() {
                        self.ends.push(self.places.len());
                    }
                }
            }
        }
        let Some(&closed) = self.ends.last() else { return Ok(None) };
        let rest = self.places.split_off(closed);
        let batches = std::mem::take(&mut self.batches);
        let lot = Gathered::from_clustered(batches, std::mem::take(&mut self.places), std::mem::take(&mut self.ends));
        let blocks = score(&self.method, &lot, self.now)?;
        // The rows of the conversation that goes on stay, with the batches that they lie in.
        let first = rest.first().map(|place| place.0);
        self.batches = first.map(|first| lot.into_batches().split_off(first as usize)).unwrap_or_default();
        self.places = rest.into_iter().map(|(batch, row)| (batch - first.unwrap_or_default(), row)).collect();
        Scores::new(blocks, &self.method).map(Some)
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let rows = Rows::new(batch, self.rows)?;
        let (number, mut buffer) = (self.batches.len() as u32, String::new());
        for row in 0..rows.len() {
            identity(&rows, row, &mut buffer)?;
            if self.open.as_ref() != Some(&buffer) {
                if self.open.is_some() {
                    self.ends.push(self.places.len());
                }
                if !self.known.insert(self.hasher.hash_one(&buffer)) {
                    let conversation = rows.conversation(row)?.into_owned();
                    return Err(Error::NotClustered { row: rows.number(row), conversation });
                }
                self.open = Some(buffer.clone());
            }
            self.places.push((number, row as u32));
        }
        self.rows += rows.len() as u64;
        self.batches.push(rows);
        Ok(())
    }
}
