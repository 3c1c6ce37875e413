//! A few connections for reading; who finds none free waits.

use super::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::{Condvar, Mutex, PoisonError};

#[derive(Debug)]
pub(super) struct Readers {
    free: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Readers {
    pub(super) fn new(connect: impl Fn() -> Result<Connection, StoreError>, number: usize) -> Result<Self, StoreError> {
        let connections = (0..number).map(|_| connect()).collect::<Result<_, _>>()?;
        Ok(Self { free: Mutex::new(connections), returned: Condvar::new() })
    }

    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = self.lend();
        let Some(connection) = &mut lent.connection else { return Err(StoreError::Closed.into()) };
        let begun = connection.transaction_with_behavior(TransactionBehavior::Deferred);
        let transaction = begun.map_err(StoreError::from)?;
        work(&transaction)
    }

    fn lend(&self) -> Lent<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = free.pop() {
                return Lent { readers: self, connection: Some(connection) };
            }
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A connection that goes back when dropped.
struct Lent<'r> {
    readers: &'r Readers,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut free = self.readers.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.extend(self.connection.take());
        self.readers.returned.notify_one();
    }
}
